"""Expand abbreviations and recognize synonyms."""

from __future__ import annotations

from collections.abc import Sequence

from slackguide.matching.stemmer import stem
from slackguide.matching.tokenizer import tokenize
from slackguide.matching.types import Vocabulary

_PhrasesByFirstWord = dict[str, list[tuple[tuple[str, ...], int]]]
WeightedWords = list[tuple[str, float]]
"""Words in order, each with its weight: 1, or 1/n for each of n alternatives."""


class GlossaryExpander:
    """Looks up the abbreviations and synonyms of a vocabulary in texts."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._expansions: dict[int, tuple[tuple[str, ...], ...]] = {}
        self._abbreviations: _PhrasesByFirstWord = {}
        self._members: _PhrasesByFirstWord = {}
        self._words: set[str] = set()
        seen: set[tuple[str, ...]] = set()
        for number, (short, long) in enumerate(sorted(vocabulary.abbreviations.items())):
            key = tuple(tokenize(short))
            alternatives = tuple(dict.fromkeys(tuple(tokenize(one)) for one in long))
            if key and alternatives and all(alternatives) and key not in seen:
                seen.add(key)
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
        """Return whether an abbreviation begins with this word."""
        return word in self._abbreviations

    def expand(self, words: Sequence[str]) -> WeightedWords:
        """Expand the abbreviations. Alternatives are inserted one after another and share the weight."""
        expanded: WeightedWords = []
        at = 0
        while at < len(words):
            match = _longest(self._abbreviations, words, at)
            if match is None:
                expanded.append((words[at], 1.0))
                at += 1
                continue
            length, number = match
            alternatives = self._expansions[number]
            for alternative in alternatives:
                expanded.extend((word, 1.0 / len(alternatives)) for word in alternative)
            at += length
        return expanded

    def meanings(self, stems: Sequence[str]) -> list[tuple[int, int, int]]:
        """Return the synonym groups in the stems as (start, end (exclusive), group), in order."""
        matches: list[tuple[int, int, int]] = []
        for at, first in enumerate(stems):
            for key, number in self._members.get(first, ()):
                if tuple(stems[at : at + len(key)]) == key:
                    matches.append((at, at + len(key), number))
        return matches

    def vocabulary(self) -> frozenset[str]:
        """Return every word of an expansion or a synonym."""
        return frozenset(self._words)


def _put(phrases: _PhrasesByFirstWord, key: tuple[str, ...], number: int) -> None:
    longest_first = [*phrases.get(key[0], ()), (key, number)]
    phrases[key[0]] = sorted(longest_first, key=lambda item: (-len(item[0]), item))


def _longest(phrases: _PhrasesByFirstWord, words: Sequence[str], at: int) -> tuple[int, int] | None:
    for key, number in phrases.get(words[at], ()):
        if tuple(words[at : at + len(key)]) == key:
            return len(key), number
    return None
