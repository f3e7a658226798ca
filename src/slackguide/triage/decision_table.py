"""Build the decision table of an entry: for every combination of cells, the first rule that holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from slackguide.knowledge import Entry
from slackguide.knowledge.conditions import (
    AllOf,
    AnyOf,
    Condition,
    FactValue,
    NamedCondition,
    Not,
    OneOf,
    Within,
    tests_of,
)
from slackguide.knowledge.facts import FactSpec
from slackguide.knowledge.model import Rule
from slackguide.triage.cells import Cell, cells_of, satisfies

GAP = -1
"""The rule index of a case for which no rule holds."""

CellIndices = tuple[int, ...]
"""The indices of the possible cells of one fact."""


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A decision table with one array axis per fact.

    `rule_index[i, j, …]` is the index of the first rule that holds if fact 0 is in cell i, fact 1 in cell j, and so on.
    `destination_index` has the same shape, with equal values for rules of the same destinations. It determines whether
    a question is relevant.
    """

    facts: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    rules: tuple[Rule, ...]
    rule_index: npt.NDArray[np.int16]
    destination_index: npt.NDArray[np.int16]

    def possible_cells(
        self, known_facts: Mapping[str, FactValue], entry: Entry | None = None
    ) -> tuple[CellIndices, ...]:
        """Return the possible cells of each fact. A known fact overrides what the entry, if any, fixes or assumes."""
        given = {test.fact: test for test in (*entry.assumes, *entry.fixes)} if entry else {}
        remaining: list[CellIndices] = []
        for name, cells in zip(self.facts, self.cells, strict=True):
            every = range(len(cells))
            if name in known_facts:
                remaining.append(tuple(n for n in every if cells[n].holds(known_facts[name])))
            elif name in given:
                remaining.append(tuple(n for n in every if satisfies(given[name], cells[n])))
            else:
                remaining.append(tuple(every))
        return tuple(remaining)

    def restrict(self, state: tuple[CellIndices, ...]) -> DecisionTable:
        """Return the table reduced to the given cells of each fact."""
        if not state:
            return self
        remaining = tuple(tuple(cells[n] for n in choice) for cells, choice in zip(self.cells, state, strict=True))
        at = np.ix_(*state)
        return DecisionTable(self.facts, remaining, self.rules, self.rule_index[at], self.destination_index[at])

    def varies(self, name: str) -> bool:
        """Return whether the destination varies along a fact, for some values of the others."""
        axis = self.facts.index(name)
        return bool((self.destination_index != self.destination_index.take([0], axis=axis)).any())


FactCells = Mapping[str, tuple[Cell, ...]]
"""The facts in the conditions of some rules, in order of appearance, each with its cells."""


def decision_table_for(entry: Entry, facts: Mapping[str, FactSpec]) -> DecisionTable:
    """Build the decision table of an entry. An entry with one unconditional rule has no facts and one cell."""
    return build_table(entry.rules, cells_by_fact(entry.rules, (*entry.assumes, *entry.fixes), facts))


def cells_by_fact(
    rules: Sequence[Rule], given: Iterable[OneOf | Within], facts: Mapping[str, FactSpec]
) -> dict[str, tuple[Cell, ...]]:
    """Return the facts in the conditions of the rules, partitioned by the tests of the rules and by `given`."""
    tests: dict[str, list[OneOf | Within]] = {}
    for rule in rules:
        for test in tests_of(rule.when):
            tests.setdefault(test.fact, []).append(test)
    for test in given:
        if test.fact in tests:
            tests[test.fact].append(test)
    return {name: cells_of(facts[name], fact_tests) for name, fact_tests in tests.items()}


def build_table(rules: tuple[Rule, ...], axes: FactCells) -> DecisionTable:
    """Build the table of the rules over the axes. Its size is the product of their lengths."""
    shape = tuple(len(cells) for cells in axes.values())
    rule_index = np.full(shape, GAP, dtype=np.int16)
    for number in reversed(range(len(rules))):
        rule_index[np.broadcast_to(evaluate_condition(rules[number].when, axes), shape)] = number
    targets: dict[tuple[str, ...], int] = {}
    group = [targets.setdefault(rule.destination_ids, number) for number, rule in enumerate(rules)]
    destination_index = np.array([*group, GAP], dtype=np.int16)[rule_index]
    return DecisionTable(tuple(axes), tuple(axes.values()), rules, rule_index, destination_index)


def evaluate_condition(condition: Condition, axes: FactCells) -> npt.NDArray[np.bool_]:
    """Return where a condition holds, with length one along every axis that it does not depend on."""
    match condition:
        case OneOf() | Within():
            shape = [len(cells) if name == condition.fact else 1 for name, cells in axes.items()]
            passing = [satisfies(condition, cell) for cell in axes[condition.fact]]
            return np.array(passing, dtype=np.bool_).reshape(shape)
        case AllOf(parts=parts):
            return reduce(np.logical_and, (evaluate_condition(part, axes) for part in parts), np.array(True))
        case AnyOf(parts=parts):
            return reduce(np.logical_or, (evaluate_condition(part, axes) for part in parts), np.array(False))
        case Not(part=part):
            return np.logical_not(evaluate_condition(part, axes))
        case NamedCondition(part=part):
            return evaluate_condition(part, axes)
