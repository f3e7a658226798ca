"""Messages about internal errors, with a reference that is also in the log."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from typing import Any

from slackguide.errors import SlackguideError

log = logging.getLogger(__name__)


def error_message(error: Exception, reference: str, surface: str) -> str:
    """Return the message for the user, and log the error's type and location with the same reference.

    `surface` is the surface where the error occurred.
    """
    log.error("error %s: %s at %s on %s", reference, type(error).__name__, _location(error), surface)
    if isinstance(error, SlackguideError):
        return f"{error} (reference {reference})"
    return (
        f"Sorry, something went wrong (reference {reference}). If a form is open, your input is still there. "
        "Please try again. If that does not help, give the reference to an administrator of slackguide."
    )


def error_reference(id: str) -> str:
    """Return eight characters that identify an error, derived from a unique id (of a trigger or an event)."""
    return hashlib.sha256(id.encode()).hexdigest()[:8].upper()


def _location(error: Exception) -> str:
    """Return where the error was raised, without its message, which may hold a person's text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "?"


def surface_name(body: Mapping[str, Any]) -> str:
    """Return the command, the type of the event, or the type of the interaction."""
    event = body.get("event") or {}
    return str(body.get("command") or event.get("type") or body.get("type") or "request")
