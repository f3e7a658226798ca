"""The rows of a decision table as a person reads it: for every rule the cases it decides, in few rows."""

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
    """Some cases that one rule decides. The rows of a table do not overlap, and together are the table."""

    rule: Rule
    when: Mapping[str, tuple[Cell, ...]]
    """What the cases have in common: a fact that it says nothing of may be anything."""
    expected: bool
    """Whether it is a case of what the entry fixes and assumes; the others are for an agent who says otherwise."""


def table_rows(
    table: DecisionTable, entry: Entry, known_facts: Mapping[str, FactValue], facts: Mapping[str, FactSpec]
) -> tuple[TableRow, ...]:
    """The rows of an entry's table for the known facts, in the order of its rules, the expected ones first."""
    open_table = table.restrict(table.possible_cells(known_facts))
    usual = open_table.possible_cells(known_facts, entry)
    expected = open_table.restrict(usual)
    found = list(_rows(expected, np.ones(expected.rule_index.shape, dtype=np.bool_), facts, expected=True))
    others = np.ones(open_table.rule_index.shape, dtype=np.bool_)
    others[np.ix_(*usual) if usual else ()] = False
    return (*found, *_rows(open_table, others, facts, expected=False))


def _rows(
    table: DecisionTable, region: npt.NDArray[np.bool_], facts: Mapping[str, FactSpec], *, expected: bool
) -> Iterator[TableRow]:
    for number, rule in enumerate(table.rules):
        for box in split_into_regions((table.rule_index == number) & region):
            yield TableRow(rule, region_conditions(box, table, facts), expected)
