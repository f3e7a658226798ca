"""A clock that tests set and advance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class ManualClock:
    """A clock that stands still until a test advances it."""

    def __init__(self, at: datetime = MONDAY) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at

    @property
    def now(self) -> float:
        """Return the time in epoch seconds."""
        return self.at.timestamp()

    def advance(self, seconds: float) -> None:
        """Move the clock by `seconds`, which may be negative."""
        self.at += timedelta(seconds=seconds)
