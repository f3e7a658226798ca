"""Only minutes within business hours count."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackguide.escalation.business_hours import BusinessHours

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = BusinessHours(BERLIN, dict.fromkeys(range(5), (time(9), time(17))))
EPOCH = datetime(2026, 3, 2, tzinfo=UTC)
ALWAYS = BusinessHours(ZoneInfo("UTC"), dict.fromkeys(range(7), (time(0), time(0))))


def berlin(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        (berlin(2, 10), 30, berlin(2, 10, 30)),
        (berlin(2, 16, 45), 30, berlin(3, 9, 15)),
        (berlin(2, 16, 30), 30, berlin(2, 17)),
        (berlin(2, 3), 30, berlin(2, 9, 30)),
        (berlin(2, 22), 30, berlin(3, 9, 30)),
        (berlin(6, 16, 45), 30, berlin(9, 9, 15)),
        (berlin(7, 12), 30, berlin(9, 9, 30)),
        (berlin(2, 9), 8 * 60, berlin(2, 17)),
        (berlin(2, 9), 5 * 8 * 60 + 1, berlin(9, 9, 1)),
        (berlin(27, 16), 120, berlin(30, 10)),
        (berlin(2, 10), 0, berlin(2, 10)),
        (datetime(2026, 3, 2, 23, 30, tzinfo=UTC), 1, berlin(3, 9, 1)),
    ],
)
def test_after(start: datetime, minutes: int, end: datetime) -> None:
    assert OFFICE.after(start, minutes) == end


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        # 29 March 2026: 02:00 becomes 03:00. 25 October 2026: 03:00 becomes 02:00.
        (datetime(2026, 3, 29, 1, 30, tzinfo=BERLIN), 60, datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN), 60, datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)),
    ],
)
def test_after_across_the_change_of_summer_time(start: datetime, minutes: int, end: datetime) -> None:
    nights = BusinessHours(BERLIN, dict.fromkeys(range(7), (time(0), time(0))))
    assert nights.after(start, minutes) == end.astimezone(UTC)


@given(
    start=st.integers(0, 20 * 365 * 86_400).map(lambda seconds: EPOCH + timedelta(seconds=seconds)),
    first=st.integers(0, 3000),
    second=st.integers(1, 3000),
)
def test_minutes_add_up(start: datetime, first: int, second: int) -> None:
    assert OFFICE.after(OFFICE.after(start, first), second) == OFFICE.after(start, first + second)
    assert ALWAYS.after(start, first) == start + timedelta(minutes=first)


@pytest.mark.parametrize(
    "days",
    [{}, {7: (time(9), time(17))}, {0: (time(17), time(9))}, {0: (time(9), time(9))}],
)
def test_hours_without_working_time_are_refused(days: dict[int, tuple[time, time]]) -> None:
    with pytest.raises(ValueError, match=r"working|weekday"):
        BusinessHours(BERLIN, days)


def test_ten_years_are_the_farthest() -> None:
    assert OFFICE.after(berlin(2, 9), 10_000_000).year == 2036
