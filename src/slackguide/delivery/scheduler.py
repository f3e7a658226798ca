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
    """A task to run every `interval` seconds. It must be safe to run in several processes at once."""

    name: str
    interval: float
    run: Callable[[], object]


class Scheduler:
    """A thread for each periodic task, which runs it at the start and then at its interval."""

    def __init__(self, *, periodic_tasks: Sequence[PeriodicTask], stopping: threading.Event) -> None:
        self._stopping = stopping
        self._threads = [
            threading.Thread(
                target=self._run_periodically, args=(periodic_task,), name=f"periodic {periodic_task.name}", daemon=True
            )
            for periodic_task in periodic_tasks
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 5.0) -> bool:
        """Start no further run. Return True if the current runs ended within `timeout` seconds each."""
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
                log.error("periodic task %s failed and will run again: %s", periodic_task.name, error)
            except Exception as error:
                log.error("periodic task %s failed and will run again: %s", periodic_task.name, type(error).__name__)
            if self._stopping.wait(periodic_task.interval):
                return
