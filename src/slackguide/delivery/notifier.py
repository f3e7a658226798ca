"""Wake waiting workers when a job is queued."""

from __future__ import annotations

import threading


class Notifier:
    """A counting wake-up event. A notification between an empty poll and `wait` is not missed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def notify(self) -> None:
        """Wake all waiting threads, and those about to wait."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    @property
    def count(self) -> int:
        """The number of notifications so far. Read it before polling."""
        with self._changed:
            return self._count

    def wait(self, seen_count: int, timeout: float) -> None:
        """Block until there are more than `seen_count` notifications, or for `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._count != seen_count, timeout)
