"""The question order against every possible order, on small tables of every kind."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackguide.knowledge.facts import FactSpec, FactValueSpec
from slackguide.triage.cells import Cell
from slackguide.triage.decision_table import DecisionTable
from slackguide.triage.question_order import QuestionPlanner

KnownCells = tuple[int | None, ...]
"""The cell of each fact; None if the fact is unknown."""


@st.composite
def tables(draw: st.DrawFn) -> tuple[DecisionTable, dict[str, FactSpec], list[tuple[int, ...]]]:
    """Return a table of up to three facts with up to three values each, and what can be open."""
    shape = draw(st.lists(st.integers(2, 3), min_size=1, max_size=3))
    facts = {f"fact{axis}": _fact(draw, size) for axis, size in enumerate(shape)}
    goes = np.array(draw(st.lists(st.integers(0, 2), min_size=int(np.prod(shape)), max_size=int(np.prod(shape)))))
    goes = goes.astype(np.int16).reshape(shape)
    cells = tuple(tuple(Cell((value,)) for value in fact.values) for fact in facts.values())
    open_cells = [tuple(sorted(draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=size)))) for size in shape]
    return DecisionTable(tuple(facts), cells, (), goes, goes), facts, open_cells


def _fact(draw: st.DrawFn, size: int) -> FactSpec:
    values = {f"v{n}": FactValueSpec(label=f"V{n}", weight=draw(st.integers(1, 9))) for n in range(size)}
    return FactSpec(label="fact", ask="Which?", kind="choice", values=values)


class BruteForce:
    """Expectations worked out by asking in every order."""

    def __init__(self, table: DecisionTable, facts: dict[str, FactSpec], open_cells: list[tuple[int, ...]]) -> None:
        self.goes, self.open_cells = table.destination_index, open_cells
        self.weights = [[value.weight for value in fact.values.values()] for fact in facts.values()]

    def decided(self, known_facts: KnownCells) -> bool:
        cells = [[cell] if cell is not None else self.open_cells[axis] for axis, cell in enumerate(known_facts)]
        return len({int(self.goes[at]) for at in product(*cells)}) == 1

    def fewest(self, known_facts: KnownCells) -> float:
        """Questions expected when each is the best there is."""
        if self.decided(known_facts):
            return 0
        return min(self.after(axis, known_facts, self.fewest) for axis, cell in enumerate(known_facts) if cell is None)

    def after(self, axis: int, known_facts: KnownCells, expected: Callable[[KnownCells], float]) -> float:
        cells = self.open_cells[axis]
        total = sum(self.weights[axis][cell] for cell in cells)
        answered = ((cell, (*known_facts[:axis], cell, *known_facts[axis + 1 :])) for cell in cells)
        return 1 + sum(self.weights[axis][cell] * expected(after) for cell, after in answered) / total


@settings(deadline=None, max_examples=200)
@given(drawn=tables())
def test_asking_the_first_of_what_is_missing_takes_the_fewest_questions_that_any_order_takes(
    drawn: tuple[DecisionTable, dict[str, FactSpec], list[tuple[int, ...]]],
) -> None:
    table, facts, open_cells = drawn
    planner, brute = QuestionPlanner(table, open_cells, facts), BruteForce(table, facts, open_cells)

    def missing(known_facts: KnownCells) -> list[int]:
        known = {name: cell for name, cell in zip(table.facts, known_facts, strict=True) if cell is not None}
        return [table.facts.index(name) for name in planner.missing(known)]

    def taken(known_facts: KnownCells) -> float:
        asked = missing(known_facts)
        return brute.after(asked[0], known_facts, taken) if asked else 0

    nothing: KnownCells = (None,) * len(table.facts)
    assert taken(nothing) == pytest.approx(brute.fewest(nothing))
    for known_facts in product(*((None, *cells) for cells in open_cells)):
        assert bool(missing(known_facts)) != brute.decided(known_facts)
        costs = [brute.after(axis, known_facts, brute.fewest) for axis in missing(known_facts)]
        assert costs == pytest.approx(sorted(costs))
