"""Parse a query to words with weights, stems and meanings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from slackguide.matching.durations import durations
from slackguide.matching.glossary import GlossaryExpander
from slackguide.matching.stemmer import stem
from slackguide.matching.tokenizer import tokenize

MAX_WORDS = 120
"""Maximum words of a query. A concern has one or two sentences, and a pasted email states it at the beginning."""

MAX_EVIDENCE = 5


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """One parsed text."""

    plain: tuple[str, ...]
    """The words in order, after spelling correction."""
    words: tuple[str, ...]
    """The words in order, after spelling correction and expansion."""
    weights: tuple[float, ...]
    """The weight of each word: 1, or less for one of several expansions of an abbreviation."""
    terms: Mapping[str, float]
    """The weights of stems, synonym groups and durations."""
    meanings: tuple[tuple[str, float], ...]
    """The synonym group or else the stem of each word, in order, with one for all words of a phrase of a group."""


class QueryParser:
    """Parses texts with one glossary, and queries with spelling correction."""

    def __init__(self, glossary: GlossaryExpander) -> None:
        self._glossary = glossary

    def parse(
        self, text: str, correct: Callable[[str], tuple[str, ...]] | None = None, *, limit: int | None = MAX_WORDS
    ) -> ParsedQuery:
        """Parse the first `limit` words of a text, or all if it is None."""
        plain = tokenize(text)[:limit]
        if correct is not None:
            plain = [corrected for word in plain for corrected in self._correct(word, correct)]
        expanded = self._glossary.expand(plain)
        words = [word for word, _ in expanded]
        stems = [stem(word) for word in words]
        terms: dict[str, float] = {}
        for root, (_, weight) in zip(stems, expanded, strict=True):
            terms[root] = terms.get(root, 0.0) + weight
        for duration in durations(words, stems):
            terms[duration] = terms.get(duration, 0.0) + 1.0
        meanings: list[str] = list(stems)
        for first, last, group in self._glossary.meanings(stems):
            meaning = f"={group}"
            terms[meaning] = terms.get(meaning, 0.0) + 1.0
            if meanings[first] is stems[first]:
                meanings[first:last] = [meaning] + [""] * (last - first - 1)
        weights = tuple(weight for _, weight in expanded)
        weighted_meanings = tuple(
            (meaning, weight) for meaning, weight in zip(meanings, weights, strict=True) if meaning
        )
        return ParsedQuery(tuple(plain), tuple(words), weights, terms, weighted_meanings)

    def is_abbreviation(self, word: str) -> bool:
        """Return whether an abbreviation of the glossary begins with this word."""
        return self._glossary.is_abbreviation(word)

    def evidence(self, query: ParsedQuery, shares: Mapping[str, float]) -> tuple[str, ...]:
        """Return at most `MAX_EVIDENCE` words of the text, by the shares of their stems and meanings."""
        stems = [stem(word) for word in query.words]
        scores = [shares.get(root, 0.0) for root in stems]
        for first, last, group in self._glossary.meanings(stems):
            for at in range(first, last):
                scores[at] += shares.get(f"={group}", 0.0)
        ranked = sorted(range(len(stems)), key=lambda at: (-scores[at], at))
        evidence_tokens = dict.fromkeys(query.words[at] for at in ranked if scores[at] > 0.0)
        return tuple(evidence_tokens)[:MAX_EVIDENCE]

    def _correct(self, word: str, correct: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
        return (word,) if self._glossary.is_abbreviation(word) else correct(word)
