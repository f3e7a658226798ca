"""Direct messages and mentions: store the task before acknowledging the event."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack

from slackguide.delivery.tasks import AnswerMessage
from slackguide.slack.message_text import message_text
from slackguide.slack.surfaces import is_direct_message
from slackguide.storage.inbox import EventInbox

EDITED = "message_changed"
"""Subtype of the event of an edited message."""

ANSWERED_SUBTYPES = {None, "file_share", "me_message", "thread_broadcast"}
"""Subtypes of messages that are answered; edits, joins and all others are ignored."""


class MessageEvents:
    """Listeners for events. A worker answers a stored event, after a crash too."""

    def __init__(self, *, inbox: EventInbox) -> None:
        self._inbox = inbox

    def direct(self, ack: Ack, event: dict[str, Any], body: dict[str, Any]) -> None:
        """Store a direct message (`message.im`), or that one was edited."""
        if event.get("channel_type") == "im" and event.get("subtype") == EDITED:
            message = event.get("message") or {}
            if message.get("edited") and message.get("subtype") in ANSWERED_SUBTYPES and not _is_bot(message):
                self._inbox.accept_edit(_answer({**message, "channel": event["channel"]}, body))
        if event.get("channel_type") == "im" and event.get("subtype") in ANSWERED_SUBTYPES and not _is_bot(event):
            answer = _answer(event, body)
            self._inbox.accept(answer.event_id, answer)
        ack()

    def mention(self, ack: Ack, event: dict[str, Any], body: dict[str, Any]) -> None:
        """Store a mention in a channel (`app_mention`). In a direct message, `message.im` is answered instead.

        Slack sends the event again, with another id, when the message is edited. A mention that was added by editing
        is a new question.
        """
        if not _is_bot(event) and not is_direct_message(str(event.get("channel", ""))):
            answer = _answer(event, body)
            if not (event.get("edited") and self._inbox.accept_edit(answer)):
                self._inbox.accept(answer.event_id, answer)
        ack()


def _answer(event: dict[str, Any], body: dict[str, Any]) -> AnswerMessage:
    ts = str(event["ts"])
    return AnswerMessage(
        event_id=str(body["event_id"]),
        channel_id=str(event["channel"]),
        thread_ts=str(event.get("thread_ts") or ts),
        user_id=str(event["user"]),
        team_id=str(event.get("team") or body.get("team_id") or ""),
        text=message_text(event),
        ts=ts,
        ext_shared=bool(body.get("is_ext_shared_channel")),
    )


def _is_bot(event: dict[str, Any]) -> bool:
    return bool(event.get("bot_id") or event.get("bot_profile") or not event.get("user") or event.get("hidden"))
