"""Bolt middleware: the access policy before every listener, and Slack's notices about rate limits."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from slack_bolt import Ack, BoltContext, BoltRequest, BoltResponse, Respond

from slackguide.slack.access import Allowed, Denied, UnknownUser
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.api.updates import MessageUpdater
from slackguide.slack.ids import Action
from slackguide.slack.views.blocks import text_card
from slackguide.slack.views.form_errors import rejection

log = logging.getLogger(__name__)

LOOKING_UP = (
    "One moment: I do not know you yet and am looking you up. Your answer follows here. "
    "If none has come within a minute, Slack did not let me: please type it again."
)

NOTICE_INTERVAL = 60.0
"""Seconds between two warnings that Slack drops events."""

INTERACTIONS = frozenset({"block_actions", "block_suggestion", "message_action", "shortcut", "view_submission"})
"""Types of requests that come from a person. Events are queued, and checked when they are answered."""

UNCHECKED_ACTIONS = frozenset({Action.LINK, Action.HOME_PAGE})
"""Actions without a check here: a link is only acknowledged, and App Home is checked when it is drawn."""


class RateLimitNotices:
    """Bolt middleware that acknowledges `app_rate_limited`: Slack's only notice that it drops events of this app.

    It warns at most once a minute (docs.slack.dev/apis/events-api, rate limiting). `ticks` returns monotonic seconds.
    """

    def __init__(self, *, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._next = float("-inf")

    def __call__(self, body: dict[str, Any], ack: Ack, next: Callable[[], None]) -> BoltResponse | None:
        """Answer the notice; pass on everything else."""
        if body.get("type") != "app_rate_limited":
            next()
            return None
        now = self._ticks()
        if now >= self._next:
            self._next = now + NOTICE_INTERVAL
            minute = body.get("minute_rate_limited")
            since = f"{datetime.fromtimestamp(minute, UTC):%H:%M} UTC" if isinstance(minute, int) else "an unknown time"
            log.warning("Slack drops events of this app since %s: more than 30,000 an hour in one workspace", since)
        return ack()


class AccessMiddleware:
    """Puts the person who sent a request into the Bolt context, or answers the request in place of the listener.

    Listeners take two arguments from the context: `user`, an `Allowed`, and `acknowledged`, whether the request was
    acknowledged before the listener runs. `dispatch` is the app's.
    """

    def __init__(
        self, *, directory: DirectorySync, updater: MessageUpdater, dispatch: Callable[[BoltRequest], BoltResponse]
    ) -> None:
        self._directory = directory
        self._updater = updater
        self._dispatch = dispatch

    def __call__(
        self,
        request: BoltRequest,
        body: dict[str, Any],
        context: BoltContext,
        ack: Ack,
        respond: Respond,
        next: Callable[[], None],
    ) -> BoltResponse | None:
        """Call the next middleware for a person who is allowed; answer everybody else.

        Looking up an unknown person takes the network. A submission waits for it: its acknowledgement is the only place
        for an error. Everything else is acknowledged first and dispatched again afterwards.
        """
        user_id = _user_id(body)
        if user_id is None or "user" in context:
            next()
            return None
        decision = self._directory.known(user_id)
        if isinstance(decision, UnknownUser) and body.get("type") == "view_submission":
            decision = self._directory.look_up(user_id)
        match decision:
            case Allowed():
                context["user"] = decision
                context["acknowledged"] = False
                next()
                return None
            case Denied(message=text):
                return self._deny(ack, body, text)
            case UnknownUser():
                self._updater.in_background(body, lambda: self._look_up(user_id, request, respond))
                return self._acknowledge(ack, body)

    def _deny(self, ack: Ack, body: dict[str, Any], text: str) -> BoltResponse:
        if body.get("command"):
            return ack(**text_card(text).ephemeral())
        match body.get("type"):
            case "view_submission":
                return ack(**rejection(body.get("view") or {}, text))
            case "block_suggestion":
                return ack(options=[])
            case _:
                self._updater.say(body, text)
                return ack()

    def _acknowledge(self, ack: Ack, body: Mapping[str, Any]) -> BoltResponse:
        if body.get("command"):
            return ack(**text_card(LOOKING_UP).ephemeral())
        return ack(options=[]) if body.get("type") == "block_suggestion" else ack()

    def _look_up(self, user_id: str, request: BoltRequest, respond: Respond) -> None:
        """Look up a person and dispatch their request again, which has been acknowledged.

        The answer to a command takes the place of `LOOKING_UP`.
        """
        body = request.body
        decision = self._directory.look_up(user_id)
        if isinstance(decision, Allowed):
            context = {"user": decision, "acknowledged": True}
            response = self._dispatch(BoltRequest(body=body, context=context, mode="socket_mode"))
            if body.get("command") and response.body:
                respond(**json.loads(response.body), replace_original=True)
        elif body.get("command"):
            self._updater.replace(body, text_card(decision.message))
        else:
            self._updater.say(body, decision.message)


def _user_id(body: Mapping[str, Any]) -> str | None:
    """Return the id of the person to check; None where nobody is."""
    if body.get("command"):
        return str(body["user_id"])
    if body.get("type") not in INTERACTIONS:
        return None
    action_ids = [str(action.get("action_id")) for action in body.get("actions") or ()]
    if action_ids and all(action_id.split(":")[0] in UNCHECKED_ACTIONS for action_id in action_ids):
        return None
    return str(body["user"]["id"])
