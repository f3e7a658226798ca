"""The question order against every possible order, on small tables of every kind, and on the shipped tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackguide.guide import Guide
from slackguide.knowledge.conditions import FactValue
from slackguide.knowledge.facts import FactSpec, FactValueSpec
from slackguide.triage.cells import Cell
from slackguide.triage.decision_table import DecisionTable
from slackguide.triage.question_order import QuestionPlanner, without_unknown

KnownCells = tuple[int | None, ...]
"""The cell of each fact; None if the fact is unknown."""


@st.composite
def tables(draw: st.DrawFn) -> tuple[DecisionTable, dict[str, FactSpec], list[tuple[int, ...]]]:
    """Return a table of up to three facts with up to three values each, and what can be open."""
    shape = draw(st.lists(st.integers(2, 3), min_size=1, max_size=3))
    facts = {f"fact{axis}": _fact(draw, size, axis) for axis, size in enumerate(shape)}
    goes = np.array(draw(st.lists(st.integers(0, 2), min_size=int(np.prod(shape)), max_size=int(np.prod(shape)))))
    goes = goes.astype(np.int16).reshape(shape)
    cells = tuple(tuple(Cell((value,)) for value in fact.values) for fact in facts.values())
    open_cells = [tuple(sorted(draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=size)))) for size in shape]
    return DecisionTable(tuple(facts), cells, (), goes, goes), facts, open_cells


def _fact(draw: st.DrawFn, size: int, axis: int) -> FactSpec:
    """Return a fact that may have to be asked after those declared before it."""
    values = {f"v{n}": FactValueSpec(label=f"V{n}", weight=draw(st.integers(1, 9))) for n in range(size)}
    after = tuple(f"fact{other}" for other in range(axis) if draw(st.booleans()))
    return FactSpec(label="fact", ask="Which?", kind="choice", values=values, after=after)


class BruteForce:
    """Expectations worked out by asking in every order."""

    def __init__(self, table: DecisionTable, facts: dict[str, FactSpec], open_cells: list[tuple[int, ...]]) -> None:
        self.goes, self.open_cells = table.destination_index, open_cells
        self.weights = [[value.weight for value in fact.values.values()] for fact in facts.values()]
        self.after_axes = [[list(facts).index(name) for name in fact.after] for fact in facts.values()]

    def decided(self, known_facts: KnownCells) -> bool:
        cells = [[cell] if cell is not None else self.open_cells[axis] for axis, cell in enumerate(known_facts)]
        return len({int(self.goes[at]) for at in product(*cells)}) == 1

    def fewest(self, known_facts: KnownCells) -> float:
        """Questions expected when each is the best there is."""
        if self.decided(known_facts):
            return 0
        return min(
            self.after(axis, known_facts, self.fewest)
            for axis, cell in enumerate(known_facts)
            if cell is None and self.can_be_asked(axis, known_facts)
        )

    def can_be_asked(self, axis: int, known_facts: KnownCells) -> bool:
        """Whether no fact that is to be asked before this one still matters."""
        return not any(
            known_facts[other] is None and self.matters(other, known_facts) for other in self.after_axes[axis]
        )

    def matters(self, axis: int, known_facts: KnownCells) -> bool:
        cells = [[cell] if cell is not None else self.open_cells[at] for at, cell in enumerate(known_facts)]
        others = product(*(options if at != axis else [0] for at, options in enumerate(cells)))
        return any(
            len({int(self.goes[*at[:axis], cell, *at[axis + 1 :]]) for cell in cells[axis]}) > 1 for at in others
        )

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
        assert set(missing(known_facts)) == {
            axis for axis, cell in enumerate(known_facts) if cell is None and brute.matters(axis, known_facts)
        }
        ready = [axis for axis in missing(known_facts) if brute.can_be_asked(axis, known_facts)]
        assert missing(known_facts)[: len(ready)] == ready
        costs = [brute.after(axis, known_facts, brute.fewest) for axis in ready]
        assert costs == pytest.approx(sorted(costs))


@settings(deadline=None, max_examples=100)
@given(drawn=tables(), data=st.data())
def test_a_person_who_does_not_know_a_fact_is_asked_what_narrows_the_destinations(
    drawn: tuple[DecisionTable, dict[str, FactSpec], list[tuple[int, ...]]], data: st.DataObject
) -> None:
    table, facts, open_cells = drawn
    unknown = data.draw(st.sampled_from(table.facts))
    table = table.restrict(tuple(open_cells))
    narrowed = without_unknown(table, {unknown})
    missing = QuestionPlanner(narrowed, [tuple(range(len(cells))) for cells in narrowed.cells], facts).missing({})
    for name in table.facts:
        axis, without = table.facts.index(name), table.facts.index(unknown)
        open_sets: dict[tuple[int, ...], dict[int, set[int]]] = {}
        for at in product(*(range(len(cells)) for cells in table.cells)):
            others = tuple(cell for n, cell in enumerate(at) if n not in (axis, without))
            open_sets.setdefault(others, {}).setdefault(at[axis], set()).add(int(table.destination_index[at]))
        narrows = any(len({frozenset(goes) for goes in sets.values()}) > 1 for sets in open_sets.values())
        assert (name in missing) == (narrows and name != unknown)


MEDIATION = "disputes/send-to-mediation"


def test_the_contract_type_is_asked_before_what_depends_on_it(guide: Guide) -> None:
    for entry, table in ((id, guide.triage.table(id)) for id in guide.knowledge.entries):
        missing = guide.triage.decide(entry, {}).missing
        for name in missing:
            before = [other for other in guide.knowledge.facts[name].after if other in missing]
            assert all(missing.index(other) < missing.index(name) for other in before), (entry, table.facts)
    assert guide.triage.decide(MEDIATION, {"reporter": "client"}).missing[0] == "contract_type"


def test_nobody_is_asked_for_the_escrow_of_an_hourly_contract(guide: Guide) -> None:
    for id in guide.knowledge.entries:
        assert "funds_in_escrow" not in guide.triage.decide(id, {"contract_type": "hourly"}).missing


def test_a_wish_for_mediation_takes_three_questions_in_most_cases(guide: Guide) -> None:
    """The answers are as frequent as the weights say, and the ranges of days alike."""
    shares = dict(_lengths(guide, {"reporter": "client"}, 1.0, 0))
    assert sum(shares.values()) == pytest.approx(1)
    assert sum(share for (count, _), share in shares.items() if count <= 3) > 0.6
    assert max(count for count, _ in shares) <= 5


def _lengths(
    guide: Guide, known: dict[str, FactValue], share: float, asked: int
) -> Iterator[tuple[tuple[int, tuple[FactValue, ...]], float]]:
    name = guide.triage.decide(MEDIATION, known).question
    if name is None:
        yield (asked, tuple(known.values())), share
        return
    cells, fact = guide.triage.cells(MEDIATION, name, known), guide.knowledge.facts[name]
    total = sum(cell.weight(fact) for cell in cells)
    for cell in cells:
        yield from _lengths(guide, {**known, name: cell.sample_value}, share * cell.weight(fact) / total, asked + 1)
