"""Find whom to ask about a message that no entry answers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import log, sqrt

from slackguide.matching.stemmer import stem
from slackguide.matching.tokenizer import tokenize

NEIGHBOURS = 5
"""The number of most similar messages that decide the topic."""

SHARE = 0.5
"""The share of their similarity that the messages of one pointer need."""

SIMILARITY = 0.7
"""The sum of their similarities that is needed."""


class PointerIndex:
    """Out-of-scope messages, some with a pointer: a sentence that says whom to ask instead."""

    def __init__(self, pointers: Mapping[str, Sequence[str]], messages: Sequence[str]) -> None:
        """Index all out-of-scope `messages`. `pointers` holds those with a pointer, by pointer."""
        pointer_of = {message: pointer for pointer, own in pointers.items() for message in own}
        self._pointers = [pointer_of.get(message) for message in messages] if pointers else []
        stems = [set(map(stem, tokenize(message))) for message in messages] if pointers else []
        counts = Counter(word for words in stems for word in words)
        self._weights = {word: log((len(stems) + 1) / count) for word, count in counts.items()}
        self._unknown = log(len(stems) + 1)
        self._messages: defaultdict[str, list[int]] = defaultdict(list)
        for number, words in enumerate(stems):
            for word in words:
                self._messages[word].append(number)
        self._lengths = [self._length(words) for words in stems]

    def find(self, words: Sequence[str]) -> str | None:
        """Return the pointer of most of the messages that are most similar to the words, or None."""
        distinct = set(map(stem, words))
        products: defaultdict[int, float] = defaultdict(float)
        for word in sorted(distinct):
            for number in self._messages.get(word, ()):
                products[number] += self._weights[word] ** 2
        length = self._length(distinct)
        similarities = {number: product / (length * self._lengths[number]) for number, product in products.items()}
        nearest = sorted(similarities, key=lambda number: (-similarities[number], number))[:NEIGHBOURS]
        votes: defaultdict[str | None, float] = defaultdict(float)
        for number in nearest:
            votes[self._pointers[number]] += similarities[number]
        best = max(votes, key=votes.__getitem__, default=None)
        total = sum(votes.values())
        return best if best is not None and total >= SIMILARITY and votes[best] >= SHARE * total else None

    def _length(self, words: set[str]) -> float:
        return sqrt(sum(self._weights.get(word, self._unknown) ** 2 for word in sorted(words))) or 1.0
