"""Changes of channels: forget the stored ids, so that the names are looked up again."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack

from slackguide.storage.channels import ChannelRepository

CHANNEL_EVENTS = tuple(
    sorted(
        [
            *(f"{kind}_{what}" for kind in ("channel", "group") for what in ("archive", "unarchive", "rename", "left")),
            "channel_deleted",
            "group_deleted",
            "channel_id_changed",
        ]
    )
)
"""Events after which a stored id may belong to another name, or a name to another channel."""


class ChannelEvents:
    """A listener for all `CHANNEL_EVENTS`."""

    def __init__(self, *, channels: ChannelRepository) -> None:
        self._channels = channels

    def changed(self, ack: Ack, event: dict[str, Any]) -> None:
        """Forget the channel. Forgetting it once more changes nothing, so the event's id is not stored."""
        channel = event.get("channel") or event.get("old_channel_id")
        if isinstance(channel, dict):  # channel_rename
            channel = channel.get("id")
        if channel:
            self._channels.delete_id(str(channel))
        ack()
