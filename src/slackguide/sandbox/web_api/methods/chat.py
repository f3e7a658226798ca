"""chat.*: posting, changing and deleting the bot's messages, and links to messages."""

from __future__ import annotations

from dataclasses import replace

from slackguide.sandbox.errors import ApiError, NotFoundError
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.web_api import serializers
from slackguide.sandbox.web_api.arguments import Arguments
from slackguide.sandbox.web_api.message_content import read_content
from slackguide.sandbox.web_api.methods.context import MethodContext
from slackguide.sandbox.workspace.workspace import Conversation, Message

# docs.slack.dev/reference/methods/chat.update
UPDATE_TEXT = 4_000


def _target(context: MethodContext, arguments: Arguments) -> Conversation:
    """Where a message goes: a channel by id or name, or a person by id, whose direct message is opened."""
    workspace = context.workspace
    which = arguments.text("channel")
    if any(which == person.id for person in workspace.people):
        return workspace.direct_message(which)
    found = workspace.in_channel(which)
    if found.archived:
        raise ApiError("is_archived")
    return found


def post_message(context: MethodContext, arguments: Arguments) -> Json:
    """chat.postMessage."""
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
    message = workspace.post(
        Message(
            channel=channel.id,
            ts=workspace.next_ts(),
            user=workspace.app.user_id,
            text=content.text,
            blocks=content.blocks or (),
            thread_ts=thread_ts,
            metadata=content.metadata,
            by_bot=True,
            broadcast=arguments.flag("reply_broadcast"),
            state=content.state,
        )
    )
    context.posted(message)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "message": serializers.message(workspace, message, metadata=True),
    }


def post_ephemeral(context: MethodContext, arguments: Arguments) -> Json:
    """chat.postEphemeral."""
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


def _own_message(context: MethodContext, arguments: Arguments, *, refusal: str) -> Message:
    """The bot's own message that a call is about; ephemeral ones cannot be named."""
    channel = context.workspace.in_channel(arguments.text("channel"))
    try:
        found = context.workspace.message(arguments.text("ts"), channel=channel.id)
    except NotFoundError:
        raise ApiError("message_not_found") from None
    if found.reader is not None:
        raise ApiError("message_not_found")
    if not found.by_bot:
        raise ApiError(refusal)
    return found


def update(context: MethodContext, arguments: Arguments) -> Json:
    """chat.update: what is not given stays as it was."""
    arguments.require("channel", "ts")
    workspace = context.workspace
    found = _own_message(context, arguments, refusal="cant_update_message")
    if len(arguments.text("text")) > UPDATE_TEXT:
        raise ApiError("msg_too_long")
    content = read_content(arguments, workspace.ids, required="blocks" not in arguments.values)
    changed = replace(
        found,
        text=content.text or found.text,
        blocks=found.blocks if content.blocks is None else content.blocks,
        state=found.state if content.blocks is None else content.state,
        metadata=content.metadata if "metadata" in arguments.values else found.metadata,
        edited=workspace.next_ts(),
    )
    workspace.post(changed)
    context.changed(found, changed)
    return {
        "channel": found.channel,
        "ts": found.ts,
        "text": changed.text,
        "message": serializers.message(workspace, changed, metadata=True),
    }


def delete(context: MethodContext, arguments: Arguments) -> Json:
    """chat.delete."""
    arguments.require("channel", "ts")
    found = _own_message(context, arguments, refusal="cant_delete_message")
    context.workspace.remove(found)
    return {"channel": found.channel, "ts": found.ts}


def permalink(site: str, message: Message) -> str:
    """The link to a message; it opens the sandbox's page at that message."""
    link = f"{site}archives/{message.channel}/p{message.ts.replace('.', '')}"
    if message.thread_ts and message.thread_ts != message.ts:
        link += f"?thread_ts={message.thread_ts}&cid={message.channel}"
    return link


def get_permalink(context: MethodContext, arguments: Arguments) -> Json:
    """chat.getPermalink."""
    arguments.require("channel", "message_ts")
    channel = context.workspace.in_channel(arguments.text("channel"))
    try:
        found = context.workspace.message(arguments.text("message_ts"), channel=channel.id)
    except NotFoundError:
        raise ApiError("message_not_found") from None
    if found.reader is not None:
        raise ApiError("message_not_found")
    return {"channel": channel.id, "permalink": permalink(context.site, found)}
