"""Serialize the workspace and its logs for the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slackguide.sandbox.block_kit.validation import Problem
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.transport.socket_mode import SocketModeServer
from slackguide.sandbox.web_api.fault_injection import InjectedFault
from slackguide.sandbox.workspace.changes import FeedChange
from slackguide.sandbox.workspace.records import ApiCall, Exchange
from slackguide.sandbox.workspace.team import Person
from slackguide.sandbox.workspace.view_stacks import OpenView
from slackguide.sandbox.workspace.workspace import Conversation, Message, Workspace


def snapshot(
    workspace: Workspace,
    user: str,
    *,
    faults: Sequence[InjectedFault],
    sockets: SocketModeServer | None,
    after: int | None,
    can_advance: bool,
    has_preview: bool,
) -> Json:
    """Return the state that one person sees. With `after`, `messages` holds only those changed since that change.

    `number` is the last change that the snapshot includes. `whole` tells the page to replace its state, not to merge.
    `run` identifies this run of the sandbox: a page that knows another run must start over. Raises NotFoundError for
    an unknown person.
    """
    person = workspace.person(user)
    with workspace.lock:
        workspace.direct_message(person.id)
        number = workspace.changes.number
        conversations = [conversation for conversation in workspace.conversations if person.id in conversation.members]
        changes = None if after is None else workspace.changes.since(after)
        if changes is not None:
            incomplete = (after or 0) + len(changes) != number
            structural = any(change.kind in ("channels", "people") for change in changes)
            changes = None if incomplete or structural else changes
        home = workspace.views.home(person.id)
        return {
            "run": workspace.ids.seed,
            "number": number,
            "whole": changes is None,
            "me": person.id,
            "team": {"name": workspace.team.name, "partner": workspace.team.partner_name},
            "people": [_person(member) for member in workspace.people],
            "groups": [{"id": group.id, "handle": group.handle} for group in workspace.groups],
            "app": _app(workspace),
            "channels": [_channel(workspace, conversation, person) for conversation in conversations],
            "messages": _messages(workspace, conversations, person, changes),
            "gone": [change.body["ts"] for change in changes or () if change.kind == "gone"],
            "stack": [view_json(view) for view in workspace.views.stack(person.id)],
            "home": view_json(home) if home else None,
            "now": workspace.clock(),
            "movable": can_advance,
            "preview": has_preview,
            "faults": [
                {"kind": fault.kind, "method": fault.method, "times": fault.times, "seconds": fault.seconds}
                for fault in faults
            ],
            "sockets": sockets.connected if sockets else None,
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
    workspace: Workspace, conversations: list[Conversation], person: Person, changes: tuple[FeedChange, ...] | None
) -> list[Json]:
    messages = [
        message
        for conversation in conversations
        for message in (
            *workspace.all_messages(conversation.id),
            *workspace.ephemerals(person.id, conversation.id),
        )
    ]
    if changes is not None:
        changed = {change.body["ts"] for change in changes if change.kind == "message"}
        messages = [message for message in messages if message.ts in changed]
    return [message_json(message) for message in messages]


def _person(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "role": person.role,
        "title": person.title,
        "deleted": person.deleted,
    }


def _channel(workspace: Workspace, conversation: Conversation, person: Person) -> Json:
    return {
        "id": conversation.id,
        "name": conversation.name,
        "purpose": conversation.purpose,
        "direct": conversation.person is not None,
        "private": conversation.private,
        "archived": conversation.archived,
        "shared": conversation.shared,
        "bot": conversation.bot_joined,
        "members": sorted(conversation.members),
        "read": workspace.read(person.id, conversation.id),
    }


def message_json(message: Message) -> Json:
    """Return a message for the page."""
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
    """Return a modal or Home tab for the page."""
    return {"id": view.id, "hash": view.hash, "type": view.type, "content": view.content, "values": view.values}


def problem_json(problem: Problem) -> Json:
    """Return a validation problem for the request log."""
    return {"at": problem.at, "message": problem.message, "rule": problem.rule}


def call_json(call: ApiCall) -> Json:
    """Return a Web API call for the request log."""
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


def outcome_json(workspace: Workspace, exchange: Exchange) -> Json:
    """Return the outcome of an action. The event stream carries the changes that it caused."""
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
    """Return an exchange for the request log."""
    reply: Any = None
    if exchange.reply is not None:
        reply = {
            "status": exchange.reply.status,
            "body": exchange.reply.body,
            "failure": exchange.reply.failure,
            "milliseconds": round(exchange.reply.milliseconds, 1),
        }
    return {
        **outcome_json(workspace, exchange),
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
