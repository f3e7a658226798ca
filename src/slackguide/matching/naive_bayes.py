"""A binary Naive Bayes classifier of messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from math import log, sqrt

import numpy as np

from slackguide.matching.features import pack, unpack
from slackguide.matching.stemmer import stem
from slackguide.matching.types import Array, Arrays

SMOOTHING = 0.1
"""The pseudo-count of every feature in each class (additive smoothing)."""

LENGTH_OFFSET = 16
"""Added to the number of features in the normalization of the log-odds: about the features of four words."""

_EDGE = ""

Feature = str | tuple[str] | tuple[str, str, int]


class FeatureCounts:
    """Document frequencies: the number of messages of one class that contain each feature."""

    def __init__(self, messages: Iterable[Sequence[str]]) -> None:
        """Count the features of tokenized messages."""
        self.of: Counter[Feature] = Counter()
        self.messages = 0
        for words in messages:
            self.of.update(features(words).keys())
            self.messages += 1


class NaiveBayes:
    """A Naive Bayes classifier with a positive and a negative class."""

    def __init__(self, positive: FeatureCounts, negative: FeatureCounts) -> None:
        prior = log(negative.messages + 2 * SMOOTHING) - log(positive.messages + 2 * SMOOTHING)
        self._weights = {
            feature: log((positive.of[feature] + SMOOTHING) / (negative.of[feature] + SMOOTHING)) + prior
            for feature in positive.of | negative.of
        }
        """The weight of every feature of a message."""

    @classmethod
    def restore(cls, arrays: Arrays) -> NaiveBayes:
        """Return the classifier with these arrays."""
        classifier = cls.__new__(cls)
        stems, words, (left, right, gaps) = unpack(arrays["features"])
        known: Iterable[Feature] = chain(stems, zip(words), zip(left, right, gaps, strict=True))
        classifier._weights = dict(zip(known, arrays["weights"].tolist(), strict=True))
        return classifier

    def arrays(self) -> dict[str, Array]:
        """Return what was learnt."""
        known = sorted(self._weights, key=lambda one: 0 if isinstance(one, str) else len(one))
        stems = [one for one in known if isinstance(one, str)]
        words = [one[0] for one in known if not isinstance(one, str) and len(one) == 1]
        columns = list(zip(*known[len(stems) + len(words) :], strict=True)) or [(), (), ()]
        return {
            "features": pack([stems, words, columns]),
            "weights": np.array([self._weights[one] for one in known]),
        }

    def log_odds(self, words: Sequence[str]) -> float:
        """Return the normalized log-odds of the positive class, with equal priors.

        The log-likelihood ratio is divided by the square root of the number of features, so that long and short texts
        have the same scale. `LENGTH_OFFSET` is added to this number, so that one or two words have little weight.
        """
        distinct = features(words)
        return sum(map(self._weights.get, distinct, repeat(0.0))) / sqrt(len(distinct) + LENGTH_OFFSET)


def features(words: Sequence[str]) -> dict[Feature, None]:
    """Return the words, stems, bigrams and skip-bigrams of stems, with the boundaries of the text in bigrams.

    The keys are distinct and in order of appearance, so that sums over them are the same in every process.
    """
    stems = [_EDGE, *map(stem, words), _EDGE]
    distinct: dict[Feature, None] = dict.fromkeys(stems)
    distinct.update(dict.fromkeys(zip(words)))
    distinct.update(dict.fromkeys(zip(stems, stems[1:], repeat(1))))
    distinct.update(dict.fromkeys(zip(stems, stems[2:], repeat(2))))
    return distinct
