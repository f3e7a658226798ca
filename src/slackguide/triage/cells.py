"""Partition the values of a fact into finitely many cells. No rule distinguishes between two values in one cell.

Numbers and dates are split at the bounds of the ranges in the rules. Choices are grouped by the tests that they pass.
Every decision table is therefore finite, and its completeness can be checked exhaustively.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from slackguide.knowledge.checklists import describe_values
from slackguide.knowledge.conditions import NEVER, FactValue, OneOf, Within, span_of
from slackguide.knowledge.facts import FactSpec


@dataclass(frozen=True, slots=True)
class Cell:
    """Values that every rule treats alike: choices, or the integers `low` to `high` inclusive (None: unbounded).

    Dates are their ordinals.
    """

    names: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    is_date: bool = False

    def holds(self, value: FactValue) -> bool:
        """Return whether the value lies in this cell. A range only has to overlap it."""
        if isinstance(value, str):
            ends = span_of(value) if self.low is not None else None
            if ends is None:
                return value in self.names
            low, high = ends
            return (high is None or (self.low or 0) <= high) and (self.high is None or low <= self.high)
        return self.low is not None and self.low <= value and (self.high is None or value <= self.high)

    @property
    def sample_value(self) -> FactValue:
        """The value that represents exactly this cell. A range is written as `31..60`."""
        if self.low is None:
            return self.names[0]
        if self.is_date:
            low = date.fromordinal(self.low).isoformat() if self.low else ""
            high = date.fromordinal(self.high).isoformat() if self.high is not None else ""
            return low if self.low == self.high else f"{low}..{high}"
        if self.low == self.high:
            return self.low
        return f"{self.low}..{'' if self.high is None else self.high}"

    def describe(self, fact: FactSpec) -> str:
        """Describe the cell: `Free or Premium`, `31 to 60 days`, `more than 90 days`, `no payment yet`."""
        if fact.kind == "checklist":
            return describe_values(self.names, fact.item_labels)
        if self.low is None:
            return " or ".join(fact.value_label(name) for name in self.names)
        return fact.value_label(self.sample_value)

    def weight(self, fact: FactSpec) -> int:
        """Return the relative frequency of the cell: the sum of its values' weights, or 10 for a range of numbers."""
        if fact.kind == "checklist":
            return 1
        if self.low is None:
            return sum(fact.values[name].weight if name in fact.values else 1 for name in self.names)
        return 10


def satisfies(test: OneOf | Within, cell: Cell) -> bool:
    """Return whether the values of the cell pass the test. By construction all of them do, or none."""
    if isinstance(test, OneOf):
        return bool(cell.names) and cell.names[0] in test.values
    if cell.low is None:
        return test.never
    return any(low <= cell.low and (high is None or cell.low <= high) for low, high in test.ranges)


def cells_of(fact: FactSpec, tests: Iterable[OneOf | Within]) -> tuple[Cell, ...]:
    """Return the coarsest cells of a fact that no test splits: numbers or dates in ascending order, then `never`."""
    test_list = list(tests)
    if fact.is_ordered:
        is_date = fact.kind == "date"
        starts = sorted({0, *(edge for test in test_list if isinstance(test, Within) for edge in _edges(test))})
        ends: Sequence[int | None] = [*(start - 1 for start in starts[1:]), None]
        numbers = _merged([Cell((), low, high, is_date) for low, high in zip(starts, ends, strict=True)], test_list)
        return (*numbers, *((Cell(names=(NEVER,)),) if fact.never else ()))
    groups: dict[tuple[bool, ...], list[str]] = {}
    for name in fact.choices:
        groups.setdefault(tuple(satisfies(test, Cell((name,))) for test in test_list), []).append(name)
    return tuple(Cell(tuple(names)) for names in groups.values())


def _edges(test: Within) -> Iterable[int]:
    for low, high in test.ranges:
        yield low
        if high is not None:
            yield high + 1


def _merged(cells: list[Cell], tests: list[OneOf | Within]) -> list[Cell]:
    """Merge adjacent ranges that no test distinguishes."""
    return merge_neighbours([(cell, tuple(satisfies(test, cell) for test in tests)) for cell in cells])


def merge_neighbours(cells: Iterable[tuple[Cell, Hashable]]) -> list[Cell]:
    """Merge adjacent ranges of numbers with equal effects. Every cell comes with its effect, in ascending order."""
    merged: list[Cell] = []
    last_effect: Hashable = None
    for cell, effect in cells:
        last = merged[-1] if merged else None
        if (
            last is not None
            and last.low is not None
            and last.high is not None
            and cell.low == last.high + 1
            and effect == last_effect
        ):
            merged[-1] = replace(last, high=cell.high)
        else:
            merged.append(cell)
        last_effect = effect
    return merged
