"""The error handler: report an internal error on the surface where it occurred."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slack_bolt import BoltRequest, BoltResponse

from slackguide.slack.api.updates import MessageUpdater
from slackguide.slack.error_messages import error_message, error_reference, surface_name
from slackguide.slack.views.blocks import text_card
from slackguide.slack.views.form_errors import on_first_field

JSON: dict[str, str | Sequence[str]] = {"content-type": ["application/json; charset=utf-8"]}
"""Headers of a JSON response."""

LAST_RETRY = "3"
"""`x-slack-retry-num` of the last time that Slack sends an event (docs.slack.dev/apis/events-api)."""


class ErrorHandler:
    """Bolt's error handler. `ids` returns unique ids for references."""

    def __init__(self, *, updater: MessageUpdater, ids: Callable[[], str]) -> None:
        self._updater = updater
        self._ids = ids

    def __call__(self, error: Exception, body: dict[str, Any], request: BoltRequest) -> BoltResponse:
        """Return the acknowledgement that reports the error. For an event return 500, so that Slack sends it again.

        When Slack sends a message for the last time, its author is told that it is not answered.
        """
        text = error_message(error, error_reference(self._ids()), surface_name(body))
        if body.get("command"):
            return _response(text_card(text).ephemeral())
        if body.get("type") == "view_submission":
            view = body.get("view") or {}
            return _response({"response_action": "errors", "errors": on_first_field(view, text)})
        if body.get("type") in ("block_actions", "message_action", "shortcut"):
            self._updater.say(body, text)
            return BoltResponse(status=200, body="")
        event = body.get("event") or {}
        if _is_last_retry(request) and _is_question(event):
            self._updater.post_plainly(str(event["channel"]), event.get("thread_ts") or event["ts"], text)
        return BoltResponse(status=500, body="")


def _is_question(event: Mapping[str, Any]) -> bool:
    """Return whether an event is a person's direct message or mention."""
    is_message = event.get("type") == "app_mention" or event.get("channel_type") == "im"
    return is_message and bool(event.get("user") and event.get("ts")) and not event.get("bot_id")


def _is_last_retry(request: BoltRequest) -> bool:
    return request.headers.get("x-slack-retry-num", [""])[0] == LAST_RETRY


def _response(answer: Mapping[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(answer), headers=JSON)
