"""A parsed query: its words with weights, their stems and meanings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from slackguide.matching.durations import durations
from slackguide.matching.glossary import GlossaryExpander
from slackguide.matching.stemmer import stem
from slackguide.matching.tokenizer import tokenize

MAX_WORDS: Final = 120
"""Words of a question that are matched on: a concern takes a sentence or two, a pasted mail says it at the start."""

MAX_EVIDENCE: Final = 5


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """One text, read."""

    plain: tuple[str, ...]
    """As they stand there, in order, after correction."""
    words: tuple[str, ...]
    """After correction and expansion, in order."""
    weights: tuple[float, ...]
    """Of each word: 1, or less where it is one of several things that a shorthand may stand for."""
    terms: Mapping[str, float]
    """Stems, synonym groups and lengths of time, with their weights."""
    meanings: tuple[tuple[str, float], ...]
    """In order, each word's synonym group or else its stem, one for all words of a group's phrase."""


class QueryParser:
    """Reads texts with one glossary; a question is read with a correction for words that are none."""

    def __init__(self, glossary: GlossaryExpander) -> None:
        self._glossary: Final = glossary

    def parse(
        self, text: str, correct: Callable[[str], tuple[str, ...]] | None = None, *, limit: int | None = MAX_WORDS
    ) -> ParsedQuery:
        """The first `limit` words of a text, all for None."""
        found = tokenize(text)[:limit]
        if correct is not None:
            found = [better for word in found for better in self._corrected(word, correct)]
        expanded = self._glossary.expand(found)
        written = [word for word, _ in expanded]
        stems = [stem(word) for word in written]
        terms: dict[str, float] = {}
        for root, (_, weight) in zip(stems, expanded, strict=True):
            terms[root] = terms.get(root, 0.0) + weight
        for duration in durations(written, stems):
            terms[duration] = terms.get(duration, 0.0) + 1.0
        meanings: list[str] = list(stems)
        for first, last, group in self._glossary.meanings(stems):
            meaning = f"={group}"
            terms[meaning] = terms.get(meaning, 0.0) + 1.0
            if meanings[first] is stems[first]:
                meanings[first:last] = [meaning] + [""] * (last - first - 1)
        weights = tuple(weight for _, weight in expanded)
        kept = tuple((meaning, weight) for meaning, weight in zip(meanings, weights, strict=True) if meaning)
        return ParsedQuery(tuple(found), tuple(written), weights, terms, kept)

    def evidence(self, query: ParsedQuery, shares: Mapping[str, float]) -> tuple[str, ...]:
        """At most `MAX_EVIDENCE` words of the text, by what their stems and meanings are worth in `shares`."""
        stems = [stem(word) for word in query.words]
        worth = [shares.get(root, 0.0) for root in stems]
        for first, last, group in self._glossary.meanings(stems):
            for at in range(first, last):
                worth[at] += shares.get(f"={group}", 0.0)
        ranked = sorted(range(len(stems)), key=lambda at: (-worth[at], at))
        evidence_tokens = dict.fromkeys(query.words[at] for at in ranked if worth[at] > 0.0)
        return tuple(evidence_tokens)[:MAX_EVIDENCE]

    def _corrected(self, word: str, correct: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
        return (word,) if self._glossary.is_abbreviation(word) else correct(word)
