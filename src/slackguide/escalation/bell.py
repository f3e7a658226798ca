"""A bell: whoever queues a job rings it, whoever delivers wakes."""

from __future__ import annotations

import threading


class Bell:
    """Rings are counted, so that one between looking for work and going to sleep is not missed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rings = 0

    def ring(self) -> None:
        """Wake everyone who waits, and everyone who is about to."""
        with self._changed:
            self._rings += 1
            self._changed.notify_all()

    @property
    def rings(self) -> int:
        """How often it has rung; take it before looking for work."""
        with self._changed:
            return self._rings

    def wait(self, heard: int, timeout: float) -> None:
        """Until it has rung more than `heard` times, or for `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._rings != heard, timeout)
