"""The Web API methods that the app calls; any other is `unknown_method`.

Arguments, responses and error codes follow docs.slack.dev/reference/methods.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.web_api.arguments import Arguments
from slackguide.sandbox.web_api.methods import apps, chat, conversations, users, views
from slackguide.sandbox.web_api.methods.context import MethodContext, require_scopes

__all__ = ["METHODS", "MethodContext", "WebApiMethod", "run"]


@dataclass(frozen=True, kw_only=True)
class WebApiMethod:
    """A Web API method, with the scopes it needs.

    `caller` is the kind of token that it takes: `bot`, `app`, `config`, or `anyone` for a public method.
    """

    run: Callable[[MethodContext, Arguments], Json]
    scopes: tuple[str, ...] = ()
    caller: str = "bot"


def _auth_test(context: MethodContext, _: Arguments) -> Json:
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


def _connections_open(context: MethodContext, _: Arguments) -> Json:
    if context.connect is None:
        raise ApiError("not_allowed_token_type")
    return {"url": context.connect()}


METHODS: dict[str, WebApiMethod] = {
    "auth.test": WebApiMethod(run=_auth_test),
    "apps.connections.open": WebApiMethod(run=_connections_open, caller="app"),
    "apps.manifest.export": WebApiMethod(run=apps.export_manifest, caller="config"),
    "blocks.validate": WebApiMethod(run=apps.validate_blocks, caller="anyone"),
    "bots.info": WebApiMethod(run=apps.bot_info, scopes=("users:read",)),
    "chat.postMessage": WebApiMethod(run=chat.post_message, scopes=("chat:write",)),
    "chat.postEphemeral": WebApiMethod(run=chat.post_ephemeral, scopes=("chat:write",)),
    "chat.update": WebApiMethod(run=chat.update, scopes=("chat:write",)),
    "chat.delete": WebApiMethod(run=chat.delete, scopes=("chat:write",)),
    "chat.getPermalink": WebApiMethod(run=chat.get_permalink),
    "conversations.open": WebApiMethod(run=conversations.open_conversation, scopes=("im:write",)),
    "conversations.list": WebApiMethod(run=conversations.list_conversations),
    "conversations.info": WebApiMethod(run=conversations.info),
    "conversations.members": WebApiMethod(run=conversations.members),
    "conversations.history": WebApiMethod(run=conversations.history),
    "conversations.replies": WebApiMethod(run=conversations.replies),
    "users.conversations": WebApiMethod(run=conversations.list_own_conversations),
    "users.list": WebApiMethod(run=users.list_users, scopes=("users:read",)),
    "users.info": WebApiMethod(run=users.user_info, scopes=("users:read",)),
    "usergroups.list": WebApiMethod(run=users.list_groups, scopes=("usergroups:read",)),
    "usergroups.users.list": WebApiMethod(run=users.list_group_users, scopes=("usergroups:read",)),
    "views.open": WebApiMethod(run=views.open_view),
    "views.push": WebApiMethod(run=views.push_view),
    "views.update": WebApiMethod(run=views.update_view),
    "views.publish": WebApiMethod(run=views.publish_view),
}


def is_public(name: str) -> bool:
    """Return whether a method needs no token."""
    return name in METHODS and METHODS[name].caller == "anyone"


def run(context: MethodContext, name: str, arguments: Arguments, *, caller: str) -> Json:
    """Return the body of the response to a call. Raises ApiError with Slack's code."""
    method = METHODS.get(name)
    if method is None:
        raise ApiError("unknown_method", more={"req_method": name})
    if name != "auth.test" and caller != method.caller:
        raise ApiError("not_allowed_token_type")
    require_scopes(context.workspace, *method.scopes)
    return {"ok": True, **method.run(context, arguments)}
