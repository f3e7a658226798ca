"""The app as Slack sees it: send it envelopes and record every exchange."""

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
    """Chooses the line (a WebSocket where one is open, else HTTP) and records each exchange."""

    def __init__(self, *, workspace: Workspace, http: HttpTransport | None, sockets: SocketModeServer | None) -> None:
        self._workspace = workspace
        self._http = http
        self._sockets = sockets

    def transport(self) -> Transport:
        """The way a parcel goes right now."""
        if self._sockets is not None and self._sockets.connected:
            return self._sockets
        return self._http or NullTransport()

    def exchange(self, kind: str, person: str, envelope: Envelope, conclude: OnReply | None = None) -> Exchange:
        """Send a parcel, let `conclude` draw what its answer shows, and keep the exchange.

        `conclude(reply)` returns the exchange's remaining fields (`notice`, `errors`, `problems`, `options`).
        """
        workspace = self._workspace
        at, first_change = workspace.clock(), workspace.changes.number
        first_call = workspace.calls[-1].number if workspace.calls else 0
        request, reply = self.transport().send(envelope)
        more = conclude(reply) if conclude else {}
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

    def unsent(self, kind: str, person: str, payload: Json, *, stored: bool = True, **more: Any) -> Exchange:
        """An exchange that Slack settles by itself, without a request: a form with an empty required field, say.

        Without `stored` it is not on the request log: the app has no part in it.
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
        if stored:
            workspace.log_exchange(exchange)
        return exchange

    def _visible_changes(self, person: str, after: int) -> tuple[tuple[Message, ...], OpenView | None]:
        """The messages that came or changed before this person's eyes since that change, and the modal that did."""
        workspace = self._workspace
        found: dict[str, Message] = {}
        screen = False
        for change in workspace.changes.since(after):
            if change.kind in ("screen", "home") and change.body.get("person") == person:
                screen = True
            if change.kind != "message" or change.body["reader"] not in (None, person):
                continue
            message = next((m for m in self._all(change.body["channel"], person) if m.ts == change.body["ts"]), None)
            if message is not None:
                found[message.ts] = message
        view = (workspace.views.top(person) or workspace.views.home(person)) if screen else None
        return tuple(found[ts] for ts in sorted(found)), view

    def _all(self, channel: str, person: str) -> tuple[Message, ...]:
        if person not in self._workspace.conversation(channel).members:
            return ()
        return (*self._workspace.all_messages(channel), *self._workspace.ephemerals(person, channel))


OnReply = Callable[[AppReply], dict[str, Any]]
