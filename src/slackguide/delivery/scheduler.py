"""Run periodic tasks: reminders, retention, pruning."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from slackguide.errors import StorageError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PeriodicTask:
    """Something to do every so many seconds. Doing it in several processes at once has to do no harm."""

    name: str
    interval: float
    run: Callable[[], object]


class Scheduler:
    """Does each chore in a thread of its own, first at once and then when its time has come again."""

    def __init__(self, *, periodic_tasks: Sequence[PeriodicTask], stopping: threading.Event) -> None:
        self._stopping = stopping
        self._threads = [
            threading.Thread(
                target=self._run_periodically, args=(periodic_task,), name=f"chore {periodic_task.name}", daemon=True
            )
            for periodic_task in periodic_tasks
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 5.0) -> bool:
        """Begin none anew; True when those under way ended within `timeout` seconds each."""
        self._stopping.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(timeout)
        return not any(thread.is_alive() for thread in self._threads)

    def _run_periodically(self, periodic_task: PeriodicTask) -> None:
        while True:
            try:
                periodic_task.run()
            except StorageError as error:
                log.error("%s waits: %s", periodic_task.name, error)
            except Exception as error:
                log.error("%s goes on after %s", periodic_task.name, type(error).__name__)
            if self._stopping.wait(periodic_task.interval):
                return
