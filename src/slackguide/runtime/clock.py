"""A clock that can be advanced."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class ManualClock:
    """The time, as far as somebody has moved it on."""

    def __init__(self) -> None:
        self._offset = 0.0

    def seconds(self) -> float:
        """Epoch seconds."""
        return time.time() + self._offset

    def now(self) -> datetime:
        """The same in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def advance(self, seconds: float) -> None:
        """Moves it on."""
        self._offset += seconds
