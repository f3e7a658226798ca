"""Vectorizers for the three families of features: terms, pairs of meanings, and character n-grams.

Each vectorizer assigns numbers to features while texts are added (`add`), is completed once (`table`), and then counts
the features of queries (`count`). Pairs are stored in one sorted array: ten thousand entries have half a million.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, compress
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from slackguide.matching.query import ParsedQuery
from slackguide.matching.types import Array

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Positions = NDArray[np.int32]
T = TypeVar("T")

PAIR_WINDOW = 3
"""The maximum distance of the two meanings of a pair."""

_NO_PAIR = np.iinfo(np.int64).max
"""A key above that of every pair, so that a search always finds one."""

_TEXT_BATCH = 1_024

CACHED_WORDS = 4_096
"""Words of queries of which the n-grams are cached."""


@dataclass(frozen=True, slots=True)
class FeatureVector:
    """The features of a query in one family."""

    numbers: Ints
    """The numbers of the distinct features that occur in the knowledge base."""
    counts: Floats
    unseen: float
    """The sum of the counts of the other features."""
    unseen_squares: float


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """A sparse matrix of feature counts in CSR format: row r has the columns `columns[starts[r]:starts[r + 1]]`."""

    starts: Ints
    columns: Positions
    counts: Floats
    features: int

    @property
    def size(self) -> int:
        """The number of rows."""
        return len(self.starts) - 1

    def part(self, first: int, last: int) -> tuple[Ints, Positions, Floats]:
        """Return the row numbers, columns and counts of the rows from `first` to `last` (exclusive)."""
        low, high = int(self.starts[first]), int(self.starts[last])
        rows = np.repeat(np.arange(first, last), np.diff(self.starts[first : last + 1]))
        return rows, self.columns[low:high], self.counts[low:high]


class Vectorizer(Protocol):
    """Maps the features of one family to numbers and counts them."""

    def add(self, query: ParsedQuery) -> None:
        """Add the features of the next text."""

    def table(self) -> FeatureTable:
        """Return the feature counts of all texts. No text may be added afterwards."""

    def known(self) -> Array:
        """Return the features of the table, in order of their numbers."""

    def count(self, query: ParsedQuery) -> FeatureVector:
        """Return the features of a query."""


class TermVectorizer:
    """Vectorizes stems, synonym groups and durations."""

    def __init__(self, known: Array | None = None) -> None:
        """Create a vectorizer without features, or with those that another one knew."""
        self.ids = {} if known is None else _numbered(known)
        self._columns = array("i")
        self._counts = array("f")
        self._sizes = array("q")

    def add(self, query: ParsedQuery) -> None:
        """See `Vectorizer`."""
        ids = self.ids
        self._columns.extend([ids.setdefault(term, len(ids)) for term in query.terms])
        self._counts.extend(query.terms.values())
        self._sizes.append(len(query.terms))

    def table(self) -> FeatureTable:
        """See `Vectorizer`."""
        return FeatureTable(
            _starts(self._sizes),
            np.array(self._columns, dtype=np.int32),
            np.array(self._counts, dtype=np.float32),
            len(self.ids),
        )

    def known(self) -> Array:
        """See `Vectorizer`."""
        return pack(list(self.ids))

    def count(self, query: ParsedQuery) -> FeatureVector:
        """See `Vectorizer`."""
        ids = self.ids
        known = {ids[term]: count for term, count in query.terms.items() if term in ids}
        return _vector(known, {term: count for term, count in query.terms.items() if term not in ids})


class PairVectorizer:
    """Vectorizes ordered pairs of meanings within `PAIR_WINDOW`."""

    def __init__(self, terms: TermVectorizer, known: Array | None = None) -> None:
        """Create a vectorizer like `TermVectorizer`. Every text must be added to `terms` first."""
        self._terms = terms
        self._added = array("q")
        self._counts = array("f")
        self._sizes = array("q")
        self._keys: Ints = np.array([_NO_PAIR]) if known is None else known

    def add(self, query: ParsedQuery) -> None:
        """See `Vectorizer`."""
        pairs = self._pairs(query)
        self._added.extend(pairs)
        self._counts.extend(pairs.values())
        self._sizes.append(len(pairs))

    def table(self) -> FeatureTable:
        """See `Vectorizer`."""
        keys, columns = np.unique(np.array(self._added, dtype=np.int64), return_inverse=True)
        self._keys = np.append(keys, _NO_PAIR)
        counts = np.array(self._counts, dtype=np.float32)
        return FeatureTable(_starts(self._sizes), columns.astype(np.int32), counts, len(keys))

    def known(self) -> Array:
        """See `Vectorizer`."""
        return self._keys

    def count(self, query: ParsedQuery) -> FeatureVector:
        """See `Vectorizer`."""
        pairs = self._pairs(query)
        keys = np.fromiter(pairs, dtype=np.int64, count=len(pairs))
        counts = np.fromiter(pairs.values(), dtype=np.float32, count=len(pairs))
        at = self._keys.searchsorted(keys)
        known = self._keys[at] == keys
        unseen = counts[~known]
        return FeatureVector(at[known], counts[known], float(unseen.sum()), float(unseen @ unseen))

    def _pairs(self, query: ParsedQuery) -> dict[int, float]:
        """Return counts by key: both term numbers packed in 64 bits, or a negative key if either is unknown."""
        ids = self._terms.ids
        numbered = [(ids.get(meaning), weight) for meaning, weight in query.meanings]
        pairs: dict[int, float] = {}
        unknown = 0
        for at, (first, weight) in enumerate(numbered):
            for second, other in numbered[at + 1 : at + 1 + PAIR_WINDOW]:
                if first is None or second is None:
                    unknown -= 1
                    key = unknown
                else:
                    key = first << 32 | second
                pairs[key] = pairs.get(key, 0.0) + weight * other
        return pairs


class CharNgramVectorizer:
    """Vectorizes character n-grams of 2 to 4 letters within words, with word boundaries marked."""

    def __init__(self, known: Array | None = None) -> None:
        """Create a vectorizer like `TermVectorizer`."""
        self._ids = {} if known is None else _numbered(known)
        self._word_numbers: dict[str, int] = {}
        self._words = array("i")
        self._weights = array("f")
        self._sizes = array("q")
        self._numbers = lru_cache(maxsize=CACHED_WORDS)(self._numbers_of)

    def add(self, query: ParsedQuery) -> None:
        """See `Vectorizer`."""
        numbers = self._word_numbers
        self._words.extend([numbers.setdefault(word, len(numbers)) for word in query.words])
        self._weights.extend(query.weights)
        self._sizes.append(len(query.words))

    def table(self) -> FeatureTable:
        """See `Vectorizer`."""
        ids = self._ids
        ngrams = [[ids.setdefault(ngram, len(ids)) for ngram in _char_ngrams(word)] for word in self._word_numbers]
        lengths = np.array([len(one) for one in ngrams], dtype=np.int64)
        flat = np.array([number for one in ngrams for number in one], dtype=np.int32)
        firsts = np.cumsum(lengths) - lengths
        texts = FeatureTable(
            _starts(self._sizes),
            np.array(self._words, dtype=np.int32),
            np.array(self._weights, dtype=np.float32),
            len(lengths),
        )
        return concatenate(_ngram_rows(texts, firsts, lengths, flat, len(ids)), len(ids))

    def known(self) -> Array:
        """See `Vectorizer`."""
        return pack(list(self._ids))

    def count(self, query: ParsedQuery) -> FeatureVector:
        """See `Vectorizer`."""
        known, unknown = zip(*map(self._numbers, query.words), strict=True) if query.words else ((), ())
        return _vector(_sum_weights(known, query.weights), _sum_weights(unknown, query.weights))

    def _numbers_of(self, word: str) -> tuple[list[int], list[str]]:
        """Return the numbers of the n-grams of a word, and those that no text has."""
        ids, ngrams = self._ids, _char_ngrams(word)
        return [ids[ngram] for ngram in ngrams if ngram in ids], [ngram for ngram in ngrams if ngram not in ids]


def pack(document: object) -> Array:
    """Return a JSON document as an array of bytes."""
    return np.frombuffer(json.dumps(document).encode(), dtype=np.uint8)


def unpack(packed: Array) -> Any:
    """Return the document in an array that `pack` returned."""
    return json.loads(packed.tobytes())


def _numbered(known: Array) -> dict[str, int]:
    return {name: number for number, name in enumerate(unpack(known))}


def _ngram_rows(
    texts: FeatureTable, firsts: Ints, lengths: Ints, ngrams: Positions, features: int
) -> Iterator[FeatureTable]:
    """Convert rows of words to rows of n-grams, in batches. Those of word w begin at `firsts[w]` in `ngrams`."""
    for first in range(0, texts.size, _TEXT_BATCH):
        last = min(first + _TEXT_BATCH, texts.size)
        rows, words, weights = texts.part(first, last)
        at, sizes = expand_ranges(firsts[words], lengths[words])
        yield sum_duplicates(
            np.repeat(rows - first, sizes), ngrams[at], np.repeat(weights, sizes), features, last - first
        )


def sum_duplicates(rows: Ints, columns: Positions, counts: Floats, features: int, size: int) -> FeatureTable:
    """Return a table of `size` rows, with the counts of equal rows and columns summed."""
    cells = rows * max(features, 1) + columns
    order = np.argsort(cells, kind="stable")
    cells = cells[order]
    first = np.flatnonzero(np.diff(cells, prepend=-1))
    totals = np.add.reduceat(counts[order], first) if len(first) else counts
    distinct = cells[first]
    starts = np.searchsorted(distinct, np.arange(size + 1) * max(features, 1))
    return FeatureTable(starts, (distinct % max(features, 1)).astype(np.int32), totals, features)


def concatenate(parts: Iterable[FeatureTable], features: int) -> FeatureTable:
    """Concatenate tables of consecutive rows. Each part is consumed once."""
    sizes, columns, counts = array("q"), array("i"), array("f")
    for part in parts:
        sizes.frombytes(np.diff(part.starts).astype(np.int64).tobytes())
        columns.frombytes(part.columns.astype(np.int32).tobytes())
        counts.frombytes(part.counts.astype(np.float32).tobytes())
    return FeatureTable(_starts(sizes), np.frombuffer(columns, np.int32), np.frombuffer(counts, np.float32), features)


def expand_ranges(firsts: Ints, lengths: Ints) -> tuple[Ints, Ints]:
    """Return the concatenated indices of ranges with these starts and lengths, and the lengths."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(firsts - ends + lengths, lengths) + np.arange(total), lengths


def _char_ngrams(word: str) -> tuple[str, ...]:
    """Return the character n-grams of 2 to 4 letters of a word with its boundaries marked."""
    marked = f"_{word}_"
    return tuple(marked[at : at + size] for size in (2, 3, 4) for at in range(len(marked) - size + 1))


def _sum_weights(groups: Iterable[Iterable[T]], weights: Sequence[float]) -> dict[T, float]:
    """Return the sum of the weights of the groups in which each feature is, counted as often as it is in them."""
    whole = compress(groups, [weight == 1.0 for weight in weights])
    sums: dict[T, float] = dict(Counter(chain.from_iterable(whole)))
    for group, weight in zip(groups, weights, strict=True):
        if weight != 1.0:
            for feature in group:
                sums[feature] = sums.get(feature, 0.0) + weight
    return sums


def _vector(counts: Mapping[int, float], unseen: Mapping[str, float]) -> FeatureVector:
    """Return the vector of the features with numbers, and of the others by name."""
    return FeatureVector(
        np.fromiter(counts, np.int64, len(counts)),
        np.fromiter(counts.values(), np.float32, len(counts)),
        sum(unseen.values()),
        sum(count * count for count in unseen.values()),
    )


def _starts(sizes: array[int]) -> Ints:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(np.array(sizes, dtype=np.int64))))
