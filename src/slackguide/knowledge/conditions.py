"""Conditions over facts: the typed form of the value of `when`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

NEVER = "never"
"""The value of a number fact whose event has not happened yet."""

FactValue: TypeAlias = str | int
"""The value of a fact: the name of a choice, `yes`, `no`, an integer, an amount with cents like `1250.50`, a date like
`2026-11-21`, `never`, or a range of numbers or dates like `31..60`."""

RANGE = re.compile(r"^(?:(\d{1,9})?\.\.(\d{1,9})?|(\d{1,9}))$")
"""Matches `0..30`, `31..`, `..30` or one integer."""


def range_of(text: str) -> tuple[int, int | None] | None:
    """Parse `31..60`, `31..`, `..30` or `12` to its bounds, with None for an open upper bound, else return None."""
    match = RANGE.match(text)
    if not match or text == "..":
        return None
    low, high, single = match.groups()
    lowest = int(single or low or 0)
    highest = int(single) if single else int(high) if high else None
    return (lowest, highest)


_CENTS = re.compile(r"(\d{1,9})\.\d{2}", re.ASCII)


def amount_range_of(text: str) -> tuple[int, int] | None:
    """Return the whole numbers between which an amount with cents lies, as rules test whole numbers; else None."""
    match = _CENTS.fullmatch(text)
    return (int(match[1]), int(match[1]) + 1) if match else None


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def date_range_of(text: str) -> tuple[int, int | None] | None:
    """Parse `2026-01-01..2026-01-31`, `2026-01-01..`, `..2026-01-31` or one date to its bounds, else return None.

    The bounds are proleptic Gregorian ordinals. An open lower bound is 0, before every date.
    """
    low, dots, high = text.partition("..")
    days = [_ordinal(part) if part else None for part in (low, high if dots else low)]
    if not (low or high) or any(part and day is None for part, day in zip((low, high), days, strict=True)):
        return None
    return (days[0] or 0, days[1])


def _ordinal(text: str) -> int | None:
    try:
        return date.fromisoformat(text).toordinal() if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def span_of(text: str) -> tuple[int, int | None] | None:
    """Parse a range of numbers or of dates, or an amount with cents, to its bounds, else return None."""
    return range_of(text) or date_range_of(text) or amount_range_of(text)


@dataclass(frozen=True, slots=True)
class OneOf:
    """The test that a fact has one of these values: of a choice or yes/no fact, or `never`."""

    fact: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Within:
    """The test that a number or date lies in one of these closed ranges (None: unbounded), or is `never` if allowed."""

    fact: str
    ranges: tuple[tuple[int, int | None], ...]
    never: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    """The conjunction of its parts. Without parts it is always true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The disjunction of its parts."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The negation of its part."""

    part: Condition


@dataclass(frozen=True, slots=True)
class NamedCondition:
    """A condition declared by name in the knowledge base. `label` is its text in explanations."""

    name: str
    label: str
    part: Condition


Condition: TypeAlias = OneOf | Within | AllOf | AnyOf | Not | NamedCondition

ALWAYS = AllOf(())


@dataclass(frozen=True, slots=True)
class ImpliedFact:
    """The value that a fact has under a condition, unless it is stated."""

    fact: str
    value: str
    when: Condition
    because: str


def both(one: Condition, other: Condition) -> Condition:
    """Return the conjunction of two conditions, without needless nesting."""
    if one == ALWAYS:
        return other
    return one if other == ALWAYS else AllOf((one, other))


def facts_of(condition: Condition) -> tuple[str, ...]:
    """Return the distinct facts that a condition tests, in order of appearance."""
    match condition:
        case OneOf(fact=fact) | Within(fact=fact):
            return (fact,)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return tuple(dict.fromkeys(name for part in parts for name in facts_of(part)))
        case Not(part=part) | NamedCondition(part=part):
            return facts_of(part)


def tests_of(condition: Condition) -> tuple[OneOf | Within, ...]:
    """Return the tests in a condition, in order of appearance."""
    match condition:
        case OneOf() | Within():
            return (condition,)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return tuple(test for part in parts for test in tests_of(part))
        case Not(part=part) | NamedCondition(part=part):
            return tests_of(part)
