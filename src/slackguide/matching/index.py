"""Inverted indexes of the features of phrasings and entries.

Every sum over postings is a few gather operations, so the cost of a query is the number of postings of its features
(`work`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, pairwise

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
from slackguide.matching.logistic_regression import fit
from slackguide.matching.types import Arrays

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
"""The number of rows per block in the computation of all products."""

FEW_ROWS = 4
"""The logits of a feature in more phrasings are summed when the matcher is built."""

_PRODUCTS = 16_384
"""About the number of rows of products that are summed at once."""


Cells = tuple[NDArray[np.integer], Positions, Floats]
"""The rows, columns and values of sparse cells, as arrays of equal length (COO format)."""

WeightedFeatures = tuple[Ints, Floats]
"""The features of a query in all families of a `PhrasingIndex`, and their weights."""


class Postings:
    """The values of features in rows (phrasings or entries): dense for common features, sparse for rare ones."""

    def __init__(self, learnt: Arrays) -> None:
        """Build the postings from what `learn` returned."""
        self.size = size = int(learnt["size"])
        self._uses: Ints = learnt["uses"].astype(np.int64)
        common = self._uses * COMMON > size if size < MANY_ROWS else np.zeros(len(self._uses), dtype=bool)
        self._dense_index = np.where(common, np.cumsum(common) - 1, -1)
        self._starts: Ints = np.concatenate(([0], np.cumsum(np.where(common, 0, self._uses))))
        dense_index = np.repeat(self._dense_index, self._uses)
        is_common = dense_index >= 0
        self._dense = np.zeros((int(common.sum()), size), dtype=np.float32)
        self._dense[dense_index[is_common], learnt["rows"][is_common]] = learnt["values"][is_common]
        self._rows: Positions = learnt["rows"][~is_common].astype(np.int32)
        self._values: Floats = learnt["values"][~is_common]
        self._uses[common] = size

    @staticmethod
    def learn(parts: Iterable[Cells], uses: Ints, size: int, dropped: NDArray[np.bool_]) -> Arrays:
        """Sort cells by feature. `parts` have ascending rows below `size`; `uses` counts the postings per feature.

        Features that are `dropped` have no postings.
        """
        kept = np.where(dropped, 0, uses)
        free = np.cumsum(kept) - kept
        all_rows = np.empty(int(kept.sum()), dtype=np.min_scalar_type(size))
        all_values = np.empty(len(all_rows), dtype=np.float32)
        for rows, columns, values in parts:
            is_kept = ~dropped[columns]
            of_kept = columns[is_kept]
            order = np.argsort(of_kept, kind="stable")
            distinct, first, counts = np.unique(of_kept[order], return_index=True, return_counts=True)
            at = np.repeat(free[distinct] - first, counts) + np.arange(len(of_kept))
            all_rows[at] = rows[is_kept][order]
            all_values[at] = values[is_kept][order]
            free[distinct] += counts
        return {"size": np.array(size), "uses": kept.astype(np.int32), "rows": all_rows, "values": all_values}

    def sums(self, numbers: Ints, weights: Floats, first: int = 0, last: int | None = None) -> Floats:
        """Return the weighted sum of the values of these features for the rows from `first` to `last` (exclusive)."""
        last = self.size if last is None else last
        index = self._dense_index[numbers]
        is_common = index >= 0
        common = weights[is_common] @ self._dense[index[is_common], first:last]
        at, lengths = self._gather(numbers)
        rows, products = self._rows[at], self._values[at] * np.repeat(weights, lengths)
        if last - first < self.size:
            selected = (rows >= first) & (rows < last)
            rows, products = rows[selected] - first, products[selected]
        common += np.bincount(rows, products, last - first)
        return np.asarray(common, dtype=np.float32)

    def visited(self, numbers: Ints) -> int:
        """Return the number of values that `sums` reads for these features."""
        return int(self._uses[numbers].sum())

    def gram_matrix(self) -> Floats:
        """Return the scalar products of the values of every row with those of every other one."""
        total = np.asarray(self._dense.T @ self._dense, dtype=np.float32)
        order = np.argsort(self._rows, kind="stable")
        numbers = np.repeat(np.arange(len(self._starts) - 1), np.diff(self._starts))[order]
        rows, values = self._rows[order].astype(np.int64), self._values[order]
        for first in range(0, self.size, _BLOCK):
            part = total[first : first + _BLOCK]
            block = slice(*np.searchsorted(rows, (first, first + _BLOCK)).tolist())
            at, lengths = self._gather(numbers[block])
            cells = np.repeat((rows[block] - first) * self.size, lengths) + self._rows[at]
            products = self._values[at] * np.repeat(values[block], lengths)
            part += np.bincount(cells, products, part.size).reshape(part.shape)
        return total

    def totals(self, numbers: Ints, first: int, last: int) -> Floats:
        """Return the sum of each feature's values in the rows from `first` to `last` (exclusive)."""
        index = self._dense_index[numbers]
        totals = np.where(index >= 0, self._dense[index, first:last].sum(axis=1), 0.0) if len(self._dense) else 0.0
        at, lengths = self._gather(numbers)
        rows = self._rows[at]
        values = self._values[at] * ((rows >= first) & (rows < last))
        return np.asarray(totals + np.bincount(np.repeat(np.arange(len(numbers)), lengths), values, len(numbers)))

    @property
    def is_summed(self) -> NDArray[np.bool_]:
        """Whether each feature is in more than `FEW_ROWS`."""
        return (self._dense_index >= 0) | (np.diff(self._starts) > FEW_ROWS)

    def times(self, matrix: Floats) -> Floats:
        """Return the products of the features in more than `FEW_ROWS` with a matrix of one row for each row."""
        is_common = self._dense_index >= 0
        is_summed = self.is_summed
        products = np.empty((int(is_summed.sum()), matrix.shape[1]), dtype=np.float32)
        products[is_common[is_summed]] = self._dense @ matrix
        rest = np.flatnonzero(is_summed & ~is_common)
        sizes = np.diff(self._starts)[rest]
        for part in np.array_split(np.arange(len(rest)), int(sizes.sum()) // _PRODUCTS + 1) if len(rest) else ():
            at, lengths = self._gather(rest[part])
            cells = self._values[at, np.newaxis] * matrix[self._rows[at]]
            products[np.flatnonzero(~is_common[is_summed])[part]] = np.add.reduceat(cells, np.cumsum(lengths) - lengths)
        return products

    def few_rows(self) -> tuple[Ints, Positions, Floats]:
        """Return the number of rows of each feature that is in at most `FEW_ROWS`, and their rows and values."""
        at, lengths = self._gather(np.flatnonzero(~self.is_summed))
        return lengths, self._rows[at], self._values[at]

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
    """The weighted features of all phrasings in the families that their cosines are summed over."""

    def __init__(self, learnt: Arrays) -> None:
        """Build the index from what `learn` returned."""
        self._shares: list[float] = learnt["shares"].tolist()
        self._firsts: list[int] = learnt["firsts"].tolist()
        self._rarity = np.split(learnt["rarity"], self._firsts[1:-1])
        self._unseen = float(learnt["unseen"])
        self.postings = Postings(learnt)

    @staticmethod
    def learn(tables: Sequence[FeatureTable], texts: TextCollection, shares: Sequence[float]) -> Arrays:
        """Weigh the features in one table for each family. `shares` are the weights of the families."""
        firsts = list(accumulate((table.features for table in tables), initial=0))
        uses = [_count_uses(table, texts) for table in tables]
        dropped = [too_common(phrasings, texts.phrasings) for phrasings, _ in uses]
        rarity = [
            np.where(is_dropped, 0.0, np.log1p(texts.entries / np.maximum(entries, 1)) ** RARITY_POWER).astype(
                np.float32
            )
            for is_dropped, (_, entries) in zip(dropped, uses, strict=True)
        ]
        cells = (
            (rows, columns + first, values)
            for first, table, one, share in zip(firsts, tables, rarity, shares, strict=False)
            for rows, columns, values in _weighted(texts.phrasings_in(table), one, share)
        )
        all_uses = np.concatenate([phrasings for phrasings, _ in uses])
        return {
            **Postings.learn(cells, all_uses, texts.phrasings, np.concatenate(dropped)),
            "shares": np.array(shares),
            "firsts": np.array(firsts),
            "rarity": np.concatenate(rarity),
            "unseen": np.log1p(texts.entries) ** RARITY_POWER,
        }

    def weigh(self, *vectors: FeatureVector) -> WeightedFeatures:
        """Return the known features of all families of a query, or of the first ones, with normalized weights.

        Unknown features count in the norm.
        """
        weights = []
        for vector, rarity, share in zip(vectors, self._rarity, self._shares, strict=False):
            values = vector.counts * rarity[vector.numbers]
            length = float(values @ values) + vector.unseen_squares * self._unseen**2
            weights.append(values * np.float32(share / max(length, 1e-12) ** 0.5))
        numbers = [vector.numbers + first for vector, first in zip(vectors, self._firsts, strict=False)]
        return np.concatenate(numbers), np.concatenate(weights)

    def cosines(self, query: WeightedFeatures, first: int = 0, last: int | None = None) -> Floats:
        """Return the mean cosine similarity over the families of the query with the phrasings from `first` to `last`.

        `last` is exclusive. Unknown features lower the similarity.
        """
        cosines = self.postings.sums(*query, first, last)
        return cosines / np.float32(sum(share**2 for share in self._shares))

    def work(self, query: WeightedFeatures) -> int:
        """Return the number of values that `cosines` reads."""
        return self.postings.visited(query[0])

    def shares(self, query: WeightedFeatures, first: int, last: int) -> dict[int, float]:
        """Return the contribution of each known feature to the cosines of the phrasings from `first` to `last`."""
        numbers, weights = query
        shares = weights * self.postings.totals(numbers, first, last)
        return dict(zip(numbers.tolist(), shares.tolist(), strict=True))


def _weighted(phrasings: Iterable[Cells], rarity: Floats, share: float) -> Iterator[Cells]:
    """Yield the phrasings, weighted and normalized to the share of the family."""
    for rows, columns, counts in phrasings:
        values = counts * rarity[columns]
        first = int(rows[0]) if len(rows) else 0
        lengths = np.sqrt(np.bincount(rows - first, values * values))
        values *= np.float32(share)
        values /= np.maximum(lengths, 1e-9).astype(np.float32)[rows - first]
        yield rows, columns, values


def _count_uses(table: FeatureTable, texts: TextCollection) -> tuple[Ints, Ints]:
    """Return the number of phrasings, and of entries, that have each feature."""
    uses, entry_uses = np.zeros((2, table.features), dtype=np.int64)
    for cells in texts.phrasings_in(table):
        uses += np.bincount(cells[1], minlength=table.features)
        entry_uses += np.bincount(texts.by_entry(cells, table.features).columns, minlength=table.features)
    return uses, entry_uses


class RegressionTable:
    """The logits of a regression on the cosines with all phrasings.

    They are linear in the features of the query, so that those of a feature in several phrasings are summed once.
    """

    def __init__(self, index: PhrasingIndex, learnt: Arrays) -> None:
        """Build the table from what `learn` returned for the same index."""
        self._logits: Floats = np.concatenate((learnt["sums"], learnt["coefficients"]))
        is_summed = index.postings.is_summed
        sizes = is_summed.astype(np.int64)
        sizes[~is_summed], rows, values = index.postings.few_rows()
        self._starts: Ints = np.concatenate(([0], np.cumsum(sizes)))
        is_row = np.repeat(~is_summed, sizes)
        self._rows = np.cumsum(~is_row) - 1
        self._rows[is_row] = rows + len(learnt["sums"])
        self._values = np.ones(len(is_row), dtype=np.float32)
        self._values[is_row] = values

    @staticmethod
    def learn(index: PhrasingIndex, entry_of_phrasing: Ints, entries: int) -> Arrays:
        """Fit the regression, and sum its coefficients by feature."""
        coefficients = fit(index.postings.gram_matrix(), entry_of_phrasing, entries)
        return {"coefficients": coefficients, "sums": index.postings.times(coefficients)}

    def logits(self, query: WeightedFeatures) -> Floats:
        """Return the logit of every entry for a query."""
        numbers, weights = query
        first = self._starts[numbers]
        at, lengths = expand_ranges(first, self._starts[numbers + 1] - first)
        return np.asarray((self._values[at] * np.repeat(weights, lengths)) @ self._logits[self._rows[at]])

    def work(self, query: WeightedFeatures) -> int:
        """Return the number of values that `logits` reads."""
        return int((self._starts[query[0] + 1] - self._starts[query[0]]).sum())


class EntryScorer:
    """The likelihood ratios of terms and of pairs, and the BM25 coverage by terms, over whole entries.

    Each entry has a language model for terms and one for pairs, with Dirichlet smoothing.
    """

    def __init__(self, learnt: Arrays) -> None:
        """Build the scorer from what `learn` returned."""
        self._rarity: Floats = learnt["rarity"]
        self._absent: Floats = learnt["absent"]
        self._entries = entries = self._absent.shape[1]
        self._first_pair = len(self._rarity)
        self._unseen = float(np.log1p((entries + 0.5) / 0.5))
        self._postings = Postings(learnt)

    @staticmethod
    def learn(tables: Sequence[FeatureTable], texts: TextCollection) -> Arrays:
        """Weigh the terms and pairs, the first two tables, by entry."""
        entries = texts.entries
        terms, pairs = map(texts.entries_in, tables[:2])
        uses = [np.bincount(table.columns, minlength=table.features) for table in (terms, pairs)]
        rarity = np.log1p((entries - uses[0] + 0.5) / (uses[0] + 0.5)).astype(np.float32)
        cells = chain(
            _likelihood_ratios(terms),
            ((rows + entries, columns, rarity[columns] * values) for rows, columns, values in _bm25(terms)),
            (
                (rows + 2 * entries, columns + terms.features, values)
                for rows, columns, values in _likelihood_ratios(pairs)
            ),
        )
        dropped = np.concatenate([too_common(one, entries) for one in uses])
        return {
            **Postings.learn(cells, np.concatenate((2 * uses[0], uses[1])), 3 * entries, dropped),
            "rarity": rarity,
            "absent": np.stack([_log_share_of_unseen(table) for table in (terms, pairs)]),
        }

    def score(self, terms: FeatureVector, pairs: FeatureVector) -> tuple[Floats, Floats, Floats]:
        """Return the likelihood ratio of the terms, that of the pairs, and the coverage (0 to 1) for every entry.

        A ratio is the log-likelihood ratio against the whole knowledge base, divided by the square root of the length,
        so that long and short queries have the same scale. The coverage is divided by the maximum score of the query.
        """
        numbers = np.concatenate((terms.numbers, pairs.numbers + self._first_pair))
        sums = self._postings.sums(numbers, np.concatenate((terms.counts, pairs.counts))).reshape(3, self._entries)
        ratios = [
            (total + length * absent) / np.float32(length**0.5)
            for total, absent, length in zip(sums[::2], self._absent, map(_length, (terms, pairs)), strict=True)
        ]
        possible = float(terms.counts @ self._rarity[terms.numbers]) + terms.unseen * self._unseen
        return ratios[0], ratios[1], sums[1] / np.float32(max(possible, 1e-9))

    def work(self, terms: FeatureVector, pairs: FeatureVector) -> int:
        """Return the number of values that `score` reads."""
        return self._postings.visited(np.concatenate((terms.numbers, pairs.numbers + self._first_pair)))


def _length(vector: FeatureVector) -> float:
    return max(float(vector.counts.sum()) + vector.unseen, 1.0)


def _log_share_of_unseen(entries: FeatureTable) -> Floats:
    """Return for every entry the logarithm of the share of probability that its language model leaves to the whole."""
    used = np.concatenate(([0.0], np.cumsum(entries.counts, dtype=np.float64)))
    return np.log(SMOOTHING / (SMOOTHING + np.diff(used[entries.starts]))).astype(np.float32)


def _likelihood_ratios(entries: FeatureTable) -> Iterator[Cells]:
    """Yield the log-likelihood ratios of the features in the entries, in batches."""
    totals = np.bincount(entries.columns, entries.counts, entries.features)
    expected = (SMOOTHING * totals / max(float(totals.sum()), 1e-9)).astype(np.float32)
    for first in range(0, entries.size, _ENTRY_BATCH):
        rows, columns, counts = entries.part(first, min(first + _ENTRY_BATCH, entries.size))
        yield rows, columns, np.log1p(counts / expected[columns])


def _bm25(entries: FeatureTable) -> Iterator[Cells]:
    """Yield the counts of the features in the entries with the saturation and the length normalization of BM25."""
    lengths = np.bincount(np.repeat(np.arange(entries.size), np.diff(entries.starts)), entries.counts, entries.size)
    relative = lengths / max(float(lengths.mean()) if entries.size else 1.0, 1e-9)
    for first in range(0, entries.size, _ENTRY_BATCH):
        rows, columns, counts = entries.part(first, min(first + _ENTRY_BATCH, entries.size))
        dampened = counts + SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * relative[rows])
        yield rows, columns, (counts / dampened).astype(np.float32)
