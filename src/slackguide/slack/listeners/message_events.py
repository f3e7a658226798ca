"""Messages and mentions: store the task before acknowledging the event."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, BoltContext

from slackguide.delivery.tasks import AnswerMessage
from slackguide.slack.escalation_replies import EscalationReplies
from slackguide.slack.message_text import message_text
from slackguide.slack.surfaces import is_direct_message
from slackguide.storage.inbox import EventInbox

ANSWERED_SUBTYPES = {None, "file_share", "me_message", "thread_broadcast"}
"""Subtypes of messages that are answered; edits, joins and all others are ignored."""


class MessageEvents:
    """Listeners for events. A worker answers a stored event, after a crash too."""

    def __init__(self, *, inbox: EventInbox, replies: EscalationReplies) -> None:
        self._inbox = inbox
        self._replies = replies

    def message(self, ack: Ack, event: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        """Store a direct message (`message.im`), or a reply in a thread of ours (`message.channels`, `message.groups`).

        Of all other messages in channels nothing is stored or logged, and only replies cost a query.
        """
        match event.get("subtype"):
            case "message_changed":
                self._edited({**(event.get("message") or {}), "channel": event["channel"]}, event, body)
            case "message_deleted":
                self._deleted({**(event.get("previous_message") or {}), "channel": event["channel"]}, event, body)
        if event.get("subtype") in ANSWERED_SUBTYPES and not _is_bot(event):
            match event.get("channel_type"):
                case "im":
                    message = _message(event, body)
                    if not self._replies.take_direct(message):
                        self._inbox.accept(message.event_id, message)
                case "channel" | "group" if _is_reply(event) and not _mentions(event, context.bot_user_id):
                    self._replies.take_in_channel(_message(event, body))
        ack()

    def mention(self, ack: Ack, event: dict[str, Any], body: dict[str, Any]) -> None:
        """Store a mention in a channel (`app_mention`). In a direct message, `message.im` is answered instead.

        Slack sends the event again, with another id, when the message is edited. A mention that was added by editing
        is a new question.
        """
        if not _is_bot(event) and not is_direct_message(str(event.get("channel", ""))):
            message = _message(event, body)
            if not (event.get("edited") and self._inbox.accept_edit(message)):
                self._inbox.accept(message.event_id, message)
        ack()

    def _edited(self, message: dict[str, Any], event: dict[str, Any], body: dict[str, Any]) -> None:
        """Store the new text of a direct message or a reply. A link that Slack unfurls is no edit."""
        if not message.get("edited") or not _may_be_stored(message, event):
            return
        changed = _message(message, body)
        if event.get("channel_type") == "im":
            self._inbox.accept_edit(changed)
        self._replies.change(changed)

    def _deleted(self, message: dict[str, Any], event: dict[str, Any], body: dict[str, Any]) -> None:
        """Erase the text of a deleted reply from its escalation."""
        if _may_be_stored(message, event):
            self._replies.delete(_message(message, body))


def _message(event: dict[str, Any], body: dict[str, Any]) -> AnswerMessage:
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


def _may_be_stored(message: dict[str, Any], event: dict[str, Any]) -> bool:
    """Return whether a changed message may have been stored: a person's direct message, or their reply in a channel."""
    own = event.get("channel_type") == "im" or _is_reply(message)
    return own and bool(message.get("ts")) and message.get("subtype") in ANSWERED_SUBTYPES and not _is_bot(message)


def _is_reply(event: dict[str, Any]) -> bool:
    return bool(event.get("thread_ts")) and event["thread_ts"] != event.get("ts")


def _mentions(event: dict[str, Any], user_id: str | None) -> bool:
    """Return whether the message mentions the bot: then `app_mention` is answered."""
    return user_id is not None and f"<@{user_id}" in str(event.get("text") or "")


def _is_bot(event: dict[str, Any]) -> bool:
    return bool(event.get("bot_id") or event.get("bot_profile") or not event.get("user") or event.get("hidden"))
