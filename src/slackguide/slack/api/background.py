"""Run work after an acknowledgement:

updating the message that was clicked. What must not be lost goes to the outbox.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

log = logging.getLogger(__name__)


class BackgroundTasks:
    """A small pool of threads; what fails is logged by kind and place, without anybody's words."""

    def __init__(self, *, threads: int = 8) -> None:
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="afterwards")
        self._pending: set[Future[None]] = set()

    def submit(self, work: Callable[[], object]) -> None:
        """Does it soon, in another thread."""
        future = self._pool.submit(self._run_logged, work)
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)

    def drain(self, timeout: float) -> None:
        """Takes nothing new and waits up to `timeout` seconds for what is under way."""
        wait(tuple(self._pending), timeout=timeout)
        self._pool.shutdown(wait=False, cancel_futures=True)

    @staticmethod
    def _run_logged(work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:
            log.warning("a message could not be redrawn: %s", type(error).__name__)
