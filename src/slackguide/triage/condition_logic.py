"""Evaluate conditions over partly known facts in three-valued logic: true, false or unknown (None)."""

from __future__ import annotations

from collections.abc import Mapping

from slackguide.knowledge.conditions import (
    NEVER,
    AllOf,
    AnyOf,
    Condition,
    FactValue,
    NamedCondition,
    Not,
    OneOf,
    Within,
    span_of,
)


def evaluate(
    condition: Condition, known_facts: Mapping[str, FactValue], given: Mapping[str, OneOf | Within]
) -> bool | None:
    """Return the truth value of a condition in Kleene's strong three-valued logic.

    `given` restricts the facts that are not in `known_facts` to the values that the entry fixes or assumes.
    """
    match condition:
        case OneOf(fact=fact):
            if fact in known_facts:
                return known_facts[fact] in condition.values
            return _implied(given.get(fact), condition)
        case Within(fact=fact):
            if fact in known_facts:
                return _within(condition, known_facts[fact])
            return _implied(given.get(fact), condition)
        case AllOf(parts=parts):
            values = [evaluate(part, known_facts, given) for part in parts]
            return False if False in values else None if None in values else True
        case AnyOf(parts=parts):
            values = [evaluate(part, known_facts, given) for part in parts]
            return True if True in values else None if None in values else False
        case Not(part=part):
            value = evaluate(part, known_facts, given)
            return None if value is None else not value
        case NamedCondition(part=part):
            return evaluate(part, known_facts, given)


def _within(test: Within, value: FactValue) -> bool | None:
    """Return whether a value of a number or date passes the test, or None for a range that passes only partly."""
    if value == NEVER:
        return test.never
    if isinstance(value, str):
        ends = span_of(value)
        return None if ends is None else _implied(Within(test.fact, (ends,), never=False), test)
    return any(low <= value and (high is None or value <= high) for low, high in test.ranges)


def _implied(given: OneOf | Within | None, test: OneOf | Within) -> bool | None:
    """Return true if all given values pass the test, false if none does, else None."""
    if given is None:
        return None
    if isinstance(given, OneOf) and isinstance(test, OneOf):
        if given.values <= test.values:
            return True
        return None if given.values & test.values else False
    if isinstance(given, Within) and isinstance(test, Within):
        inside = all(_covered(span, test) for span in given.ranges) and (test.never or not given.never)
        if inside:
            return True
        touches = any(_overlap(span, other) for span in given.ranges for other in test.ranges)
        return None if touches or (given.never and test.never) else False
    return None


def _covered(span: tuple[int, int | None], test: Within) -> bool:
    low, high = span
    return any(lo <= low and (hi is None or (high is not None and high <= hi)) for lo, hi in test.ranges)


def _overlap(one: tuple[int, int | None], other: tuple[int, int | None]) -> bool:
    (low, high), (lo, hi) = one, other
    return (hi is None or low <= hi) and (high is None or lo <= high)
