"""The connection to the app: send requests, and log every exchange."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slackguide.sandbox.json_types import Json
from slackguide.sandbox.transport.http import Envelope, HttpTransport, NullTransport, SentRequest, Transport
from slackguide.sandbox.transport.socket_mode import SocketModeServer
from slackguide.sandbox.workspace.records import AppReply, Exchange
from slackguide.sandbox.workspace.view_stacks import OpenView
from slackguide.sandbox.workspace.workspace import Message, Workspace


class AppConnection:
    """Sends requests over an open WebSocket, else over HTTP, and logs each exchange."""

    def __init__(self, *, workspace: Workspace, http: HttpTransport | None, sockets: SocketModeServer | None) -> None:
        self._workspace = workspace
        self._http = http
        self._sockets = sockets

    def transport(self) -> Transport:
        """Return the transport that is available now."""
        if self._sockets is not None and self._sockets.connected:
            return self._sockets
        return self._http or NullTransport()

    def exchange(self, kind: str, person: str, envelope: Envelope, apply: OnReply | None = None) -> Exchange:
        """Send a request, apply the reply, and log the exchange.

        `apply(reply)` applies the reply to the workspace, and returns the exchange's remaining fields (`notice`,
        `errors`, `problems`, `options`).
        """
        workspace = self._workspace
        at, first_change = workspace.clock(), workspace.changes.number
        first_call = workspace.calls[-1].number if workspace.calls else 0
        request, reply = self.transport().send(envelope)
        more = apply(reply) if apply else {}
        messages, view = self._visible_changes(person, first_change)
        exchange = Exchange(
            number=workspace.number("exchange"),
            at=at,
            kind=kind,
            person=person,
            sent=envelope.payload,
            headers=request.headers,
            raw=request.raw,
            reply=reply,
            calls=tuple(call for call in workspace.calls if call.number > first_call),
            messages=messages,
            view=view,
            retry=envelope.retry,
            **more,
        )
        workspace.log_exchange(exchange)
        return exchange

    def unsent(self, kind: str, person: str, payload: Json, *, logged: bool = True, **more: Any) -> Exchange:
        """Return an exchange without a request, such as for a form with an empty required field.

        Log it only if `logged`: without a subscription, an event is no matter of the app.
        """
        workspace = self._workspace
        exchange = Exchange(
            number=workspace.number("exchange"),
            at=workspace.clock(),
            kind=kind,
            person=person,
            sent=payload,
            headers=SentRequest().headers,
            raw="",
            reply=None,
            **more,
        )
        if logged:
            workspace.log_exchange(exchange)
        return exchange

    def _visible_changes(self, person: str, after: int) -> tuple[tuple[Message, ...], OpenView | None]:
        """Return the messages and the view, as the person sees them, that changed since the given change."""
        workspace = self._workspace
        messages: dict[str, Message] = {}
        view_changed = False
        for change in workspace.changes.since(after):
            if change.kind in ("screen", "home") and change.body.get("person") == person:
                view_changed = True
            if change.kind != "message" or change.body["reader"] not in (None, person):
                continue
            message = next(
                (m for m in self._messages(change.body["channel"], person) if m.ts == change.body["ts"]), None
            )
            if message is not None:
                messages[message.ts] = message
        view = (workspace.views.top(person) or workspace.views.home(person)) if view_changed else None
        return tuple(messages[ts] for ts in sorted(messages)), view

    def _messages(self, channel: str, person: str) -> tuple[Message, ...]:
        if person not in self._workspace.conversation(channel).members:
            return ()
        return (*self._workspace.all_messages(channel), *self._workspace.ephemerals(person, channel))


OnReply = Callable[[AppReply], dict[str, Any]]
"""Applies a reply to the workspace. Returns further fields of the exchange."""
