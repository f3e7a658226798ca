"""Inverted indexes: which phrasings and entries use a feature, and how much it tells them apart.

Every sum over postings is a few gathers, so a question costs what its features' postings hold (`FeatureFamily.work`).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from slackguide.matching.features import (
    FeatureTable,
    FeatureVector,
    Floats,
    Ints,
    Positions,
    concatenate,
    expand_ranges,
    sum_duplicates,
)

RARITY_POWER: Final = 0.75
"""Softens the weight of rare features: log(1 + entries / uses) to this power."""

SMOOTHING: Final = 50.0
"""Dirichlet smoothing of the entries' language models, in features."""

SATURATION: Final = 1.2
LENGTH_SHARE: Final = 0.75
"""BM25's k1 and b at their customary values."""

COMMON: Final = 32
"""A feature is common where more than one row in this many has it."""

MANY_ROWS: Final = 4_096
TOO_COMMON: Final = 4
"""With many rows, a feature that more than one in this many has is left out: it tells little apart and costs most."""

_ENTRIES_AT_ONCE: Final = 256

_BLOCK: Final = 64
"""Phrasings whose cosines with all others are worked out at once."""


Cells = tuple[NDArray[np.integer], Positions, Floats]
"""Rows, columns and values, of one another's length."""


class Postings:
    """Values of features in rows (phrasings or entries): common features as whole rows, rare ones as lists."""

    def __init__(self, parts: Iterable[Cells], uses: Ints, size: int) -> None:
        """`parts` hold ascending rows, below `size`; `uses` says how many postings each feature has."""
        self.size: Final = size
        dropped = too_common(uses, size)
        common = (uses * COMMON > size) if size < MANY_ROWS else np.zeros(len(uses), dtype=bool)
        self._uses: Final = np.where(common, size, np.where(dropped, 0, uses))
        self._place: Final = np.where(common, np.cumsum(common) - 1, -1)
        self._starts: Final[Ints] = np.concatenate(([0], np.cumsum(np.where(common | dropped, 0, uses))))
        self._dense: Final = np.zeros((int(common.sum()), size), dtype=np.float32)
        self._rows: Final = np.empty(int(self._starts[-1]), dtype=np.int32)
        self._values: Final = np.empty(int(self._starts[-1]), dtype=np.float32)
        free = self._starts[:-1].copy()
        for rows, columns, values in parts:
            often = common[columns]
            self._dense[self._place[columns[often]], rows[often]] = values[often]
            listed = ~(often | dropped[columns])
            rare = columns[listed]
            order = np.argsort(rare, kind="stable")
            found, first, counts = np.unique(rare[order], return_index=True, return_counts=True)
            at = np.repeat(free[found] - first, counts) + np.arange(len(rare))
            self._rows[at] = rows[listed][order]
            self._values[at] = values[listed][order]
            free[found] += counts

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

    def weighted_rows(self, share: float) -> Floats:
        """The common features times `share`, features x rows."""
        return self._dense * np.float32(share)

    def by_row(self) -> tuple[Ints, Ints, Floats]:
        """Rows, features and values of the rare features, row after row."""
        order = np.argsort(self._rows, kind="stable")
        numbers = np.repeat(np.arange(len(self._starts) - 1), np.diff(self._starts))[order]
        return self._rows[order].astype(np.int64), numbers, self._values[order]

    def dot_products(self, rows: Ints, numbers: Ints, values: Floats) -> tuple[Ints, Floats]:
        """Of these values with all that share their feature: cells (row given x `size` + row found) and products."""
        at, lengths = self._gather(numbers)
        cells = np.repeat(rows * np.int64(self.size), lengths) + self._rows[at]
        return np.asarray(cells, dtype=np.int64), self._values[at] * np.repeat(values, lengths)

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
        return expand_ranges(first, self._starts[numbers + 1] - first)


def too_common(uses: Ints, size: int) -> NDArray[np.bool_]:
    """Which features are left out of `size` rows, by the number of rows that have them."""
    return (uses * TOO_COMMON > size) & (size >= MANY_ROWS)


class TextCollection:
    """Whose the texts of a knowledge base are: every entry's phrasings, followed by its body."""

    def __init__(self, entry_of: Ints, tokens: NDArray[np.bool_], entries: int, body_weight: float) -> None:
        """For each text its entry, in order, and whether it is a phrasing; what a use in a body counts."""
        self.entries: Final = entries
        self.phrasings: Final = int(tokens.sum())
        self.entry_of_phrasing: Final = entry_of[tokens]
        self._entry_of: Final = entry_of
        self._tokens: Final = tokens
        self._weights: Final = np.where(tokens, 1.0, body_weight).astype(np.float32)
        self._phrasing: Final = np.cumsum(tokens) - 1

    def phrasings_in(self, table: FeatureTable) -> Iterator[Cells]:
        """The phrasings' cells in a table of all texts, a few entries at a time."""
        for first, last in self._parts():
            rows, columns, counts = table.part(first, last)
            kept = self._tokens[rows]
            yield self._phrasing[rows[kept]], columns[kept], counts[kept]

    def entries_in(self, table: FeatureTable) -> FeatureTable:
        """A table of all texts as one of the entries."""
        return concatenate(self._entries_in(table), table.features)

    def _entries_in(self, table: FeatureTable) -> Iterator[FeatureTable]:
        for first, last in self._parts():
            rows, columns, counts = table.part(first, last)
            own = self._entry_of[rows] - self._entry_of[first]
            size = int(self._entry_of[last - 1] - self._entry_of[first]) + 1
            yield sum_duplicates(own, columns, counts * self._weights[rows], table.features, size)

    def by_entry(self, cells: Cells, features: int) -> FeatureTable:
        """The cells of some phrasings, summed by entry; the table has a row for every entry up to the last of them."""
        rows, columns, values = cells
        own = self.entry_of_phrasing[rows]
        return sum_duplicates(own, columns, values, features, int(own.max(initial=-1)) + 1)

    def _parts(self) -> Iterator[tuple[int, int]]:
        """Texts, first and past the last, of a few entries at a time."""
        entries = np.arange(0, self.entries + _ENTRIES_AT_ONCE, _ENTRIES_AT_ONCE)
        return (part for part in pairwise(np.searchsorted(self._entry_of, entries).tolist()) if part[0] < part[1])


class FeatureFamily:
    """One family of features over all phrasings, and over all entries with their answers."""

    def __init__(self, table: FeatureTable, texts: TextCollection) -> None:
        features = table.features
        uses, used_by = np.zeros((2, features), dtype=np.int64)
        for cells in texts.phrasings_in(table):
            uses += np.bincount(cells[1], minlength=features)
            used_by += np.bincount(texts.by_entry(cells, features).columns, minlength=features)
        rarity = np.log1p(texts.entries / np.maximum(used_by, 1)) ** RARITY_POWER
        self._rarity: Final = np.where(too_common(uses, texts.phrasings), 0.0, rarity).astype(np.float32)
        self._unseen: Final = float(np.log1p(texts.entries) ** RARITY_POWER)
        self._models, self._unused = _models(texts.entries_in(table))
        squares = np.zeros(texts.entries)
        self.phrasings: Final = Postings(self._weighted(table, texts, squares), uses, texts.phrasings)
        self._entry_lengths: Final = np.maximum(np.sqrt(squares), 1e-6).astype(np.float32)

    def _weighted(self, table: FeatureTable, texts: TextCollection, squares: NDArray[np.float64]) -> Iterator[Cells]:
        """The phrasings with rarity in, each of length 1; adds the squared length of each entry's sum to `squares`."""
        for rows, columns, counts in texts.phrasings_in(table):
            values = counts * self._rarity[columns]
            first = int(rows[0]) if len(rows) else 0
            lengths = np.sqrt(np.bincount(rows - first, values * values))
            values = (values / np.maximum(lengths, 1e-9)[rows - first]).astype(np.float32)
            centres = texts.by_entry((rows, columns, values), table.features)
            own = np.repeat(np.arange(centres.size), np.diff(centres.starts))
            squares[: centres.size] += np.bincount(own, centres.counts * centres.counts, centres.size)
            yield rows, columns, values

    def weigh(self, counted: FeatureVector) -> Floats:
        """The share of each known feature in the question's length, to which unknown ones count in full."""
        weights = counted.counts * self._rarity[counted.numbers]
        length = float(weights @ weights) + counted.unseen_squares * self._unseen**2
        return np.asarray(weights / np.float32(max(length, 1e-12) ** 0.5), dtype=np.float32)

    def cosines(self, counted: FeatureVector) -> Floats:
        """The cosine of the question with every phrasing: low, if much of the question is unknown here."""
        return self.phrasings.sums(counted.numbers, self.weigh(counted))

    def centre_cosines(self, cosines: Floats, firsts: Ints) -> Floats:
        """The cosine with the sum of each entry's phrasings, from those with each; `firsts` start the entries."""
        return np.asarray(np.add.reduceat(cosines, firsts) / self._entry_lengths, dtype=np.float32)

    def ratios(self, counted: FeatureVector) -> Floats:
        """For every entry, how much likelier it makes the question's features than the whole knowledge base does.

        Log-likelihood ratio with Dirichlet smoothing, over the square root of the question's length, so that long and
        short questions are of one scale.
        """
        length = max(float(counted.counts.sum()) + counted.unseen, 1.0)
        found = self._models.sums(counted.numbers, counted.counts) + length * self._unused
        return np.asarray(found / length**0.5, dtype=np.float32)

    def work(self, counted: FeatureVector) -> int:
        """Values read by `cosines` and `ratios` together."""
        return self.phrasings.visited(counted.numbers) + self._models.visited(counted.numbers)

    def shares(self, counted: FeatureVector, first: int, last: int) -> dict[int, float]:
        """What each known feature adds to the summed cosines of the phrasings from `first` up to `last`."""
        numbers = counted.numbers.tolist()
        totals = self.phrasings.totals(numbers, first, last)
        weights = self.weigh(counted).tolist()
        return {number: weight * total for number, weight, total in zip(numbers, weights, totals, strict=True)}


def all_cosines(families: Sequence[FeatureFamily], shares: Sequence[float]) -> Floats:
    """The cosine of every phrasing with every other, by each family's share squared, summed."""
    postings = [family.phrasings for family in families]
    common = np.concatenate([one.weighted_rows(share) for one, share in zip(postings, shares, strict=True)])
    total = np.asarray(common.T @ common, dtype=np.float32)
    kept = [(one, np.float32(share**2), *one.by_row()) for one, share in zip(postings, shares, strict=True)]
    for first in range(0, len(total), _BLOCK):
        part = total[first : first + _BLOCK]
        found = []
        for one, share, rows, numbers, values in kept:
            low, high = np.searchsorted(rows, (first, first + _BLOCK)).tolist()
            found.append(one.dot_products(rows[low:high] - first, numbers[low:high], values[low:high] * share))
        cells, products = (np.concatenate(each) for each in zip(*found, strict=True))
        part += np.bincount(cells, products, part.size).reshape(part.shape)
    return total


class Coverage:
    """BM25 over whole entries as a share of what the question could score: 0 (nothing of it) to 1 (all, at length)."""

    def __init__(self, table: FeatureTable, texts: TextCollection) -> None:
        whole = texts.entries_in(table)
        entries = texts.entries
        uses = np.bincount(whole.columns, minlength=table.features)
        self._rarity: Final = np.log1p((entries - uses + 0.5) / (uses + 0.5)).astype(np.float32)
        self._unseen: Final = float(np.log1p((entries + 0.5) / 0.5))
        rows, columns, counts = whole.part(0, whole.size)
        lengths = np.bincount(rows, counts, entries)
        relative = lengths / max(float(lengths.mean()) if entries else 1.0, 1e-9)
        dampened = counts + SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * relative[rows])
        values = (self._rarity[columns] * counts / dampened).astype(np.float32)
        self._postings: Final = Postings([(rows, columns, values)], uses, entries)

    def of(self, counted: FeatureVector) -> Floats:
        """The coverage of a question's terms by every entry."""
        possible = float(counted.counts @ self._rarity[counted.numbers]) + counted.unseen * self._unseen
        return self._postings.sums(counted.numbers, counted.counts) / np.float32(max(possible, 1e-9))

    def work(self, counted: FeatureVector) -> int:
        """Values read by `of`."""
        return self._postings.visited(counted.numbers)


def _models(whole: FeatureTable) -> tuple[Postings, NDArray[np.float64]]:
    """Each entry's language model: log-likelihood ratios of its features, and of one that it does not use."""
    totals = np.bincount(whole.columns, whole.counts, whole.features)
    expected = (SMOOTHING * totals / max(float(totals.sum()), 1e-9)).astype(np.float32)
    cells = (
        (rows, columns, np.log1p(counts / expected[columns]))
        for first in range(0, whole.size, _ENTRIES_AT_ONCE)
        for rows, columns, counts in [whole.part(first, min(first + _ENTRIES_AT_ONCE, whole.size))]
    )
    used = np.concatenate(([0.0], np.cumsum(whole.counts, dtype=np.float64)))
    unused = np.log(SMOOTHING / (SMOOTHING + np.diff(used[whole.starts])))
    return Postings(cells, np.bincount(whole.columns, minlength=whole.features), whole.size), unused
