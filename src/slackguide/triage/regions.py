"""Split a set of table cells into rectangular regions, so that it can be described in few lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import permutations

import numpy as np
import numpy.typing as npt

from slackguide.knowledge.checklists import describe_values
from slackguide.knowledge.conditions import NEVER
from slackguide.knowledge.facts import FactSpec
from slackguide.triage.cells import Cell
from slackguide.triage.decision_table import CellIndices, DecisionTable

MAX_LISTED_VALUES = 3
"""Maximum values of a choice that are always listed. With more, the excluded values are listed if they are fewer."""

Region = tuple[CellIndices, ...]
"""A rectangular region of a table: for every fact the indices of its cells, in all combinations."""

EXHAUSTIVE_FACT_LIMIT = 4
"""Maximum facts for which a region is grown in every order of the axes. With more, two orders per axis are tried."""


def split_into_regions(region: npt.NDArray[np.bool_]) -> Iterator[Region]:
    """Split the cells where `region` is true into disjoint rectangular regions, with a greedy search for large ones."""
    left = np.array(region, dtype=np.bool_)
    while left.any():
        seed = np.unravel_index(int(left.argmax()), left.shape)
        grown = (_grow(left, [int(index) for index in seed], order) for order in _orders(left.ndim))
        part = max(grown, key=region_size)
        left[np.ix_(*part)] = False
        yield part


def region_size(part: Region) -> int:
    """Return the number of cells in a region."""
    return int(np.prod([len(choice) for choice in part], dtype=np.int64))


def _orders(count: int) -> list[tuple[int, ...]]:
    axes = tuple(range(count))
    if count <= EXHAUSTIVE_FACT_LIMIT:
        return list(permutations(axes))
    rotations = [axes[start:] + axes[:start] for start in axes]
    return rotations + [order[::-1] for order in rotations]


def _grow(region: npt.NDArray[np.bool_], seed: Sequence[int], order: Sequence[int]) -> Region:
    """Return the rectangular region around `seed` inside `region`, extended along one axis after the other."""
    choices: list[CellIndices] = [(index,) for index in seed]
    for axis in order:
        wide = [tuple(range(region.shape[n])) if n == axis else choice for n, choice in enumerate(choices)]
        others = tuple(n for n in range(region.ndim) if n != axis)
        choices[axis] = tuple(int(index) for index in np.flatnonzero(region[np.ix_(*wide)].all(axis=others)))
    return tuple(choices)


def region_conditions(part: Region, table: DecisionTable, facts: Mapping[str, FactSpec]) -> dict[str, tuple[Cell, ...]]:
    """Return the facts that a region restricts, in declaration order, each with its cells."""
    known_facts = {
        name: tuple(table.cells[axis][cell] for cell in part[axis])
        for axis, name in enumerate(table.facts)
        if len(part[axis]) < len(table.cells[axis])
    }
    return {name: known_facts[name] for name in facts if name in known_facts}


def cell_labels(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Return the values of cells in the notation of the knowledge base and `--fact`: `premium`, `31..60`, `never`."""
    names = tuple(name for cell in cells for name in cell.names)
    return (*(str(cell.sample_value) for cell in _merge_adjacent(cells)), *names)


def describe_cells(name: str, cells: Sequence[Cell], facts: Mapping[str, FactSpec]) -> str:
    """Describe cells of a fact: `Free or Premium`, `31 days or more`, `no backup`."""
    fact = facts[name]
    if fact.is_ordered:
        return " or ".join([*(_range(cell, fact) for cell in _merge_adjacent(cells)), *_includes_never(cells, fact)])
    if fact.kind == "checklist":
        values = [name for cell in cells for name in cell.names]
        return f"{fact.label}: {describe_values(values, fact.item_labels)}"
    chosen = [value for value in fact.choices if any(value in cell.names for cell in cells)]
    if fact.kind == "yes_no":
        known = fact.values.get(chosen[0])
        return known.say if known and known.say else f"{fact.label}: {fact.value_label(chosen[0])}"
    others = [value for value in fact.choices if value not in chosen]
    if len(others) < len(chosen) and len(chosen) > MAX_LISTED_VALUES:
        return f"{fact.label.lower()} other than {_join_or(others, fact)}"
    return _join_or(chosen, fact)


def _join_or(names: Sequence[str], fact: FactSpec) -> str:
    labels = [fact.value_label(name) for name in names]
    return " or ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)


def _includes_never(cells: Sequence[Cell], fact: FactSpec) -> list[str]:
    return [fact.value_label(NEVER)] if any(NEVER in cell.names for cell in cells) else []


def _range(cell: Cell, fact: FactSpec) -> str:
    if cell.high is None and cell.low and not cell.is_date:
        return f"{fact.value_label(cell.low)} or more"
    return cell.describe(fact)


def _merge_adjacent(cells: Sequence[Cell]) -> list[Cell]:
    """Return the number ranges among the cells, with adjacent ones merged."""
    joined: list[Cell] = []
    for cell in cells:
        if cell.low is None:
            continue
        if joined and joined[-1].high is not None and joined[-1].high + 1 == cell.low:
            joined[-1] = replace(joined[-1], high=cell.high)
        else:
            joined.append(cell)
    return joined
