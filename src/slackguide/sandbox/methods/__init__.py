"""The Web API methods that a bot like this calls; anything else is `unknown_method`.

Argument names, answers and error codes are those of docs.slack.dev/reference/methods.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from slackguide.sandbox.arguments import Arguments
from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.methods import chat, conversations, people, views
from slackguide.sandbox.methods.context import Context, need
from slackguide.sandbox.types import Json

__all__ = ["METHODS", "Context", "Method", "run"]


@dataclass(frozen=True, kw_only=True)
class Method:
    """One method: what it does, the scope it needs, and whether it takes the app-level token."""

    run: Callable[[Context, Arguments], Json]
    scopes: tuple[str, ...] = ()
    for_app: bool = False


def _auth_test(context: Context, _: Arguments) -> Json:
    workspace = context.workspace
    return {
        "url": context.site,
        "team": workspace.team.name,
        "user": workspace.app.name,
        "team_id": workspace.team.id,
        "user_id": workspace.app.user_id,
        "bot_id": workspace.app.bot_id,
        "is_enterprise_install": False,
    }


def _connections_open(context: Context, _: Arguments) -> Json:
    if context.connect is None:
        raise ApiError("not_allowed_token_type")
    return {"url": context.connect()}


METHODS: Final[dict[str, Method]] = {
    "auth.test": Method(run=_auth_test),
    "apps.connections.open": Method(run=_connections_open, for_app=True),
    "chat.postMessage": Method(run=chat.post_message, scopes=("chat:write",)),
    "chat.postEphemeral": Method(run=chat.post_ephemeral, scopes=("chat:write",)),
    "chat.update": Method(run=chat.update, scopes=("chat:write",)),
    "chat.delete": Method(run=chat.delete, scopes=("chat:write",)),
    "chat.getPermalink": Method(run=chat.get_permalink),
    "conversations.open": Method(run=conversations.open_conversation, scopes=("im:write",)),
    "conversations.list": Method(run=conversations.list_conversations),
    "conversations.info": Method(run=conversations.info),
    "conversations.members": Method(run=conversations.members),
    "conversations.history": Method(run=conversations.history),
    "conversations.replies": Method(run=conversations.replies),
    "users.list": Method(run=people.list_users, scopes=("users:read",)),
    "users.info": Method(run=people.user_info, scopes=("users:read",)),
    "usergroups.list": Method(run=people.list_groups, scopes=("usergroups:read",)),
    "usergroups.users.list": Method(run=people.list_group_users, scopes=("usergroups:read",)),
    "views.open": Method(run=views.open_view),
    "views.push": Method(run=views.push_view),
    "views.update": Method(run=views.update_view),
    "views.publish": Method(run=views.publish_view),
}


def run(context: Context, name: str, arguments: Arguments, *, caller: str) -> Json:
    """Answer one call. Raises ApiError with Slack's code."""
    method = METHODS.get(name)
    if method is None:
        raise ApiError("unknown_method", more={"req_method": name})
    if name != "auth.test" and (caller == "app") != method.for_app:
        raise ApiError("not_allowed_token_type")
    need(context.workspace, *method.scopes)
    return {"ok": True, **method.run(context, arguments)}
