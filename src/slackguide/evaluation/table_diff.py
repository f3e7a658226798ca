"""Diff decision tables: the cases that an entry now sends to another destination."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from slackguide.knowledge import Entry, KnowledgeBase
from slackguide.knowledge.conditions import OneOf, Within, tests_of
from slackguide.knowledge.facts import FactSpec
from slackguide.triage.cells import Cell, cells_of, satisfies
from slackguide.triage.decision_table import GAP, DecisionTable, decision_table_for

CELLS_LIMIT = 2_000_000
"""Most cells compared for one entry: the texts of more would fill the memory of a small machine."""

CellRanges = Mapping[str, tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class TableChange:
    """Cases that went to one destination and now go to another."""

    entries: tuple[str, ...]
    """The entries it holds for: those that share rules change alike."""
    old: str
    new: str
    """Ids of the destinations."""
    cells: int
    """How many combinations of cells of the facts."""
    cases: tuple[str, ...]
    """The same read out, in as few lines as a greedy search finds; one empty line: every case."""


@dataclass(frozen=True, slots=True)
class TableDiff:
    """All of them, and the entries that could not be compared, each with the reason."""

    changes: tuple[TableChange, ...]
    skipped: Mapping[str, str]


def diff_tables(old: KnowledgeBase, new: KnowledgeBase) -> TableDiff:
    """Compare the decision tables of the entries that both knowledge bases have.

    Facts and values that only one of them knows are left out of the cases: they are listed as new or removed.
    """
    alike: dict[tuple[str, str, int, tuple[str, ...]], list[str]] = {}
    skipped: dict[str, str] = {}
    for id in old.entries.keys() & new.entries.keys():
        try:
            found = list(_diff_entry(old, new, id))
        except _Incomparable as reason:
            skipped[id] = str(reason)
            continue
        for change in found:
            alike.setdefault(change, []).append(id)
    changes = [TableChange(tuple(sorted(ids)), *change) for change, ids in alike.items()]
    changes.sort(key=lambda change: (change.entries, change.old, change.new))
    return TableDiff(tuple(changes), dict(sorted(skipped.items())))


class _Incomparable(Exception):
    """The reason why two tables cannot be compared."""


def _diff_entry(old: KnowledgeBase, new: KnowledgeBase, id: str) -> Iterator[tuple[str, str, int, tuple[str, ...]]]:
    before, after = old.entries[id], new.entries[id]
    tables = decision_table_for(before, old.facts), decision_table_for(after, new.facts)
    facts = _shared_facts(old, new, tables)
    cells = {name: cells_of(fact, [*_tests(before, name), *_tests(after, name)]) for name, fact in facts.items()}
    if prod(len(of_fact) for of_fact in cells.values()) > CELLS_LIMIT:
        raise _Incomparable(f"its two tables make more than {CELLS_LIMIT:,} cases")
    was, now = _targets(tables[0], cells), _targets(tables[1], cells)
    changes = np.asarray(
        (was != now) & (_expected_cells(before, cells) | _expected_cells(after, cells)), dtype=np.bool_
    )
    pairs = {(str(a), str(b)) for a, b in zip(was[changes], now[changes], strict=True)}
    for source, target in sorted(pairs):
        mask = np.asarray(changes & (was == source) & (now == target), dtype=np.bool_)
        yield source, target, int(mask.sum()), tuple(_describe_regions(mask, cells, facts))


def _shared_facts(old: KnowledgeBase, new: KnowledgeBase, tables: Iterable[DecisionTable]) -> dict[str, FactSpec]:
    """Return the facts of either table, with the values that both knowledge bases declare."""
    shared: dict[str, FactSpec] = {}
    for name in dict.fromkeys(name for table in tables for name in table.facts):
        one, other = old.facts.get(name), new.facts.get(name)
        known = other or one
        assert known is not None, "a sound knowledge base defines every fact of its rules"
        if one is not None and other is not None:
            if one.kind != other.kind:
                raise _Incomparable(f"the fact `{name}` was {one.kind} and is {other.kind}")
            values = {key: value for key, value in other.values.items() if key in one.choices}
            known = other.model_copy(update={"values": values, "never": other.never if one.never else None})
            if known.kind == "choice" and not values:
                raise _Incomparable(f"the fact `{name}` has no value in common")
        shared[name] = known
    return shared


def _tests(entry: Entry, name: str) -> Iterator[OneOf | Within]:
    tests = [test for rule in entry.rules for test in tests_of(rule.when)]
    yield from (test for test in (*tests, *entry.assumes, *entry.fixes) if test.fact == name)


def _targets(table: DecisionTable, cells: CellRanges) -> npt.NDArray[Any]:
    """Return the destination id of every combination of `cells`, which are at least as fine as the table's own."""
    ids = np.array([*(" + ".join(rule.destination_ids) for rule in table.rules), ""], dtype=object)
    positions = [_cell_positions(table.cells[axis], cells[name]) for axis, name in enumerate(table.facts)]
    found = np.asarray(ids[np.where(table.rule_index == GAP, len(ids) - 1, table.rule_index)], dtype=object)
    found = found[np.ix_(*positions)] if positions else found
    axes = list(cells)
    order = sorted(range(len(table.facts)), key=lambda axis: axes.index(table.facts[axis]))
    found = np.transpose(found, order)
    shape = [len(of_fact) if name in table.facts else 1 for name, of_fact in cells.items()]
    return np.broadcast_to(found.reshape(shape), [len(of_fact) for of_fact in cells.values()])


def _cell_positions(coarse: tuple[Cell, ...], fine: tuple[Cell, ...]) -> list[int]:
    return [next(position for position, cell in enumerate(coarse) if cell.holds(one.sample_value)) for one in fine]


def _expected_cells(entry: Entry, cells: CellRanges) -> npt.NDArray[np.bool_]:
    """Return the combinations that agree with the facts that the entry implies."""
    fixes = {test.fact: test for test in entry.fixes}
    meant = np.ones([len(of_fact) for of_fact in cells.values()], dtype=np.bool_)
    for axis, (name, of_fact) in enumerate(cells.items()):
        if name in fixes:
            passing = np.array([satisfies(fixes[name], cell) for cell in of_fact], dtype=np.bool_)
            meant &= passing.reshape([-1 if position == axis else 1 for position in range(len(cells))])
    return meant


def _describe_regions(mask: npt.NDArray[np.bool_], cells: CellRanges, facts: Mapping[str, FactSpec]) -> Iterator[str]:
    left = np.array(mask)
    while left.any():
        region = _largest_region(mask, tuple(int(position) for position in np.argwhere(left)[0]))
        left[np.ix_(*region)] = False
        yield "; ".join(
            f"{facts[name].label}: {_describe_cells([of_fact[position] for position in region[axis]], facts[name])}"
            for axis, (name, of_fact) in enumerate(cells.items())
            if len(region[axis]) < len(of_fact)
        )


def _largest_region(mask: npt.NDArray[np.bool_], start: tuple[int, ...]) -> list[list[int]]:
    """Return a block of cells around `start` that lies in the mask and cannot be widened along any one fact."""
    region = [[position] for position in start]
    for axis in range(len(region)):
        for position in range(mask.shape[axis]):
            tried = [[position] if number == axis else positions for number, positions in enumerate(region)]
            if position not in region[axis] and mask[np.ix_(*tried)].all():
                region[axis].append(position)
        region[axis].sort()
    return region


def _describe_cells(cells: list[Cell], fact: FactSpec) -> str:
    """Several cells read out, neighbouring ranges as one."""
    joined: list[Cell] = []
    for cell in cells:
        last = joined[-1] if joined else None
        if last is not None and cell.low is not None and last.high is not None and last.high + 1 == cell.low:
            joined[-1] = replace(last, high=cell.high)
        else:
            joined.append(cell)
    return " or ".join(cell.describe(fact) for cell in joined)
