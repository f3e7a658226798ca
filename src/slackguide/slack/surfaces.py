"""The surface where something was written or clicked, and its audience."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_direct_message(channel_id: str) -> bool:
    """Return whether the conversation is a direct message. Their ids start with D."""
    return channel_id.startswith("D")


def public_channel_of(body: Mapping[str, Any]) -> str | None:
    """Return the id of the channel whose members can all see what was clicked.

    Return None for what one user alone can see: a view, an ephemeral message, a direct message. A request without this
    data counts as public.
    """
    if body.get("view"):
        return None
    container = body.get("container") or {}
    channel_id = str(container.get("channel_id") or (body.get("channel") or {}).get("id") or "")
    return None if container.get("is_ephemeral") or is_direct_message(channel_id) else channel_id


def thread_of(body: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the channel id and the parent's timestamp if a reply in a thread was clicked, or else None.

    A click on the parent message returns None, because the user need not have its thread open.
    """
    container, message = body.get("container") or {}, body.get("message") or {}
    thread_ts = container.get("thread_ts") or message.get("thread_ts")
    ts = container.get("message_ts") or message.get("ts")
    channel_id = container.get("channel_id") or (body.get("channel") or {}).get("id")
    return (str(channel_id), str(thread_ts)) if thread_ts and thread_ts != ts and channel_id else None
