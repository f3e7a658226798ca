"""The worker: threads that lease one job at a time and wait until the next one is due."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence

from slackguide.delivery.dispatcher import Dispatcher
from slackguide.delivery.notifier import Notifier
from slackguide.delivery.queue import JobQueue
from slackguide.errors import StorageError

log = logging.getLogger(__name__)

ERROR_PAUSE = 2.0
"""Delay in seconds after a database error."""

MIN_POLL_INTERVAL = 0.05
"""Minimum delay in seconds after an empty poll.

A burst of submissions to a channel that is rate-limited then causes one query per 50 ms instead of one per
notification, which halved the throughput of acknowledgements (`benchmarks/escalations.py throughput`).
"""


class Worker:
    """Threads that deliver jobs until stopped, through outages of Slack or the database.

    `threads` jobs run at once, so that one slow conversation does not hold up the others. `name` is the prefix of the
    threads' names. `poll` is the longest wait in seconds, because jobs queued by other processes do not notify this
    one. `stopping` is the event that the `Dispatcher` also checks.
    """

    def __init__(
        self,
        *,
        queue: JobQueue,
        dispatcher: Dispatcher,
        notifier: Notifier,
        stopping: threading.Event,
        name: str = "delivery",
        threads: int = 2,
        poll: float = 1.0,
    ) -> None:
        self._queue = queue
        self._dispatcher = dispatcher
        self._notifier = notifier
        self._stopping = stopping
        self._poll = poll
        self._threads: Sequence[threading.Thread] = [
            threading.Thread(target=self.run, name=f"{name}-{number}", daemon=True) for number in range(1, threads + 1)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 9.0) -> bool:
        """Claim no further job and finish the current ones. Return True if that took at most `timeout` seconds.

        After the lease of an interrupted job has expired, the next attempt looks for its message.
        """
        self._stopping.set()
        self._notifier.notify()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def run(self) -> None:
        """Deliver jobs in this thread until stopped."""
        failing = False
        while not self._stopping.is_set():
            seen_count = self._notifier.count
            try:
                delay = self._step()
                failing = False
            except StorageError as error:
                if not failing:
                    log.error("delivery is paused: %s", error.for_operators)
                failing = True
                delay = ERROR_PAUSE
            except Exception as error:
                log.error("delivery continues after an internal error: %s", type(error).__name__)
                delay = ERROR_PAUSE
            if delay > 0:
                pause = min(delay, MIN_POLL_INTERVAL)
                self._stopping.wait(pause)
                self._notifier.wait(seen_count, delay - pause)

    def _step(self) -> float:
        """Deliver one job, if there is one. Return the seconds to wait before the next poll."""
        job = self._queue.claim()
        if job is None:
            return min(max(self._queue.seconds_until_due(), 0.01), self._poll)
        self._dispatcher.deliver(job)
        return 0.0
