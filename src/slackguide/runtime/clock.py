"""A clock that can be advanced."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class ManualClock:
    """The system clock plus an offset that can be advanced."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset
        """Seconds ahead of the system clock."""

    def seconds(self) -> float:
        """Return epoch seconds."""
        return time.time() + self.offset

    def now(self) -> datetime:
        """Return the time in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def advance(self, seconds: float) -> None:
        """Advance the clock."""
        self.offset += seconds
