"""Parse time expressions: `12 days ago`, `2 weeks and 3 days`, `last Tuesday`, `10/28`, `on the 3rd`."""

from __future__ import annotations

import re
from calendar import month_name as MONTH_NAMES
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from slackguide.extraction.tokenizer import HUGE, Separator, Token, TokenKind
from slackguide.knowledge.units import TIMES
from slackguide.text import ONES, TENS

HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A time expression in the tokens from `start` to `end` (exclusive), in hours before today, negative for a
    day to come."""

    start: int
    end: int
    hours: int = 0
    minutes: int = 0
    """Minutes beyond the hours."""
    is_date: bool = False
    """Whether it denotes a day, not a duration."""
    problem: str | None = None
    """A sentence that explains why the expression has no exact value, or None if it has one."""

    @property
    def total_minutes(self) -> int:
        """The time in minutes."""
        return self.hours * 60 + self.minutes


@dataclass(frozen=True, slots=True)
class Count:
    """A number in the tokens from `start` to `end` (exclusive). `exact` is false for `about 12` and `12-15`."""

    start: int
    end: int
    value: int
    exact: bool


UNITS: dict[str, int] = {word: unit.size // 60 for unit in TIMES.values() for word in unit.words if unit.size >= 60}
"""Hours per unit."""

_MONTH = UNITS["month"]
"""Hours. `About a month` can be on either side of a limit of 30 days."""

_MINUTES = TIMES["minute"].words


def minutes_in(word: str) -> int | None:
    """Return the minutes of a unit of time by its word, or None for any other word."""
    return 1 if word in _MINUTES else UNITS[word] * 60 if word in UNITS else None


def _number_words(words: str, first: int = 0, step: int = 1) -> dict[str, int]:
    """Map words to consecutive numbers from `first`. Words joined by `|` have the same number."""
    return {word: first + step * at for at, synonyms in enumerate(words.split()) for word in synonyms.split("|")}


_TENS = {**TENS, "fourty": 40}
_SPELLED = ONES | _TENS
MONTHS = _number_words(
    "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug september|sep|sept october|oct "
    "november|nov december|dec",
    1,
)
_WEEKDAYS = _number_words(
    "monday|mon tuesday|tue|tues wednesday|wed thursday|thu|thur|thurs friday|fri saturday|sat sunday|sun"
)
_ABOUT = frozenset({"about", "around", "approx", "approximately", "roughly", "circa", "ca", "abt", "like"})
_VAGUE = frozenset({"few", "couple", "several", "some", "many"})
_BOUND = frozenset({"over", "under", "almost", "nearly", "beyond", "past", "barely"})
_BOUND_THAN = frozenset({"more", "less", "longer", "fewer", "older"})
INEXACT = _ABOUT | _BOUND | {"least", "most"}
"""Words directly before a number that is not exact."""
_TODAY = frozenset({"today", "tonight"})
_YESTERDAY = frozenset({"yesterday", "yday", "yest", "ystrday", "yesterd"})
_ORDINALS = frozenset({"st", "nd", "rd", "th"})
_STARTING = frozenset(
    {*_SPELLED, *MONTHS, *_WEEKDAYS, *_ABOUT, *_VAGUE, *_BOUND, *_BOUND_THAN, *_TODAY, *_YESTERDAY, "a", "an", "the",
     "on", "at", "last", "this", "past", "next", "just", "earlier", "day", "tomorrow", "hundred", "half"}
)  # fmt: skip
"""Every word with which a time expression can begin."""

_HALF_A_YEAR = 183
"""Days. For a date without a year that is longer ago, the year is ambiguous and must be asked."""

_TWO_MONTHS = 62
_PERIODS = frozenset({"week", "month", "year", "quarter"})


def can_begin(token: Token) -> bool:
    """Return whether a time expression can begin with this token."""
    return token.kind is not TokenKind.WORD or token.text in _STARTING


class DateParser:
    """Parses the time expressions in the tokens of one text, relative to one reference day.

    A day is in the past. With `ahead` it can be one to come: without a year it is the nearest of its name, and a
    weekday or a day without a month is ambiguous.
    """

    def __init__(self, tokens: Sequence[Token], text: str, *, today: date, ahead: bool = False) -> None:
        self._tokens = tokens
        self._text = text
        self._today = today
        self._ahead = ahead
        self._base = 0

    def at(self, start: int) -> TimeExpression | None:
        """Return the time expression that begins at token `start`, or None if there is none."""
        self._base = here = start
        if self._word(here) in _ABOUT:
            here += 1
        bound = self._bound(here)
        if bound is not None:
            time = self._length(bound)
            return self._vague_length(start, time.end) if time else None
        time = self._named_day(start, here) or self._numeric(start, here) or self._length(here, start)
        if time and here > start and not time.is_date and self._is_near_a_limit(time):
            return self._vague_length(start, time.end)
        return time

    def inexact(self, start: int, time: TimeExpression) -> TimeExpression:
        """Return a date with its words from `start` as no exact day: `before 6 July`, `in May`."""
        problem = f"“{self._quote(start, time.end)}” is not an exact day."
        return TimeExpression(time.start, time.end, is_date=True, problem=problem)

    def _is_near_a_limit(self, time: TimeExpression) -> bool:
        """Return whether a rounded duration can be on either side of a limit of 30 days or of 24 hours."""
        unit = UNITS.get(self._tokens[time.end - 1].text, 1)
        return time.hours % HOURS_A_DAY == 0 if unit == 1 else time.hours >= _MONTH - 5 * HOURS_A_DAY

    def _word(self, at: int) -> str:
        """Return the word at a position, or an empty string beyond the end of the text or the sentence."""
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

    # durations

    def _bound(self, at: int) -> int | None:
        """Return the position of the number after `more than`, `at least`, `almost` and the like, or None."""
        word, following = self._word(at), self._word(at + 1)
        if word in _BOUND_THAN and following == "than":
            return at + 2
        if word == "at" and following in ("least", "most"):
            return at + 2
        return at + 1 if word in _BOUND else None

    def _vague_length(self, start: int, end: int, *, dated: bool = False) -> TimeExpression:
        return TimeExpression(start, end, is_date=dated, problem=f"“{self._quote(start, end)}” is not an exact number.")

    def _length(self, at: int, start: int | None = None) -> TimeExpression | None:
        """Parse a duration: `12 days`, `2 weeks and 3 days`, `a month`.

        For `a few days`, `2-3 weeks` and `1.5 weeks`, the result has a problem instead of a value.
        """
        start = at if start is None else start
        total, here, exact = 0, at, True
        while (part := self._part(here)) is not None:
            length, here, part_exact = part
            total, exact = total + length, exact and part_exact
            if (self._word(here), self._word(here + 1), self._word(here + 2)) == ("and", "a", "half"):
                return self._vague_length(start, here + 3)
            following = here + 1 if self._word(here) == "and" else here
            if self._part(following) is None or self._tokens[following].separator >= Separator.SLASH:
                break
            here = following
        if here == at:
            return None
        if any(self._tokens[n].negative for n in range(start, here)):
            return TimeExpression(start, here, problem=f"“-{self._quote(start, here)}” is negative.")
        if not exact:
            return self._vague_length(start, here)
        return TimeExpression(start, here, hours=min(total // 60, HUGE), minutes=total % 60)

    def _part(self, at: int) -> tuple[int, int, bool] | None:
        """Parse a number with its unit. Return the minutes, the end position, and whether the number is exact."""
        number = self._number(at)
        if number is None:
            return None
        value, here, exact = number
        working = self._word(here) in ("business", "working")
        unit = self._word(here + working)
        if unit in _MINUTES:
            return value, here + 1, exact
        if unit not in UNITS or self._tokens[here].separator > Separator.HYPHEN:
            return None
        if self._tokens[here].separator is Separator.HYPHEN and self._word(here + 1) not in ("ago", "back", ""):
            return None
        return value * UNITS[unit] * 60, here + working + 1, exact and not working

    # plain numbers

    def count(self, start: int) -> Count | None:
        """Return the number that begins at token `start`, or None: `12`, `about twelve`, `more than 12`, `12-15`."""
        self._base = here = start
        about = self._word(here) in _ABOUT
        here += about
        bound = self._bound(here)
        number = self._number(here if bound is None else bound)
        if number is None:
            return None
        value, end, exact = number
        return Count(start, end, min(value, HUGE), exact and not about and bound is None and not self._negative(start))

    def _negative(self, start: int) -> bool:
        return self._tokens[start].negative

    def _number(self, at: int) -> tuple[int, int, bool] | None:
        if at >= len(self._tokens):
            return None
        token = self._tokens[at]
        if token.kind is TokenKind.NUMBER:
            bound = self._text[max(0, token.start - 2) : token.start].strip()[-1:]
            value, here, exact = token.value or 0, at + 1, token.value is not None and bound not in tuple("<>≤≥")
        elif token.kind is TokenKind.DATE:
            return (0, at + 1, False) if "/" in token.text else None
        elif (spelled := self._spelled(at)) is not None:
            value, here, exact = *spelled, True
        else:
            return None
        if here < len(self._tokens) and self._tokens[here].kind is TokenKind.PLUS:
            here, exact = here + 1, False
        upper = here + 1 if self._word(here) in ("to", "or") else here
        if (
            upper < len(self._tokens)
            and self._tokens[upper].kind is TokenKind.NUMBER
            and (
                upper > here
                or self._tokens[upper].separator is Separator.HYPHEN
                or self._text[self._tokens[upper].start - 1] in "-–"
            )
        ):
            return 0, upper + 1, False
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

    # named days

    def _named_day(self, start: int, at: int) -> TimeExpression | None:
        word, following = self._word(at), self._word(at + 1)
        if word in _VAGUE or (word in ("a", "the") and following in _VAGUE):
            return self._indefinite(start, at + (word not in _VAGUE))
        if word == "half" and following in ("a", "an") and self._word(at + 2) in UNITS:
            return self._vague_length(start, at + 3)
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
        if word == "tomorrow" and self._ahead:
            return self._day(start, at + 1, self._today + timedelta(days=1))
        if word == "tomorrow" or (word == "next" and following in _WEEKDAYS.keys() | _PERIODS):
            end = at + 1 + (word == "next")
            return TimeExpression(start, end, is_date=True, problem=f"“{self._quote(start, end)}” is in the future.")
        if word in ("last", "this", "past") and following in _PERIODS:
            return self._vague_length(start, at + 2, dated=True)
        if (word, following, self._word(at + 2)) == ("the", "other", "day"):
            return self._vague_length(start, at + 3, dated=True)
        return self._weekday(start, at) or self._month_day(start, at) or self._day_of_month(start, at)

    def _indefinite(self, start: int, at: int) -> TimeExpression | None:
        """Parse an indefinite duration: `few days`, `couple of weeks`."""
        here = at + 1 + (self._word(at + 1) == "of")
        return self._vague_length(start, here + 1) if self._word(here) in UNITS else None

    def _weekday(self, start: int, at: int) -> TimeExpression | None:
        """Parse a weekday. `Tuesday` is the latest one, including today; `last Tuesday` is before today."""
        here, last = at, False
        while here < at + 2 and self._word(here) in ("last", "this", "past", "on"):
            last = last or self._word(here) in ("last", "past")
            here += 1
        name = self._word(here)
        if name not in _WEEKDAYS:
            return None
        if self._ahead and not last:
            return self._past_or_coming(start, here + 1)
        back = (self._today.weekday() - _WEEKDAYS[name]) % 7
        return self._day(start, here + 1, self._today - timedelta(days=back or 7 * last))

    # numeric days

    def _ordinal(self, at: int) -> tuple[int, int, bool] | None:
        """Parse a day of the month. Return its number, the end position, and whether it is an ordinal."""
        if at >= len(self._tokens) or self._tokens[at].kind is not TokenKind.NUMBER:
            return None
        value = self._tokens[at].value
        if value is None or not 1 <= value <= 31:
            return None
        ordinal = self._word(at + 1) in _ORDINALS and self._tokens[at + 1].separator is Separator.GLUED
        return value, at + 1 + ordinal, ordinal

    def _past_or_coming(self, start: int, end: int) -> TimeExpression:
        problem = f"“{self._quote(start, end)}” can be past or to come."
        return TimeExpression(start, end, is_date=True, problem=problem)

    def _month_day(self, start: int, at: int) -> TimeExpression | None:
        """Parse `Oct 28`, `October 28th, 2026`."""
        month = MONTHS.get(self._word(at))
        day = self._ordinal(at + 1) if month and self._word(at + 1) != "the" else None
        if not month or not day or self._word(day[1]) in UNITS:
            return None
        return self._resolve_date(start, day[1], month, day[0])

    def _day_of_month(self, start: int, at: int) -> TimeExpression | None:
        """Parse `28 October`, `the 28th of Oct 2026`, `the 3rd`."""
        here = at
        while here < at + 2 and self._word(here) in ("on", "the"):
            here += 1
        day = self._ordinal(here)
        if not day:
            return None
        value, end, ordinal = day
        month_at = end + (self._word(end) == "of")
        month = MONTHS.get(self._word(month_at))
        if month:
            return self._resolve_date(start, month_at + 1, month, value)
        if not ordinal:
            return None
        if self._ahead:
            return self._past_or_coming(start, end)
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
        resolved = self._date(year, month, day)
        if resolved and year is None and self._long_ago(resolved):
            return self._ambiguous_year(start, end, resolved)
        return self._day(start, end, resolved) if resolved else self._invalid_date(start, end)

    def _numeric(self, start: int, at: int) -> TimeExpression | None:
        """Parse `10/28`, `28.10.2026`, `2026-10-28`. The result has a problem if day and month are ambiguous."""
        if at >= len(self._tokens):
            return None
        end = at + (1 if self._tokens[at].kind is TokenKind.DATE else 2 if self._dashed(at) else 0)
        is_glued = end < len(self._tokens) and self._tokens[end].separator <= Separator.HYPHEN
        if end == at or (is_glued and self._word(end) in UNITS):
            return None
        quoted = self._quote(at, end)
        parts = [int(part) for part in re.split(r"[-/.]", quoted) if part]
        if parts[0] > 31 and len(parts) != 3:
            return None  # `50/50` is not a date
        if parts[0] > 31:
            resolved = self._date(*parts)
            return self._day(start, end, resolved) if resolved else self._invalid_date(start, end)
        year = parts[2] + (2000 if parts[2] < 100 else 0) if len(parts) == 3 else None
        candidates = (self._date(year, parts[0], parts[1]), self._date(year, parts[1], parts[0]))
        possible = sorted({day for day in candidates if day is not None})
        past = possible if self._ahead else [day for day in possible if day <= self._today]
        if len(past) > 1:
            both = " or ".join(f"{MONTH_NAMES[day.month]} {day.day}" for day in past)
            return TimeExpression(start, end, is_date=True, problem=f"“{quoted}” can be {both}.")
        resolved = next(iter(past or possible), None)
        if resolved and year is None and self._long_ago(resolved):
            return self._ambiguous_year(start, end, resolved)
        return self._day(start, end, resolved) if resolved else self._invalid_date(start, end)

    def _dashed(self, at: int) -> bool:
        """Return whether two hyphenated numbers that can be a day and a month begin here: `10-28`."""
        pair = self._tokens[at : at + 2]
        return (
            len(pair) == 2
            and all(token.kind is TokenKind.NUMBER and len(token.text) <= 2 for token in pair)
            and pair[1].separator is Separator.HYPHEN
            and (at + 2 >= len(self._tokens) or self._tokens[at + 2].separator is not Separator.HYPHEN)
        )

    def _invalid_date(self, start: int, end: int) -> TimeExpression:
        return TimeExpression(start, end, is_date=True, problem=f"“{self._quote(start, end)}” is not a valid date.")

    def _long_ago(self, day: date) -> bool:
        return abs((self._today - day).days) > _HALF_A_YEAR

    def _ambiguous_year(self, start: int, end: int, day: date) -> TimeExpression:
        formatted = f"{MONTH_NAMES[day.month]} {day.day}"
        return TimeExpression(
            start, end, is_date=True, problem=f"{formatted} of which year? Give the date with its year."
        )

    def _date(self, year: int | None, month: int, day: int) -> date | None:
        """Return the date. Without a year it is the latest one not in the future, or the nearest one with `ahead`.

        None if the date does not exist.
        """
        if year is None and self._ahead:
            near = (self._date(self._today.year + offset, month, day) for offset in (-1, 0, 1))
            return min((day for day in near if day), key=lambda day: abs((day - self._today).days), default=None)
        years = (year,) if year is not None else range(self._today.year, max(0, self._today.year - 9), -1)
        for candidate in years:
            try:
                resolved = date(candidate, month, day)
            except ValueError:
                continue
            if year is not None or resolved <= self._today:
                return resolved
        return None

    def _day(self, start: int, end: int, day: date) -> TimeExpression:
        if day > self._today and not self._ahead:
            formatted = f"{MONTH_NAMES[day.month]} {day.day}, {day.year}"
            return TimeExpression(start, end, is_date=True, problem=f"{formatted} is in the future.")
        return TimeExpression(start, end, hours=(self._today - day).days * HOURS_A_DAY, is_date=True)
