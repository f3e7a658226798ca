"""users.* and usergroups.*: people and user groups."""

from __future__ import annotations

from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.web_api import serializers
from slackguide.sandbox.web_api.arguments import Arguments
from slackguide.sandbox.web_api.methods.context import MethodContext
from slackguide.sandbox.web_api.methods.pagination import page


def list_users(context: MethodContext, arguments: Arguments) -> Json:
    """Run users.list."""
    workspace = context.workspace
    listed = [None, *(person for person in workspace.people if person.listed)]
    people, cursor = page(listed, arguments, default=1000, maximum=1000)
    members = [serializers.user(workspace, p) if p is not None else serializers.bot_user(workspace) for p in people]
    return {"members": members, "cache_ts": int(workspace.clock()), "response_metadata": {"next_cursor": cursor}}


def user_info(context: MethodContext, arguments: Arguments) -> Json:
    """Run users.info."""
    arguments.require("user")
    workspace = context.workspace
    user_id = arguments.text("user")
    if user_id == workspace.app.user_id:
        return {"user": serializers.bot_user(workspace)}
    for person in workspace.people:
        if person.id == user_id:
            return {"user": serializers.user(workspace, person)}
    raise ApiError("user_not_found")


def list_groups(context: MethodContext, arguments: Arguments) -> Json:
    """Run usergroups.list."""
    workspace = context.workspace
    users, count = arguments.flag("include_users"), arguments.flag("include_count")
    return {
        "usergroups": [serializers.group(workspace, group, users=users, count=count) for group in workspace.groups],
    }


def list_group_users(context: MethodContext, arguments: Arguments) -> Json:
    """Run usergroups.users.list."""
    arguments.require("usergroup")
    for group in context.workspace.groups:
        if group.id == arguments.text("usergroup"):
            return {"users": list(group.users)}
    raise ApiError("no_such_subteam")
