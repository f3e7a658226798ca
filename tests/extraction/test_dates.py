"""Dates and durations in natural language, relative to a Friday."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackguide.extraction.dates import DateParser, TimeExpression
from slackguide.extraction.tokenizer import tokenize

FRIDAY = date(2026, 11, 20)


def when(text: str, today: date = FRIDAY) -> TimeExpression | None:
    found = tokenize(text)
    return DateParser(found, text, today=today).at(0) if found else None


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("12 days", 288), ("12d", 288), ("6h", 6), ("36 hours", 36), ("2 weeks", 336), ("3 wks", 504), ("a month", 720),
        ("an hour", 1), ("5 mo", 3600), ("a year", 8760), ("10 minutes", 0), ("ten days", 240),
        ("forty-five days", 1080),
        ("twenty five days", 600), ("2 weeks and 3 days", 408), ("1 month 5 days", 840), ("about 20 days", 480),
        ("1,200 days", 28800),
    ],
)  # fmt: skip
def test_lengths(text: str, hours: int) -> None:
    found = when(text)
    assert found is not None
    assert (found.problem, found.hours, found.is_date) == (None, hours, False)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("today", 0), ("this morning", 0), ("yesterday", 1), ("last night", 1), ("the day before yesterday", 2),
        ("Friday", 0), ("last Friday", 7), ("Tuesday", 3), ("on Tuesday", 3), ("last Tuesday", 3), ("tues", 3),
        ("10/28", 23), ("28/10", 23), ("10/28/26", 23), ("28.10.2026", 23), ("28.10.", 23), ("2026-10-28", 23),
        ("2026/10/28", 23), ("10-28", 23), ("06/06", 167), ("Oct 28", 23), ("October 28th, 2026", 23),
        ("Oct 28 2025", 388),
        ("28 October", 23), ("28th of Oct", 23), ("28 Oct 2026", 23), ("the 3rd", 17), ("on the 31st", 20),
        ("21st", 30),
        ("Nov 20", 0), ("Nov 21, 2025", 364), ("11/21/2025", 364), ("12/11/2026", 8), ("Feb 29, 2024", 995),
    ],
)  # fmt: skip
def test_days(text: str, days: int) -> None:
    found = when(text)
    assert found is not None
    assert (found.problem, found.hours // 24, found.is_date) == (None, days, True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("03/04", "“03/04” can be March 4 or April 3."),
        ("05/05", "May 5 of which year? Give the date with its year."),
        ("Nov 21", "November 21 of which year? Give the date with its year."),
        ("Feb 29", "February 29 of which year? Give the date with its year."),
        ("03/04/2026", "“03/04/2026” can be March 4 or April 3."),
        ("10/11", "“10/11” can be October 11 or November 10."),
        ("2026-12-01", "December 1, 2026 is in the future."),
        ("Dec 1, 2026", "December 1, 2026 is in the future."),
        ("tomorrow", "“tomorrow” is in the future."),
        ("next Tuesday", "“next Tuesday” is in the future."),
        ("02/30", "“02/30” is not a valid date."),
        ("Feb 30", "“Feb 30” is not a valid date."),
        ("a couple of weeks", "“a couple of weeks” is not an exact number."),
        ("few days", "“few days” is not an exact number."),
        ("2-3 weeks", "“2-3 weeks” is not an exact number."),
        ("2 to 3 weeks", "“2 to 3 weeks” is not an exact number."),
        ("1.5 weeks", "“1.5 weeks” is not an exact number."),
        ("a week and a half", "“a week and a half” is not an exact number."),
        ("30+ days", "“30+ days” is not an exact number."),
        ("over 30 days", "“over 30 days” is not an exact number."),
        ("6 business days", "“6 business days” is not an exact number."),
        ("last week", "“last week” is not an exact number."),
        ("the other day", "“the other day” is not an exact number."),
    ],
)
def test_what_no_one_can_tell(text: str, problem: str) -> None:
    found = when(text)
    assert found is not None
    assert found.problem == problem


@pytest.mark.parametrize("text", ["hourly", "12", "12 apples", "30-day window", "may", "a", "the", "$500", "week", ""])
def test_no_time_at_all(text: str) -> None:
    assert when(text) is None


def test_an_order_that_only_the_past_allows_is_no_question() -> None:
    found = when("11/12/2026")
    assert found is not None
    assert (found.problem, found.hours // 24) == (None, 8)


def test_a_date_without_a_year_is_never_in_the_future() -> None:
    found = when("Dec 31", date(2026, 1, 1))
    assert found is not None
    assert found.hours // 24 == 1


@given(day=st.dates(date(2000, 1, 1), FRIDAY))
def test_every_spelling_of_a_day_is_that_day(day: date) -> None:
    spellings = (f"{day:%Y-%m-%d}", f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%b} {day.year}")
    for spelling in spellings:
        found = when(spelling)
        assert found is not None
        assert (found.problem, found.hours // 24) == (None, (FRIDAY - day).days)


@pytest.mark.parametrize("text", ["50/50", "99-1", "42.7", "425/12 days", "1/2/3/4", "0/0", "31/31", "10/28/"])
def test_numbers_that_look_like_dates_raise_nothing(text: str) -> None:
    when(text)
