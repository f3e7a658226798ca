"""An entry's decision table: for every combination of cells, the first rule that holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from slackguide.knowledge import KnownEntry
from slackguide.knowledge.compiled import RouteRule
from slackguide.knowledge.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Named,
    Not,
    OneOf,
    Value,
    Within,
    facts_of,
    tests_of,
)
from slackguide.knowledge.facts import FactDefinition
from slackguide.triage.cells import Cell, cells_of, passes

NO_RULE = -1
"""Where no rule holds: a hole in the table."""

Choice = tuple[int, ...]
"""For one fact, the indices of the cells that are still possible."""


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """`first[i, j, …]` is the index of the first rule that holds where fact 0 is in cell i, fact 1 in cell j, …

    `goes[…]` is the same with rules of one destination made equal: what decides whether a question is worth asking.
    """

    facts: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    rules: tuple[RouteRule, ...]
    first: npt.NDArray[np.int16]
    goes: npt.NDArray[np.int16]

    def possible(self, told: Mapping[str, Value], entry: KnownEntry) -> tuple[Choice, ...]:
        """For each fact the cells that remain: what was told wins over what the entry fixes or assumes."""
        given = {test.fact: test for test in (*entry.assumes, *entry.fixes)}
        remaining: list[Choice] = []
        for name, cells in zip(self.facts, self.cells, strict=True):
            every = range(len(cells))
            if name in told:
                remaining.append(tuple(n for n in every if cells[n].holds(told[name])))
            elif name in given:
                remaining.append(tuple(n for n in every if passes(given[name], cells[n])))
            else:
                remaining.append(tuple(every))
        return tuple(remaining)


def table_of(entry: KnownEntry, facts: Mapping[str, FactDefinition]) -> DecisionTable:
    """The decision table of an entry; one with a single destination has no facts and one cell."""
    names = tuple(dict.fromkeys(name for rule in entry.rules for name in facts_of(rule.when)))
    tests = [test for rule in entry.rules for test in tests_of(rule.when)]
    tests += [test for test in (*entry.assumes, *entry.fixes) if test.fact in names]
    cells = tuple(cells_of(facts[name], [test for test in tests if test.fact == name]) for name in names)
    shape = tuple(len(of_fact) for of_fact in cells)
    first = np.full(shape, NO_RULE, dtype=np.int16)
    for number in reversed(range(len(entry.rules))):
        first[np.broadcast_to(_truth(entry.rules[number].when, names, cells), shape)] = number
    targets: dict[str, int] = {}
    group = [targets.setdefault(rule.target.id, number) for number, rule in enumerate(entry.rules)]
    goes = np.array([*group, NO_RULE], dtype=np.int16)[first]
    return DecisionTable(names, cells, entry.rules, first, goes)


def _truth(condition: Condition, names: tuple[str, ...], cells: tuple[tuple[Cell, ...], ...]) -> npt.NDArray[np.bool_]:
    match condition:
        case OneOf() | Within():
            axis = names.index(condition.fact)
            shape = [1] * len(names)
            shape[axis] = len(cells[axis])
            return np.array([passes(condition, cell) for cell in cells[axis]], dtype=np.bool_).reshape(shape)
        case AllOf(parts=parts):
            return reduce(np.logical_and, (_truth(part, names, cells) for part in parts), np.array(True))
        case AnyOf(parts=parts):
            return reduce(np.logical_or, (_truth(part, names, cells) for part in parts), np.array(False))
        case Not(part=part):
            return np.logical_not(_truth(part, names, cells))
        case Named(part=part):
            return _truth(part, names, cells)
