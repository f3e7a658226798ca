"""Conditions over facts: the typed form of the value of `when`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

NEVER = "never"
"""The value of a number fact whose event has not happened yet."""

FactValue: TypeAlias = str | int
"""The value of a fact: the name of a choice, `yes`, `no`, an integer, `never`, or a range like `31..60`."""

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


@dataclass(frozen=True, slots=True)
class OneOf:
    """The test that a fact has one of these values: of a choice or yes/no fact, or `never`."""

    fact: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Within:
    """The test that a number fact lies in one of these closed ranges (None: unbounded), or is `never` if allowed."""

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
