"""Checklist facts: several items of which any can hold. A value names those that do: `a+b`, or `none`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

ALL, ANY, NONE = "all", "any", "none"
RESERVED = frozenset({ALL, ANY, NONE})
"""Words that stand for items in conditions and values, and are none themselves."""

ITEM_LIMIT = 8
"""Maximum items: every combination is one value, and Slack shows at most ten checkboxes."""

_SEPARATOR = "+"


def value_of(ticked: Iterable[str], items: Sequence[str]) -> str:
    """Return the value in which exactly these items hold."""
    held = set(ticked)
    return _SEPARATOR.join(item for item in items if item in held) or NONE


def values_of(items: Sequence[str]) -> tuple[str, ...]:
    """Return every value, from all items to none."""
    choices = product((True, False), repeat=len(items))
    return tuple(value_of((item for item, holds in zip(items, held, strict=True) if holds), items) for held in choices)


def ticked_in(value: str) -> frozenset[str]:
    """Return the items that hold in a value."""
    return frozenset() if value == NONE else frozenset(value.split(_SEPARATOR))


def parse_checklist(raw: object, items: Sequence[str]) -> str | None:
    """Return the value that `a+b`, `b, a`, `all`, `none` or a list of items denotes, or None if it is none."""
    if isinstance(raw, str):
        if raw in (ALL, NONE):
            return value_of(items if raw == ALL else (), items)
        raw = [part.strip() for part in raw.replace(",", _SEPARATOR).split(_SEPARATOR)]
    if not isinstance(raw, list) or not all(isinstance(item, str) and item in items for item in raw):
        return None
    return value_of(raw, items)


def values_passing(tests: Iterable[str], items: Sequence[str]) -> frozenset[str]:
    """Return the values that pass one of the tests: an item that holds, `all`, `any` or `none`."""
    wanted = list(tests)
    return frozenset(
        value for value in values_of(items) if any(_passes(test, ticked_in(value), len(items)) for test in wanted)
    )


def _passes(test: str, ticked: frozenset[str], count: int) -> bool:
    match test:
        case "all":
            return len(ticked) == count
        case "any":
            return bool(ticked)
        case "none":
            return not ticked
        case _:
            return test in ticked


def describe_values(values: Iterable[str], labels: Mapping[str, str]) -> str:
    """Describe a set of values: `none`, `all`, `at least one`, `Backup exists, but not Tested`."""
    sets = {ticked_in(value) for value in values}
    items, full = list(labels), frozenset(labels)
    if len(sets) == 1:
        return _named(next(iter(sets)), full, labels)
    if len(sets) == 2 ** len(items):
        return "any"
    if len(sets) == 2 ** len(items) - 1:
        return "at least one" if frozenset() not in sets else "not all" if full not in sets else "other"
    always, never = frozenset.intersection(*sets), full - frozenset.union(*sets)
    if len(sets) == 2 ** (len(full) - len(always) - len(never)):
        held = " and ".join(labels[item] for item in items if item in always)
        missing = " or ".join(labels[item] for item in items if item in never)
        return ", but not ".join(filter(None, (held, missing))) if held else f"not {missing}"
    return "another combination" if len(sets) > 3 else " or ".join(sorted(_named(one, full, labels) for one in sets))


def _named(ticked: frozenset[str], full: frozenset[str], labels: Mapping[str, str]) -> str:
    if not ticked:
        return "none"
    return "all" if ticked == full else ", ".join(label for item, label in labels.items() if item in ticked)
