"""The one place where a fault of ours turns into words: on the surface where the person is, with a reference for the log."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slack_bolt import BoltResponse

from slackguide.errors import SlackguideError
from slackguide.slack.listeners.forms import on_first
from slackguide.slack.redrawing import Redrawing
from slackguide.slack.views.card import words_card

log = logging.getLogger(__name__)

JSON: dict[str, str | Sequence[str]] = {"content-type": ["application/json; charset=utf-8"]}


class Boundary:
    """Bolt's error handler. `ids` gives references that nobody has seen before."""

    def __init__(self, *, redrawing: Redrawing, ids: Callable[[], str]) -> None:
        self._redrawing = redrawing
        self._ids = ids

    def __call__(self, error: Exception, body: dict[str, Any]) -> BoltResponse:
        """The acknowledgement that tells the person; for an event 500, so that Slack sends it again."""
        reference = self._ids()[:8].upper()
        log.error("fault %s: %s at %s on %s", reference, type(error).__name__, _place(error), _surface(body))
        words = self._words(error, reference)
        if body.get("command"):
            return _answered(words_card(words).ephemeral())
        if body.get("type") == "view_submission":
            view = body.get("view") or {}
            return _answered({"response_action": "errors", "errors": on_first(view, words)})
        if body.get("type") in ("block_actions", "message_action", "shortcut"):
            self._redrawing.say(body, words)
            return BoltResponse(status=200, body="")
        return BoltResponse(status=500, body="")

    @staticmethod
    def _words(error: Exception, reference: str) -> str:
        if isinstance(error, SlackguideError):
            return f"{error} (reference {reference})"
        return (
            f"Sorry, that went wrong on my side (reference {reference}, for whoever looks after me). "
            "What you typed is not lost where a form is open; please try again."
        )


def _answered(answer: Mapping[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(answer), headers=JSON)


def _place(error: Exception) -> str:
    """Where it was raised; the message is left out, since it may hold a person's words."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "?"


def _surface(body: Mapping[str, Any]) -> str:
    event = body.get("event") or {}
    return str(body.get("command") or event.get("type") or body.get("type") or "request")
