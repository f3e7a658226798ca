"""Parse time expressions: `12 days ago`, `2 weeks and 3 days`, `last Tuesday`, `10/28`, `on the 3rd`."""

from __future__ import annotations

import re
from calendar import month_name as MONTH_NAMES
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from slackguide.extraction.tokenizer import HUGE, Separator, Token, TokenKind
from slackguide.text import ONES, TENS

HOURS_A_DAY: Final = 24


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A time read from tokens `start` up to `end`, in full hours before today."""

    start: int
    end: int
    hours: int = 0
    is_date: bool = False
    """A day was named, rather than a length of time."""
    problem: str | None = None
    """Why it is no certain number, as a sentence."""


UNITS: Final[dict[str, int]] = {
    **dict.fromkeys(("h", "hr", "hrs", "hour"), 1),
    **dict.fromkeys(("d", "day"), 24),
    **dict.fromkeys(("w", "wk", "wks", "week"), 7 * 24),
    **dict.fromkeys(("mo", "mos", "mth", "month"), 30 * 24),
    **dict.fromkeys(("y", "yr", "yrs", "year"), 365 * 24),
}
"""Hours of a unit; a month is 30 days, as in the guides' windows of 30, 60 and 90 days."""

_MINUTES: Final = frozenset({"min", "mins", "minute"})


def _number_words(words: str, first: int = 0, step: int = 1) -> dict[str, int]:
    """Words by number from `first` on; those joined by a bar share one."""
    return {word: first + step * at for at, shared in enumerate(words.split()) for word in shared.split("|")}


_TENS: Final = {**TENS, "fourty": 40}
_SPELLED: Final = ONES | _TENS
_MONTHS: Final = _number_words(
    "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug september|sep|sept october|oct "
    "november|nov december|dec",
    1,
)
_WEEKDAYS: Final = _number_words(
    "monday|mon tuesday|tue|tues wednesday|wed thursday|thu|thur|thurs friday|fri saturday|sat sunday|sun"
)
_ABOUT: Final = frozenset({"about", "around", "approx", "approximately", "roughly", "circa", "ca", "abt", "like"})
_VAGUE: Final = frozenset({"few", "couple", "several", "some", "many"})
_BOUND: Final = frozenset({"over", "under", "almost", "nearly", "beyond", "past", "barely"})
_BOUND_THAN: Final = frozenset({"more", "less", "longer", "fewer", "older"})
_TODAY: Final = frozenset({"today", "tonight"})
_YESTERDAY: Final = frozenset({"yesterday", "yday", "yest", "ystrday", "yesterd"})
_ORDINALS: Final = frozenset({"st", "nd", "rd", "th"})
_STARTING: Final = frozenset(
    {*_SPELLED, *_MONTHS, *_WEEKDAYS, *_ABOUT, *_VAGUE, *_BOUND, *_BOUND_THAN, *_TODAY, *_YESTERDAY, "a", "an", "the",
     "on", "at", "last", "this", "past", "next", "just", "earlier", "day", "tomorrow", "hundred"}
)  # fmt: skip
"""Every word that a time can begin with."""

_HALF_A_YEAR: Final = 183
"""Days: a date without a year that lies further back may well be meant for the coming one, so its year is asked."""

_TWO_MONTHS: Final = 62
_PERIODS: Final = frozenset({"week", "month", "year", "quarter"})


class DateParser:
    """Reads times out of one text's tokens, against one today."""

    def __init__(self, tokens: Sequence[Token], text: str, *, today: date) -> None:
        self._tokens: Final = tokens
        self._text: Final = text
        self._today: Final = today
        self._base = 0

    def at(self, start: int) -> TimeExpression | None:
        """The time that begins at token `start`, None where none does."""
        if self._tokens[start].kind is TokenKind.WORD and self._tokens[start].text not in _STARTING:
            return None
        self._base = here = start
        if self._word(here) in _ABOUT:
            here += 1
        bound = self._bound(here)
        if bound is not None:
            time = self._length(bound)
            return self._vague_length(start, time.end) if time else None
        return self._named_day(start, here) or self._numeric(start, here) or self._length(here, start)

    def _word(self, at: int) -> str:
        """The word at a position, empty past the end and past the sentence's."""
        if not 0 <= at < len(self._tokens):
            return ""
        token = self._tokens[at]
        return (
            ""
            if token.kind is not TokenKind.WORD or (at > self._base and token.separator > Separator.COMMA)
            else token.text
        )

    def _quote(self, start: int, end: int) -> str:
        return self._text[self._tokens[start].start : self._tokens[end - 1].end]

    # lengths of time

    def _bound(self, at: int) -> int | None:
        """Where the number starts after `more than`, `at least`, `almost` …"""
        word, following = self._word(at), self._word(at + 1)
        if word in _BOUND_THAN and following == "than":
            return at + 2
        if word == "at" and following in ("least", "most"):
            return at + 2
        return at + 1 if word in _BOUND else None

    def _vague_length(self, start: int, end: int, *, dated: bool = False) -> TimeExpression:
        return TimeExpression(start, end, is_date=dated, problem=f"“{self._quote(start, end)}” is not an exact number.")

    def _length(self, at: int, start: int | None = None) -> TimeExpression | None:
        """`12 days`, `2 weeks and 3 days`, `a month`; a problem for `a few days`, `2-3 weeks`, `1.5 weeks`."""
        start = at if start is None else start
        total, here, exact = 0, at, True
        while (part := self._part(here)) is not None:
            hours, here, sure = part
            total, exact = total + hours, exact and sure
            if (self._word(here), self._word(here + 1), self._word(here + 2)) == ("and", "a", "half"):
                return self._vague_length(start, here + 3)
            following = here + 1 if self._word(here) == "and" else here
            if self._part(following) is None or self._tokens[following].separator >= Separator.SLASH:
                break
            here = following
        if here == at:
            return None
        if any(self._tokens[n].negative for n in range(start, here)):
            return TimeExpression(start, here, problem=f"“-{self._quote(start, here)}” is less than nothing.")
        return TimeExpression(start, here, hours=min(total, HUGE)) if exact else self._vague_length(start, here)

    def _part(self, at: int) -> tuple[int, int, bool] | None:
        """One number with its unit: hours, where it ends, and whether it is exact."""
        number = self._number(at)
        if number is None:
            return None
        value, here, exact = number
        working = self._word(here) in ("business", "working")
        unit = self._word(here + working)
        if unit in _MINUTES:
            return 0, here + 1, exact
        if unit not in UNITS or self._tokens[here].separator > Separator.HYPHEN:
            return None
        if self._tokens[here].separator is Separator.HYPHEN and self._word(here + 1) not in ("ago", "back", ""):
            return None
        return value * UNITS[unit], here + working + 1, exact and not working

    def _number(self, at: int) -> tuple[int, int, bool] | None:
        if at >= len(self._tokens):
            return None
        token = self._tokens[at]
        if token.kind is TokenKind.NUMBER:
            value, here, exact = token.value or 0, at + 1, token.value is not None
        elif token.kind is TokenKind.DATE:
            return (0, at + 1, False) if "/" in token.text else None
        elif (spelled := self._spelled(at)) is not None:
            value, here, exact = *spelled, True
        else:
            return None
        if here < len(self._tokens) and self._tokens[here].kind is TokenKind.PLUS:
            here, exact = here + 1, False
        more = here + 1 if self._word(here) in ("to", "or") else here
        if (
            more < len(self._tokens)
            and self._tokens[more].kind is TokenKind.NUMBER
            and (
                more > here
                or self._tokens[more].separator is Separator.HYPHEN
                or self._text[self._tokens[more].start - 1] in "-–"
            )
        ):
            return 0, more + 1, False
        return value, here, exact

    def _spelled(self, at: int) -> tuple[int, int] | None:
        word = self._word(at)
        if word in ("a", "an", "the") and self._word(at + 1) in _VAGUE | {"hundred"}:
            return self._spelled(at + 1)
        if word in _VAGUE:
            return None
        if word in ("a", "an", "one") and self._word(at + 1) in UNITS:
            return 1, at + 1
        if word == "hundred":
            return 100, at + 1
        if word not in _SPELLED:
            return None
        value, here = _SPELLED[word], at + 1
        if word in _TENS and 0 < _SPELLED.get(self._word(here), 0) < 10:
            value, here = value + _SPELLED[self._word(here)], here + 1
        return value, here

    # days by name

    def _named_day(self, start: int, at: int) -> TimeExpression | None:
        word, following = self._word(at), self._word(at + 1)
        if word in _VAGUE or (word in ("a", "the") and following in _VAGUE):
            return self._indefinite(start, at + (word not in _VAGUE))
        if word in _TODAY or (word == "just" and following == "now"):
            return TimeExpression(start, at + 1 + (word == "just"), is_date=True)
        if word == "earlier" and following in _TODAY:
            return TimeExpression(start, at + 2, is_date=True)
        if word == "this" and following in ("morning", "afternoon", "evening"):
            return TimeExpression(start, at + 2, is_date=True)
        if word in _YESTERDAY:
            return self._day(start, at + 1, self._today - timedelta(days=1))
        if word == "last" and following == "night":
            return self._day(start, at + 2, self._today - timedelta(days=1))
        before = at + 1 if word == "the" else at
        if [self._word(before + n) for n in range(2)] == ["day", "before"] and self._word(before + 2) in _YESTERDAY:
            return self._day(start, before + 3, self._today - timedelta(days=2))
        if word == "tomorrow" or (word == "next" and following in _WEEKDAYS.keys() | _PERIODS):
            end = at + 1 + (word == "next")
            return TimeExpression(start, end, is_date=True, problem=f"“{self._quote(start, end)}” is in the future.")
        if word in ("last", "this", "past") and following in _PERIODS:
            return self._vague_length(start, at + 2, dated=True)
        if (word, following, self._word(at + 2)) == ("the", "other", "day"):
            return self._vague_length(start, at + 3, dated=True)
        return self._weekday(start, at) or self._month_day(start, at) or self._day_of_month(start, at)

    def _indefinite(self, start: int, at: int) -> TimeExpression | None:
        """`few days`, `couple of weeks`."""
        here = at + 1 + (self._word(at + 1) == "of")
        return self._vague_length(start, here + 1) if self._word(here) in UNITS else None

    def _weekday(self, start: int, at: int) -> TimeExpression | None:
        """`Tuesday` is the latest one, today included; `last Tuesday` is before today."""
        here, last = at, False
        while here < at + 2 and self._word(here) in ("last", "this", "past", "on"):
            last = last or self._word(here) in ("last", "past")
            here += 1
        name = self._word(here)
        if name not in _WEEKDAYS:
            return None
        back = (self._today.weekday() - _WEEKDAYS[name]) % 7
        return self._day(start, here + 1, self._today - timedelta(days=back or 7 * last))

    # days by number

    def _ordinal(self, at: int) -> tuple[int, int, bool] | None:
        """A day of the month, where it ends, and whether it is written as an ordinal."""
        if at >= len(self._tokens) or self._tokens[at].kind is not TokenKind.NUMBER:
            return None
        value = self._tokens[at].value
        if value is None or not 1 <= value <= 31:
            return None
        ordinal = self._word(at + 1) in _ORDINALS and self._tokens[at + 1].separator is Separator.GLUED
        return value, at + 1 + ordinal, ordinal

    def _month_day(self, start: int, at: int) -> TimeExpression | None:
        """`Oct 28`, `October 28th, 2026`."""
        month = _MONTHS.get(self._word(at))
        day = self._ordinal(at + 1) if month and self._word(at + 1) != "the" else None
        if not month or not day or self._word(day[1]) in UNITS:
            return None
        return self._resolve_date(start, day[1], month, day[0])

    def _day_of_month(self, start: int, at: int) -> TimeExpression | None:
        """`28 October`, `the 28th of Oct 2026`, `the 3rd`."""
        here = at
        while here < at + 2 and self._word(here) in ("on", "the"):
            here += 1
        day = self._ordinal(here)
        if not day:
            return None
        value, end, ordinal = day
        named = end + (self._word(end) == "of")
        month = _MONTHS.get(self._word(named))
        if month:
            return self._resolve_date(start, named + 1, month, value)
        if not ordinal:
            return None
        back = range(min(_TWO_MONTHS, (self._today - date.min).days + 1))
        days = (self._today - timedelta(days=count) for count in back)
        latest = next((day for day in days if day.day == value), None)
        return self._day(start, end, latest) if latest else None

    def _resolve_date(self, start: int, end: int, month: int, day: int) -> TimeExpression | None:
        year = None
        if end < len(self._tokens):
            token = self._tokens[end]
            if token.kind is TokenKind.NUMBER and len(token.text) == 4 and token.separator <= Separator.COMMA:
                year, end = token.value, end + 1
        tokens = self._date(year, month, day)
        if tokens and year is None and self._long_ago(tokens):
            return self._which_year(start, end, tokens)
        return self._day(start, end, tokens) if tokens else self._no_day(start, end)

    def _numeric(self, start: int, at: int) -> TimeExpression | None:
        """`10/28`, `28.10.2026`, `2026-10-28`; a problem where day and month can be told apart by nothing."""
        if at >= len(self._tokens):
            return None
        end = at + (1 if self._tokens[at].kind is TokenKind.DATE else 2 if self._dashed(at) else 0)
        if end == at or self._word(end) in UNITS:
            return None
        shown = self._quote(at, end)
        parts = [int(part) for part in re.split(r"[-/.]", shown) if part]
        if parts[0] > 31 and len(parts) != 3:
            return None  # `50/50` is no date
        if parts[0] > 31:
            dates = self._date(*parts)
            return self._day(start, end, dates) if dates else self._no_day(start, end)
        year = parts[2] + (2000 if parts[2] < 100 else 0) if len(parts) == 3 else None
        readings = (self._date(year, parts[0], parts[1]), self._date(year, parts[1], parts[0]))
        possible = sorted({day for day in readings if day is not None})
        past = [day for day in possible if day <= self._today]
        if len(past) > 1:
            both = " or ".join(f"{MONTH_NAMES[day.month]} {day.day}" for day in past)
            return TimeExpression(start, end, is_date=True, problem=f"“{shown}” can be {both}.")
        dates = next(iter(past or possible), None)
        if dates and year is None and self._long_ago(dates):
            return self._which_year(start, end, dates)
        return self._day(start, end, dates) if dates else self._no_day(start, end)

    def _dashed(self, at: int) -> bool:
        """Whether `10-28` stands here: two numbers that could be a day and a month."""
        pair = self._tokens[at : at + 2]
        return (
            len(pair) == 2
            and all(token.kind is TokenKind.NUMBER and len(token.text) <= 2 for token in pair)
            and pair[1].separator is Separator.HYPHEN
            and (at + 2 >= len(self._tokens) or self._tokens[at + 2].separator is not Separator.HYPHEN)
        )

    def _no_day(self, start: int, end: int) -> TimeExpression:
        return TimeExpression(start, end, is_date=True, problem=f"There is no day “{self._quote(start, end)}”.")

    def _long_ago(self, day: date) -> bool:
        return (self._today - day).days > _HALF_A_YEAR

    def _which_year(self, start: int, end: int, day: date) -> TimeExpression:
        shown = f"{MONTH_NAMES[day.month]} {day.day}"
        return TimeExpression(start, end, is_date=True, problem=f"{shown} of which year? Give the date with its year.")

    def _date(self, year: int | None, month: int, day: int) -> date | None:
        """That day; without a year the latest one that is not in the future. None where there is no such day."""
        years = (year,) if year is not None else range(self._today.year, max(0, self._today.year - 9), -1)
        for candidate in years:
            try:
                tokens = date(candidate, month, day)
            except ValueError:
                continue
            if year is not None or tokens <= self._today:
                return tokens
        return None

    def _day(self, start: int, end: int, day: date) -> TimeExpression:
        if day > self._today:
            shown = f"{MONTH_NAMES[day.month]} {day.day}, {day.year}"
            return TimeExpression(start, end, is_date=True, problem=f"{shown} is in the future.")
        return TimeExpression(start, end, hours=(self._today - day).days * HOURS_A_DAY, is_date=True)
