"""conversations.*: channels, direct messages, members, and message history."""

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
    """Run conversations.open, for the direct message with one person."""
    workspace = context.workspace
    channel = arguments.text("channel")
    users = [part.strip() for part in arguments.text("users").split(",") if part.strip()]
    if channel:
        try:
            conversation = workspace.conversation(channel)
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
        conversation = workspace.direct_message(person.id)
    return_im = arguments.flag("return_im")
    return {"channel": serializers.channel(workspace, conversation) if return_im else {"id": conversation.id}}


def list_conversations(context: MethodContext, arguments: Arguments) -> Json:
    """Run conversations.list."""
    return _listed(context, arguments, lambda conversation: conversation.bot_joined or not conversation.private)


def list_own_conversations(context: MethodContext, arguments: Arguments) -> Json:
    """Run users.conversations, for the app itself."""
    arguments.reject("user")
    return _listed(context, arguments, lambda conversation: conversation.bot_joined)


def _listed(context: MethodContext, arguments: Arguments, includes: Callable[[Conversation], bool]) -> Json:
    workspace = context.workspace
    kinds = {kind.strip() for kind in arguments.text("types", "public_channel").split(",")}
    if not kinds <= {"public_channel", "private_channel", "mpim", "im"}:
        raise ApiError("invalid_types")
    scopes = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}
    require_scopes(workspace, *(scopes[kind] for kind in kinds))
    exclude_archived = arguments.flag("exclude_archived")
    conversations = [
        conversation
        for conversation in workspace.conversations
        if _kind(conversation) in kinds and not (exclude_archived and conversation.archived) and includes(conversation)
    ]
    items, cursor = page(conversations, arguments, default=100, maximum=_MAX_CONVERSATIONS)
    return {
        "channels": [serializers.channel(workspace, conversation, count=True) for conversation in items],
        "response_metadata": {"next_cursor": cursor},
    }


_MAX_CONVERSATIONS = 999
"""The maximum limit in docs.slack.dev/reference/methods/conversations.list: "under 1000"."""


def _kind(conversation: Conversation) -> str:
    if conversation.person:
        return "im"
    return "private_channel" if conversation.private else "public_channel"


def _visible(context: MethodContext, arguments: Arguments) -> Conversation:
    """Return the conversation of a call whose details the app may see. Raises ApiError."""
    arguments.require("channel")
    workspace = context.workspace
    try:
        conversation = workspace.conversation(arguments.text("channel"))
    except NotFoundError:
        raise ApiError("channel_not_found") from None
    if conversation.private and not conversation.bot_joined:
        raise ApiError("channel_not_found")
    require_scopes(
        workspace, {"im": "im:read", "private_channel": "groups:read"}.get(_kind(conversation), "channels:read")
    )
    return conversation


def info(context: MethodContext, arguments: Arguments) -> Json:
    """Run conversations.info."""
    conversation = _visible(context, arguments)
    return {
        "channel": serializers.channel(context.workspace, conversation, count=arguments.flag("include_num_members"))
    }


_MAX_MEMBERS = 999
"""The maximum limit in docs.slack.dev/reference/methods/conversations.members."""


def members(context: MethodContext, arguments: Arguments) -> Json:
    """Run conversations.members. The ids include the app's user, and no deactivated person."""
    workspace, conversation = context.workspace, _visible(context, arguments)
    present = [person.id for person in workspace.people if person.id in conversation.members and not person.deleted]
    member_ids = [*present, workspace.app.user_id] if conversation.bot_joined else present
    items, cursor = page(member_ids, arguments, default=100, maximum=_MAX_MEMBERS)
    return {"members": items, "response_metadata": {"next_cursor": cursor}}


def _readable(context: MethodContext, arguments: Arguments) -> Conversation:
    """Return the channel whose messages the call reads. Raises ApiError."""
    conversation = context.workspace.in_channel(arguments.text("channel"))
    scope = {"im": "im:history", "private_channel": "groups:history"}.get(_kind(conversation), "channels:history")
    require_scopes(context.workspace, scope)
    return conversation


def _timespan(arguments: Arguments) -> Callable[[Message], bool]:
    """Return a filter for `oldest` and `latest`. Raises ApiError invalid_ts_oldest, invalid_ts_latest."""
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
    """Run conversations.history: newest first, without thread replies."""
    arguments.require("channel")
    workspace = context.workspace
    channel = _readable(context, arguments)
    within = _timespan(arguments)
    messages = [message for message in reversed(workspace.messages(channel.id)) if within(message)]
    items, cursor = page(messages, arguments, default=100, maximum=999)
    metadata = arguments.flag("include_all_metadata")
    body: Json = {
        "messages": [serializers.message(workspace, message, metadata=metadata) for message in items],
        "has_more": bool(cursor),
        "pin_count": 0,
    }
    if cursor:
        body["response_metadata"] = {"next_cursor": cursor}
    return body


def replies(context: MethodContext, arguments: Arguments) -> Json:
    """Run conversations.replies: one thread, its parent first."""
    arguments.require("channel", "ts")
    workspace = context.workspace
    channel = _readable(context, arguments)
    thread = workspace.messages(channel.id, thread_ts=arguments.text("ts"))
    if not thread:
        raise ApiError("thread_not_found")
    within = _timespan(arguments)
    messages = [message for message in thread if message.ts == thread[0].ts or within(message)]
    items, cursor = page(messages, arguments, default=1000, maximum=1000)
    metadata = arguments.flag("include_all_metadata")
    body: Json = {
        "messages": [serializers.message(workspace, message, metadata=metadata) for message in items],
        "has_more": bool(cursor),
    }
    if cursor:
        body["response_metadata"] = {"next_cursor": cursor}
    return body
