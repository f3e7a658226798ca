"""chat.*: post, update and delete the app's messages, and link to messages."""

from __future__ import annotations

from dataclasses import replace

from slackguide.sandbox.errors import ApiError, NotFoundError
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.web_api import serializers
from slackguide.sandbox.web_api.arguments import Arguments
from slackguide.sandbox.web_api.message_content import read_content
from slackguide.sandbox.web_api.methods.context import MethodContext
from slackguide.sandbox.workspace.workspace import Conversation, Message, Workspace

MAX_UPDATE_TEXT = 4_000
"""The maximum length of text in docs.slack.dev/reference/methods/chat.update."""


def _target(context: MethodContext, arguments: Arguments) -> Conversation:
    """Return the conversation to post to: a channel by id or name, or the direct message with a person by id."""
    workspace = context.workspace
    channel = arguments.text("channel")
    if any(channel == person.id for person in workspace.people):
        return workspace.direct_message(channel)
    conversation = workspace.in_channel(channel)
    if conversation.archived:
        raise ApiError("is_archived")
    return conversation


def post_message(context: MethodContext, arguments: Arguments) -> Json:
    """Run chat.postMessage."""
    arguments.require("channel")
    workspace = context.workspace
    channel = _target(context, arguments)
    thread_ts = arguments.text("thread_ts") or None
    if thread_ts is not None:
        try:
            parent = workspace.message(thread_ts, channel=channel.id)
        except NotFoundError:
            raise ApiError("thread_not_found") from None
        thread_ts = parent.thread_ts or parent.ts
    content = read_content(arguments, workspace.ids)
    client_msg_id = arguments.text("client_msg_id") or None
    if client_msg_id is not None and context.honours_client_msg_id:
        if (earlier := _earlier(context, client_msg_id, channel)) is not None:
            return _posted(workspace, earlier)
        workspace.client_msg_ids[client_msg_id] = channel.id
    message = workspace.post(
        Message(
            channel=channel.id,
            ts=workspace.next_ts(),
            user=workspace.app.user_id,
            text=content.text,
            blocks=content.blocks or (),
            thread_ts=thread_ts,
            client_msg_id=client_msg_id,
            metadata=content.metadata,
            by_bot=True,
            broadcast=arguments.flag("reply_broadcast"),
            state=content.state,
        )
    )
    context.posted(message)
    return _posted(workspace, message)


def _posted(workspace: Workspace, message: Message) -> Json:
    return {
        "channel": message.channel,
        "ts": message.ts,
        "message": serializers.message(workspace, message, metadata=True),
    }


def _earlier(context: MethodContext, client_msg_id: str, channel: Conversation) -> Message | None:
    """Return the message that was posted with this `client_msg_id`, None if there was none.

    Raises ApiError duplicate_message_not_found, duplicate_channel_not_found.
    """
    known = context.workspace.client_msg_ids.get(client_msg_id)
    if known is None:
        return None
    if known != channel.id:
        raise ApiError("duplicate_channel_not_found")
    for message in context.workspace.all_messages(channel.id):
        if message.client_msg_id == client_msg_id:
            return message
    raise ApiError("duplicate_message_not_found")


def post_ephemeral(context: MethodContext, arguments: Arguments) -> Json:
    """Run chat.postEphemeral."""
    arguments.require("channel", "user")
    workspace = context.workspace
    channel = _target(context, arguments)
    if arguments.text("user") not in channel.members:
        raise ApiError("user_not_in_channel")
    content = read_content(arguments, workspace.ids)
    message = workspace.post(
        Message(
            channel=channel.id,
            ts=workspace.next_ts(),
            user=workspace.app.user_id,
            text=content.text,
            blocks=content.blocks or (),
            thread_ts=arguments.text("thread_ts") or None,
            by_bot=True,
            reader=arguments.text("user"),
            state=content.state,
        )
    )
    return {"message_ts": message.ts}


def _own_message(context: MethodContext, arguments: Arguments, *, error_code: str) -> Message:
    """Return the app's message that a call names. Raises ApiError message_not_found, also for an ephemeral message."""
    channel = context.workspace.in_channel(arguments.text("channel"))
    try:
        message = context.workspace.message(arguments.text("ts"), channel=channel.id)
    except NotFoundError:
        raise ApiError("message_not_found") from None
    if message.reader is not None:
        raise ApiError("message_not_found")
    if not message.by_bot:
        raise ApiError(error_code)
    return message


def update(context: MethodContext, arguments: Arguments) -> Json:
    """Run chat.update. Absent arguments leave the message unchanged."""
    arguments.require("channel", "ts")
    workspace = context.workspace
    message = _own_message(context, arguments, error_code="cant_update_message")
    if len(arguments.text("text")) > MAX_UPDATE_TEXT:
        raise ApiError("msg_too_long")
    content = read_content(arguments, workspace.ids, required="blocks" not in arguments.values)
    changed = replace(
        message,
        text=content.text or message.text,
        blocks=message.blocks if content.blocks is None else content.blocks,
        state=message.state if content.blocks is None else content.state,
        metadata=content.metadata if "metadata" in arguments.values else message.metadata,
        edited=workspace.next_ts(),
    )
    workspace.post(changed)
    context.changed(message, changed)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": changed.text,
        "message": serializers.message(workspace, changed, metadata=True),
    }


def delete(context: MethodContext, arguments: Arguments) -> Json:
    """Run chat.delete."""
    arguments.require("channel", "ts")
    message = _own_message(context, arguments, error_code="cant_delete_message")
    context.workspace.remove(message)
    return {"channel": message.channel, "ts": message.ts}


def permalink(site: str, message: Message) -> str:
    """Return the link to a message on the sandbox's page."""
    link = f"{site}archives/{message.channel}/p{message.ts.replace('.', '')}"
    if message.thread_ts and message.thread_ts != message.ts:
        link += f"?thread_ts={message.thread_ts}&cid={message.channel}"
    return link


def get_permalink(context: MethodContext, arguments: Arguments) -> Json:
    """Run chat.getPermalink."""
    arguments.require("channel", "message_ts")
    channel = context.workspace.in_channel(arguments.text("channel"))
    try:
        message = context.workspace.message(arguments.text("message_ts"), channel=channel.id)
    except NotFoundError:
        raise ApiError("message_not_found") from None
    if message.reader is not None:
        raise ApiError("message_not_found")
    return {"channel": channel.id, "permalink": permalink(context.site, message)}
