"""Misspelt words towards the knowledge base's own vocabulary."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from rapidfuzz.distance import OSA

from slackguide.matching.wordlist import common_words

_LETTERS: Final = 27
SHORTEST: Final = 4
"""Letters; shorter unknown words have too many neighbours to guess at."""


class Spelling:
    """Corrects words that are neither known here nor English; a real word is never rewritten."""

    def __init__(self, uses: Mapping[str, int]) -> None:
        """`uses` says how often each word of the knowledge base is used there."""
        self._uses: Final = {word: n for word, n in uses.items() if word.isalpha()}
        self._known: Final = frozenset(uses)
        self._english: Final = common_words()
        self._words: Final = sorted(word for word in self._uses if len(word) >= SHORTEST - 1)
        self._letters: Final = np.array([_counts(word) for word in self._words], dtype=np.int8).reshape(-1, _LETTERS)

    def is_word(self, word: str) -> bool:
        """Whether the word needs no correction."""
        return word in self._known or word in self._english

    def correct(self, word: str) -> tuple[str, ...]:
        """What was meant by a word that is none: one word, two that ran together, or itself when nothing is near.

        Near is one edit up to 5 letters and two from 6 (optimal string alignment: swapped neighbours are one edit).
        """
        if len(word) < SHORTEST or not word.isalpha() or self.is_word(word):
            return (word,)
        near = self._nearest(word)
        if near is not None and near[0] == 1:
            return (near[1],)
        return self._split(word) or ((near[1],) if near is not None else (word,))

    def _nearest(self, word: str) -> tuple[int, str] | None:
        edits = 1 if len(word) <= 5 else 2
        apart = np.abs(self._letters - np.array(_counts(word), dtype=np.int8)).sum(axis=1, dtype=np.int16)
        best: tuple[int, bool, int, str] | None = None
        for at in np.flatnonzero(apart <= 2 * edits).tolist():
            candidate = self._words[at]
            distance = OSA.distance(word, candidate, score_cutoff=edits)
            if distance <= edits:
                rank = (distance, candidate[0] != word[0], -self._uses[candidate], candidate)
                if best is None or rank < best:
                    best = rank
        return None if best is None else (best[0], best[3])

    def _split(self, word: str) -> tuple[str, ...]:
        best: tuple[int, tuple[str, ...]] = (0, ())
        for at in range(2, len(word) - 1):
            left, right = word[:at], word[at:]
            if left in self._known and right in self._known and max(len(left), len(right)) >= SHORTEST:
                uses = min(self._uses.get(left, 0), self._uses.get(right, 0))
                best = max(best, (uses, (left, right)))
        return best[1]


def _counts(word: str) -> list[int]:
    counts = [0] * _LETTERS
    for letter in word:
        at = ord(letter) - 97
        counts[at if 0 <= at < 26 else 26] += 1
    return counts
