"""Wake waiting workers when a job is queued."""

from __future__ import annotations

import threading


class Notifier:
    """Rings are counted, so that one between looking for work and going to sleep is not missed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def notify(self) -> None:
        """Wake everyone who waits, and everyone who is about to."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    @property
    def count(self) -> int:
        """How often it has rung; take it before looking for work."""
        with self._changed:
            return self._count

    def wait(self, seen_count: int, timeout: float) -> None:
        """Until it has rung more than `seen_count` times, or for `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._count != seen_count, timeout)
