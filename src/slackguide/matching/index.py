"""Inverted indexes: which phrasings and entries use a feature, and how much it tells them apart.

Every sum over postings is a few gathers, so a question costs what its features' postings hold (`Family.work`).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .features import Counted, Floats, Ints, Table, spread, summed

RARITY_POWER: Final = 0.75
"""Softens the weight of rare features: log(1 + entries / uses) to this power."""

SMOOTHING: Final = 50.0
"""Dirichlet smoothing of the entries' language models, in features."""

SATURATION: Final = 1.2
LENGTH_SHARE: Final = 0.75
"""BM25's k1 and b at their customary values."""

MANY_ROWS: Final = 4_096
COMMON: Final = 32
COMMON_OF_MANY: Final = 8
"""A feature is common where more than one row in this many has it; with many rows, fewer features may take the room."""

_BLOCK: Final = 64
"""Phrasings whose cosines with all others are worked out at once."""


class Postings:
    """Values of features in rows (phrasings or entries): common features as whole rows, rare ones as lists of postings."""

    def __init__(self, table: Table, values: NDArray[np.floating]) -> None:
        """`values` stand in place of the table's counts."""
        self.size: Final = table.size
        columns = table.columns
        uses = np.bincount(columns, minlength=table.features)
        common = uses * (COMMON if table.size < MANY_ROWS else COMMON_OF_MANY) > table.size
        self._uses: Final = np.where(common, table.size, uses)
        self._place: Final = np.where(common, np.cumsum(common) - 1, -1)
        often = common[columns]
        self._dense: Final = np.zeros((int(common.sum()), table.size), dtype=np.float32)
        self._dense[self._place[columns[often]], table.rows[often]] = values[often]
        rare = columns[~often]
        order = np.argsort(rare, kind="stable")
        self._rows: Final = table.rows[~often][order].astype(np.int32)
        self._values: Final = values[~often][order].astype(np.float32)
        self._starts: Final[Ints] = np.concatenate(([0], np.cumsum(np.bincount(rare, minlength=table.features))))

    def sums(self, numbers: Ints, weights: Floats) -> Floats:
        """For every row, the sum of its values for these features, each times its weight."""
        place = self._place[numbers]
        often = place >= 0
        at, lengths = self._gather(numbers)
        found = np.bincount(self._rows[at], self._values[at] * np.repeat(weights, lengths), self.size)
        return np.asarray(found.astype(np.float32) + weights[often] @ self._dense[place[often]], dtype=np.float32)

    def visited(self, numbers: Ints) -> int:
        """How many values `sums` reads for these features: the measure of its work."""
        return int(self._uses[numbers].sum())

    def products(self) -> Floats:
        """Every row's product with every other row."""
        found = np.asarray(self._dense.T @ self._dense, dtype=np.float32)
        order = np.argsort(self._rows, kind="stable")
        numbers = np.repeat(np.arange(len(self._starts) - 1), np.diff(self._starts))[order]
        rows, values = self._rows[order], self._values[order]
        for first in range(0, self.size, _BLOCK):
            low, high = np.searchsorted(rows, (first, first + _BLOCK)).tolist()
            part = found[first : first + _BLOCK]
            at, lengths = self._gather(numbers[low:high])
            cells = np.repeat((rows[low:high] - first) * np.int64(self.size), lengths) + self._rows[at]
            part += np.bincount(cells, self._values[at] * np.repeat(values[low:high], lengths), part.size).reshape(part.shape)
        return found

    def totals(self, numbers: Sequence[int], first: int, last: int) -> list[float]:
        """For each feature, the sum of its values in the rows from `first` up to `last`."""
        return [self._total(number, first, last) for number in numbers]

    def _total(self, number: int, first: int, last: int) -> float:
        if self._place[number] >= 0:
            return float(self._dense[self._place[number], first:last].sum())
        start, end = int(self._starts[number]), int(self._starts[number + 1])
        low, high = np.searchsorted(self._rows[start:end], (first, last)).tolist()
        return float(self._values[start + low : start + high].sum())

    def _gather(self, numbers: NDArray[np.integer]) -> tuple[Ints, Ints]:
        first = self._starts[numbers]
        return spread(first, self._starts[numbers + 1] - first)


class Family:
    """One family of features over all phrasings, and over all entries with their answers."""

    def __init__(self, texts: Table, entry_of: Ints, phrasings: int, entries: int, body_weight: float) -> None:
        """`texts` are the phrasings, grouped by entry, then a body for each entry; `entry_of` gives each text's entry."""
        spoken = texts.rows < phrasings
        told = Table(texts.rows[spoken], texts.columns[spoken], texts.counts[spoken], texts.features, phrasings)
        self._rarity: Final = _rarity(told, entry_of, entries)
        self._unseen: Final = float(np.log1p(entries) ** RARITY_POWER)
        values = told.counts * self._rarity[told.columns]
        lengths = np.sqrt(np.bincount(told.rows, values * values, phrasings))
        values = (values / np.maximum(lengths, 1e-9)[told.rows]).astype(np.float32)
        self._phrasings: Final = Postings(told, values)
        self.entry_lengths: Final = _summed_lengths(told, values, entry_of, entries)
        counts = np.where(spoken, texts.counts, np.float32(body_weight) * texts.counts)
        whole = summed(entry_of[texts.rows], texts.columns, counts, texts.features, entries)
        self._models: Final = _likelihoods(whole)
        self._unused: Final = np.log(SMOOTHING / (SMOOTHING + np.bincount(whole.rows, whole.counts, entries)))

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
        found = self._models.sums(counted.numbers, counted.counts) + length * self._unused
        return np.asarray(found / length**0.5, dtype=np.float32)

    def work(self, counted: Counted) -> int:
        """Values read by `cosines` and `ratios` together."""
        return self._phrasings.visited(counted.numbers) + self._models.visited(counted.numbers)

    def all_cosines(self) -> Floats:
        """The cosine of every phrasing with every other."""
        return self._phrasings.products()

    def shares(self, counted: Counted, first: int, last: int) -> dict[int, float]:
        """What each known feature adds to the summed cosines of the phrasings from `first` up to `last`."""
        numbers = counted.numbers.tolist()
        totals = self._phrasings.totals(numbers, first, last)
        weights = self.weigh(counted).tolist()
        return {number: weight * total for number, weight, total in zip(numbers, weights, totals, strict=True)}


class Coverage:
    """BM25 over whole entries as a share of what the question could score: 0 (nothing of it) to 1 (all, at length)."""

    def __init__(self, texts: Table, entry_of: Ints, phrasings: int, entries: int, body_weight: float) -> None:
        """As `Family`."""
        counts = np.where(texts.rows < phrasings, texts.counts, np.float32(body_weight) * texts.counts)
        whole = summed(entry_of[texts.rows], texts.columns, counts, texts.features, entries)
        uses = np.bincount(whole.columns, minlength=texts.features)
        self._rarity: Final = np.log1p((entries - uses + 0.5) / (uses + 0.5)).astype(np.float32)
        self._unseen: Final = float(np.log1p((entries + 0.5) / 0.5))
        lengths = np.bincount(whole.rows, whole.counts, entries)
        relative = lengths / max(float(lengths.mean()) if entries else 1.0, 1e-9)
        dampened = whole.counts + SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * relative[whole.rows])
        self._postings: Final = Postings(whole, self._rarity[whole.columns] * whole.counts / dampened)

    def of(self, counted: Counted) -> Floats:
        """The coverage of a question's terms by every entry."""
        possible = float(counted.counts @ self._rarity[counted.numbers]) + counted.unseen * self._unseen
        return self._postings.sums(counted.numbers, counted.counts) / np.float32(max(possible, 1e-9))

    def work(self, counted: Counted) -> int:
        """Values read by `of`."""
        return self._postings.visited(counted.numbers)


def _rarity(table: Table, entry_of: Ints, entries: int) -> Floats:
    seen = np.unique(table.columns * np.int64(max(entries, 1)) + entry_of[table.rows])
    uses = np.bincount(seen // max(entries, 1), minlength=table.features)
    return np.asarray(np.log1p(entries / np.maximum(uses, 1)) ** RARITY_POWER, dtype=np.float32)


def _summed_lengths(table: Table, values: Floats, entry_of: Ints, entries: int) -> Floats:
    """The length of the sum of each entry's phrasings."""
    whole = summed(entry_of[table.rows], table.columns, values, table.features, entries)
    squares = np.bincount(whole.rows, whole.counts * whole.counts, entries)
    return np.maximum(np.sqrt(squares), 1e-6).astype(np.float32)


def _likelihoods(whole: Table) -> Postings:
    totals = np.bincount(whole.columns, whole.counts, whole.features)
    expected = SMOOTHING * totals / max(float(totals.sum()), 1e-9)
    return Postings(whole, np.log1p(whole.counts / expected[whole.columns]))
