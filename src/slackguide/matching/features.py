"""The three families of features, numbered: terms, pairs of meanings, letter groups within words.

Each family is a numbering that grows while the knowledge base is read (`add`), is closed once (`table`), and then looks
up questions (`count`). Pairs are kept as one sorted array of numbers, letter groups as one array a word: ten thousand
entries have a million pairs.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from .reading import Reading

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Places = NDArray[np.int32]

PAIR_WINDOW: Final = 3
"""How far apart the two meanings of a pair may stand."""

_TEXTS_AT_ONCE: Final = 2_048

FAMILIES: Final = ("term", "pair", "gram")


@dataclass(frozen=True, slots=True)
class Counted:
    """A question's features in one family."""

    numbers: Ints
    """Those that the knowledge base uses, each once."""
    counts: Floats
    unseen: float
    """Counts of the others, summed."""
    unseen_squares: float


@dataclass(frozen=True, slots=True)
class Table:
    """Feature counts of many texts: text `rows[i]` has feature `columns[i]` `counts[i]` times; sorted by row."""

    rows: Places
    columns: Places
    counts: Floats
    features: int
    size: int


class Numbering(Protocol):
    """One family's numbering."""

    def add(self, reading: Reading) -> None:
        """Take in the next text."""

    def table(self) -> Table:
        """All texts taken in; nothing may be added after."""

    def count(self, reading: Reading) -> Counted:
        """A question's features."""


class Terms:
    """Stems, synonym groups and lengths of time."""

    def __init__(self) -> None:
        self.ids: Final[dict[str, int]] = {}
        self._columns: Final = array("q")
        self._counts: Final = array("f")
        self._sizes: Final = array("q")

    def add(self, reading: Reading) -> None:
        ids = self.ids
        self._columns.extend([ids.setdefault(term, len(ids)) for term in reading.terms])
        self._counts.extend(reading.terms.values())
        self._sizes.append(len(reading.terms))

    def table(self) -> Table:
        return _table(_places(_longs(self._columns)), _singles(self._counts), self._sizes, len(self.ids))

    def count(self, reading: Reading) -> Counted:
        numbers: list[int] = []
        counts: list[float] = []
        unseen: list[float] = []
        for term, count in reading.terms.items():
            number = self.ids.get(term)
            if number is None:
                unseen.append(count)
            else:
                numbers.append(number)
                counts.append(count)
        return _counted(numbers, counts, sum(unseen), sum(count * count for count in unseen))


class Pairs:
    """Two meanings within `PAIR_WINDOW`, in order."""

    def __init__(self, terms: Terms) -> None:
        """`terms` takes in every text before this does."""
        self._terms: Final = terms
        self._added: Final = array("q")
        self._counts: Final = array("f")
        self._sizes: Final = array("q")
        self._keys: Ints = np.empty(0, dtype=np.int64)

    def add(self, reading: Reading) -> None:
        pairs = self._pairs(reading)
        self._added.extend(pairs)
        self._counts.extend(pairs.values())
        self._sizes.append(len(pairs))

    def table(self) -> Table:
        self._keys, columns = np.unique(_longs(self._added), return_inverse=True)
        return _table(_places(columns), _singles(self._counts), self._sizes, len(self._keys))

    def count(self, reading: Reading) -> Counted:
        pairs = self._pairs(reading)
        keys = np.fromiter(pairs, dtype=np.int64, count=len(pairs))
        counts = np.fromiter(pairs.values(), dtype=np.float32, count=len(pairs))
        at = np.searchsorted(self._keys, keys)
        known = self._keys[np.minimum(at, len(self._keys) - 1)] == keys if len(self._keys) else np.zeros(len(keys), bool)
        unseen = counts[~known]
        return Counted(at[known].astype(np.int64), counts[known], float(unseen.sum()), float(unseen @ unseen))

    def _pairs(self, reading: Reading) -> dict[int, float]:
        """Counts by key: the first meaning's number over the second's; negative where either is unknown."""
        ids = self._terms.ids
        numbered = [(ids.get(meaning), weight) for meaning, weight in reading.meanings]
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


class Grams:
    """Groups of 2 to 4 letters within a word, its edges marked."""

    def __init__(self) -> None:
        self._ids: Final[dict[str, int]] = {}
        self._word_numbers: Final[dict[str, int]] = {}
        self._words: Final = array("q")
        self._weights: Final = array("f")
        self._sizes: Final = array("q")

    def add(self, reading: Reading) -> None:
        numbers = self._word_numbers
        self._words.extend([numbers.setdefault(word, len(numbers)) for word in reading.words])
        self._weights.extend(reading.weights)
        self._sizes.append(len(reading.words))

    def table(self) -> Table:
        ids = self._ids
        groups = [[ids.setdefault(group, len(ids)) for group in letter_groups(word)] for word in self._word_numbers]
        lengths = np.array([len(one) for one in groups], dtype=np.int64)
        flat = np.array([number for one in groups for number in one], dtype=np.int32)
        starts = np.cumsum(lengths) - lengths
        used, weights, texts = _longs(self._words), _singles(self._weights), _rows(self._sizes)
        parts = []
        for first in range(0, len(self._sizes), _TEXTS_AT_ONCE):
            low, high = np.searchsorted(texts, (first, first + _TEXTS_AT_ONCE)).tolist()
            words = used[low:high]
            at, sizes = spread(starts[words], lengths[words])
            rows, counts = np.repeat(texts[low:high], sizes), np.repeat(weights[low:high], sizes)
            parts.append(summed(rows, flat[at], counts, len(ids), len(self._sizes)))
        return Table(
            np.concatenate([part.rows for part in parts]) if parts else np.empty(0, dtype=np.int32),
            np.concatenate([part.columns for part in parts]) if parts else np.empty(0, dtype=np.int32),
            np.concatenate([part.counts for part in parts]) if parts else np.empty(0, dtype=np.float32),
            len(ids),
            len(self._sizes),
        )

    def count(self, reading: Reading) -> Counted:
        counts: dict[str, float] = {}
        for word, weight in zip(reading.words, reading.weights, strict=True):
            for group in letter_groups(word):
                counts[group] = counts.get(group, 0.0) + weight
        look_up = self._ids.get
        found = [(look_up(group), count) for group, count in counts.items()]
        unseen = [count for number, count in found if number is None]
        known = [(number, count) for number, count in found if number is not None]
        return _counted([n for n, _ in known], [c for _, c in known], sum(unseen), sum(c * c for c in unseen))


def summed(rows: Places, columns: Places, counts: Floats, features: int, size: int) -> Table:
    """A table of these counts, those of one text and feature added up."""
    cells = rows * np.int64(max(features, 1)) + columns
    order = np.argsort(cells, kind="stable")
    cells = cells[order]
    first = np.flatnonzero(np.diff(cells, prepend=-1))
    totals = np.add.reduceat(counts[order], first) if len(first) else counts
    found = cells[first]
    return Table(_places(found // max(features, 1)), _places(found % max(features, 1)), totals, features, size)


def spread(firsts: Ints, lengths: Ints) -> tuple[Ints, Ints]:
    """The places of runs of these lengths from these first places on, one run after the other, and the lengths."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(firsts - ends + lengths, lengths) + np.arange(total), lengths


@lru_cache(maxsize=65_536)
def letter_groups(word: str) -> tuple[str, ...]:
    """The 2- to 4-letter groups of a word between edge marks."""
    marked = f"_{word}_"
    return tuple(marked[at : at + size] for size in (2, 3, 4) for at in range(len(marked) - size + 1))


def _counted(numbers: Sequence[int], counts: Sequence[float], unseen: float, squares: float) -> Counted:
    return Counted(np.array(numbers, dtype=np.int64), np.array(counts, dtype=np.float32), unseen, squares)


def _table(columns: Places, counts: Floats, sizes: "array[int]", features: int) -> Table:
    return Table(_rows(sizes), columns, counts, features, len(sizes))


def _rows(sizes: "array[int]") -> Places:
    return np.repeat(np.arange(len(sizes), dtype=np.int32), _longs(sizes))


def _places(values: NDArray[np.integer]) -> Places:
    return values.astype(np.int32)


def _longs(values: "array[int]") -> Ints:
    return np.frombuffer(values, dtype=np.int64) if values else np.empty(0, dtype=np.int64)


def _singles(values: "array[float]") -> Floats:
    return np.frombuffer(values, dtype=np.float32) if values else np.empty(0, dtype=np.float32)
