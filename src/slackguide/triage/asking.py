"""Which fact to ask next: the one with the fewest questions expected until the destination is known.

The expectation is exact, by dynamic programming over the table's cells, each weighted by the values it stands for.
A fact that cannot change the destination any more is never asked.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from slackguide.triage.table import Choice, DecisionTable

State = tuple[Choice, ...]


class Interview:
    """The order of questions for one decision table. Answers are kept: the same table, the same order, at once."""

    def __init__(self, table: DecisionTable) -> None:
        self._table = table
        self._expected: dict[State, float] = {}
        self._order: dict[State, tuple[str, ...]] = {}

    def missing(self, state: State) -> tuple[str, ...]:
        """The facts that can still change the destination, the best to ask first; none where it is decided."""
        if state not in self._order:
            costs = sorted((self._cost_of(axis, state), axis) for axis in self._open(state))
            self._order[state] = tuple(self._table.facts[axis] for _, axis in costs)
        return self._order[state]

    def _open(self, state: State) -> list[int]:
        """The axes along which the destination still varies."""
        goes = self._remaining(state)
        if goes.size == 0 or (goes == goes.flat[0]).all():
            return []
        return [
            axis
            for axis in range(goes.ndim)
            if goes.shape[axis] > 1 and (goes != goes.take([0], axis=axis)).any()
        ]

    def _remaining(self, state: State) -> npt.NDArray[np.int16]:
        return self._table.goes[np.ix_(*state)] if state else self._table.goes

    def _cost_of(self, axis: int, state: State) -> float:
        """Questions expected when this fact is asked first, itself included."""
        weights = [self._table.cells[axis][cell].weight for cell in state[axis]]
        total = sum(weights)
        after = (
            weight * self._expect((*state[:axis], (cell,), *state[axis + 1 :]))
            for weight, cell in zip(weights, state[axis], strict=True)
        )
        return 1 + sum(after) / total

    def _expect(self, state: State) -> float:
        if state not in self._expected:
            open_axes = self._open(state)
            self._expected[state] = min((self._cost_of(axis, state) for axis in open_axes), default=0.0)
        return self._expected[state]
