"""What every Web API method works on, and the checks they share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.workspace.workspace import Message, Workspace


@dataclass(frozen=True, kw_only=True)
class MethodContext:
    """What the methods work on: `connect` makes a WebSocket URL (None: Socket Mode is off), `site` is the page's URL.

    `posted` and `changed` hear of the bot's own messages, which Slack reports to it as events.
    """

    workspace: Workspace
    site: str
    connect: Callable[[], str] | None
    posted: Callable[[Message], None]
    changed: Callable[[Message, Message], None]


def require_scopes(workspace: Workspace, *scopes: str) -> None:
    """Refuse a call for which the bot token lacks a scope."""
    missing = [scope for scope in scopes if scope not in workspace.app.scopes]
    if missing:
        provided = ",".join(sorted(workspace.app.scopes))
        raise ApiError("missing_scope", more={"needed": ",".join(missing), "provided": provided})
