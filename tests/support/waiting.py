"""Wait for conditions of other threads and processes, never for a fixed time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

WAIT_SECONDS = 60.0
"""Seconds after which a condition counts as never met. It only matters when something is broken: no test takes so long,
even on a busy machine."""

POLL_SECONDS = 0.02
"""Seconds between two polls of something that cannot notify us, such as another process."""


def wait_until(met: Callable[[], object], failure: str | Callable[[], str], *, timeout: float = WAIT_SECONDS) -> None:
    """Return as soon as `met()` is true; fail with `failure` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not met():
        assert time.monotonic() < deadline, failure() if callable(failure) else failure
        pause(POLL_SECONDS)


def pause(seconds: float) -> None:
    """Sleep between two polls, or between two kills. No outcome may depend on it."""
    threading.Event().wait(seconds)
