"""Configure logging: time, level, logger and message. People's text and secrets are never logged."""

from __future__ import annotations

import json
import logging
import sys
import threading
from datetime import UTC, datetime
from typing import Literal

NOISY_LOGGERS = ("slack_bolt", "slack_sdk", "urllib3", "waitress", "websockets", "alembic", "sqlalchemy")
"""Libraries that log request bodies with people's text, or too many messages, at their lower levels."""

log = logging.getLogger(__name__)


class JsonFormatter(logging.Formatter):
    """A formatter that writes one JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's time (UTC, ISO 8601), level, logger and message."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        return json.dumps(line, ensure_ascii=False)


class ConsoleFormatter(logging.Formatter):
    """A formatter for a terminal, usually one line per record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's local time, level, logger and message."""
        time = datetime.fromtimestamp(record.created).astimezone()
        return f"{time:%Y-%m-%d %H:%M:%S} {record.levelname:<7} {record.name}: {_message(record)}"


def configure_logging(level: str, form: Literal["console", "json"]) -> None:
    """Log everything to standard error, including uncaught exceptions."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else ConsoleFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in NOISY_LOGGERS:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    logging.getLogger("slack_sdk.web").setLevel(logging.CRITICAL)  # each caller logs its failed calls
    logging.captureWarnings(True)
    sys.excepthook = lambda _kind, error, _trace: _log_uncaught("uncaught exception in the process", error)
    threading.excepthook = lambda args: _log_uncaught(
        f"uncaught exception in thread {args.thread.name if args.thread else '?'}", args.exc_value
    )


def log_fatal(message: str) -> None:
    """Report the reason why the process exits: as a log record if the format is JSON, or else as plain text."""
    if any(isinstance(handler.formatter, JsonFormatter) for handler in logging.getLogger().handlers):
        log.critical(message)
    else:
        print(f"slackguide: {message}", file=sys.stderr)


def _message(record: logging.LogRecord) -> str:
    """Return the message. Of an exception, add the type and location only: its text may be a person's."""
    message = record.getMessage()
    error = record.exc_info[1] if record.exc_info else None
    return f"{message} ({describe_error(error)})" if error else message


def _log_uncaught(context: str, error: BaseException | None) -> None:
    if not isinstance(error, SystemExit | KeyboardInterrupt):
        log.critical("%s: %s", context, describe_error(error))


def describe_error(error: BaseException | None) -> str:
    """Return the type of an error and where it was raised, without its text."""
    trace = error.__traceback__ if error else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    location = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {location}"
