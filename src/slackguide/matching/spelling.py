"""Correct misspelled words to the vocabulary of the knowledge base."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from rapidfuzz.distance import OSA

from slackguide.matching.wordlist import common_words

_LETTERS = 27
MIN_LENGTH = 4
"""Minimum letters of a corrected word. Shorter words have too many neighbours."""

CACHED_WORDS = 1_024
"""Unknown words whose nearest word is cached, because a message is read as a whole and in parts."""


class Spelling:
    """Corrects words that are neither in the knowledge base nor English."""

    def __init__(self, uses: Mapping[str, int]) -> None:
        """Create a corrector from the word frequencies of the knowledge base."""
        self._uses = {word: n for word, n in uses.items() if word.isalpha()}
        self.known = frozenset(uses)
        self._english = common_words()
        self._words = sorted(word for word in self._uses if len(word) >= MIN_LENGTH - 1)
        self._letters = np.array([_counts(word) for word in self._words], dtype=np.int8).reshape(-1, _LETTERS)
        self._cached_nearest = lru_cache(maxsize=CACHED_WORDS)(self._nearest)

    def is_word(self, word: str) -> bool:
        """Return whether the word is known and needs no correction."""
        return word in self.known or word in self._english

    def correct(self, word: str) -> tuple[str, ...]:
        """Return the correction of a word: one word, two words without the missing space, or the word itself.

        The maximum edit distance is one up to 5 letters and two from 6 letters. In optimal string alignment, a
        transposition counts as one edit.
        """
        if len(word) < MIN_LENGTH or not word.isalpha() or self.is_word(word):
            return (word,)
        nearest = self._cached_nearest(word)
        if nearest is not None and nearest[0] == 1:
            return (nearest[1],)
        return self._split(word) or ((nearest[1],) if nearest is not None else (word,))

    def _nearest(self, word: str) -> tuple[int, str] | None:
        edits = 1 if len(word) <= 5 else 2
        differences = np.abs(self._letters - np.array(_counts(word), dtype=np.int8)).sum(axis=1, dtype=np.int16)
        best: tuple[int, bool, int, str] | None = None
        for at in np.flatnonzero(differences <= 2 * edits).tolist():
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
            if left in self.known and right in self.known and max(len(left), len(right)) >= MIN_LENGTH:
                uses = min(self._uses.get(left, 0), self._uses.get(right, 0))
                best = max(best, (uses, (left, right)))
        return best[1]


def _counts(word: str) -> list[int]:
    counts = [0] * _LETTERS
    for letter in word:
        at = ord(letter) - 97
        counts[at if 0 <= at < 26 else 26] += 1
    return counts
