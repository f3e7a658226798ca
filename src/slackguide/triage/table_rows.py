"""Summarize a decision table in readable rows: for every rule, the cases that it decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from slackguide.knowledge import Entry, Rule
from slackguide.knowledge.conditions import FactValue
from slackguide.knowledge.facts import FactSpec
from slackguide.triage.cells import Cell
from slackguide.triage.decision_table import DecisionTable
from slackguide.triage.regions import region_conditions, split_into_regions


@dataclass(frozen=True, slots=True)
class TableRow:
    """A set of cases decided by one rule. The rows of a table are disjoint and cover it."""

    rule: Rule
    when: Mapping[str, tuple[Cell, ...]]
    """The cells of each restricted fact. Any other fact may have any value."""
    expected: bool
    """Whether the cases agree with the facts that the entry fixes and assumes."""


def table_rows(
    table: DecisionTable, entry: Entry, known_facts: Mapping[str, FactValue], facts: Mapping[str, FactSpec]
) -> tuple[TableRow, ...]:
    """Return the rows of an entry's table for the known facts, expected rows first, then in the order of the rules."""
    open_table = table.restrict(table.possible_cells(known_facts))
    usual = open_table.possible_cells(known_facts, entry)
    expected = open_table.restrict(usual)
    expected_rows = list(_rows(expected, np.ones(expected.rule_index.shape, dtype=np.bool_), facts, expected=True))
    others = np.ones(open_table.rule_index.shape, dtype=np.bool_)
    others[np.ix_(*usual) if usual else ()] = False
    return (*expected_rows, *_rows(open_table, others, facts, expected=False))


def _rows(
    table: DecisionTable, region: npt.NDArray[np.bool_], facts: Mapping[str, FactSpec], *, expected: bool
) -> Iterator[TableRow]:
    for number, rule in enumerate(table.rules):
        for part in split_into_regions((table.rule_index == number) & region):
            yield TableRow(rule, region_conditions(part, table, facts), expected)
