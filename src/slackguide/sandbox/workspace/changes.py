"""The change feed, which notifies open pages and waiting tests."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_MAX_CHANGES = 2000
"""How many changes the feed holds. A page that is further behind must load the whole state."""


@dataclass(frozen=True, kw_only=True)
class FeedChange:
    """A change: its number (consecutive, from 1), its kind, and its data."""

    number: int
    kind: str
    body: dict[str, Any]


class ChangeFeed:
    """A numbered list of changes, with any number of readers."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._changes: deque[FeedChange] = deque(maxlen=_MAX_CHANGES)
        self._number = 0
        self._closed = False

    @property
    def number(self) -> int:
        """Return the number of the latest change, 0 before the first."""
        with self._changed:
            return self._number

    def publish(self, kind: str, body: dict[str, Any]) -> None:
        """Add a change and notify every reader."""
        with self._changed:
            self._number += 1
            self._changes.append(FeedChange(number=self._number, kind=kind, body=body))
            self._changed.notify_all()

    def since(self, number: int) -> tuple[FeedChange, ...]:
        """Return the stored changes after a number."""
        with self._changed:
            return tuple(change for change in self._changes if change.number > number)

    def follow(self, after: int, *, heartbeat: float) -> Iterator[FeedChange | None]:
        """Yield each change after a number, and None after every `heartbeat` seconds without one.

        Yield a change of kind `reset` if the reader is too far behind, or its number is from before a restart. Return
        when the sandbox stops.
        """
        while True:
            with self._changed:
                if not self._closed and after == self._number:
                    self._changed.wait(heartbeat)
                if self._closed:
                    return
                oldest = self._changes[0].number if self._changes else self._number + 1
                if after > self._number or after < oldest - 1:
                    new = [FeedChange(number=self._number, kind="reset", body={})]
                else:
                    new = [change for change in self._changes if change.number > after]
                after = self._number
            if not new:
                yield None
            yield from new

    def wait_for(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait until `condition()` is true, tested after every change. Return false after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        seen = self.number
        while not condition():
            with self._changed:
                remaining = deadline - time.monotonic()
                if self._number == seen and remaining > 0 and not self._closed:
                    self._changed.wait(remaining)
                done = self._closed or time.monotonic() >= deadline
                seen = self._number
            if done:
                # Without the lock: `condition` may need a lock whose holder waits to publish.
                return condition()
        return True

    def close(self) -> None:
        """End every reader's iteration."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
