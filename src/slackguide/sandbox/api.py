"""The Web API methods that a bot like this calls; anything else is `unknown_method`.

Argument names, answers and error codes are those of docs.slack.dev/reference/methods.
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from . import slack_json
from .arguments import Arguments
from .blocks import check_view, view_too_large
from .errors import ApiError, Unknown
from .posting import Refused, read_content
from .problems import Json
from .screens import View
from .workspace import Conversation, Message, Workspace

Item = TypeVar("Item")

# docs.slack.dev/reference/methods/chat.update
UPDATE_TEXT: Final = 4_000


@dataclass(frozen=True, kw_only=True)
class Context:
    """What the methods work on: `connect` makes a WebSocket URL (None: Socket Mode is off), `site` is the page's URL.

    `posted` and `changed` hear of the bot's own messages, which Slack reports to it as events.
    """

    workspace: Workspace
    site: str
    connect: Callable[[], str] | None
    posted: Callable[[Message], None]
    changed: Callable[[Message, Message], None]


@dataclass(frozen=True, kw_only=True)
class Method:
    """One method: what it does, the scope it needs, and whether it takes the app-level token."""

    run: Callable[[Context, Arguments], Json]
    scopes: tuple[str, ...] = ()
    for_app: bool = False


# auth


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


# chat


def _target(context: Context, arguments: Arguments) -> Conversation:
    """Where a message goes: a channel by id or name, or a person by id, whose direct message is opened."""
    workspace = context.workspace
    which = arguments.text("channel")
    if any(which == person.id for person in workspace.people):
        return workspace.direct_message(which)
    found = workspace.in_channel(which)
    if found.archived:
        raise ApiError("is_archived")
    return found


def _post_message(context: Context, arguments: Arguments) -> Json:
    arguments.require("channel")
    workspace = context.workspace
    channel = _target(context, arguments)
    thread_ts = arguments.text("thread_ts") or None
    if thread_ts is not None:
        try:
            parent = workspace.message(thread_ts, channel=channel.id)
        except Unknown:
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
        "message": slack_json.message(workspace, message, metadata=True),
    }


def _post_ephemeral(context: Context, arguments: Arguments) -> Json:
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


def _own_message(context: Context, arguments: Arguments, *, refusal: str) -> Message:
    """The bot's own message that a call is about; ephemeral ones cannot be named."""
    channel = context.workspace.in_channel(arguments.text("channel"))
    try:
        found = context.workspace.message(arguments.text("ts"), channel=channel.id)
    except Unknown:
        raise ApiError("message_not_found") from None
    if found.reader is not None:
        raise ApiError("message_not_found")
    if not found.by_bot:
        raise ApiError(refusal)
    return found


def _update(context: Context, arguments: Arguments) -> Json:
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
        "message": slack_json.message(workspace, changed, metadata=True),
    }


def _delete(context: Context, arguments: Arguments) -> Json:
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


def _get_permalink(context: Context, arguments: Arguments) -> Json:
    arguments.require("channel", "message_ts")
    channel = context.workspace.in_channel(arguments.text("channel"))
    try:
        found = context.workspace.message(arguments.text("message_ts"), channel=channel.id)
    except Unknown:
        raise ApiError("message_not_found") from None
    if found.reader is not None:
        raise ApiError("message_not_found")
    return {"channel": channel.id, "permalink": permalink(context.site, found)}


# conversations


def _page(items: Sequence[Item], arguments: Arguments, *, default: int, high: int) -> tuple[list[Item], str]:
    """One page of a list, and the cursor to the next or "". Raises ApiError invalid_cursor, invalid_limit."""
    limit = arguments.whole("limit", default) or default
    if not 0 < limit <= high:
        raise ApiError("invalid_limit")
    start = 0
    cursor = arguments.text("cursor")
    if cursor:
        try:
            word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
            start = int(number)
        except ValueError:
            raise ApiError("invalid_cursor") from None
        if word != "next":
            raise ApiError("invalid_cursor")
    more = start + limit < len(items)
    following = base64.b64encode(f"next:{start + limit}".encode()).decode() if more else ""
    return list(items[start : start + limit]), following


def _conversations_open(context: Context, arguments: Arguments) -> Json:
    workspace = context.workspace
    which = arguments.text("channel")
    users = [part.strip() for part in arguments.text("users").split(",") if part.strip()]
    if which:
        try:
            found = workspace.conversation(which)
        except Unknown:
            raise ApiError("channel_not_found") from None
    elif not users:
        raise ApiError("users_list_not_supplied")
    elif len(users) > 1:
        raise ApiError("invalid_arguments", messages=["[ERROR] not part of the sandbox: group direct messages"])
    else:
        try:
            person = workspace.person(users[0])
        except Unknown:
            raise ApiError("user_not_found") from None
        if person.deleted:
            raise ApiError("user_disabled")
        found = workspace.direct_message(person.id)
    full = arguments.flag("return_im")
    return {"channel": slack_json.channel(workspace, found) if full else {"id": found.id}}


def _conversations_list(context: Context, arguments: Arguments) -> Json:
    workspace = context.workspace
    kinds = {kind.strip() for kind in arguments.text("types", "public_channel").split(",")}
    if not kinds <= {"public_channel", "private_channel", "mpim", "im"}:
        raise ApiError("invalid_types")
    needed = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}
    _need(workspace, *(needed[kind] for kind in kinds))
    hide = arguments.flag("exclude_archived")
    found = [
        conversation
        for conversation in workspace.conversations
        if _kind(conversation) in kinds
        and not (hide and conversation.archived)
        and (conversation.bot_joined or not conversation.private)
    ]
    page, cursor = _page(found, arguments, default=100, high=1000)
    return {
        "channels": [slack_json.channel(workspace, conversation, count=True) for conversation in page],
        "response_metadata": {"next_cursor": cursor},
    }


def _kind(conversation: Conversation) -> str:
    if conversation.person:
        return "im"
    return "private_channel" if conversation.private else "public_channel"


def _need(workspace: Workspace, *scopes: str) -> None:
    """Refuse a call for which the bot token lacks a scope."""
    missing = [scope for scope in scopes if scope not in workspace.app.scopes]
    if missing:
        provided = ",".join(sorted(workspace.app.scopes))
        raise ApiError("missing_scope", more={"needed": ",".join(missing), "provided": provided})


def _conversations_info(context: Context, arguments: Arguments) -> Json:
    arguments.require("channel")
    workspace = context.workspace
    try:
        found = workspace.conversation(arguments.text("channel"))
    except Unknown:
        raise ApiError("channel_not_found") from None
    if found.private and not found.bot_joined:
        raise ApiError("channel_not_found")
    _need(workspace, {"im": "im:read", "private_channel": "groups:read"}.get(_kind(found), "channels:read"))
    return {"channel": slack_json.channel(workspace, found, count=arguments.flag("include_num_members"))}


def _readable(context: Context, arguments: Arguments) -> Conversation:
    """The channel whose messages the bot may read."""
    found = context.workspace.in_channel(arguments.text("channel"))
    needed = {"im": "im:history", "private_channel": "groups:history"}.get(_kind(found), "channels:history")
    _need(context.workspace, needed)
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


def _history(context: Context, arguments: Arguments) -> Json:
    arguments.require("channel")
    workspace = context.workspace
    channel = _readable(context, arguments)
    within = _timespan(arguments)
    found = [message for message in reversed(workspace.messages(channel.id)) if within(message)]
    page, cursor = _page(found, arguments, default=100, high=999)
    metadata = arguments.flag("include_all_metadata")
    body: Json = {
        "messages": [slack_json.message(workspace, message, metadata=metadata) for message in page],
        "has_more": bool(cursor),
        "pin_count": 0,
    }
    if cursor:
        body["response_metadata"] = {"next_cursor": cursor}
    return body


def _replies(context: Context, arguments: Arguments) -> Json:
    arguments.require("channel", "ts")
    workspace = context.workspace
    channel = _readable(context, arguments)
    thread = workspace.messages(channel.id, thread_ts=arguments.text("ts"))
    if not thread:
        raise ApiError("thread_not_found")
    within = _timespan(arguments)
    found = [message for message in thread if message.ts == thread[0].ts or within(message)]
    page, cursor = _page(found, arguments, default=1000, high=1000)
    metadata = arguments.flag("include_all_metadata")
    body: Json = {
        "messages": [slack_json.message(workspace, message, metadata=metadata) for message in page],
        "has_more": bool(cursor),
    }
    if cursor:
        body["response_metadata"] = {"next_cursor": cursor}
    return body


# users and groups


def _users_list(context: Context, arguments: Arguments) -> Json:
    workspace = context.workspace
    users = [slack_json.user(workspace, person) for person in workspace.people if person.listed]
    page, cursor = _page([slack_json.bot_user(workspace), *users], arguments, default=1000, high=1000)
    return {"members": page, "cache_ts": int(workspace.clock()), "response_metadata": {"next_cursor": cursor}}


def _users_info(context: Context, arguments: Arguments) -> Json:
    arguments.require("user")
    workspace = context.workspace
    which = arguments.text("user")
    if which == workspace.app.user_id:
        return {"user": slack_json.bot_user(workspace)}
    for person in workspace.people:
        if person.id == which:
            return {"user": slack_json.user(workspace, person)}
    raise ApiError("user_not_found")


def _usergroups_list(context: Context, arguments: Arguments) -> Json:
    workspace = context.workspace
    users, count = arguments.flag("include_users"), arguments.flag("include_count")
    return {
        "usergroups": [slack_json.group(workspace, group, users=users, count=count) for group in workspace.groups],
    }


def _usergroups_users_list(context: Context, arguments: Arguments) -> Json:
    arguments.require("usergroup")
    for group in context.workspace.groups:
        if group.id == arguments.text("usergroup"):
            return {"users": list(group.users)}
    raise ApiError("no_such_subteam")


# views


def _view(arguments: Arguments, kind: str) -> Json:
    """The `view` argument, checked. Raises Refused invalid_arguments, ApiError view_too_large."""
    arguments.require("view")
    view: Any = arguments.structure("view")
    problems = check_view(view)
    if problems:
        raise Refused("invalid_arguments", problems)
    if view["type"] != kind:
        message = f"[ERROR] view type must be {kind} [json-pointer:/view/type]"
        raise ApiError("invalid_arguments", messages=[message])
    if view_too_large(view):
        raise ApiError("view_too_large")
    return dict(view)


def _shown(context: Context, view: View) -> Json:
    return {"view": slack_json.view(context.workspace, view)}


def _trigger(arguments: Arguments) -> str:
    arguments.require("trigger_id")
    return arguments.text("trigger_id")


def _views_open(context: Context, arguments: Arguments) -> Json:
    content = _view(arguments, "modal")
    return _shown(context, context.workspace.screens.open(_trigger(arguments), content))


def _views_push(context: Context, arguments: Arguments) -> Json:
    content = _view(arguments, "modal")
    return _shown(context, context.workspace.screens.push(_trigger(arguments), content))


def _views_update(context: Context, arguments: Arguments) -> Json:
    screens = context.workspace.screens
    if not arguments.text("view_id") and not arguments.text("external_id"):
        arguments.require("view_id")
    content = _view(arguments, "modal")
    found = screens.by_external_id(arguments.text("external_id")) if arguments.text("external_id") else None
    if found is None:
        try:
            found = screens.view(arguments.text("view_id"))
        except Unknown:
            raise ApiError("not_found") from None
    return _shown(context, screens.update(found, content, hash=arguments.text("hash") or None))


def _views_publish(context: Context, arguments: Arguments) -> Json:
    arguments.require("user_id")
    content = _view(arguments, "home")
    try:
        person = context.workspace.person(arguments.text("user_id"))
    except Unknown:
        raise ApiError("user_not_found") from None
    return _shown(context, context.workspace.screens.publish(person.id, content, hash=arguments.text("hash") or None))


METHODS: Final[dict[str, Method]] = {
    "auth.test": Method(run=_auth_test),
    "apps.connections.open": Method(run=_connections_open, for_app=True),
    "chat.postMessage": Method(run=_post_message, scopes=("chat:write",)),
    "chat.postEphemeral": Method(run=_post_ephemeral, scopes=("chat:write",)),
    "chat.update": Method(run=_update, scopes=("chat:write",)),
    "chat.delete": Method(run=_delete, scopes=("chat:write",)),
    "chat.getPermalink": Method(run=_get_permalink),
    "conversations.open": Method(run=_conversations_open, scopes=("im:write",)),
    "conversations.list": Method(run=_conversations_list),
    "conversations.info": Method(run=_conversations_info),
    "conversations.history": Method(run=_history),
    "conversations.replies": Method(run=_replies),
    "users.list": Method(run=_users_list, scopes=("users:read",)),
    "users.info": Method(run=_users_info, scopes=("users:read",)),
    "usergroups.list": Method(run=_usergroups_list, scopes=("usergroups:read",)),
    "usergroups.users.list": Method(run=_usergroups_users_list, scopes=("usergroups:read",)),
    "views.open": Method(run=_views_open),
    "views.push": Method(run=_views_push),
    "views.update": Method(run=_views_update),
    "views.publish": Method(run=_views_publish),
}


def run(context: Context, name: str, arguments: Arguments, *, caller: str) -> Json:
    """Answer one call. Raises ApiError with Slack's code."""
    method = METHODS.get(name)
    if method is None:
        raise ApiError("unknown_method", more={"req_method": name})
    if name != "auth.test" and (caller == "app") != method.for_app:
        raise ApiError("not_allowed_token_type")
    _need(context.workspace, *method.scopes)
    return {"ok": True, **method.run(context, arguments)}
