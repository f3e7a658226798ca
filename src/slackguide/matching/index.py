"""Inverted indexes: which phrasings and entries use a feature, and how much it tells them apart.

Every sum over postings is one gather and one bincount, so a question costs what its features' postings hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Rows = Sequence[Mapping[str, float]]
"""Feature counts, one mapping a phrasing or entry."""

RARITY_POWER: Final = 0.75
"""Softens the weight of rare features: log(1 + entries / uses) to this power."""

SMOOTHING: Final = 50.0
"""Dirichlet smoothing of the entries' language models, in features."""

SATURATION: Final = 1.2
LENGTH_SHARE: Final = 0.75
"""BM25's k1 and b at their customary values."""

_BLOCK: Final = 64
"""Phrasings whose cosines with all others are worked out at once."""

COMMON: Final = 32
"""A feature is common where more than one row in this many has it."""


class Postings:
    """Values of features in rows (phrasings or entries): common features as whole rows, rare ones as lists of postings."""

    def __init__(self, columns: Ints, rows: Ints, values: NDArray[np.floating], features: int, size: int) -> None:
        self.size: Final = size
        uses = np.bincount(columns, minlength=features)
        common = uses * COMMON > size
        self._uses: Final = np.where(common, size, uses)
        self._place: Final = np.where(common, np.cumsum(common) - 1, -1)
        often = common[columns]
        self.dense: Final = np.zeros((int(common.sum()), size), dtype=np.float32)
        self.dense[self._place[columns[often]], rows[often]] = values[often]
        columns, rows, values = columns[~often], rows[~often], values[~often]
        order = np.lexsort((rows, columns))
        self._rows: Final = rows[order].astype(np.int32)
        self._values: Final = values[order].astype(np.float32)
        self._starts: Final[Ints] = np.concatenate(([0], np.cumsum(np.bincount(columns, minlength=features))))

    def sums(self, numbers: Ints, weights: Floats) -> Floats:
        """For every row, the sum of its values for these features, each times its weight."""
        place = self._place[numbers]
        often = place >= 0
        at, lengths = self._gather(numbers)
        found = np.bincount(self._rows[at], self._values[at] * np.repeat(weights, lengths), self.size)
        return np.asarray(found.astype(np.float32) + weights[often] @ self.dense[place[often]], dtype=np.float32)

    def visited(self, numbers: Ints) -> int:
        """How many values `sums` reads for these features: the measure of its work."""
        return int(self._uses[numbers].sum())

    def rare(self, numbers: Ints) -> NDArray[np.bool_]:
        """Which of these features are kept as lists of postings."""
        return self._place[numbers] < 0

    def rare_sums(self, rows: Ints, numbers: Ints, weights: Floats, size: int) -> Floats:
        """The rare features' part of `sums` for `size` questions at once: `numbers[i]` belongs to question `rows[i]`."""
        at, lengths = self._gather(numbers)
        cells = np.repeat(rows * self.size, lengths) + self._rows[at]
        found = np.bincount(cells, self._values[at] * np.repeat(weights, lengths), size * self.size)
        return found.astype(np.float32).reshape(size, self.size)

    def total(self, number: int, first: int, last: int) -> float:
        """The sum of one feature's values in the rows from `first` up to `last`."""
        if self._place[number] >= 0:
            return float(self.dense[self._place[number], first:last].sum())
        start, end = int(self._starts[number]), int(self._starts[number + 1])
        low, high = np.searchsorted(self._rows[start:end], (first, last)).tolist()
        return float(self._values[start + low : start + high].sum())

    def _gather(self, numbers: Ints) -> tuple[Ints, Ints]:
        first = self._starts[numbers]
        lengths = self._starts[numbers + 1] - first
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        return np.repeat(first - ends + lengths, lengths) + np.arange(total), lengths


@dataclass(frozen=True, slots=True)
class Counted:
    """A question's features in one family."""

    numbers: Ints
    """Those that the knowledge base uses."""
    counts: Floats
    """How often each stands in the question."""
    unseen: float
    """Counts of the others, summed."""
    unseen_squares: float


class Family:
    """One family of features (terms, pairs or letter groups) over all phrasings and entries."""

    def __init__(self, phrasings: Rows, entries: Rows, entry_of: Ints) -> None:
        """`phrasings` are grouped by entry, `entry_of` gives each one's; `entries` hold phrasings and answer together."""
        self._ids: Final[dict[str, int]] = {}
        columns, rows, counts = self._flatten(phrasings)
        entry_columns, entry_rows, entry_counts = self._flatten(entries)
        self._size: Final = len(phrasings)
        features, size = len(self._ids), len(entries)
        self._rarity: Final = _rarity(columns, entry_of[rows], features, size)
        self._unseen: Final = float(np.log1p(size) ** RARITY_POWER)
        values = counts * self._rarity[columns]
        values /= np.maximum(np.sqrt(np.bincount(rows, values * values, len(phrasings))), 1e-9)[rows]
        self._phrasing_features: Final = (rows, columns, values.astype(np.float32))
        self._phrasings: Final = Postings(columns, rows, values, features, len(phrasings))
        self.entry_lengths: Final = _summed_lengths(columns, values, entry_of[rows], features, size)
        self._models: Final = _likelihoods(entry_columns, entry_rows, entry_counts, features, size)
        lengths = np.bincount(entry_rows, entry_counts, size)
        self._unused: Final = np.log(SMOOTHING / (SMOOTHING + lengths)).astype(np.float32)
        self._coverage_rarity: Final = _bm25_rarity(entry_columns, features, size)
        self._coverage: Final = _bm25(entry_columns, entry_rows, entry_counts, self._coverage_rarity, size)

    def count(self, features: Mapping[str, float]) -> Counted:
        """A question's features, looked up."""
        numbers: list[int] = []
        counts: list[float] = []
        unseen = squares = 0.0
        look_up = self._ids.get
        for feature, count in features.items():
            number = look_up(feature)
            if number is None:
                unseen += count
                squares += count * count
            else:
                numbers.append(number)
                counts.append(count)
        return Counted(np.array(numbers, dtype=np.int64), np.array(counts, dtype=np.float32), unseen, squares)

    def weigh(self, counted: Counted) -> Floats:
        """The share of each known feature in the question's length, to which unknown ones count in full."""
        weights = counted.counts * self._rarity[counted.numbers]
        length = float(weights @ weights) + counted.unseen_squares * self._unseen**2
        return np.asarray(weights / np.float32(max(length, 1e-12) ** 0.5), dtype=np.float32)

    def cosines(self, counted: Counted) -> Floats:
        """The cosine of the question with every phrasing: low, if much of the question is unknown here."""
        return self._phrasings.sums(counted.numbers, self.weigh(counted))

    def ratios(self, counted: Counted) -> Floats:
        """For every entry, how much likelier it makes the question's features than the knowledge base as a whole does.

        Log-likelihood ratio with Dirichlet smoothing, over the square root of the question's length, so that long and
        short questions are of one scale.
        """
        length = max(float(counted.counts.sum()) + counted.unseen, 1.0)
        found = self._models.sums(counted.numbers, counted.counts) + np.float32(length) * self._unused
        return np.asarray(found / np.float32(length**0.5), dtype=np.float32)

    def coverage(self, counted: Counted) -> Floats:
        """BM25 over whole entries as a share of what the question could score: 0 (nothing of it) to 1."""
        known = float(counted.counts @ self._coverage_rarity[counted.numbers])
        unseen = counted.unseen * float(np.log1p((self._models.size + 0.5) / 0.5))
        found = self._coverage.sums(counted.numbers, counted.counts)
        return np.asarray(found / np.float32(max(known + unseen, 1e-9)), dtype=np.float32)

    def work(self, counted: Counted) -> int:
        """Postings read by `cosines`, `ratios` and `coverage` together."""
        indexes = (self._phrasings, self._models, self._coverage)
        return sum(index.visited(counted.numbers) for index in indexes)

    def all_cosines(self) -> Floats:
        """The cosine of every phrasing with every other."""
        rows, columns, values = self._phrasing_features
        cosines = np.asarray(self._phrasings.dense.T @ self._phrasings.dense, dtype=np.float32)
        rare = self._phrasings.rare(columns)
        rows, columns, values = rows[rare], columns[rare], values[rare]
        for first in range(0, self._size, _BLOCK):
            low, high = np.searchsorted(rows, (first, first + _BLOCK)).tolist()
            part = cosines[first : first + _BLOCK]
            part += self._phrasings.rare_sums(rows[low:high] - first, columns[low:high], values[low:high], len(part))
        return cosines

    def shares(self, features: Mapping[str, float], first: int, last: int) -> dict[str, float]:
        """What each known feature adds to the summed cosines of the phrasings from `first` up to `last`."""
        counted = self.count(features)
        names = (feature for feature in features if feature in self._ids)
        return {
            name: weight * self._phrasings.total(number, first, last)
            for name, number, weight in zip(names, counted.numbers.tolist(), self.weigh(counted).tolist(), strict=True)
        }

    def _flatten(self, rows: Rows) -> tuple[Ints, Ints, Floats]:
        """Features, by number, with their row and count, row by row; new features get the next numbers."""
        ids = self._ids
        columns = np.array([ids.setdefault(feature, len(ids)) for row in rows for feature in row], dtype=np.int64)
        counts = np.array([count for row in rows for count in row.values()], dtype=np.float32)
        return columns, np.repeat(np.arange(len(rows), dtype=np.int64), [len(row) for row in rows]), counts


def _rarity(columns: Ints, entry: Ints, features: int, entries: int) -> Floats:
    seen = np.unique(columns * max(entries, 1) + entry)
    uses = np.bincount(seen // max(entries, 1), minlength=features)
    return np.asarray(np.log1p(entries / np.maximum(uses, 1)) ** RARITY_POWER, dtype=np.float32)


def _summed_lengths(columns: Ints, values: Floats, entry: Ints, features: int, entries: int) -> Floats:
    """The length of the sum of each entry's phrasings."""
    cells, at = np.unique(entry * max(features, 1) + columns, return_inverse=True)
    sums = np.bincount(at, values, len(cells))
    squares = np.bincount(cells // max(features, 1), sums * sums, entries)
    return np.maximum(np.sqrt(squares), 1e-6).astype(np.float32)


def _likelihoods(columns: Ints, rows: Ints, counts: Floats, features: int, entries: int) -> Postings:
    totals = np.bincount(columns, counts, features)
    expected = SMOOTHING * totals / max(float(totals.sum()), 1e-9)
    return Postings(columns, rows, np.log1p(counts / expected[columns]), features, entries)


def _bm25_rarity(columns: Ints, features: int, entries: int) -> Floats:
    uses = np.bincount(columns, minlength=features)
    return np.asarray(np.log1p((entries - uses + 0.5) / (uses + 0.5)), dtype=np.float32)


def _bm25(columns: Ints, rows: Ints, counts: Floats, rarity: Floats, entries: int) -> Postings:
    lengths = np.bincount(rows, counts, entries)
    relative = lengths / max(float(lengths.mean()) if entries else 1.0, 1e-9)
    dampened = counts + SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * relative[rows])
    return Postings(columns, rows, rarity[columns] * counts / dampened, len(rarity), entries)
