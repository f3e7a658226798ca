"""Deadlines of Web API calls: over a whole exchange, and over all calls of one step.

A socket's timeout applies to each read, so that a response of one byte every few seconds never times out. Here a timer
shuts the connection down, whichever phase the exchange is in.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextvars import ContextVar
from functools import partial
from types import TracebackType
from typing import Any, Self

_step_ends: ContextVar[float | None] = ContextVar("step_ends", default=None)
_call: ContextVar[CallDeadline | None] = ContextVar("exchange", default=None)


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Limit the calls that this thread makes in the block, together. A nested limit can only shorten it."""
    outer = _step_ends.get()
    end = time.monotonic() + seconds
    token = _step_ends.set(end if outer is None else min(end, outer))
    try:
        yield
    finally:
        _step_ends.reset(token)


def remaining() -> float:
    """Return the seconds that are left of the current step; infinity outside of `within`."""
    end = _step_ends.get()
    return float("inf") if end is None else end - time.monotonic()


class CallDeadline:
    """One request and its response, which end after `seconds`: name lookup excepted, connecting, TLS, every read.

    While the context is active, connections of `deadline_opener` in this thread belong to the exchange. It raises
    TimeoutError in place of any other error once the time is over.
    """

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._watched: list[socket.socket] = []
        self._expired = False
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        """Let connections of this thread belong to the call. The first one starts the timer."""
        self._token = _call.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the timer. Raises TimeoutError if the time is over: the response may be incomplete."""
        _call.reset(self._token)
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            for connection in self._watched:
                connection.close()
            self._watched.clear()
        if self._expired and (error is None or isinstance(error, Exception)):
            raise TimeoutError("the response took too long") from None

    def connect(self, address: tuple[str, int]) -> socket.socket:
        """Connect to the first address that answers, and watch the connection."""
        failure: OSError = OSError("no address")
        for *_, target in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
            try:
                where = (str(target[0]), int(target[1]))
                connection = socket.create_connection(where, max(self._ends - time.monotonic(), 0.001))
            except OSError as error:
                failure = error
                continue
            self._watch(connection)
            return connection
        raise failure

    def _watch(self, connection: socket.socket) -> None:
        """Keep a duplicate of the socket. To shut it down ends the connection, also below TLS."""
        with self._lock:
            self._watched.append(connection.dup())
        if self._timer is None:
            self._timer = threading.Timer(max(self._ends - time.monotonic(), 0.0), self._expire)
            self._timer.daemon = True
            self._timer.start()
        elif self._expired:
            self._expire()

    def _expire(self) -> None:
        self._expired = True
        with self._lock:
            for connection in self._watched:
                with contextlib.suppress(OSError):  # it is closed already
                    connection.shutdown(socket.SHUT_RDWR)


class _HttpConnection(http.client.HTTPConnection):
    def connect(self) -> None:
        self._create_connection = _connect
        super().connect()


class _HttpsConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        self._create_connection = _connect
        super().connect()


def _connect(address: tuple[str, int], timeout: Any, source: Any = None) -> socket.socket:
    exchange = _call.get()
    if exchange is None:
        return socket.create_connection(address, timeout, source)
    connection = exchange.connect(address)
    connection.settimeout(timeout)
    return connection


class _HttpHandler(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_HttpConnection, req)


class _HttpsHandler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_HttpsConnection, context=self._context), req)  # type: ignore[attr-defined]


def deadline_opener() -> urllib.request.OpenerDirector:
    """Return an opener like that of `urlopen`, whose connections belong to the current `CallDeadline`."""
    return urllib.request.build_opener(_HttpHandler(), _HttpsHandler())
