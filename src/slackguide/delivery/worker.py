"""The worker: threads that lease one job at a time and wait until the next is due."""

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
"""Seconds to wait when the database cannot be used."""

MIN_POLL_INTERVAL = 0.05
"""Minimum delay in seconds after an empty poll: a burst of submissions while their channel rests is one look
each 50 ms, not one for every ring (which halved how many were acknowledged; `benchmarks/escalations.py throughput`)."""


class Worker:
    """Delivers for as long as it takes, with Slack or the database up or down.

    `threads` jobs are under way at once, so that one conversation that hangs does not hold up the others; `name` begins
    the names of the threads. `poll` is
    the longest sleep in seconds: jobs queued by other processes do not wake this one. `stopping` is the event
    that `Dispatcher` was given too.
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
        """Begin, in threads of its own."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 9.0) -> bool:
        """Take nothing new and finish what is being sent; True when that was done within `timeout` seconds.

        What is cut off is looked for by the next try, once its lease has run out.
        """
        self._stopping.set()
        self._notifier.notify()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def run(self) -> None:
        """Deliver in this thread until stopped."""
        faulty = False
        while not self._stopping.is_set():
            seen_count = self._notifier.count
            try:
                rest = self._step()
                faulty = False
            except StorageError as error:
                if not faulty:
                    log.error("delivery waits: %s", error)
                faulty = True
                rest = ERROR_PAUSE
            except Exception as error:
                log.error("delivery goes on after %s", type(error).__name__)
                rest = ERROR_PAUSE
            if rest > 0:
                pause = min(rest, MIN_POLL_INTERVAL)
                self._stopping.wait(pause)
                self._notifier.wait(seen_count, rest - pause)

    def _step(self) -> float:
        """One job, or none: the seconds to sleep before the next look."""
        job = self._queue.claim()
        if job is None:
            return min(max(self._queue.seconds_until_due(), 0.01), self._poll)
        self._dispatcher.deliver(job)
        return 0.0
