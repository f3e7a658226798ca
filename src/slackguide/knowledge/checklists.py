"""Checklist facts: several items of which any can hold. A value names those that do: `a+b`, or `none`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import product

ALL, ANY, NONE = "all", "any", "none"
RESERVED = frozenset({ALL, ANY, NONE})
"""Words that stand for items in conditions and values, and are none themselves."""

ITEM_LIMIT = 8
"""Maximum items: every combination is one value, and Slack shows at most ten checkboxes."""

GROUPS_SHOWN = 4
"""Maximum groups of combinations in a description."""

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
    sets, full = {ticked_in(value) for value in values}, frozenset(labels)
    if len(sets) == 1:
        return _named(next(iter(sets)), full, labels)
    if len(sets) == 2 ** len(full):
        return "any"
    if len(sets) == 2 ** len(full) - 1 and (frozenset() not in sets or full not in sets):
        return "not all" if frozenset() in sets else "at least one"
    groups = [_group(held, missing, labels) for held, missing in _cover(sets, list(labels))]
    more = ["other combinations"] if len(groups) > GROUPS_SHOWN else []
    return "; or ".join([*groups[:GROUPS_SHOWN], *more])


def _cover(sets: Set[frozenset[str]], items: Sequence[str]) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Yield few pairs of items that hold and items that do not, which together describe exactly these sets."""
    left = set(sets)
    fixings = sorted(
        product((True, False, None), repeat=len(items)),
        key=lambda one: (len(one) - one.count(None), [at for at, holds in enumerate(one) if holds is not None]),
    )
    for fixing in fixings:
        if not left:
            return
        fixed = list(zip(items, fixing, strict=True))
        held = frozenset(item for item, holds in fixed if holds)
        missing = frozenset(item for item, holds in fixed if holds is False)
        inside = {one for one in sets if held <= one and not missing & one}
        if inside & left and len(inside) == 2 ** (len(items) - len(held) - len(missing)):
            left -= inside
            yield held, missing


def _group(held: frozenset[str], missing: frozenset[str], labels: Mapping[str, str]) -> str:
    full = frozenset(labels)
    if held | missing == full:
        return _named(held, full, labels) if not held or not missing else f"only {_named(held, full, labels)}"
    ticked = " and ".join(label for item, label in labels.items() if item in held)
    others = [label for item, label in labels.items() if item in missing]
    if not ticked:
        return f"not {others[0]}" if len(others) == 1 else f"neither {' nor '.join(others)}"
    return f"{ticked}, but not {' or '.join(others)}" if others else ticked


def _named(ticked: frozenset[str], full: frozenset[str], labels: Mapping[str, str]) -> str:
    if not ticked:
        return "none"
    return "all" if ticked == full else ", ".join(label for item, label in labels.items() if item in ticked)
