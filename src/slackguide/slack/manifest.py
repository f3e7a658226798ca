"""The Slack app manifest, which matches the registered listeners."""

from __future__ import annotations

from typing import Any

from slackguide.slack.ids import COMMAND, Callback
from slackguide.slack.registry import EVENTS

SCOPES = {
    "app_mentions:read": "mentions in channels, answered in the thread or in a direct message",
    "channels:history": "replies to an escalation in its thread; whether a post whose answer was lost is there",
    "channels:read": "finding a channel by name; the members of a channel, before an answer is posted there",
    "chat:write": "answers in threads and direct messages, escalations, notices",
    "commands": "`/route`, and the message shortcut “Where does this go?”",
    "groups:history": "the same as `channels:history`, in private channels",
    "groups:read": "the same as `channels:read`, in private channels",
    "im:history": "receiving direct messages, and checking whether one was answered",
    "im:write": "opening a direct message",
    "usergroups:read": "who is a team lead, a specialist or on duty",
    "users:read": "who is a member or a guest, and in which time zone",
}
"""Bot scopes, and what each is for. docs/reference/slack.md is generated from them."""


def manifest(*, url: str | None = None) -> dict[str, Any]:
    """Return the manifest, for HTTP if the public URL `url` (`https://…/slack/events`) is given, or for Socket Mode."""
    socket_mode = url is None
    command: dict[str, Any] = {
        "command": COMMAND,
        "description": "Where does this concern go?",
        "usage_hint": "what happened, who asks, what they want | help | escalate",
        "should_escape": False,
    }
    interactivity: dict[str, Any] = {"is_enabled": True}
    events: dict[str, Any] = {"bot_events": sorted(EVENTS)}
    if url is not None:
        command["url"] = url
        interactivity["request_url"] = url
        events["request_url"] = url
    return {
        "display_information": {
            "name": "slackguide",
            "description": "Tells support agents where a concern goes, and carries their escalations there.",
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "slackguide", "always_online": True},
            "shortcuts": [
                {
                    "name": "Where does this go?",
                    "type": "message",
                    "callback_id": Callback.MESSAGE_SHORTCUT.value,
                    "description": "Ask slackguide about this message",
                }
            ],
            "slash_commands": [command],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }
