"""Business hours: add working minutes to a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MAX_DAYS = 3660
"""Maximum number of days to look ahead: ten years."""


@dataclass(frozen=True)
class BusinessHours:
    """Working hours per weekday (0 is Monday), in the time zone `zone`.

    `days` maps a weekday to its start and end; an end of 00:00 means 24:00. Raises ValueError if there is no working
    day, or if a day ends before it begins.
    """

    zone: ZoneInfo
    days: Mapping[int, tuple[time, time]]

    def __post_init__(self) -> None:
        if not self.days:
            raise ValueError("working hours need at least one day")
        for weekday, (begin, end) in self.days.items():
            if weekday not in range(7):
                raise ValueError(f"there is no weekday {weekday}: 0 is Monday, 6 is Sunday")
            if end != time(0) and begin >= end:
                raise ValueError(f"a working day cannot end ({end:%H:%M}) before it begins ({begin:%H:%M})")

    def after(self, start: datetime, minutes: int) -> datetime:
        """Return the time (UTC) at which `minutes` of working time have passed since `start`.

        The result is at most ten years later. An hour skipped by the change to summer time does not count. A repeated
        hour counts twice.
        """
        remaining = timedelta(minutes=minutes)
        day = start.astimezone(self.zone).date()
        for _ in range(_MAX_DAYS):
            begin, end = self._shift(day)
            begin = max(begin, start.astimezone(UTC))
            if begin < end:
                if begin + remaining <= end:
                    return begin + remaining
                remaining -= end - begin
            day += timedelta(days=1)
        return self._shift(day)[0]

    def _shift(self, day: date) -> tuple[datetime, datetime]:
        """Return the start and end of the working time on `day`, in UTC. They are equal if it is not a working day."""
        if day.weekday() not in self.days:
            none = datetime.combine(day, time(0), self.zone).astimezone(UTC)
            return none, none
        begin, end = self.days[day.weekday()]
        end_day = day + timedelta(days=1) if end == time(0) else day
        return (
            datetime.combine(day, begin, self.zone).astimezone(UTC),
            datetime.combine(end_day, end, self.zone).astimezone(UTC),
        )
