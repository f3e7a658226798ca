"""waitress in a thread, that stops when it has answered what it took."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from wsgiref.types import WSGIApplication

from waitress import wasyncore  # type: ignore[import-untyped]
from waitress.server import create_server  # type: ignore[import-untyped]

from slackguide.web.front import BODY_LIMIT

THREADS = 16
"""Requests at once: an acknowledgement takes milliseconds, and the one that opens a window may wait 2 s for Slack."""

DRAIN_SECONDS = 4.0
"""How long requests under way get to end; Slack gives up after 3 s."""


class WebServer:
    """Serves one WSGI application on one address. Raises OSError where the port is taken."""

    def __init__(self, application: WSGIApplication, *, host: str, port: int, threads: int = THREADS) -> None:
        self._map: dict[int, object] = {}
        self._server = create_server(
            application, map=self._map, host=host, port=port, threads=threads, ident="slackguide", backlog=1024,
            connection_limit=1000, max_request_body_size=BODY_LIMIT,
        )  # fmt: skip
        self.port = int(self._server.effective_port)
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Takes no new connection, ends what is under way, then closes."""
        trigger = self._server.trigger
        trigger.pull_trigger(self._server.del_channel)  # the listening socket leaves the loop: nothing new comes in
        deadline = time.monotonic() + DRAIN_SECONDS
        while self._busy() and time.monotonic() < deadline:
            time.sleep(0.02)
        self._server.task_dispatcher.shutdown(timeout=1)
        with suppress(OSError):  # the loop may wake by itself and close its bell before it is rung
            trigger.pull_trigger(self._close_all)
        self._thread.join(timeout=2)

    def _busy(self) -> bool:
        dispatcher = self._server.task_dispatcher
        return bool(dispatcher.queue) or dispatcher.active_count > 0

    def _close_all(self) -> None:
        wasyncore.close_all(self._map, ignore_all=True)
