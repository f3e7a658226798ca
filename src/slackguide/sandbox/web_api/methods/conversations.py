"""conversations.*: channels, direct messages, and reading what was posted."""

from __future__ import annotations

from collections.abc import Callable

from slackguide.sandbox.errors import ApiError, NotFoundError
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.web_api import serializers
from slackguide.sandbox.web_api.arguments import Arguments
from slackguide.sandbox.web_api.methods.context import MethodContext, require_scopes
from slackguide.sandbox.web_api.methods.pagination import page
from slackguide.sandbox.workspace.workspace import Conversation, Message


def open_conversation(context: MethodContext, arguments: Arguments) -> Json:
    """conversations.open: the direct message with one person."""
    workspace = context.workspace
    which = arguments.text("channel")
    users = [part.strip() for part in arguments.text("users").split(",") if part.strip()]
    if which:
        try:
            found = workspace.conversation(which)
        except NotFoundError:
            raise ApiError("channel_not_found") from None
    elif not users:
        raise ApiError("users_list_not_supplied")
    elif len(users) > 1:
        raise ApiError("invalid_arguments", messages=["[ERROR] not part of the sandbox: group direct messages"])
    else:
        try:
            person = workspace.person(users[0])
        except NotFoundError:
            raise ApiError("user_not_found") from None
        if person.deleted:
            raise ApiError("user_disabled")
        found = workspace.direct_message(person.id)
    full = arguments.flag("return_im")
    return {"channel": serializers.channel(workspace, found) if full else {"id": found.id}}


def list_conversations(context: MethodContext, arguments: Arguments) -> Json:
    """conversations.list."""
    workspace = context.workspace
    kinds = {kind.strip() for kind in arguments.text("types", "public_channel").split(",")}
    if not kinds <= {"public_channel", "private_channel", "mpim", "im"}:
        raise ApiError("invalid_types")
    needed = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}
    require_scopes(workspace, *(needed[kind] for kind in kinds))
    hide = arguments.flag("exclude_archived")
    found = [
        conversation
        for conversation in workspace.conversations
        if _kind(conversation) in kinds
        and not (hide and conversation.archived)
        and (conversation.bot_joined or not conversation.private)
    ]
    found_page, cursor = page(found, arguments, default=100, high=1000)
    return {
        "channels": [serializers.channel(workspace, conversation, count=True) for conversation in found_page],
        "response_metadata": {"next_cursor": cursor},
    }


def _kind(conversation: Conversation) -> str:
    if conversation.person:
        return "im"
    return "private_channel" if conversation.private else "public_channel"


def info(context: MethodContext, arguments: Arguments) -> Json:
    """conversations.info."""
    arguments.require("channel")
    workspace = context.workspace
    try:
        found = workspace.conversation(arguments.text("channel"))
    except NotFoundError:
        raise ApiError("channel_not_found") from None
    if found.private and not found.bot_joined:
        raise ApiError("channel_not_found")
    require_scopes(workspace, {"im": "im:read", "private_channel": "groups:read"}.get(_kind(found), "channels:read"))
    return {"channel": serializers.channel(workspace, found, count=arguments.flag("include_num_members"))}


# docs.slack.dev/reference/methods/conversations.members
_MEMBERS_HIGH = 999


def members(context: MethodContext, arguments: Arguments) -> Json:
    """conversations.members: ids, the bot's own among them; people who have left are in no channel."""
    arguments.require("channel")
    workspace = context.workspace
    try:
        found = workspace.conversation(arguments.text("channel"))
    except NotFoundError:
        raise ApiError("channel_not_found") from None
    if found.private and not found.bot_joined:
        raise ApiError("channel_not_found")
    require_scopes(workspace, {"im": "im:read", "private_channel": "groups:read"}.get(_kind(found), "channels:read"))
    present = [person.id for person in workspace.people if person.id in found.members and not person.deleted]
    seats = [*present, workspace.app.user_id] if found.bot_joined else present
    found_page, cursor = page(seats, arguments, default=100, high=_MEMBERS_HIGH)
    return {"members": found_page, "response_metadata": {"next_cursor": cursor}}


def _readable(context: MethodContext, arguments: Arguments) -> Conversation:
    """The channel whose messages the bot may read."""
    found = context.workspace.in_channel(arguments.text("channel"))
    needed = {"im": "im:history", "private_channel": "groups:history"}.get(_kind(found), "channels:history")
    require_scopes(context.workspace, needed)
    return found


def _timespan(arguments: Arguments) -> Callable[[Message], bool]:
    """Whether a message lies between `oldest` and `latest`. Raises ApiError invalid_ts_oldest, invalid_ts_latest."""
    bounds = {}
    for name, default in (("oldest", "0"), ("latest", "inf")):
        value = arguments.values.get(name)
        try:
            bounds[name] = float(default if value in (None, "", "now") else str(value))
        except ValueError:
            raise ApiError(f"invalid_ts_{name}") from None
    inclusive = arguments.flag("inclusive")

    def within(message: Message) -> bool:
        ts = float(message.ts)
        if inclusive:
            return bounds["oldest"] <= ts <= bounds["latest"]
        return bounds["oldest"] < ts < bounds["latest"]

    return within


def history(context: MethodContext, arguments: Arguments) -> Json:
    """conversations.history: newest first, threads left out."""
    arguments.require("channel")
    workspace = context.workspace
    channel = _readable(context, arguments)
    within = _timespan(arguments)
    found = [message for message in reversed(workspace.messages(channel.id)) if within(message)]
    found_page, cursor = page(found, arguments, default=100, high=999)
    metadata = arguments.flag("include_all_metadata")
    body: Json = {
        "messages": [serializers.message(workspace, message, metadata=metadata) for message in found_page],
        "has_more": bool(cursor),
        "pin_count": 0,
    }
    if cursor:
        body["response_metadata"] = {"next_cursor": cursor}
    return body


def replies(context: MethodContext, arguments: Arguments) -> Json:
    """conversations.replies: one thread, its parent first."""
    arguments.require("channel", "ts")
    workspace = context.workspace
    channel = _readable(context, arguments)
    thread = workspace.messages(channel.id, thread_ts=arguments.text("ts"))
    if not thread:
        raise ApiError("thread_not_found")
    within = _timespan(arguments)
    found = [message for message in thread if message.ts == thread[0].ts or within(message)]
    found_page, cursor = page(found, arguments, default=1000, high=1000)
    metadata = arguments.flag("include_all_metadata")
    body: Json = {
        "messages": [serializers.message(workspace, message, metadata=metadata) for message in found_page],
        "has_more": bool(cursor),
    }
    if cursor:
        body["response_metadata"] = {"next_cursor": cursor}
    return body
