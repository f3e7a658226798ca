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
"""Maximum time in seconds for the shutdown. The contract allows 10 s."""


class StopSignals:
    """The signals of this process: stop (SIGTERM, SIGINT) and reload the knowledge (SIGHUP).

    A signal handler may interrupt the main thread while it waits on a lock, so it only appends to a deque. `woken`
    blocks until a signal has arrived since it last returned.
    """

    def __init__(self, *, woken: Callable[[], object]) -> None:
        self._woken = woken
        self._queue: deque[Literal["stop", "reload"]] = deque()
        self._reload: Callable[[], object] = lambda: None

    def on_reload(self, reload: Callable[[], object]) -> None:
        """Set the function to call at SIGHUP. Before that, SIGHUP has no effect."""
        self._reload = reload

    def wait(self) -> None:
        """Block until a stop signal; return at once if one arrived during the start. Run reloads in a thread."""
        while self._next() == "reload":
            threading.Thread(target=self._reload, name="reload", daemon=True).start()

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Handle a stop signal."""
        del number, frame
        self._queue.append("stop")

    def reload(self, number: int, frame: FrameType | None) -> None:
        """Handle a reload signal."""
        del number, frame
        self._queue.append("reload")

    def _next(self) -> Literal["stop", "reload"]:
        while not self._queue:
            self._woken()
        return self._queue.popleft()


def bind_error(host: str, port: int, error: OSError) -> ConfigurationError:
    """Return the error for an address that is unavailable."""
    return ConfigurationError(
        f"Not started: cannot listen on {host}:{port} ({error.strerror or error}). A process that already listens "
        "there is not affected. Set PORT to a free port, or HOST to an address of this machine."
    )


@contextmanager
def handle_signals() -> Iterator[StopSignals]:
    """Install the SIGTERM, SIGINT and SIGHUP handlers and restore the previous ones on exit."""
    # Python runs a handler between two instructions of the main thread. A signal that arrives just before that thread
    # blocks on a lock would not be handled until the next signal. A byte in a socket always wakes the reader.
    receiver, wakeup = socket.socketpair()
    wakeup.setblocking(False)
    signals = StopSignals(woken=lambda: receiver.recv(4096))
    handlers = {signal.SIGTERM: signals.stop, signal.SIGINT: signals.stop, signal.SIGHUP: signals.reload}
    with receiver, wakeup:
        previous_fd = signal.set_wakeup_fd(wakeup.fileno(), warn_on_full_buffer=False)
        previous = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield signals
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(previous_fd)


@contextmanager
def shutdown_deadline(seconds: float = SHUTDOWN_SECONDS) -> Iterator[None]:
    """Exit the process after `seconds` even if something still hangs. Jobs are due again when their leases expire."""

    def exit_now() -> None:
        log.error("the shutdown took longer than %g s; unfinished jobs are retried when their leases expire", seconds)
        logging.shutdown()
        os._exit(0)

    timer = threading.Timer(seconds, exit_now)
    timer.daemon = True
    timer.start()
    yield
