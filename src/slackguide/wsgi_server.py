"""Run waitress in a thread and shut it down gracefully. Used in production and by the sandbox."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from wsgiref.types import WSGIApplication

from waitress import wasyncore  # type: ignore[import-untyped]
from waitress.server import create_server  # type: ignore[import-untyped]

DRAIN_SECONDS = 4.0
"""Maximum time in seconds for open requests at shutdown. Slack times out after 3 s."""


class WsgiServer:
    """A server of one WSGI application on one address.

    The constructor binds the port and raises OSError if it is taken. `adjustments` are passed to waitress
    (docs.pylonsproject.org/projects/waitress/en/stable/arguments.html).
    """

    def __init__(
        self, application: WSGIApplication, *, host: str, port: int, threads: int, **adjustments: object
    ) -> None:
        self._map: dict[int, object] = {}
        self._server = create_server(application, map=self._map, host=host, port=port, threads=threads, **adjustments)
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
