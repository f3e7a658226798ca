"""Order the questions: ask the fact with the fewest expected further questions first.

The expectation is computed exactly, by dynamic programming over every subset of open facts and every combination of
cells of the known ones. The cells of an open fact are weighted by the weights of its values in the knowledge base. A
fact that can no longer change the destination is never asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from slackguide.knowledge.facts import FactSpec
from slackguide.triage.decision_table import CellIndices, DecisionTable

AxisIndices = tuple[int, ...]


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
        self._expected: dict[AxisIndices, npt.NDArray[np.float64]] = {}
        self._lowest: dict[AxisIndices, npt.NDArray[np.int16]] = {}
        self._highest: dict[AxisIndices, npt.NDArray[np.int16]] = {}
        for count in range(len(table.facts) + 1):
            for axes in combinations(range(len(table.facts)), count):
                self._fill(axes)

    def missing(self, known_facts: Mapping[str, int]) -> tuple[str, ...]:
        """Return the facts that can still change the destination, the best to ask first. Empty if it is decided.

        `known_facts` maps each known fact of the table to the index of its cell.
        """
        names = self._table.facts
        open_axes = tuple(axis for axis, name in enumerate(names) if name not in known_facts)
        at = tuple(0 if axis in open_axes else known_facts[name] for axis, name in enumerate(names))
        if self._lowest[open_axes][at] == self._highest[open_axes][at]:
            return ()
        costs = [
            (self._cost(axis, open_axes, at), axis)
            for axis in open_axes
            if self._is_relevant(axis, open_axes, known_facts)
        ]
        return tuple(names[axis] for _, axis in sorted(costs))

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
        best = np.min([self._expected_questions(axis, axes) for axis in axes], axis=0)
        self._expected[axes] = np.where(self._lowest[axes] == self._highest[axes], 0.0, best)

    def _expected_questions(self, axis: int, axes: AxisIndices) -> npt.NDArray[np.float64]:
        """Return the expected number of questions if `axis` is asked first, including that question."""
        rest = tuple(other for other in axes if other != axis)
        taken = self._expected[rest].take(self._possible_cells[axis], axis=axis)
        shape = [1] * taken.ndim
        shape[axis] = taken.shape[axis]
        result: npt.NDArray[np.float64] = 1 + (taken * self._weights[axis].reshape(shape)).sum(axis=axis, keepdims=True)
        return result

    def _cost(self, axis: int, open_axes: AxisIndices, at: tuple[int, ...]) -> float:
        rest = tuple(other for other in open_axes if other != axis)
        expected = self._expected[rest]
        cells = self._possible_cells[axis]
        after = (expected[(*at[:axis], cell, *at[axis + 1 :])] for cell in cells)
        return round(1 + float(sum(share * value for share, value in zip(self._weights[axis], after, strict=True))), 9)

    def _is_relevant(self, axis: int, open_axes: AxisIndices, known_facts: Mapping[str, int]) -> bool:
        """Return whether the destination varies along this fact for some values of the other open facts."""
        choices = [
            self._possible_cells[n] if n in open_axes else [known_facts[name]]
            for n, name in enumerate(self._table.facts)
        ]
        destination_index = self._table.destination_index[np.ix_(*choices)]
        return bool((destination_index != destination_index.take([0], axis=axis)).any())
