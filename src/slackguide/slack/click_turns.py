"""Clicks as turns of a conversation: how they are stored beside the messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slackguide.guide import Click, Turn
from slackguide.slack.button_payloads import (
    AnswerPayload,
    ChooseEntryPayload,
    RemoveFactPayload,
    SetFactPayload,
    UnknownFactPayload,
)
from slackguide.slack.message_text import plain_text
from slackguide.slack.surfaces import is_direct_message

_MARK = "\x1a"
"""Begins the stored text of a click. `plain_text` removes control characters, so that no message begins with it."""


def click_of(payload: AnswerPayload) -> Click | None:
    """Return the click that a button's payload stands for; None if it says nothing about the case."""
    about = payload.state.entry
    match payload:
        case SetFactPayload(name=name, value=value):
            return Click(fact=name, value=value, about=about)
        case UnknownFactPayload(name=name):
            return Click(fact=name, about=about)
        case RemoveFactPayload(name=name):
            return Click(fact=name, removed=True, about=about)
        case ChooseEntryPayload(entry_id=entry_id):
            return Click(entry=entry_id)
        case _:
            return None


def encode_click(click: Click) -> str:
    """Return the text that stands for a click among the stored turns."""
    content = {"f": click.fact, "v": click.value, "r": click.removed, "e": click.entry, "a": click.about}
    return _MARK + json.dumps({name: value for name, value in content.items() if value not in (None, False)})


def decode_turn(stored: str) -> Turn:
    """Return the turn behind a stored text, without Slack's escapes. What is no click is read as a message."""
    if not stored.startswith(_MARK):
        return plain_text(stored)
    try:
        raw = json.loads(stored[1:])
        return Click(raw.get("f"), raw.get("v"), bool(raw.get("r")), raw.get("e"), raw.get("a"))
    except (ValueError, AttributeError, RecursionError):
        return plain_text(stored)


def place_of(body: Mapping[str, Any], action: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Return the channel, the thread and the time of a click on a message of a conversation, or None.

    An ephemeral message and a view belong to none. A click on a top-level card counts as a top-level turn.
    """
    container, message = body.get("container") or {}, body.get("message") or {}
    channel_id = str(container.get("channel_id") or (body.get("channel") or {}).get("id") or "")
    ts = str(action.get("action_ts") or "")
    thread_ts = container.get("thread_ts") or message.get("thread_ts")
    if body.get("view") or container.get("is_ephemeral") or not channel_id or not ts:
        return None
    if thread_ts:
        return channel_id, str(thread_ts), ts
    return (channel_id, ts, ts) if is_direct_message(channel_id) else None
