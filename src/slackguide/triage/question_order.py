"""Order the questions: ask the fact with the fewest expected further questions first.

The expectation is computed exactly, by dynamic programming over every subset of open facts and every combination of
cells of the known ones. The cells of an open fact are weighted by the weights of its values in the knowledge base. A
fact that can no longer change the destination is never asked, and one that is asked `after` others not before them.

For a person who does not know some facts, the destination of a case is the set of destinations that these leave open:
a question is worth asking only if it can narrow this set (`without_unknown`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

from slackguide.knowledge.facts import FactSpec
from slackguide.triage.decision_table import CellIndices, DecisionTable

AxisIndices = tuple[int, ...]

CACHED_ORDERS = 256
"""Combinations of known facts whose questions are cached, for each table. Most messages state none or one."""


class QuestionPlanner:
    """The order of questions for one decision table.

    `open_cells` are, for each fact of the table, its possible cells while it is unknown. For every set of open facts,
    the planner stores arrays over the cells of the other facts: the expected number of questions, and the lowest and
    highest destination index, which are equal if no question is needed.
    """

    def __init__(self, table: DecisionTable, open_cells: Sequence[CellIndices], facts: Mapping[str, FactSpec]) -> None:
        self._table = table
        self._possible_cells = [list(cells) for cells in open_cells]
        self._weights = [self._shares(axis, facts[name]) for axis, name in enumerate(table.facts)]
        self._after = [self._prerequisites(facts[name]) for name in table.facts]
        self._expected: dict[AxisIndices, npt.NDArray[np.float64]] = {}
        self._lowest: dict[AxisIndices, npt.NDArray[np.int16]] = {}
        self._highest: dict[AxisIndices, npt.NDArray[np.int16]] = {}
        self._varies: dict[tuple[int, AxisIndices], npt.NDArray[np.bool_]] = {}
        """Whether the destination varies along a fact that others are asked after, by its axis and the open axes."""
        for count in range(len(table.facts) + 1):
            for axes in combinations(range(len(table.facts)), count):
                self._fill(axes)
        self._cached_order = lru_cache(maxsize=CACHED_ORDERS)(self._order)

    def missing(self, known_facts: Mapping[str, int]) -> tuple[str, ...]:
        """Return the facts that can still change the destination, the best to ask first. Empty if it is decided.

        `known_facts` maps each known fact of the table to the index of its cell.
        """
        names = self._table.facts
        open_axes = tuple(axis for axis, name in enumerate(names) if name not in known_facts)
        at = tuple(0 if axis in open_axes else known_facts[name] for axis, name in enumerate(names))
        return self._cached_order(open_axes, at)

    def _order(self, open_axes: AxisIndices, at: tuple[int, ...]) -> tuple[str, ...]:
        """Return the open facts to ask, given the cell of every known fact."""
        if self._lowest[open_axes][at] == self._highest[open_axes][at]:
            return ()
        costs = [
            (bool(self._is_too_early(axis, open_axes)[at]), self._cost(axis, open_axes, at), axis)
            for axis in open_axes
            if self._is_relevant(axis, open_axes, at)
        ]
        return tuple(self._table.facts[axis] for _, _, axis in sorted(costs))

    def _prerequisites(self, fact: FactSpec) -> AxisIndices:
        return tuple(axis for axis, name in enumerate(self._table.facts) if name in fact.after)

    def _shares(self, axis: int, fact: FactSpec) -> npt.NDArray[np.float64]:
        cells = self._table.cells[axis]
        weights = np.array([cells[cell].weight(fact) for cell in self._possible_cells[axis]], dtype=np.float64)
        shares: npt.NDArray[np.float64] = weights / weights.sum()
        return shares

    def _fill(self, axes: AxisIndices) -> None:
        """Compute the arrays for one set of open facts from those with one fact fewer. Open axes have length one."""
        if not axes:
            self._lowest[axes] = self._highest[axes] = self._table.destination_index
            self._expected[axes] = np.zeros(self._table.destination_index.shape)
            return
        last, rest = axes[-1], axes[:-1]
        cells = self._possible_cells[last]
        self._lowest[axes] = self._lowest[rest].take(cells, axis=last).min(axis=last, keepdims=True)
        self._highest[axes] = self._highest[rest].take(cells, axis=last).max(axis=last, keepdims=True)
        for axis in {axis for prerequisites in self._after for axis in prerequisites}.intersection(axes):
            self._varies[axis, axes] = self._variation(axis, axes)
        best = np.min([self._expected_questions(axis, axes) for axis in axes], axis=0)
        self._expected[axes] = np.where(self._lowest[axes] == self._highest[axes], 0.0, best)

    def _expected_questions(self, axis: int, axes: AxisIndices) -> npt.NDArray[np.float64]:
        """Return the expected number of questions if `axis` is asked first, including that question."""
        rest = tuple(other for other in axes if other != axis)
        taken = self._expected[rest].take(self._possible_cells[axis], axis=axis)
        shape = [1] * taken.ndim
        shape[axis] = taken.shape[axis]
        result: npt.NDArray[np.float64] = 1 + (taken * self._weights[axis].reshape(shape)).sum(axis=axis, keepdims=True)
        return np.where(self._is_too_early(axis, axes), np.inf, result)

    def _variation(self, axis: int, axes: AxisIndices) -> npt.NDArray[np.bool_]:
        """Return where the destination varies along `axis` for some values of the other open facts."""
        other = next((other for other in axes if other != axis), None)
        if other is None:
            return np.asarray(self._lowest[axes] != self._highest[axes], dtype=np.bool_)
        rest = self._varies[axis, tuple(one for one in axes if one != other)]
        varies = rest.take(self._possible_cells[other], axis=other).any(axis=other, keepdims=True)
        return np.asarray(varies, dtype=np.bool_)

    def _is_too_early(self, axis: int, axes: AxisIndices) -> npt.NDArray[np.bool_]:
        """Return where a fact that matters is to be asked before `axis`."""
        too_early = np.zeros(self._lowest[axes].shape, dtype=np.bool_)
        for other in self._after[axis]:
            if other in axes:
                too_early |= self._varies[other, axes]
        return too_early

    def _cost(self, axis: int, open_axes: AxisIndices, at: tuple[int, ...]) -> float:
        rest = tuple(other for other in open_axes if other != axis)
        expected = self._expected[rest]
        cells = self._possible_cells[axis]
        after = (expected[(*at[:axis], cell, *at[axis + 1 :])] for cell in cells)
        return round(1 + float(sum(share * value for share, value in zip(self._weights[axis], after, strict=True))), 9)

    def _is_relevant(self, axis: int, open_axes: AxisIndices, at: tuple[int, ...]) -> bool:
        """Return whether the destination varies along this fact for some values of the other open facts."""
        choices = [tuple(self._possible_cells[n]) if n in open_axes else (cell,) for n, cell in enumerate(at)]
        return self._table.restrict(tuple(choices)).varies(self._table.facts[axis])


def without_unknown(table: DecisionTable, unknown: Collection[str]) -> DecisionTable:
    """Return the table over the facts that can still be asked: not `unknown`, and with more than one cell.

    Its destination indices are equal where the unknown facts leave the same set of destinations open.
    """
    asked = [axis for axis, name in enumerate(table.facts) if name not in unknown and len(table.cells[axis]) > 1]
    left_out = [axis for axis in range(len(table.facts)) if axis not in asked]
    shape = [len(table.cells[axis]) for axis in asked]
    cases = np.transpose(table.destination_index, (*asked, *left_out)).reshape(int(np.prod(shape)), -1)
    destinations = np.unique(cases)
    possible = np.stack([(cases == destination).any(axis=1) for destination in destinations], axis=1)
    _, sets = np.unique(possible, axis=0, return_inverse=True)
    index = sets.reshape(shape).astype(np.int16)
    return DecisionTable(
        tuple(table.facts[axis] for axis in asked), tuple(table.cells[axis] for axis in asked), (), index, index
    )
