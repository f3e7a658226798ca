"""What has to be done from time to time: reminders, erasing, forgetting."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from slackguide.errors import StorageError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chore:
    """Something to do every so many seconds. Doing it in several processes at once has to do no harm."""

    name: str
    every: float
    work: Callable[[], object]


class Chores:
    """Does each chore in a thread of its own, first at once and then when its time has come again."""

    def __init__(self, *, chores: Sequence[Chore], stopping: threading.Event) -> None:
        self._stopping = stopping
        self._threads = [
            threading.Thread(target=self._keep_doing, args=(chore,), name=f"chore {chore.name}", daemon=True)
            for chore in chores
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

    def _keep_doing(self, chore: Chore) -> None:
        while True:
            try:
                chore.work()
            except StorageError as error:
                log.error("%s waits: %s", chore.name, error)
            except Exception as error:
                log.error("%s goes on after %s", chore.name, type(error).__name__)
            if self._stopping.wait(chore.every):
                return
