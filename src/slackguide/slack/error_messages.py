"""Messages for internal errors, with a reference that is also in the log."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from typing import Any

from slackguide.errors import SlackguideError

log = logging.getLogger(__name__)


def error_message(error: Exception, reference: str, surface: str) -> str:
    """What to tell the person; logs the fault's kind and place under the same reference. `surface` is where it was."""
    log.error("fault %s: %s at %s on %s", reference, type(error).__name__, _place(error), surface)
    if isinstance(error, SlackguideError):
        return f"{error} (reference {reference})"
    return (
        f"Sorry, that went wrong on my side (reference {reference}, for whoever looks after me). "
        "What you typed is not lost where a form is open; please try again."
    )


def error_reference(id: str) -> str:
    """Eight characters to be read out, made of an id that nothing else has (a trigger's, an event's)."""
    return hashlib.sha256(id.encode()).hexdigest()[:8].upper()


def _place(error: Exception) -> str:
    """Where it was raised; the message is left out, since it may hold a person's words."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "?"


def surface_name(body: Mapping[str, Any]) -> str:
    """What was used: a command, an event's type, or the kind of interaction."""
    event = body.get("event") or {}
    return str(body.get("command") or event.get("type") or body.get("type") or "request")
