"""Shorthand written out and synonyms recognised, word by word."""

from collections.abc import Sequence
from typing import Final

from slackguide.matching.stemmer import stem
from slackguide.matching.tokenizer import tokenize
from slackguide.matching.types import Vocabulary

_Phrases = dict[str, list[tuple[tuple[str, ...], int]]]
Weighted = list[tuple[str, float]]
"""Words in order, each with its weight: 1, or 1/n for each of n alternatives."""


class GlossaryExpander:
    """Both halves of a vocabulary, ready to be looked up at any word of a text."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._expansions: Final[dict[int, tuple[tuple[str, ...], ...]]] = {}
        self._abbreviations: Final[_Phrases] = {}
        self._members: Final[_Phrases] = {}
        self._words: Final[set[str]] = set()
        taken: set[tuple[str, ...]] = set()
        for number, (short, long) in enumerate(sorted(vocabulary.abbreviations.items())):
            key = tuple(tokenize(short))
            alternatives = tuple(dict.fromkeys(tuple(tokenize(one)) for one in long))
            if key and alternatives and all(alternatives) and key not in taken:
                taken.add(key)
                _put(self._abbreviations, key, number)
                self._expansions[number] = alternatives
                self._words.update(word for alternative in alternatives for word in alternative)
        for number, group in enumerate(vocabulary.synonyms):
            members = [[word for word, _ in self.expand(tokenize(one))] for one in group]
            self._words.update(word for member in members for word in member)
            for stems in dict.fromkeys(tuple(stem(word) for word in member) for member in members):
                if stems:
                    _put(self._members, stems, number)

    def is_abbreviation(self, word: str) -> bool:
        """Whether a shorthand begins with this word."""
        return word in self._abbreviations

    def expand(self, read: Sequence[str]) -> Weighted:
        """The words with shorthand written out; alternatives follow one another and share the weight."""
        written: Weighted = []
        at = 0
        while at < len(read):
            found = _longest(self._abbreviations, read, at)
            if found is None:
                written.append((read[at], 1.0))
                at += 1
                continue
            length, number = found
            alternatives = self._expansions[number]
            for alternative in alternatives:
                written.extend((word, 1.0 / len(alternatives)) for word in alternative)
            at += length
        return written

    def meanings(self, stems: Sequence[str]) -> list[tuple[int, int, int]]:
        """The synonym groups that the stems touch: (first, past the last, group), in reading order."""
        touched: list[tuple[int, int, int]] = []
        for at, first in enumerate(stems):
            for key, number in self._members.get(first, ()):
                if tuple(stems[at : at + len(key)]) == key:
                    touched.append((at, at + len(key), number))
        return touched

    def vocabulary(self) -> frozenset[str]:
        """Every word that an expansion or a synonym is made of."""
        return frozenset(self._words)


def _put(phrases: _Phrases, key: tuple[str, ...], number: int) -> None:
    longest_first = [*phrases.get(key[0], ()), (key, number)]
    phrases[key[0]] = sorted(longest_first, key=lambda item: (-len(item[0]), item))


def _longest(phrases: _Phrases, read: Sequence[str], at: int) -> tuple[int, int] | None:
    for key, number in phrases.get(read[at], ()):
        if tuple(read[at : at + len(key)]) == key:
            return len(key), number
    return None
