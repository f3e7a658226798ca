"""waitress in a thread: it listens once made, and stops without waiting for connections that are merely open."""

import threading
from contextlib import suppress
from wsgiref.types import WSGIApplication

from waitress import wasyncore  # type: ignore[import-untyped, unused-ignore]
from waitress.server import create_server  # type: ignore[import-untyped, unused-ignore]


class HttpServer:
    """Serves one WSGI application. Raises OSError when the port is taken."""

    def __init__(self, application: WSGIApplication, *, host: str, port: int, threads: int) -> None:
        self._map: dict[int, object] = {}
        self._server = create_server(
            application,
            map=self._map,
            host=host,
            port=port,
            threads=threads,
            # An application that raises OSError drops the connection without a word: that is what `reset` weather is.
            log_socket_errors=False,
            # Without look-ahead waitress cannot tell an application that its caller has gone.
            channel_request_lookahead=1,
        )
        self.port = int(self._server.effective_port)
        self._thread = threading.Thread(target=self._server.run, name="sandbox-web", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being answered, then close every connection and the port."""
        self._server.task_dispatcher.shutdown(timeout=2)
        if self._thread.is_alive():
            with suppress(OSError):  # the loop may wake by itself and close its bell before it is rung
                self._server.trigger.pull_trigger(self._close_all)
            self._thread.join(timeout=5)
        else:
            self._close_all()

    def _close_all(self) -> None:
        wasyncore.close_all(self._map, ignore_all=True)
