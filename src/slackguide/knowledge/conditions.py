"""Conditions over facts: the typed form of what stands under `when`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

NEVER = "never"
"""The value of a number fact for which the thing counted has not happened yet."""

FactValue: TypeAlias = str | int
"""A fact's value: the name of a choice, `yes` or `no`, a whole number, `never`, or a range of numbers like `31..60`."""

RANGE = re.compile(r"^(?:(\d{1,9})?\.\.(\d{1,9})?|(\d{1,9}))$")
"""`0..30`, `31..`, `..30` or one whole number."""


def range_of(text: str) -> tuple[int, int | None] | None:
    """The ends of `31..60`, `31..`, `..30` or `12`, None for anything else; the upper end None where it is open."""
    found = RANGE.match(text)
    if not found or text == "..":
        return None
    low, high, single = found.groups()
    lowest = int(single or low or 0)
    highest = int(single) if single else int(high) if high else None
    return (lowest, highest)


@dataclass(frozen=True, slots=True)
class OneOf:
    """The fact has one of these values (of a choice or yes/no fact, or `never`)."""

    fact: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Within:
    """The number fact lies in one of these closed ranges (`None`: no upper end), or is `never` where allowed."""

    fact: str
    ranges: tuple[tuple[int, int | None], ...]
    never: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; no parts: always."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


@dataclass(frozen=True, slots=True)
class NamedCondition:
    """A condition that the knowledge base declares once and uses by name; `label` is how reasons read it out."""

    name: str
    label: str
    part: Condition


Condition: TypeAlias = OneOf | Within | AllOf | AnyOf | Not | NamedCondition

ALWAYS = AllOf(())


def both(one: Condition, other: Condition) -> Condition:
    """The condition that both hold, without needless nesting."""
    if one == ALWAYS:
        return other
    return one if other == ALWAYS else AllOf((one, other))


def facts_of(condition: Condition) -> tuple[str, ...]:
    """The names of the facts a condition looks at, in reading order, each once."""
    match condition:
        case OneOf(fact=fact) | Within(fact=fact):
            return (fact,)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return tuple(dict.fromkeys(name for part in parts for name in facts_of(part)))
        case Not(part=part) | NamedCondition(part=part):
            return facts_of(part)


def tests_of(condition: Condition) -> tuple[OneOf | Within, ...]:
    """The single tests a condition is made of, in reading order."""
    match condition:
        case OneOf() | Within():
            return (condition,)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return tuple(test for part in parts for test in tests_of(part))
        case Not(part=part) | NamedCondition(part=part):
            return tests_of(part)
