"""The change feed: notify every open page and every waiting test."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

# What a page may fall behind before it has to read the whole state again.
_KEPT = 2000


@dataclass(frozen=True, kw_only=True)
class FeedChange:
    """One change: its number (from 1, no gaps), its kind, and what a page needs to draw it."""

    number: int
    kind: str
    body: dict[str, Any]


class ChangeFeed:
    """A numbered list of changes that any number of readers follow."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._changes: deque[FeedChange] = deque(maxlen=_KEPT)
        self._number = 0
        self._closed = False

    @property
    def number(self) -> int:
        """The number of the latest change, 0 before the first."""
        with self._changed:
            return self._number

    def publish(self, kind: str, body: dict[str, Any]) -> None:
        """Add a change and wake every reader."""
        with self._changed:
            self._number += 1
            self._changes.append(FeedChange(number=self._number, kind=kind, body=body))
            self._changed.notify_all()

    def since(self, number: int) -> tuple[FeedChange, ...]:
        """The changes after that number, as far as they are kept."""
        with self._changed:
            return tuple(change for change in self._changes if change.number > number)

    def follow(self, after: int, *, heartbeat: float) -> Iterator[FeedChange | None]:
        """Changes after that number as they come; None every `heartbeat` seconds without one.

        A reader that fell too far behind, or that knows a number from before a restart, gets a change of kind `reset`.
        Ends when the sandbox stops.
        """
        while True:
            with self._changed:
                if not self._closed and after == self._number:
                    self._changed.wait(heartbeat)
                if self._closed:
                    return
                oldest = self._changes[0].number if self._changes else self._number + 1
                if after > self._number or after < oldest - 1:
                    fresh = [FeedChange(number=self._number, kind="reset", body={})]
                else:
                    fresh = [change for change in self._changes if change.number > after]
                after = self._number
            if not fresh:
                yield None
            yield from fresh

    def wait_for(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait until `condition()` is true, looking again after every change; false when `timeout` seconds went by."""
        deadline = time.monotonic() + timeout
        seen = self.number
        while not condition():
            with self._changed:
                left = deadline - time.monotonic()
                if self._number == seen and left > 0 and not self._closed:
                    self._changed.wait(left)
                over = self._closed or time.monotonic() >= deadline
                seen = self._number
            if (
                over
            ):  # asked with the lock let go: `condition` may want one that a thread holds which is about to publish
                return condition()
        return True

    def close(self) -> None:
        """Send every reader home."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
