"""The workspace as the page draws it, for one person."""

from typing import TYPE_CHECKING, Any

from slackguide.sandbox.block_kit.validation import Problem
from slackguide.sandbox.types import Json
from slackguide.sandbox.workspace.changes import ChangeFeed, FeedChange
from slackguide.sandbox.workspace.records import ApiCall, Exchange
from slackguide.sandbox.workspace.team import Person
from slackguide.sandbox.workspace.views import OpenView
from slackguide.sandbox.workspace.workspace import Conversation, Message, Workspace

if TYPE_CHECKING:
    from slackguide.sandbox.sandbox import Sandbox


def snapshot(
    sandbox: "Sandbox", who: str, live: ChangeFeed, *, after: int | None, movable: bool, preview: bool
) -> Json:
    """Everything that one person sees; with `after`, of the messages only what changed since that change.

    `number` is the change after which it is complete, `whole` whether it replaces what the page had, `run` the name of
    this run: a page that knows another run has to begin anew.
    """
    workspace = sandbox.workspace
    me = workspace.person(who)
    with workspace.lock:
        workspace.direct_message(me.id)
        number = live.number
        mine = [found for found in workspace.conversations if me.id in found.members]
        changes = None if after is None else live.since(after)
        if changes is not None:
            missed = (after or 0) + len(changes) != number
            moved = any(change.kind in ("channels", "people") for change in changes)
            changes = None if missed or moved else changes
        home = workspace.views.home(me.id)
        return {
            "run": workspace.ids.seed,
            "number": number,
            "whole": changes is None,
            "me": me.id,
            "team": {"name": workspace.team.name, "partner": workspace.team.partner_name},
            "people": [_person(person) for person in workspace.people],
            "groups": [{"id": group.id, "handle": group.handle} for group in workspace.groups],
            "app": _app(workspace),
            "channels": [_channel(workspace, found, me) for found in mine],
            "messages": _messages(workspace, mine, me, changes),
            "gone": [change.body["ts"] for change in changes or () if change.kind == "gone"],
            "stack": [view_json(view) for view in workspace.views.stack(me.id)],
            "home": view_json(home) if home else None,
            "now": workspace.clock(),
            "movable": movable,
            "preview": preview,
            "faults": [
                {"kind": fault.kind, "method": fault.method, "times": fault.times, "seconds": fault.seconds}
                for fault in sandbox.faults.faults
            ],
            "sockets": sandbox.sockets.connected if sandbox.sockets else None,
        }


def _app(workspace: Workspace) -> Json:
    app = workspace.app
    return {
        "name": app.name,
        "display_name": app.display_name,
        "user_id": app.user_id,
        "commands": [
            {"name": command.name, "description": command.description, "usage": command.usage}
            for command in app.commands
        ],
        "shortcuts": [
            {"callback_id": shortcut.callback_id, "name": shortcut.name, "kind": shortcut.kind}
            for shortcut in app.shortcuts
        ],
        "home": "app_home_opened" in app.events,
    }


def _messages(
    workspace: Workspace, mine: list[Conversation], me: Person, changes: tuple[FeedChange, ...] | None
) -> list[Json]:
    seen = [
        message
        for found in mine
        for message in (*workspace.all_messages(found.id), *workspace.ephemerals(me.id, found.id))
    ]
    if changes is not None:
        fresh = {change.body["ts"] for change in changes if change.kind == "message"}
        seen = [message for message in seen if message.ts in fresh]
    return [message_json(message) for message in seen]


def _person(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "role": person.role,
        "title": person.title,
        "deleted": person.deleted,
    }


def _channel(workspace: Workspace, found: Conversation, me: Person) -> Json:
    return {
        "id": found.id,
        "name": found.name,
        "purpose": found.purpose,
        "direct": found.person is not None,
        "private": found.private,
        "archived": found.archived,
        "shared": found.shared,
        "bot": found.bot_joined,
        "members": sorted(found.members),
        "read": workspace.read(me.id, found.id),
    }


def message_json(message: Message) -> Json:
    """A message as the page draws it."""
    return {
        "channel": message.channel,
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "blocks": list(message.blocks),
        "thread_ts": message.thread_ts,
        "bot": message.by_bot,
        "edited": message.edited is not None,
        "ephemeral": message.reader is not None,
        "broadcast": message.broadcast,
        "subtype": message.subtype,
        "state": message.state,
        "metadata": message.metadata,
    }


def view_json(view: OpenView) -> Json:
    """A modal or Home tab as the page draws it."""
    return {"id": view.id, "hash": view.hash, "type": view.type, "content": view.content, "values": view.values}


def problem_json(problem: Problem) -> Json:
    """A broken rule for the request log."""
    return {"at": problem.at, "message": problem.message, "rule": problem.rule}


def call_json(call: ApiCall) -> Json:
    """A Web API call for the request log."""
    return {
        "number": call.number,
        "at": call.at,
        "method": call.method,
        "arguments": call.arguments,
        "answer": call.answer,
        "status": call.status,
        "ok": call.ok,
        "milliseconds": round(call.milliseconds, 1),
        "fault": call.fault,
        "url": call.url,
        "problems": [problem_json(problem) for problem in call.problems],
    }


def brief(workspace: Workspace, exchange: Exchange) -> Json:
    """What the page needs at once after an action; all else comes by the live stream."""
    return {
        "exchange": exchange.number,
        "ok": exchange.ok,
        "notice": exchange.notice,
        "errors": dict(exchange.errors),
        "options": list(exchange.options),
        "number": workspace.changes.number,
        "status": exchange.status,
        "milliseconds": round(exchange.milliseconds, 1),
    }


def exchange_json(workspace: Workspace, exchange: Exchange) -> Json:
    """An exchange for the request log."""
    reply: Any = None
    if exchange.reply is not None:
        reply = {
            "status": exchange.reply.status,
            "body": exchange.reply.body,
            "failure": exchange.reply.failure,
            "milliseconds": round(exchange.reply.milliseconds, 1),
        }
    return {
        **brief(workspace, exchange),
        "at": exchange.at,
        "kind": exchange.kind,
        "person": exchange.person,
        "sent": exchange.sent,
        "headers": dict(exchange.headers),
        "reply": reply,
        "calls": [call.number for call in exchange.calls],
        "problems": [problem_json(problem) for problem in exchange.problems],
        "retry": exchange.retry,
    }
