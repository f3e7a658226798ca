"""A text as the matcher sees it: words with weights, their stems and meanings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from slackguide.matching.durations import durations
from slackguide.matching.glossary import Glossary
from slackguide.matching.inflection import stem
from slackguide.matching.words import words

MAX_WORDS: Final = 120
"""Words of a question that are matched on: a concern takes a sentence or two, a pasted mail says it at the start."""

MOST_CARRIERS: Final = 5


@dataclass(frozen=True, slots=True)
class Reading:
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


class Reader:
    """Reads texts with one glossary; a question is read with a correction for words that are none."""

    def __init__(self, glossary: Glossary) -> None:
        self._glossary: Final = glossary

    def read(
        self, text: str, correct: Callable[[str], tuple[str, ...]] | None = None, *, limit: int | None = MAX_WORDS
    ) -> Reading:
        """The first `limit` words of a text, all for None."""
        found = words(text)[:limit]
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
        return Reading(tuple(found), tuple(written), weights, terms, kept)

    def carriers(self, reading: Reading, shares: Mapping[str, float]) -> tuple[str, ...]:
        """At most `MOST_CARRIERS` words of the text, by what their stems and meanings are worth in `shares`."""
        stems = [stem(word) for word in reading.words]
        worth = [shares.get(root, 0.0) for root in stems]
        for first, last, group in self._glossary.meanings(stems):
            for at in range(first, last):
                worth[at] += shares.get(f"={group}", 0.0)
        ranked = sorted(range(len(stems)), key=lambda at: (-worth[at], at))
        carried = dict.fromkeys(reading.words[at] for at in ranked if worth[at] > 0.0)
        return tuple(carried)[:MOST_CARRIERS]

    def _corrected(self, word: str, correct: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
        return (word,) if self._glossary.is_shorthand(word) else correct(word)
