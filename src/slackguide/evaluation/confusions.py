"""Confusions: which entry is taken for which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from slackguide.evaluation.observation import Observation


@dataclass(frozen=True, slots=True)
class Confusion:
    """Questions that one entry was ranked first for in place of another.

    `expected` are the acceptable entries, none: out of scope. `got` is None where nothing was ranked at all.
    """

    expected: tuple[str, ...]
    got: str | None
    observations: tuple[Observation, ...]

    @property
    def count(self) -> int:
        """How many questions."""
        return len(self.observations)


def confusions(observations: Iterable[Observation]) -> tuple[Confusion, ...]:
    """The most frequent first: in scope where the first match is not acceptable, out of scope where it was answered."""
    pairs: dict[tuple[tuple[str, ...], str | None], list[Observation]] = {}
    for one in observations:
        if one.wrong or (one.case.in_scope and not one.ranked(1)):
            pairs.setdefault((tuple(sorted(one.case.ids)), one.said.first), []).append(one)
    found = [Confusion(expected, got, tuple(ones)) for (expected, got), ones in pairs.items()]
    return tuple(sorted(found, key=lambda confusion: (-confusion.count, confusion.expected, confusion.got or "")))
