"""Run work after an acknowledgement, such as updating a message. Work that must not be lost goes to the outbox."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

log = logging.getLogger(__name__)


class BackgroundTasks:
    """A pool of threads. Errors are logged by type, without any text from people."""

    def __init__(self, *, threads: int = 8) -> None:
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="background")
        self._pending: set[Future[None]] = set()

    def submit(self, work: Callable[[], object]) -> None:
        """Run `work` in another thread."""
        future = self._pool.submit(self._run_logged, work)
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)

    def drain(self, timeout: float) -> None:
        """Accept no more work, and wait up to `timeout` seconds for the current work."""
        wait(tuple(self._pending), timeout=timeout)
        self._pool.shutdown(wait=False, cancel_futures=True)

    @staticmethod
    def _run_logged(work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:
            log.warning("background work failed: %s", type(error).__name__)
