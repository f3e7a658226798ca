"""Naive Bayes: log odds that a text belongs to one of two kinds of messages."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import repeat
from math import log, sqrt
from typing import Final

from slackguide.matching.stemmer import stem

SMOOTHING: Final = 0.1
"""Messages of each kind that every feature is thought to have been in besides."""

MIN_OCCURRENCES: Final = 16
"""About the features of four words."""

_EDGE: Final = ""

Feature = str | tuple[str] | tuple[str, str, int]


class FeatureCounts:
    """In how many messages of one kind each feature is."""

    def __init__(self, messages: Iterable[Sequence[str]]) -> None:
        """`messages` as words in order."""
        self.of: Final[Counter[Feature]] = Counter()
        self.messages = 0
        for words in messages:
            self.of.update(features(words).keys())
            self.messages += 1

    def __add__(self, other: "FeatureCounts") -> "FeatureCounts":
        """Both kinds as one."""
        both = FeatureCounts(())
        both.of.update(self.of)
        both.of.update(other.of)
        both.messages = self.messages + other.messages
        return both

    def __sub__(self, part: "FeatureCounts") -> "FeatureCounts":
        """This kind without a part of it."""
        rest = FeatureCounts(())
        rest.of.update(self.of)
        rest.of.subtract(part.of)
        rest.messages = self.messages - part.messages
        return rest


class NaiveBayes:
    """A classifier of two kinds of messages."""

    def __init__(self, yes: FeatureCounts, no: FeatureCounts) -> None:
        self._yes: Final = yes.of
        self._no: Final = no.of
        self._prior: Final = log(no.messages + 2 * SMOOTHING) - log(yes.messages + 2 * SMOOTHING)

    def log_odds(self, words: Sequence[str]) -> float:
        """How much likelier one kind makes the words than the other, as if both were equally frequent.

        A log-likelihood ratio over the square root of the number of features, so that long and short texts are of one
        scale, with `MIN_OCCURRENCES` more, so that a word or two are never much.
        """
        found = features(words)
        return sum(map(self._weight, found)) / sqrt(len(found) + MIN_OCCURRENCES)

    def evidence(self, words: Sequence[str], most: int) -> tuple[str, ...]:
        """At most `most` of the words, each once, that speak for the first kind; those that do so most come first."""
        weights = {word: self._weight((word,)) for word in words}
        return tuple(sorted((word for word in weights if weights[word] > 0.0), key=lambda word: -weights[word])[:most])

    def _weight(self, feature: Feature) -> float:
        yes, no = self._yes.get(feature, 0), self._no.get(feature, 0)
        return log((yes + SMOOTHING) / (no + SMOOTHING)) + self._prior if yes or no else 0.0


def features(words: Sequence[str]) -> dict[Feature, None]:
    """Words, stems, pairs of neighbours and pairs with one between, the edges of the text included in pairs.

    In reading order, each once: sums over them are the same in every process.
    """
    stems = [_EDGE, *map(stem, words), _EDGE]
    found: dict[Feature, None] = dict.fromkeys(stems)
    found.update(dict.fromkeys(zip(words)))
    found.update(dict.fromkeys(zip(stems, stems[1:], repeat(1))))
    found.update(dict.fromkeys(zip(stems, stems[2:], repeat(2))))
    return found
