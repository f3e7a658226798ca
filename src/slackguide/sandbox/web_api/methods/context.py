"""The context of a Web API call, and the scope check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.workspace.workspace import Message, Workspace


@dataclass(frozen=True, kw_only=True)
class MethodContext:
    """The dependencies of Web API methods.

    `site` is the page's URL. `connect` returns a new WebSocket URL; None if Socket Mode is off. `posted` and `changed`
    are called with the app's new and changed messages, of which Slack notifies the app by events. With
    `honours_client_msg_id`, chat.postMessage returns the message that it posted for the same `client_msg_id` before.
    """

    workspace: Workspace
    site: str
    connect: Callable[[], str] | None
    posted: Callable[[Message], None]
    changed: Callable[[Message, Message], None]
    honours_client_msg_id: bool = False


def require_scopes(workspace: Workspace, *scopes: str) -> None:
    """Raise ApiError missing_scope if the bot token lacks one of the scopes."""
    missing = [scope for scope in scopes if scope not in workspace.app.scopes]
    if missing:
        provided = ",".join(sorted(workspace.app.scopes))
        raise ApiError("missing_scope", more={"needed": ",".join(missing), "provided": provided})
