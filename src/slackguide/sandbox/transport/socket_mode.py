"""The server of Socket Mode (docs.slack.dev/apis/socket-mode)."""

from __future__ import annotations

import itertools
import json
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from http import HTTPStatus
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request as Handshake
from websockets.http11 import Response
from websockets.sync.server import Server, ServerConnection, serve

from slackguide.sandbox.id_generator import IdGenerator
from slackguide.sandbox.json_types import Json, parse_json
from slackguide.sandbox.transport.http import REQUEST_TIMEOUT, Envelope, SentRequest
from slackguide.sandbox.workspace.records import AppReply

MAX_CONNECTIONS = 10
"""How many connections an app may have. Each request goes to one of them."""


class SocketModeServer:
    """A WebSocket server for one app. Each ticket from `apps.connections.open` opens one connection."""

    def __init__(
        self,
        *,
        host: str,
        app_id: str,
        ids: IdGenerator,
        publish: Callable[[str, Json], None],
        port: int = 0,
        timeout: float = REQUEST_TIMEOUT,
        monotonic: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app_id = app_id
        self._ids = ids
        self._publish = publish
        self._timeout = timeout
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._opened = 0
        self._stopped = False
        self._tickets: set[str] = set()
        self._connections: list[ServerConnection] = []
        self._pending: dict[str, tuple[ServerConnection, Future[Any]]] = {}
        self._turn = itertools.count()
        self._server: Server = serve(self._serve, host, port, process_request=self._authorize)
        self._root = f"ws://{host}:{self._server.socket.getsockname()[1]}/link/"
        self._thread = threading.Thread(target=self._server.serve_forever, name="sandbox-sockets", daemon=True)

    def start(self) -> None:
        """Start accepting connections."""
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and the server."""
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
            connections = list(self._connections)
        for connection in connections:
            connection.close()
        if self._thread.ident is None:
            # shutdown() waits for the end of the server's loop, so the loop must have started.
            self._thread.start()
        self._server.shutdown()
        self._thread.join(timeout=5)

    def url(self) -> str:
        """Return a new WebSocket URL, valid for one connection."""
        ticket = self._ids.next("", length=32)
        with self._lock:
            self._tickets.add(ticket)
        return f"{self._root}?ticket={ticket}&app_id={self._app_id}"

    @property
    def connected(self) -> int:
        """Return how many connections are open."""
        with self._lock:
            return len(self._connections)

    @property
    def opened(self) -> int:
        """Return how many connections the app has opened since the start."""
        with self._lock:
            return self._opened

    def _authorize(self, connection: ServerConnection, handshake: Handshake) -> Response | None:
        ticket = handshake.path.partition("ticket=")[2].partition("&")[0]
        with self._lock:
            if ticket in self._tickets:
                self._tickets.discard(ticket)
                return None
        return connection.respond(HTTPStatus.UNAUTHORIZED, "unknown ticket\n")

    def _serve(self, connection: ServerConnection) -> None:
        with self._lock:
            full = len(self._connections) >= MAX_CONNECTIONS
            if not full:
                self._connections.append(connection)
                self._opened += 1
        if full:
            connection.send(json.dumps({"type": "disconnect", "reason": "too_many_websockets"}))
            return
        self._publish("socket", {"connected": self.connected})
        try:
            connection.send(json.dumps(self._hello()))
            for message in connection:
                self._acknowledged(message)
        except ConnectionClosed:
            pass
        finally:
            self._disconnected(connection)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": self.connected,
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": "applink-sandbox", "build_number": 1, "approximate_connection_time": 18060},
        }

    def _acknowledged(self, message: str | bytes) -> None:
        try:
            body = parse_json(message)
        except ValueError:
            return
        if not isinstance(body, dict):
            return
        with self._lock:
            pending = self._pending.pop(str(body.get("envelope_id")), None)
        if pending is not None:
            pending[1].set_result(body.get("payload"))

    def _disconnected(self, connection: ServerConnection) -> None:
        with self._lock:
            if connection in self._connections:
                self._connections.remove(connection)
            lost = [key for key, (other, _) in self._pending.items() if other is connection]
            futures = [self._pending.pop(key)[1] for key in lost]
        for future in futures:
            future.set_exception(ConnectionError("the app's connection closed"))
        self._publish("socket", {"connected": self.connected})

    def send(self, request: Envelope) -> tuple[SentRequest, AppReply]:
        """Send an envelope over one of the connections, in turn, and wait for its acknowledgement."""
        with self._lock:
            connections = list(self._connections)
        if not connections:
            return SentRequest(), AppReply(status=None, body="", milliseconds=0.0, failure="unreachable")
        connection = connections[next(self._turn) % len(connections)]
        envelope_id = _uuid(self._ids)
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": request.kind,
            "accepts_response_payload": request.kind != "events_api",
            "payload": request.payload,
        }
        if request.kind == "events_api":
            envelope |= {"retry_attempt": request.retry, "retry_reason": request.reason}
        raw = json.dumps(envelope, ensure_ascii=False)
        future: Future[Any] = Future()
        with self._lock:
            self._pending[envelope_id] = (connection, future)
        return SentRequest(raw=raw), self._await(connection, envelope_id, raw, future)

    def _await(self, connection: ServerConnection, envelope_id: str, raw: str, future: Future[Any]) -> AppReply:
        started = self._monotonic()

        def elapsed() -> float:
            return (self._monotonic() - started) * 1000

        try:
            connection.send(raw)
            payload = future.result(timeout=self._timeout)
        except FutureTimeoutError:
            return AppReply(status=None, body="", milliseconds=elapsed(), failure="timeout")
        except (ConnectionClosed, ConnectionError):
            return AppReply(status=None, body="", milliseconds=elapsed(), failure="unreachable")
        finally:
            with self._lock:
                self._pending.pop(envelope_id, None)
        body = "" if payload is None else json.dumps(payload, ensure_ascii=False)
        return AppReply(status=200, body=body, milliseconds=elapsed(), headers={"content-type": "application/json"})

    def warn(self) -> None:
        """Send `warning` on every connection: Slack closes it in about ten seconds."""
        self._send({"type": "disconnect", "reason": "warning", "debug_info": {"host": "applink-sandbox"}})

    def refresh(self) -> None:
        """Send `refresh_requested` on every connection: the app should open a new one."""
        self._send({"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "applink-sandbox"}})

    def drop(self) -> None:
        """Close every TCP connection without a WebSocket close frame, as a network failure does."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.socket.shutdown(socket.SHUT_RDWR)

    def _send(self, message: Json) -> None:
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.send(json.dumps(message))


def _uuid(ids: IdGenerator) -> str:
    letters = ids.next("", length=32).lower()
    return "-".join((letters[:8], letters[8:12], letters[12:16], letters[16:20], letters[20:]))
