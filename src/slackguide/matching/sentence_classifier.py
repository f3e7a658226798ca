"""A linear classifier of sentences by their words, stems, bigrams and skip-bigrams.

The weight of a feature is the sum of its weight in a logistic regression and its log ratio in a naive Bayes model.
Naive Bayes also learns from a feature of a single sentence, and the regression corrects its independence assumption.
Together they separate sentences of unseen authors better than either alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, pairwise
from typing import Any

import numpy as np

from slackguide.matching.features import Floats, Ints, pack, unpack
from slackguide.matching.stemmer import stem
from slackguide.matching.types import Array, Arrays

INVERSE_RIDGE = 60.0
"""The inverse weight of the L2 penalty, chosen by cross-validation on the shipped messages."""

LENGTH_OFFSET = 16
"""Added to the number of features in the normalization of a sentence: about the features of four words."""

SMOOTHING = 0.1
"""The pseudo-count of every feature in each class for naive Bayes."""

MIN_SENTENCES = 2
"""The minimum number of occurrences of a feature in the logistic regression."""

NEARLY = 1.0
"""A sentence that scores less than the strongest one of its message by more than this is not learnt from."""

ITERATIONS = 40

EXPECTED_VARIANCE = 0.2
"""The typical variance of a prediction, for the first estimate of the curvature."""

_MEMORY = 8
_EDGE = ""
_KINDS = 4

Sentence = Sequence[str]
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


class SentenceClassifier:
    """A binary classifier of tokenized sentences. Unknown words are no evidence for either class."""

    def __init__(self, positive: Sequence[Sequence[Sentence]], negative: Sequence[Sentence]) -> None:
        """Train on the sentences of positive messages and on negative sentences. The result is deterministic.

        Most sentences of a long positive message are about something else. Therefore only those are learnt from that
        a naive Bayes model of all sentences finds nearly the strongest of their message: multiple-instance learning
        (mi-SVM; Andrews, Tsochantaridis and Hofmann, 2002) with one round.
        """
        self._ids: dict[str, int] = {_EDGE: 1}
        sentences = [*chain(*positive), *negative]
        sizes = [len(message) for message in positive]
        rows = _Rows.of(self._keys(sentences, learn=True))
        self._known, columns = np.unique(rows.keys, return_inverse=True)
        rows = rows.renumbered(columns)
        of_all, _ = _log_ratios(rows, sum(sizes), len(self._known))
        is_kept = np.ones(len(sentences), dtype=bool)
        is_kept[: sum(sizes)] = _nearly_strongest(rows.sums(of_all[rows.keys])[: sum(sizes)], sizes)
        rows = rows.select_rows(is_kept)
        positives = int(is_kept[: sum(sizes)].sum())
        self._weights, counts = _log_ratios(rows, positives, len(self._known))
        is_frequent = (counts >= MIN_SENTENCES) & (self._known > 0)
        targets = np.zeros(len(rows), dtype=np.float32)
        targets[:positives] = 1.0
        weights, self._bias = _fit(rows.select_columns(is_frequent), int(is_frequent.sum()), targets)
        self._weights[is_frequent] += weights

    @classmethod
    def restore(cls, arrays: Arrays) -> SentenceClassifier:
        """Return the classifier with these arrays, without training. Raises KeyError or ValueError if they are none."""
        classifier = cls.__new__(cls)
        classifier._ids = {word: number for number, word in enumerate(unpack(arrays["words"]), 1)}
        classifier._known, classifier._weights = arrays["keys"], arrays["weights"]
        classifier._bias = float(arrays["bias"])
        return classifier

    def arrays(self) -> dict[str, Array]:
        """Return what was learnt."""
        return {
            "words": pack(list(self._ids)),
            "keys": self._known,
            "weights": self._weights,
            "bias": np.array(self._bias),
        }

    @property
    def words(self) -> Iterable[str]:
        """The known words and stems, always in the same order."""
        return self._ids.keys()

    def log_odds(self, sentences: Sequence[Sentence]) -> Floats:
        """Return the log-odds of the positive class for every sentence."""
        keys = [self._keys_of(words) for words in sentences]
        lengths = np.array([len(row) for row in keys])
        weights = self._look_up(np.fromiter(chain.from_iterable(keys), np.int64, int(lengths.sum())))
        sums = np.add.reduceat(weights, lengths.cumsum() - lengths)
        return np.asarray(sums / np.sqrt(lengths + LENGTH_OFFSET) + self._bias, dtype=np.float32)

    def word_weights(self, words: Sentence) -> dict[str, float]:
        """Return the weight of every distinct word and its stem, without its neighbours."""
        word_ids, stem_ids = self._numbers([words])
        keys = np.concatenate((_key(word_ids, 0, 0), _key(stem_ids, 0, 1)))
        weights = self._look_up(keys)
        return dict(zip(words, (weights[: len(words)] + weights[len(words) :]).tolist(), strict=True))

    def _look_up(self, keys: Ints) -> Floats:
        at = np.minimum(np.searchsorted(self._known, keys), max(len(self._known) - 1, 0))
        if not len(self._known):
            return np.zeros(len(keys), dtype=np.float32)
        return np.where(self._known[at] == keys, self._weights[at], np.float32(0.0))

    def _keys(self, sentences: Sequence[Sentence], *, learn: bool = False) -> tuple[Ints, Ints]:
        """Return the feature keys of all sentences, and the sentence of each key."""
        word_ids, stem_ids = self._numbers(sentences, learn=learn)
        lengths = np.array([len(words) for words in sentences], dtype=np.int64)
        owner = np.repeat(np.arange(len(sentences)), lengths)
        ends = np.cumsum(lengths + 2)
        framed = np.full(int(ends[-1]) if len(ends) else 0, 1, dtype=np.int64)
        framed_owner = np.repeat(np.arange(len(sentences)), lengths + 2)
        framed[np.arange(len(owner)) + 2 * owner + 1] = stem_ids
        keys, owners = [_key(word_ids, 0, 0), _key(stem_ids, 0, 1)], [owner, owner]
        for kind, gap in ((2, 1), (3, 2)):
            same = framed_owner[:-gap] == framed_owner[gap:]
            keys.append(_key(framed[:-gap], framed[gap:], kind)[same])
            owners.append(framed_owner[:-gap][same])
        return np.concatenate(keys), np.concatenate(owners)

    def _keys_of(self, words: Sentence) -> list[int]:
        """Return the feature keys of one sentence: what `_keys` returns for many, in another order."""
        ids = self._ids
        known = [ids.get(word, 0) for word in words]
        framed = [ids[_EDGE], *(ids.get(stem(word), 0) for word in words), ids[_EDGE]]
        return [
            *(one and _pack(one, 0, 0) for one in known),
            *(one and _pack(one, 0, 1) for one in framed[1:-1]),
            *(left and right and _pack(left, right, 2) for left, right in pairwise(framed)),
            *(left and right and _pack(left, right, 3) for left, right in zip(framed, framed[2:], strict=False)),
        ]

    def _numbers(self, sentences: Sequence[Sentence], *, learn: bool = False) -> tuple[Ints, Ints]:
        """Return the numbers of all words and of their stems; 0 for an unknown one."""
        words = [word for sentence in sentences for word in sentence]
        stems = {word: stem(word) for word in dict.fromkeys(words)}
        ids = self._ids
        if learn:
            for text in (*stems, *stems.values()):
                ids.setdefault(text, len(ids) + 1)
        word_ids = {word: ids.get(word, 0) for word in stems}
        stem_ids = {word: ids.get(root, 0) for word, root in stems.items()}
        return (
            np.array([word_ids[word] for word in words], dtype=np.int64),
            np.array([stem_ids[word] for word in words], dtype=np.int64),
        )


class _Rows:
    """Sparse rows of equal values: the features of every sentence, in order of the sentences."""

    def __init__(self, keys: Ints, starts: Ints, scales: Floats) -> None:
        self.keys = keys
        self._starts = starts
        self._scales = scales
        self._lengths = np.diff(starts)
        self._filled = np.flatnonzero(self._lengths)

    @classmethod
    def of(cls, keys_and_owners: tuple[Ints, Ints]) -> _Rows:
        keys, owners = keys_and_owners
        counts = np.bincount(owners)
        starts = np.concatenate(([0], np.cumsum(counts)))
        scales = (1.0 / np.sqrt(counts + LENGTH_OFFSET)).astype(np.float32)
        return cls(keys[np.argsort(owners, kind="stable")], starts, scales)

    def __len__(self) -> int:
        return len(self._lengths)

    def first_keys(self, rows: int) -> Ints:
        """Return the keys of the first rows."""
        return self.keys[: self._starts[rows]]

    def renumbered(self, keys: Ints) -> _Rows:
        """Return the same rows with other numbers for the features."""
        return _Rows(keys, self._starts, self._scales)

    def select_rows(self, is_kept: Mask) -> _Rows:
        """Return some of the rows."""
        keys = self.keys[np.repeat(is_kept, self._lengths)]
        return _Rows(keys, np.concatenate(([0], np.cumsum(self._lengths[is_kept]))), self._scales[is_kept])

    def select_columns(self, is_kept: Mask) -> _Rows:
        """Return the rows with consecutive numbers for the columns that are kept, and without the others."""
        found = is_kept[self.keys]
        starts = np.concatenate(([0], np.cumsum(found)))[self._starts]
        return _Rows((np.cumsum(is_kept) - 1)[self.keys[found]], starts, self._scales)

    def sums(self, values: Floats) -> Floats:
        """Return the scaled sum over every row of one value per feature."""
        totals = np.zeros(len(self._lengths), dtype=np.float32)
        if len(self._filled):
            totals[self._filled] = np.add.reduceat(values, self._starts[:-1][self._filled])
        return totals * self._scales

    def squares(self, columns: int) -> Floats:
        """Return the sums of the squared values over every column."""
        return np.bincount(self.keys, np.repeat(self._scales**2, self._lengths), columns).astype(np.float32)

    def spread(self, errors: Floats, columns: int) -> Floats:
        """Return the sums over every column of the scaled errors of its rows."""
        repeated = np.repeat(errors * self._scales, self._lengths)
        return np.bincount(self.keys, repeated, columns).astype(np.float32)


def _pack(left: Any, right: Any, kind: int) -> Any:
    """Return the key of a kind of feature from the numbers of its words, or of arrays of them."""
    return ((left << 28) + right) * _KINDS + kind


def _key(left: Ints, right: Ints | int, kind: int) -> Ints:
    """Return one number per feature; 0 if a word is unknown."""
    keys = _pack(left, right, kind)
    known = (left > 0) & (np.asarray(right) > 0) if kind > 1 else left > 0
    return np.where(known, keys, 0)


def _nearly_strongest(scores: Floats, sizes: Sequence[int]) -> Mask:
    """Return which sentences score nearly as much as the strongest one of their message. `sizes` are their numbers."""
    if not sizes:
        return np.zeros(0, dtype=bool)
    strongest = np.maximum.reduceat(scores, np.concatenate(([0], np.cumsum(sizes)[:-1])))
    return np.asarray(scores >= np.repeat(strongest, sizes) - NEARLY)


def _log_ratios(rows: _Rows, positives: int, columns: int) -> tuple[Floats, Ints]:
    """Return the naive Bayes log ratio of every feature, and its number of occurrences. Positive rows come first."""
    counts = np.bincount(rows.keys, minlength=columns)
    positive = np.bincount(rows.first_keys(positives), minlength=columns)
    prior = np.log((len(rows) - positives + 2 * SMOOTHING) / (positives + 2 * SMOOTHING))
    ratio = np.log((positive + SMOOTHING) / (counts - positive + SMOOTHING)) + prior
    return np.asarray(ratio, dtype=np.float32), counts


def _fit(rows: _Rows, columns: int, targets: Floats) -> tuple[Floats, float]:
    """Return the weights and the bias with the lowest penalized logistic loss.

    The weights are scaled by the estimated curvature of the loss, so that few steps are needed.
    """
    curvature = np.append(rows.squares(columns) * EXPECTED_VARIANCE + 1.0 / INVERSE_RIDGE, (len(targets) + 1) / 10.0)
    scale = (1.0 / np.sqrt(curvature)).astype(np.float32)

    def loss(scaled: Floats) -> tuple[float, Floats]:
        point = scaled * scale
        margins = rows.sums(point[rows.keys]) + point[-1]
        error = 1.0 / (1.0 + np.exp(-np.clip(margins, -30.0, 30.0))) - targets
        gradient = np.append(rows.spread(error, columns) + point[:-1] / INVERSE_RIDGE, error.sum())
        cost = float((np.logaddexp(0.0, margins) - targets * margins).sum())
        cost += 0.5 / INVERSE_RIDGE * float(point[:-1] @ point[:-1])
        return cost, (gradient * scale).astype(np.float32)

    point = _minimize(loss, np.zeros(columns + 1, dtype=np.float32)) * scale
    return point[:-1], float(point[-1])


def _minimize(loss: Callable[[Floats], tuple[float, Floats]], point: Floats) -> Floats:
    """Return the minimum of a convex function by limited-memory BFGS with backtracking (Nocedal and Wright, 7.4)."""
    value, gradient = loss(point)
    pairs: deque[tuple[Floats, Floats, float]] = deque(maxlen=_MEMORY)
    for _ in range(ITERATIONS):
        direction = -_times_inverse_hessian(gradient, pairs)
        slope = float(direction @ gradient)
        step = 1.0 if pairs else 1.0 / max(float(np.abs(gradient).max()), 1e-9)
        while True:
            moved = point + np.float32(step) * direction
            moved_value, moved_gradient = loss(moved)
            if moved_value <= value + 1e-4 * step * slope or step < 1e-6:
                break
            step *= 0.5
        change, difference = moved - point, moved_gradient - gradient
        curvature = float(change @ difference)
        if curvature > 1e-10:
            pairs.append((change, difference, 1.0 / curvature))
        if value - moved_value < 1e-5 * abs(value):
            return moved
        point, value, gradient = moved, moved_value, moved_gradient
    return point


def _times_inverse_hessian(gradient: Floats, pairs: deque[tuple[Floats, Floats, float]]) -> Floats:
    result = gradient.copy()
    shares = []
    for change, difference, inverse in reversed(pairs):
        share = np.float32(inverse * float(change @ result))
        result -= share * difference
        shares.append(share)
    if pairs:
        change, difference, inverse = pairs[-1]
        result *= np.float32(1.0 / (inverse * float(difference @ difference)))
    for (change, difference, inverse), share in zip(pairs, reversed(shares), strict=True):
        result += (share - np.float32(inverse * float(difference @ result))) * change
    return result
