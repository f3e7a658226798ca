"""The one place where a fault of ours turns into words, on the surface where the person is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slack_bolt import BoltResponse

from slackguide.slack.apology import apology, reference_of, surface_of
from slackguide.slack.listeners.forms import on_first
from slackguide.slack.redrawing import Redrawing
from slackguide.slack.views.card import words_card

JSON: dict[str, str | Sequence[str]] = {"content-type": ["application/json; charset=utf-8"]}


class Boundary:
    """Bolt's error handler. `ids` gives references that nobody has seen before."""

    def __init__(self, *, redrawing: Redrawing, ids: Callable[[], str]) -> None:
        self._redrawing = redrawing
        self._ids = ids

    def __call__(self, error: Exception, body: dict[str, Any]) -> BoltResponse:
        """The acknowledgement that tells the person; for an event 500, so that Slack sends it again."""
        words = apology(error, reference_of(self._ids()), surface_of(body))
        if body.get("command"):
            return _answered(words_card(words).ephemeral())
        if body.get("type") == "view_submission":
            view = body.get("view") or {}
            return _answered({"response_action": "errors", "errors": on_first(view, words)})
        if body.get("type") in ("block_actions", "message_action", "shortcut"):
            self._redrawing.say(body, words)
            return BoltResponse(status=200, body="")
        return BoltResponse(status=500, body="")


def _answered(answer: Mapping[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(answer), headers=JSON)
