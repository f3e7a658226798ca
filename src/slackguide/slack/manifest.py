"""The Slack app manifest, which matches the registered listeners."""

from __future__ import annotations

from typing import Any

from slackguide.slack.ids import COMMAND, Callback
from slackguide.slack.registry import EVENTS

SCOPES = (
    "app_mentions:read", "channels:history", "channels:read", "chat:write", "commands", "groups:history",
    "groups:read", "im:history", "im:write", "usergroups:read", "users:read",
)  # fmt: skip
"""Bot scopes. The README's table names the method or event that needs each."""


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
