"""Calibration: whether first matches at a confidence of 0.9 are right nine times in ten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """The first matches with a confidence from `low` up to (not with) `high`; the last bin holds 1.0 too."""

    low: float
    high: float
    count: int
    confidence: float
    """Mean confidence; 0 where the bin is empty."""
    accuracy: float
    """Share of them that are right; 0 where the bin is empty."""

    @property
    def gap(self) -> float:
        """How far confidence and accuracy are apart, 0..1."""
        return abs(self.confidence - self.accuracy)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The reliability table."""

    bins: tuple[Bin, ...]

    @property
    def count(self) -> int:
        """How many first matches it was taken from."""
        return sum(bin.count for bin in self.bins)

    @property
    def error(self) -> float | None:
        """Expected calibration error (Guo et al. 2017): the gaps of the bins, weighted by how much they hold; 0..1.

        None where there is nothing to take it from.
        """
        if not self.count:
            return None
        return sum(bin.count * bin.gap for bin in self.bins) / self.count


def calibration(results: Iterable[tuple[float, bool]]) -> Calibration:
    """The reliability table of pairs (confidence 0..1, right or not), in 10 bins of equal width."""
    held: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in results:
        held[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    return Calibration(tuple(_bin(number, pairs) for number, pairs in enumerate(held)))


def _bin(number: int, pairs: list[tuple[float, bool]]) -> Bin:
    low, high, count = number / BINS, (number + 1) / BINS, len(pairs)
    if not count:
        return Bin(low, high, 0, 0.0, 0.0)
    return Bin(low, high, count, sum(c for c, _ in pairs) / count, sum(right for _, right in pairs) / count)
