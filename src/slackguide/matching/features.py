"""The three families of features, numbered: terms, pairs of meanings, letter groups within words.

Each family is a numbering that grows while the knowledge base is read (`add`), is closed once (`table`), and then looks
up questions (`count`). Pairs are kept as one sorted array of numbers: ten thousand entries have half a million.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from slackguide.matching.query import ParsedQuery

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Positions = NDArray[np.int32]

PAIR_WINDOW: Final = 3
"""How far apart the two meanings of a pair may stand."""

FAMILIES: Final = ("term", "pair", "gram")

_TEXTS_AT_ONCE: Final = 1_024


@dataclass(frozen=True, slots=True)
class FeatureVector:
    """A question's features in one family."""

    numbers: Ints
    """Those that the knowledge base uses, each once."""
    counts: Floats
    unseen: float
    """Counts of the others, summed."""
    unseen_squares: float


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Feature counts of texts or entries, row after row: row r has `columns[starts[r]:starts[r + 1]]`, each once."""

    starts: Ints
    columns: Positions
    counts: Floats
    features: int

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.starts) - 1

    def part(self, first: int, last: int) -> tuple[Ints, Positions, Floats]:
        """Rows (numbered from `first` on), columns and counts of the rows from `first` up to `last`."""
        low, high = int(self.starts[first]), int(self.starts[last])
        rows = np.repeat(np.arange(first, last), np.diff(self.starts[first : last + 1]))
        return rows, self.columns[low:high], self.counts[low:high]


class Vectorizer(Protocol):
    """One family's numbering."""

    def add(self, query: ParsedQuery) -> None:
        """Take in the next text."""

    def table(self) -> FeatureTable:
        """All texts taken in; nothing may be added after."""

    def count(self, query: ParsedQuery) -> FeatureVector:
        """A question's features."""


class TermVectorizer:
    """Stems, synonym groups and lengths of time."""

    def __init__(self) -> None:
        self.ids: Final[dict[str, int]] = {}
        self._columns: Final = array("i")
        self._counts: Final = array("f")
        self._sizes: Final = array("q")

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

    def count(self, query: ParsedQuery) -> FeatureVector:
        """See `Vectorizer`."""
        return _look_up(self.ids, query.terms)


class PairVectorizer:
    """Two meanings within `PAIR_WINDOW`, in order."""

    def __init__(self, terms: TermVectorizer) -> None:
        """`terms` takes in every text before this does."""
        self._terms: Final = terms
        self._added: Final = array("q")
        self._counts: Final = array("f")
        self._sizes: Final = array("q")
        self._keys: Ints = np.empty(0, dtype=np.int64)

    def add(self, query: ParsedQuery) -> None:
        """See `Vectorizer`."""
        pairs = self._pairs(query)
        self._added.extend(pairs)
        self._counts.extend(pairs.values())
        self._sizes.append(len(pairs))

    def table(self) -> FeatureTable:
        """See `Vectorizer`."""
        self._keys, columns = np.unique(np.array(self._added, dtype=np.int64), return_inverse=True)
        counts = np.array(self._counts, dtype=np.float32)
        return FeatureTable(_starts(self._sizes), columns.astype(np.int32), counts, len(self._keys))

    def count(self, query: ParsedQuery) -> FeatureVector:
        """See `Vectorizer`."""
        pairs = self._pairs(query)
        keys = np.fromiter(pairs, dtype=np.int64, count=len(pairs))
        counts = np.fromiter(pairs.values(), dtype=np.float32, count=len(pairs))
        at = np.searchsorted(self._keys, keys)
        known = np.zeros(len(keys), dtype=bool)
        if len(self._keys):
            known = self._keys[np.minimum(at, len(self._keys) - 1)] == keys
        unseen = counts[~known]
        return FeatureVector(at[known].astype(np.int64), counts[known], float(unseen.sum()), float(unseen @ unseen))

    def _pairs(self, query: ParsedQuery) -> dict[int, float]:
        """Counts by key: the first meaning's number over the second's; negative where either is unknown."""
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
    """Groups of 2 to 4 letters within a word, its edges marked."""

    def __init__(self) -> None:
        self._ids: Final[dict[str, int]] = {}
        self._word_numbers: Final[dict[str, int]] = {}
        self._words: Final = array("i")
        self._weights: Final = array("f")
        self._sizes: Final = array("q")

    def add(self, query: ParsedQuery) -> None:
        """See `Vectorizer`."""
        numbers = self._word_numbers
        self._words.extend([numbers.setdefault(word, len(numbers)) for word in query.words])
        self._weights.extend(query.weights)
        self._sizes.append(len(query.words))

    def table(self) -> FeatureTable:
        """See `Vectorizer`."""
        ids = self._ids
        groups = [[ids.setdefault(group, len(ids)) for group in _char_ngrams(word)] for word in self._word_numbers]
        lengths = np.array([len(one) for one in groups], dtype=np.int64)
        flat = np.array([number for one in groups for number in one], dtype=np.int32)
        firsts = np.cumsum(lengths) - lengths
        texts = FeatureTable(
            _starts(self._sizes),
            np.array(self._words, dtype=np.int32),
            np.array(self._weights, dtype=np.float32),
            len(lengths),
        )
        return concatenate(_ngram_rows(texts, firsts, lengths, flat, len(ids)), len(ids))

    def count(self, query: ParsedQuery) -> FeatureVector:
        """See `Vectorizer`."""
        counts: dict[str, float] = {}
        for word, weight in zip(query.words, query.weights, strict=True):
            for group in char_ngrams(word):
                counts[group] = counts.get(group, 0.0) + weight
        return _look_up(self._ids, counts)


def _ngram_rows(
    texts: FeatureTable, firsts: Ints, lengths: Ints, groups: Positions, features: int
) -> Iterator[FeatureTable]:
    """Texts of words as texts of letter groups; those of word w begin at `firsts[w]` in `groups`."""
    for first in range(0, texts.size, _TEXTS_AT_ONCE):
        last = min(first + _TEXTS_AT_ONCE, texts.size)
        rows, used, weights = texts.part(first, last)
        at, sizes = expand_ranges(firsts[used], lengths[used])
        yield sum_duplicates(
            np.repeat(rows - first, sizes), groups[at], np.repeat(weights, sizes), features, last - first
        )


def sum_duplicates(rows: Ints, columns: Positions, counts: Floats, features: int, size: int) -> FeatureTable:
    """A table of `size` rows of these counts, those of one row and feature added up."""
    cells = rows * max(features, 1) + columns
    order = np.argsort(cells, kind="stable")
    cells = cells[order]
    first = np.flatnonzero(np.diff(cells, prepend=-1))
    totals = np.add.reduceat(counts[order], first) if len(first) else counts
    found = cells[first]
    starts = np.searchsorted(found, np.arange(size + 1) * max(features, 1))
    return FeatureTable(starts, (found % max(features, 1)).astype(np.int32), totals, features)


def concatenate(parts: Iterable[FeatureTable], features: int) -> FeatureTable:
    """Tables of consecutive rows as one; each part may go once it is read."""
    sizes, columns, counts = array("q"), array("i"), array("f")
    for part in parts:
        sizes.frombytes(np.diff(part.starts).astype(np.int64).tobytes())
        columns.frombytes(part.columns.astype(np.int32).tobytes())
        counts.frombytes(part.counts.astype(np.float32).tobytes())
    return FeatureTable(_starts(sizes), np.frombuffer(columns, np.int32), np.frombuffer(counts, np.float32), features)


def expand_ranges(firsts: Ints, lengths: Ints) -> tuple[Ints, Ints]:
    """The places of runs of these lengths from these first places on, one run after the other, and the lengths."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(firsts - ends + lengths, lengths) + np.arange(total), lengths


def _char_ngrams(word: str) -> tuple[str, ...]:
    """The 2- to 4-letter groups of a word between edge marks."""
    marked = f"_{word}_"
    return tuple(marked[at : at + size] for size in (2, 3, 4) for at in range(len(marked) - size + 1))


char_ngrams = lru_cache(maxsize=4_096)(_char_ngrams)
"""The same, kept for the words that questions use over and over."""


def _look_up(ids: Mapping[str, int], features: Mapping[str, float]) -> FeatureVector:
    numbers: list[int] = []
    counts: list[float] = []
    unseen = squares = 0.0
    for feature, count in features.items():
        number = ids.get(feature)
        if number is None:
            unseen += count
            squares += count * count
        else:
            numbers.append(number)
            counts.append(count)
    return FeatureVector(np.array(numbers, dtype=np.int64), np.array(counts, dtype=np.float32), unseen, squares)


def _starts(sizes: "array[int]") -> Ints:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(np.array(sizes, dtype=np.int64))))
