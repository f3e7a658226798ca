"""Inverted indexes of the features of phrasings and entries.

Every sum over postings is a few gather operations, so the cost of a query is the number of postings of its features
(`work`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

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

RARITY_POWER = 0.75
"""The exponent of the inverse document frequency log(1 + entries / uses). It lowers the weight of rare features."""

SMOOTHING = 50.0
"""The pseudo-count of the Dirichlet smoothing of the entries' language models, in features."""

SATURATION = 1.2
LENGTH_SHARE = 0.75
"""The parameters k1 and b of BM25, at their usual values."""

COMMON = 32
"""A feature is common if more than one in this many rows has it."""

MANY_ROWS = 8_192
TOO_COMMON = 4
"""With `MANY_ROWS`, a feature in more than one of this many rows is dropped: it is costly and discriminates little."""

_ENTRY_BATCH = 256

_BLOCK = 64
"""The number of phrasings per block in the computation of all cosines."""


Cells = tuple[NDArray[np.integer], Positions, Floats]
"""The rows, columns and values of sparse cells, as arrays of equal length (COO format)."""


class Postings:
    """The values of features in rows (phrasings or entries): dense for common features, sparse for rare ones."""

    def __init__(self, parts: Iterable[Cells], uses: Ints, size: int) -> None:
        """Build the postings. `parts` have ascending rows below `size`; `uses` counts the postings per feature."""
        self.size = size
        dropped = too_common(uses, size)
        common = (uses * COMMON > size) if size < MANY_ROWS else np.zeros(len(uses), dtype=bool)
        self._uses = np.where(common, size, np.where(dropped, 0, uses))
        self._dense_index = np.where(common, np.cumsum(common) - 1, -1)
        self._starts: Ints = np.concatenate(([0], np.cumsum(np.where(common | dropped, 0, uses))))
        self._dense = np.zeros((int(common.sum()), size), dtype=np.float32)
        self._rows = np.empty(int(self._starts[-1]), dtype=np.int32)
        self._values = np.empty(int(self._starts[-1]), dtype=np.float32)
        free = self._starts[:-1].copy()
        for rows, columns, values in parts:
            is_common = common[columns]
            self._dense[self._dense_index[columns[is_common]], rows[is_common]] = values[is_common]
            is_rare = ~(is_common | dropped[columns])
            rare = columns[is_rare]
            order = np.argsort(rare, kind="stable")
            distinct, first, counts = np.unique(rare[order], return_index=True, return_counts=True)
            at = np.repeat(free[distinct] - first, counts) + np.arange(len(rare))
            self._rows[at] = rows[is_rare][order]
            self._values[at] = values[is_rare][order]
            free[distinct] += counts

    def sums(self, numbers: Ints, weights: Floats) -> Floats:
        """Return the weighted sum of the values of these features for every row."""
        index = self._dense_index[numbers]
        is_common = index >= 0
        at, lengths = self._gather(numbers)
        sums = np.bincount(self._rows[at], self._values[at] * np.repeat(weights, lengths), self.size)
        common = weights[is_common] @ self._dense[index[is_common]]
        return np.asarray(sums.astype(np.float32) + common, dtype=np.float32)

    def visited(self, numbers: Ints) -> int:
        """Return the number of values that `sums` reads for these features."""
        return int(self._uses[numbers].sum())

    def weighted_rows(self, share: float) -> Floats:
        """Return the dense matrix of the common features (features x rows), multiplied by `share`."""
        return self._dense * np.float32(share)

    def by_row(self) -> tuple[Ints, Ints, Floats]:
        """Return the rows, features and values of the rare features, sorted by row."""
        order = np.argsort(self._rows, kind="stable")
        numbers = np.repeat(np.arange(len(self._starts) - 1), np.diff(self._starts))[order]
        return self._rows[order].astype(np.int64), numbers, self._values[order]

    def dot_products(self, rows: Ints, numbers: Ints, values: Floats) -> tuple[Ints, Floats]:
        """Multiply values with all postings of their feature.

        Return the cells (given row x `size` + posting's row) and the products.
        """
        at, lengths = self._gather(numbers)
        cells = np.repeat(rows * np.int64(self.size), lengths) + self._rows[at]
        return np.asarray(cells, dtype=np.int64), self._values[at] * np.repeat(values, lengths)

    def totals(self, numbers: Sequence[int], first: int, last: int) -> list[float]:
        """Return the sum of each feature's values in the rows from `first` to `last` (exclusive)."""
        return [self._total(number, first, last) for number in numbers]

    def _total(self, number: int, first: int, last: int) -> float:
        if self._dense_index[number] >= 0:
            return float(self._dense[self._dense_index[number], first:last].sum())
        start, end = int(self._starts[number]), int(self._starts[number + 1])
        low, high = np.searchsorted(self._rows[start:end], (first, last)).tolist()
        return float(self._values[start + low : start + high].sum())

    def _gather(self, numbers: NDArray[np.integer]) -> tuple[Ints, Ints]:
        first = self._starts[numbers]
        return expand_ranges(first, self._starts[numbers + 1] - first)


def too_common(uses: Ints, size: int) -> NDArray[np.bool_]:
    """Return which features are dropped, given the number of rows that have them and the number of all rows."""
    return (uses * TOO_COMMON > size) & (size >= MANY_ROWS)


class TextCollection:
    """The mapping of texts to entries. The texts of an entry are its phrasings, followed by its body."""

    def __init__(self, entry_of: Ints, is_phrasing: NDArray[np.bool_], entries: int, body_weight: float) -> None:
        """Create the mapping from the entry of each text, and whether each text is a phrasing."""
        self.entries = entries
        self.phrasings = int(is_phrasing.sum())
        self.entry_of_phrasing = entry_of[is_phrasing]
        self._entry_of = entry_of
        self._is_phrasing = is_phrasing
        self._weights = np.where(is_phrasing, 1.0, body_weight).astype(np.float32)
        self._phrasing_number = np.cumsum(is_phrasing) - 1

    def phrasings_in(self, table: FeatureTable) -> Iterator[Cells]:
        """Yield the cells of the phrasings in a table of all texts, in batches of entries."""
        for first, last in self._batches():
            rows, columns, counts = table.part(first, last)
            selected = self._is_phrasing[rows]
            yield self._phrasing_number[rows[selected]], columns[selected], counts[selected]

    def entries_in(self, table: FeatureTable) -> FeatureTable:
        """Aggregate a table of all texts to one row per entry."""
        return concatenate(self._entries_in(table), table.features)

    def _entries_in(self, table: FeatureTable) -> Iterator[FeatureTable]:
        for first, last in self._batches():
            rows, columns, counts = table.part(first, last)
            entry_rows = self._entry_of[rows] - self._entry_of[first]
            size = int(self._entry_of[last - 1] - self._entry_of[first]) + 1
            yield sum_duplicates(entry_rows, columns, counts * self._weights[rows], table.features, size)

    def by_entry(self, cells: Cells, features: int) -> FeatureTable:
        """Sum the cells of phrasings by entry. The table has a row for every entry up to the last one in the cells."""
        rows, columns, values = cells
        entry_rows = self.entry_of_phrasing[rows]
        return sum_duplicates(entry_rows, columns, values, features, int(entry_rows.max(initial=-1)) + 1)

    def _batches(self) -> Iterator[tuple[int, int]]:
        """Yield ranges of texts (start, end (exclusive)), each with the texts of a batch of entries."""
        entries = np.arange(0, self.entries + _ENTRY_BATCH, _ENTRY_BATCH)
        return (part for part in pairwise(np.searchsorted(self._entry_of, entries).tolist()) if part[0] < part[1])


class PhrasingIndex:
    """The weighted features of all phrasings in one family."""

    def __init__(self, table: FeatureTable, texts: TextCollection) -> None:
        features = table.features
        uses, entry_uses = np.zeros((2, features), dtype=np.int64)
        for cells in texts.phrasings_in(table):
            uses += np.bincount(cells[1], minlength=features)
            entry_uses += np.bincount(texts.by_entry(cells, features).columns, minlength=features)
        rarity = np.log1p(texts.entries / np.maximum(entry_uses, 1)) ** RARITY_POWER
        self._rarity = np.where(too_common(uses, texts.phrasings), 0.0, rarity).astype(np.float32)
        self._unseen = float(np.log1p(texts.entries) ** RARITY_POWER)
        self.postings = Postings(self._weighted(table, texts), uses, texts.phrasings)

    def _weighted(self, table: FeatureTable, texts: TextCollection) -> Iterator[Cells]:
        """Yield the phrasings, weighted and normalized."""
        for rows, columns, counts in texts.phrasings_in(table):
            values = counts * self._rarity[columns]
            first = int(rows[0]) if len(rows) else 0
            lengths = np.sqrt(np.bincount(rows - first, values * values))
            yield rows, columns, (values / np.maximum(lengths, 1e-9)[rows - first]).astype(np.float32)

    def weigh(self, vector: FeatureVector) -> Floats:
        """Return the normalized weights of the known features. Unknown features count in the norm."""
        weights = vector.counts * self._rarity[vector.numbers]
        length = float(weights @ weights) + vector.unseen_squares * self._unseen**2
        return np.asarray(weights / np.float32(max(length, 1e-12) ** 0.5), dtype=np.float32)

    def cosines(self, vector: FeatureVector) -> Floats:
        """Return the cosine similarity of the query with every phrasing. Unknown features lower it."""
        return self.postings.sums(vector.numbers, self.weigh(vector))

    def work(self, vector: FeatureVector) -> int:
        """Return the number of values that `cosines` reads."""
        return self.postings.visited(vector.numbers)

    def shares(self, vector: FeatureVector, first: int, last: int) -> dict[int, float]:
        """Return the contribution of each known feature to the cosines of the phrasings from `first` to `last`."""
        numbers = vector.numbers.tolist()
        totals = self.postings.totals(numbers, first, last)
        weights = self.weigh(vector).tolist()
        return {number: weight * total for number, weight, total in zip(numbers, weights, totals, strict=True)}


class LanguageModels:
    """One language model for each entry in one family of features, with Dirichlet smoothing."""

    def __init__(self, table: FeatureTable, texts: TextCollection) -> None:
        whole = texts.entries_in(table)
        totals = np.bincount(whole.columns, whole.counts, whole.features)
        expected = (SMOOTHING * totals / max(float(totals.sum()), 1e-9)).astype(np.float32)
        cells = (
            (rows, columns, np.log1p(counts / expected[columns]))
            for first in range(0, whole.size, _ENTRY_BATCH)
            for rows, columns, counts in [whole.part(first, min(first + _ENTRY_BATCH, whole.size))]
        )
        used = np.concatenate(([0.0], np.cumsum(whole.counts, dtype=np.float64)))
        self._absent = np.log(SMOOTHING / (SMOOTHING + np.diff(used[whole.starts])))
        self._postings = Postings(cells, np.bincount(whole.columns, minlength=whole.features), whole.size)

    def ratios(self, vector: FeatureVector) -> Floats:
        """Return the log-likelihood ratio of the query's features for every entry against the whole knowledge base.

        The ratio is divided by the square root of the length, so that long and short queries have the same scale.
        """
        length = max(float(vector.counts.sum()) + vector.unseen, 1.0)
        ratios = self._postings.sums(vector.numbers, vector.counts) + length * self._absent
        return np.asarray(ratios / length**0.5, dtype=np.float32)

    def work(self, vector: FeatureVector) -> int:
        """Return the number of values that `ratios` reads."""
        return self._postings.visited(vector.numbers)


def all_cosines(indexes: Sequence[PhrasingIndex], shares: Sequence[float]) -> Floats:
    """Return the Gram matrix of the phrasings: their cosines, weighted by the squared share of each family."""
    postings = [one.postings for one in indexes]
    common = np.concatenate([one.weighted_rows(share) for one, share in zip(postings, shares, strict=True)])
    total = np.asarray(common.T @ common, dtype=np.float32)
    rare = [(one, np.float32(share**2), *one.by_row()) for one, share in zip(postings, shares, strict=True)]
    for first in range(0, len(total), _BLOCK):
        part = total[first : first + _BLOCK]
        block_products = []
        for one, share, rows, numbers, values in rare:
            low, high = np.searchsorted(rows, (first, first + _BLOCK)).tolist()
            block_products.append(one.dot_products(rows[low:high] - first, numbers[low:high], values[low:high] * share))
        cells, products = (np.concatenate(each) for each in zip(*block_products, strict=True))
        part += np.bincount(cells, products, part.size).reshape(part.shape)
    return total


class Bm25Scorer:
    """The BM25 score over whole entries, normalized to 0 to 1 by the maximum score of the query."""

    def __init__(self, table: FeatureTable, texts: TextCollection) -> None:
        whole = texts.entries_in(table)
        entries = texts.entries
        uses = np.bincount(whole.columns, minlength=table.features)
        self._rarity = np.log1p((entries - uses + 0.5) / (uses + 0.5)).astype(np.float32)
        self._unseen = float(np.log1p((entries + 0.5) / 0.5))
        rows, columns, counts = whole.part(0, whole.size)
        lengths = np.bincount(rows, counts, entries)
        relative = lengths / max(float(lengths.mean()) if entries else 1.0, 1e-9)
        dampened = counts + SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * relative[rows])
        values = (self._rarity[columns] * counts / dampened).astype(np.float32)
        self._postings = Postings([(rows, columns, values)], uses, entries)

    def score(self, vector: FeatureVector) -> Floats:
        """Return the score of every entry."""
        possible = float(vector.counts @ self._rarity[vector.numbers]) + vector.unseen * self._unseen
        return self._postings.sums(vector.numbers, vector.counts) / np.float32(max(possible, 1e-9))

    def work(self, vector: FeatureVector) -> int:
        """Return the number of values that `score` reads."""
        return self._postings.visited(vector.numbers)
