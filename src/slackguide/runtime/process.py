"""Signals and shutdown of a process."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Literal

from slackguide.errors import ConfigurationError

log = logging.getLogger(__name__)


SHUTDOWN_SECONDS = 9.0
"""How long the end may take: the contract gives it 10 s."""


class StopSignals:
    """The signals of this process: stop (SIGTERM, SIGINT) and reload the knowledge (SIGHUP).

    A signal's handler runs in the midst of whatever the main thread does, waiting on a lock included: all that is safe
    there is to append the order to a deque. `woken` blocks until a signal has arrived since it last returned.
    """

    def __init__(self, *, woken: Callable[[], object]) -> None:
        self._woken = woken
        self._queue: deque[Literal["stop", "reload"]] = deque()
        self._reload: Callable[[], object] = lambda: None

    def on_reload(self, reload: Callable[[], object]) -> None:
        """What to do at SIGHUP; before this is said, nothing."""
        self._reload = reload

    def wait(self) -> None:
        """Block until a stop signal; return at once if one came during the start. Reload in a thread."""
        while self._next() == "reload":
            threading.Thread(target=self._reload, name="reload", daemon=True).start()

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Handles a signal."""
        del number, frame
        self._queue.append("stop")

    def reload(self, number: int, frame: FrameType | None) -> None:
        """Handles a signal."""
        del number, frame
        self._queue.append("reload")

    def _next(self) -> Literal["stop", "reload"]:
        while not self._queue:
            self._woken()
        return self._queue.popleft()


def bind_error(host: str, port: int, error: OSError) -> ConfigurationError:
    """The words for an address that cannot be had."""
    return ConfigurationError(
        f"Not started: {host}:{port} cannot be listened on ({error.strerror or error}). Whatever listens there goes on "
        "undisturbed. Set PORT to a free port, or HOST to an address of this machine."
    )


@contextmanager
def handle_signals() -> Iterator[StopSignals]:
    """Install the SIGTERM, SIGINT and SIGHUP handlers and restore the previous ones on exit."""
    # Python runs a handler between two instructions of the main thread. A signal that arrives just before that thread
    # blocks in a lock would wait there for the next signal; a byte in a socket wakes whoever reads it, early or late.
    awake, wakeup = socket.socketpair()
    wakeup.setblocking(False)
    signals = StopSignals(woken=lambda: awake.recv(4096))
    handlers = {signal.SIGTERM: signals.stop, signal.SIGINT: signals.stop, signal.SIGHUP: signals.reload}
    with awake, wakeup:
        fd_before = signal.set_wakeup_fd(wakeup.fileno(), warn_on_full_buffer=False)
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield signals
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(fd_before)


@contextmanager
def shutdown_deadline(seconds: float = SHUTDOWN_SECONDS) -> Iterator[None]:
    """Ends the process after so many seconds whatever still hangs: what it leases is then due again by itself."""

    def cut_off() -> None:
        log.error("not everything ended within %g s; it is left, and what was under way is looked for", seconds)
        logging.shutdown()
        os._exit(0)

    timer = threading.Timer(seconds, cut_off)
    timer.daemon = True
    timer.start()
    yield
