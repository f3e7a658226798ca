"""Inverted indexes: which phrasings, or entries, use a feature and how much it tells them apart."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

RARITY_POWER: Final = 0.75
"""Softens the weight of rare features: log(1 + entries / uses) to this power."""


class CosineIndex:
    """Cosine of a question with every phrasing, in one family of features.

    What no phrasing uses stays in the length of the question: a question about something else scores low.
    """

    def __init__(self, rows: Sequence[Mapping[str, float]], entry_of: Ints, entries: int) -> None:
        """`rows` are the phrasings' features, grouped by entry; `entry_of` gives each row's entry."""
        self.size: Final = len(rows)
        ids: dict[str, int] = {}
        columns = np.array([ids.setdefault(f, len(ids)) for row in rows for f in row], dtype=np.int64)
        counts = np.array([n for row in rows for n in row.values()], dtype=np.float32)
        row_of = np.repeat(np.arange(self.size), [len(row) for row in rows])
        self._ids: Final = ids
        self._rarity: Final = _rarity(columns, entry_of[row_of], len(ids), entries)
        self._unseen: Final = float(np.log1p(entries) ** RARITY_POWER)
        values = counts * self._rarity[columns]
        lengths = np.sqrt(np.bincount(row_of, values * values, self.size))
        values = (values / np.maximum(lengths, 1e-9)[row_of]).astype(np.float32)
        self.entry_lengths: Final = _entry_lengths(columns, values, entry_of[row_of], len(ids), entries)
        order = np.argsort(columns, kind="stable")
        self._rows: Final = row_of[order].astype(np.int32)
        self._values: Final = values[order]
        self._starts: Final = np.concatenate(([0], np.cumsum(np.bincount(columns, minlength=len(ids))))).astype(np.int64)

    def weigh(self, features: Mapping[str, float]) -> tuple[Ints, Floats]:
        """The features known here, by number, with their share in the question's length."""
        numbers: list[int] = []
        counts: list[float] = []
        unseen = 0.0
        for feature, count in features.items():
            number = self._ids.get(feature)
            if number is None:
                unseen += count * count
            else:
                numbers.append(number)
                counts.append(count)
        known = np.array(numbers, dtype=np.int64)
        weights = np.array(counts, dtype=np.float32) * self._rarity[known]
        length = np.sqrt(float(weights @ weights) + unseen * self._unseen**2)
        return known, weights / np.float32(max(length, 1e-9))

    def cosines(self, known: Ints, weights: Floats) -> Floats:
        """The cosine with every phrasing; `known` and `weights` from `weigh`."""
        at, lengths = postings(self._starts, known)
        found = np.bincount(self._rows[at], self._values[at] * np.repeat(weights, lengths), self.size)
        return found.astype(np.float32)

    def gram(self) -> Floats:
        """The cosine of every phrasing with every other."""
        dense = np.zeros((len(self._ids), self.size), dtype=np.float32)
        dense[np.repeat(np.arange(len(self._ids)), np.diff(self._starts)), self._rows] = self._values
        return np.asarray(dense.T @ dense)

    def shares(self, features: Mapping[str, float], first: int, last: int) -> dict[str, float]:
        """What each feature adds to the summed cosines of the phrasings from `first` up to `last`."""
        known, weights = self.weigh(features)
        names = [feature for feature in features if feature in self._ids]
        found: dict[str, float] = {}
        for name, number, weight in zip(names, known.tolist(), weights.tolist(), strict=True):
            start, end = int(self._starts[number]), int(self._starts[number + 1])
            low, high = np.searchsorted(self._rows[start:end], (first, last)).tolist()
            found[name] = weight * float(self._values[start + low : start + high].sum())
        return found


class CoverageIndex:
    """BM25 over whole entries, as the share of what the question could have scored."""

    _SATURATION: Final = 1.2
    _LENGTH: Final = 0.75

    def __init__(self, entries: Sequence[Mapping[str, float]]) -> None:
        """`entries` are the weighted term counts of each entry: phrasings, title and answer together."""
        self.size: Final = len(entries)
        ids: dict[str, int] = {}
        columns = np.array([ids.setdefault(f, len(ids)) for row in entries for f in row], dtype=np.int64)
        counts = np.array([n for row in entries for n in row.values()], dtype=np.float64)
        row_of = np.repeat(np.arange(self.size), [len(row) for row in entries])
        uses = np.bincount(columns, minlength=len(ids))
        self._ids: Final = ids
        self._rarity: Final = np.log1p((self.size - uses + 0.5) / (uses + 0.5)).astype(np.float32)
        self._unseen: Final = float(np.log1p((self.size + 0.5) / 0.5))
        lengths = np.bincount(row_of, counts, self.size)
        relative = lengths / max(float(lengths.mean()) if self.size else 1.0, 1e-9)
        dampened = counts + self._SATURATION * (1 - self._LENGTH + self._LENGTH * relative[row_of])
        values = (self._rarity[columns] * counts / dampened).astype(np.float32)
        order = np.argsort(columns, kind="stable")
        self._rows: Final = row_of[order].astype(np.int32)
        self._values: Final = values[order]
        self._starts: Final = np.concatenate(([0], np.cumsum(uses))).astype(np.int64)

    def coverage(self, features: Mapping[str, float]) -> Floats:
        """For every entry, 0 (nothing of the question) to 1 (all of it, at length)."""
        numbers = [(self._ids.get(feature), weight) for feature, weight in features.items()]
        known = np.array([number for number, _ in numbers if number is not None], dtype=np.int64)
        weights = np.array([weight for number, weight in numbers if number is not None], dtype=np.float32)
        unseen = self._unseen * sum(weight for number, weight in numbers if number is None)
        possible = max(float(weights @ self._rarity[known]) + unseen, 1e-9)
        at, lengths = postings(self._starts, known)
        found = np.bincount(self._rows[at], self._values[at] * np.repeat(weights, lengths), self.size)
        return (found / possible).astype(np.float32)


class LikelihoodIndex:
    """How much likelier each entry makes the question's features than the knowledge base as a whole does.

    Log-likelihood ratio of entry language models with Dirichlet smoothing, over the square root of the question's length
    so that long and short questions are of one scale.
    """

    _SMOOTHING: Final = 50.0

    def __init__(self, entries: Sequence[Mapping[str, float]]) -> None:
        """`entries` are the weighted feature counts of each entry: phrasings, title and answer together."""
        self.size: Final = len(entries)
        ids: dict[str, int] = {}
        columns = np.array([ids.setdefault(f, len(ids)) for row in entries for f in row], dtype=np.int64)
        counts = np.array([n for row in entries for n in row.values()], dtype=np.float64)
        row_of = np.repeat(np.arange(self.size), [len(row) for row in entries])
        totals = np.bincount(columns, counts, len(ids))
        expected = self._SMOOTHING * totals / max(float(totals.sum()), 1e-9)
        order = np.argsort(columns, kind="stable")
        self._ids: Final = ids
        self._rows: Final = row_of[order].astype(np.int32)
        self._values: Final = np.log1p(counts / expected[columns])[order].astype(np.float32)
        self._starts: Final = np.concatenate(([0], np.cumsum(np.bincount(columns, minlength=len(ids))))).astype(np.int64)
        lengths = np.bincount(row_of, counts, self.size)
        self._unused: Final = np.log(self._SMOOTHING / (self._SMOOTHING + lengths)).astype(np.float32)

    def ratios(self, features: Mapping[str, float]) -> Floats:
        """For every entry, above 0 where it makes the question likelier than the average entry does."""
        numbers = [(self._ids.get(feature), weight) for feature, weight in features.items()]
        known = np.array([number for number, _ in numbers if number is not None], dtype=np.int64)
        weights = np.array([weight for number, weight in numbers if number is not None], dtype=np.float32)
        length = max(sum(features.values()), 1.0)
        at, lengths = postings(self._starts, known)
        found = np.bincount(self._rows[at], self._values[at] * np.repeat(weights, lengths), self.size)
        return np.asarray((found + length * self._unused) / np.sqrt(length), dtype=np.float32)


def postings(starts: Ints, known: Ints) -> tuple[Ints, Ints]:
    """Where the postings of these features lie, one after the other, and how many each has."""
    first = starts[known]
    lengths = starts[known + 1] - first
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(first - ends + lengths, lengths) + np.arange(total), lengths


def _rarity(columns: Ints, entry: Ints, features: int, entries: int) -> Floats:
    seen = np.unique(columns * max(entries, 1) + entry)
    uses = np.bincount(seen // max(entries, 1), minlength=features)
    return np.asarray(np.log1p(entries / np.maximum(uses, 1)) ** RARITY_POWER, dtype=np.float32)


def _entry_lengths(columns: Ints, values: Floats, entry: Ints, features: int, entries: int) -> Floats:
    """The length of the sum of each entry's phrasings."""
    cells, at = np.unique(entry * max(features, 1) + columns, return_inverse=True)
    sums = np.bincount(at, values, len(cells))
    squares = np.bincount(cells // max(features, 1), sums * sums, entries)
    return np.maximum(np.sqrt(squares), 1e-6).astype(np.float32)
