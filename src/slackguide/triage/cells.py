"""A fact's values in finitely many cells: within one cell no rule of the table can tell two values apart.

Numbers are cut at the ends of the ranges that the rules name, choices are grouped by which tests they pass. That makes
every entry's decision a finite table, which can be proven complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slackguide.knowledge.conditions import NEVER, FactValue, OneOf, Within, range_of
from slackguide.knowledge.facts import FactSpec


@dataclass(frozen=True, slots=True)
class Cell:
    """Values that every rule treats alike: named ones, or the whole numbers from `low` to `high` (None: no end)."""

    names: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None

    def holds(self, value: FactValue) -> bool:
        """Whether the value lies in this cell; a range of numbers, whether any of it does."""
        if isinstance(value, str):
            ends = range_of(value) if self.low is not None else None
            if ends is None:
                return value in self.names
            low, high = ends
            return (high is None or (self.low or 0) <= high) and (self.high is None or low <= self.high)
        return self.low is not None and self.low <= value and (self.high is None or value <= self.high)

    @property
    def sample_value(self) -> FactValue:
        """The value that says no more than that it lies in this cell: a range of numbers as `31..60`."""
        if self.low is None:
            return self.names[0]
        if self.low == self.high:
            return self.low
        return f"{self.low}..{'' if self.high is None else self.high}"

    def describe(self, fact: FactSpec) -> str:
        """The cell read out: `Hourly or Fixed-price`, `31 to 60 days`, `more than 90 days`, `no payment yet`."""
        if self.low is None:
            return " or ".join(fact.value_label(name) for name in self.names)
        return fact.value_label(self.sample_value)

    def weight(self, fact: FactSpec) -> int:
        """How common the cell is beside the others: the weights of its values; a range of numbers counts as ten."""
        if self.low is None:
            return sum(fact.values[name].weight if name in fact.values else 1 for name in self.names)
        return 10


def satisfies(test: OneOf | Within, cell: Cell) -> bool:
    """Whether the cell's values pass the test; by construction they all do or none does."""
    if isinstance(test, OneOf):
        return bool(cell.names) and cell.names[0] in test.values
    if cell.low is None:
        return test.never
    return any(low <= cell.low and (high is None or cell.low <= high) for low, high in test.ranges)


def cells_of(fact: FactSpec, tests: Iterable[OneOf | Within]) -> tuple[Cell, ...]:
    """The coarsest cells of a fact that no test cuts through, numbers first in rising order."""
    found = list(tests)
    if fact.kind == "number":
        starts = sorted({0, *(edge for test in found if isinstance(test, Within) for edge in _edges(test))})
        ends: Sequence[int | None] = [*(start - 1 for start in starts[1:]), None]
        numbers = _merged([Cell(low=low, high=high) for low, high in zip(starts, ends, strict=True)], found)
        return (*numbers, *((Cell(names=(NEVER,)),) if fact.never else ()))
    groups: dict[tuple[bool, ...], list[str]] = {}
    for name in fact.choices:
        groups.setdefault(tuple(satisfies(test, Cell((name,))) for test in found), []).append(name)
    return tuple(Cell(tuple(names)) for names in groups.values())


def _edges(test: Within) -> Iterable[int]:
    for low, high in test.ranges:
        yield low
        if high is not None:
            yield high + 1


def _merged(cells: list[Cell], tests: list[OneOf | Within]) -> list[Cell]:
    """Joins neighbouring ranges that no test tells apart."""
    merged = cells[:1]
    for cell in cells[1:]:
        last = merged[-1]
        if all(satisfies(test, last) == satisfies(test, cell) for test in tests):
            merged[-1] = Cell(low=last.low, high=cell.high)
        else:
            merged.append(cell)
    return merged
