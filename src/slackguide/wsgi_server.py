"""Run waitress in a thread and shut it down gracefully. Used in production and by the sandbox."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any
from wsgiref.types import WSGIApplication

from waitress import wasyncore  # type: ignore[import-untyped]
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.server import create_server  # type: ignore[import-untyped]

DRAIN_SECONDS = 4.0
"""Maximum time in seconds for open requests at shutdown. Slack times out after 3 s."""


REQUEST_SECONDS = 5.0
"""Maximum time in seconds until a request is complete, from the connection or the previous response on."""

IDLE_SECONDS = 30.0
"""Maximum time in seconds that a connection which has had a response waits for the next request."""

MAX_WAITING = 500
"""Maximum connections without a complete request. Above it, those that have waited longest are closed."""

CHECK_SECONDS = 1
"""Seconds between checks of the waiting connections."""


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that knows when its last response was complete."""

    served_at: float | None = None

    def service(self) -> None:
        """Handle the complete requests. Runs in a thread of the pool."""
        super().service()
        self.served_at = time.time()

    @property
    def waits(self) -> bool:
        """Whether the connection has neither a complete request nor a response to send."""
        return not (self.requests or self.total_outbufs_len or self.will_close)

    @property
    def waits_since(self) -> float:
        """When the connection began to wait, in epoch seconds."""
        return float(self.creation_time if self.served_at is None else self.served_at)

    @property
    def deadline(self) -> float:
        """When the connection is closed, in epoch seconds.

        Bytes that drip in do not move it, and an idle connection may wait longer than an unfinished request.
        """
        unfinished = self.served_at is None or self.request is not None
        return self.waits_since + (REQUEST_SECONDS if unfinished else IDLE_SECONDS)


def _limit_waiting(server: Any) -> None:
    """Let waitress close silent connections early, so that they never reach its limit, where it stops accepting.

    waitress itself knows only one timeout of inactivity, for idle and for unfinished requests alike.
    """

    def waiting() -> list[_Channel]:
        return [channel for channel in server.active_channels.values() if channel.waits]

    def maintenance(now: float) -> None:
        for channel in waiting():
            if channel.deadline < now:
                channel.will_close = True

    def handle_accept() -> None:
        if len(server.active_channels) >= MAX_WAITING:
            for channel in sorted(waiting(), key=lambda each: each.waits_since)[: MAX_WAITING // 10]:
                channel.will_close = True
        accept()

    accept = server.handle_accept
    server.channel_class = _Channel
    server.maintenance = maintenance
    server.handle_accept = handle_accept


class WsgiServer:
    """A server of one WSGI application on one address.

    The constructor binds the port and raises OSError if it is taken. `adjustments` are passed to waitress
    (docs.pylonsproject.org/projects/waitress/en/stable/arguments.html).
    """

    def __init__(
        self, application: WSGIApplication, *, host: str, port: int, threads: int, **adjustments: object
    ) -> None:
        self._map: dict[int, object] = {}
        self._server = create_server(
            application,
            map=self._map,
            host=host,
            port=port,
            threads=threads,
            cleanup_interval=CHECK_SECONDS,
            asyncore_use_poll=True,  # select() does not take file descriptors above 1023
            **adjustments,
        )
        _limit_waiting(self._server)
        self.port = int(self._server.effective_port)
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)

    def start(self) -> None:
        """Start serving."""
        self._thread.start()

    def stop(self) -> None:
        """Stop accepting connections, finish the open requests and close. Safe before the start and more than once."""
        if self._thread.is_alive():
            trigger = self._server.trigger
            trigger.pull_trigger(self._server.del_channel)  # remove the listening socket from the loop
            self._drain()
            with suppress(OSError):  # the loop may already have closed its trigger
                trigger.pull_trigger(self._close_all)
            self._thread.join(timeout=2)
        else:
            self._server.task_dispatcher.shutdown(timeout=1)
            self._close_all()

    def _drain(self) -> None:
        dispatcher = self._server.task_dispatcher
        deadline = time.monotonic() + DRAIN_SECONDS
        while (dispatcher.queue or dispatcher.active_count) and time.monotonic() < deadline:
            time.sleep(0.02)
        dispatcher.shutdown(timeout=1)

    def _close_all(self) -> None:
        self._server.close()  # no longer in the map, so close_all does not close it
        wasyncore.close_all(self._map, ignore_all=True)
