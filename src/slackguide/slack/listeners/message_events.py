"""Direct messages and mentions: store the task before acknowledging the event."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack

from slackguide.delivery.tasks import AnswerMessage
from slackguide.slack.message_text import message_text
from slackguide.slack.surfaces import is_direct_message
from slackguide.storage.inbox import EventInbox

ANSWERED_SUBTYPES = {None, "file_share", "me_message", "thread_broadcast"}
"""Subtypes of messages that are answered; edits, joins and all others are ignored."""


class MessageEvents:
    """Listeners for events. A worker answers a stored event, after a crash too."""

    def __init__(self, *, inbox: EventInbox) -> None:
        self._inbox = inbox

    def direct(self, ack: Ack, event: dict[str, Any], body: dict[str, Any]) -> None:
        """Store a direct message (`message.im`)."""
        if event.get("channel_type") == "im" and event.get("subtype") in ANSWERED_SUBTYPES and not _is_bot(event):
            self._accept(event, body)
        ack()

    def mention(self, ack: Ack, event: dict[str, Any], body: dict[str, Any]) -> None:
        """Store a mention in a channel (`app_mention`). In a direct message, `message.im` is answered instead."""
        if not _is_bot(event) and not is_direct_message(str(event.get("channel", ""))):
            self._accept(event, body)
        ack()

    def _accept(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        ts = str(event["ts"])
        answer = AnswerMessage(
            event_id=str(body["event_id"]),
            channel_id=str(event["channel"]),
            thread_ts=str(event.get("thread_ts") or ts),
            user_id=str(event["user"]),
            team_id=str(event.get("team") or body.get("team_id") or ""),
            text=message_text(event),
            ts=ts,
            ext_shared=bool(body.get("is_ext_shared_channel")),
        )
        self._inbox.accept(answer.event_id, answer)


def _is_bot(event: dict[str, Any]) -> bool:
    return bool(event.get("bot_id") or event.get("bot_profile") or not event.get("user") or event.get("hidden"))
