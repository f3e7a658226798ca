"""A text as the matcher sees it: words, stems, meanings and letter groups, each with a weight."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from .durations import durations
from .glossary import Glossary
from .inflection import stem
from .words import words

MAX_WORDS: Final = 120
"""Words of a text that are matched on; a concern is put in a sentence or two, a pasted mail says it at the start."""

PAIR_WINDOW: Final = 3
"""How far apart the two words of a pair may stand."""

MOST_CARRIERS: Final = 5

Weights = dict[str, float]


@dataclass(frozen=True, slots=True)
class Reading:
    """The features of one text, in three families."""

    words: tuple[str, ...]
    """After correction and expansion, in order."""
    terms: Weights
    """Stems and synonym groups."""
    pairs: Weights
    """Two meanings within `PAIR_WINDOW`, in order."""
    grams: Weights
    """Groups of 2 to 4 letters within a word, its edges marked."""

    def family(self, name: str) -> Weights:
        """The features of the family "term", "pair" or "gram"."""
        return {"term": self.terms, "pair": self.pairs, "gram": self.grams}[name]


class Reader:
    """Reads texts with one glossary; a question is read with a correction for words that are none."""

    def __init__(self, glossary: Glossary) -> None:
        self._glossary: Final = glossary

    def read(
        self, text: str, correct: Callable[[str], tuple[str, ...]] | None = None, *, limit: int | None = MAX_WORDS
    ) -> Reading:
        """The features of the first `limit` words, all for None."""
        found = words(text)[:limit]
        if correct is not None:
            found = [better for word in found for better in self._corrected(word, correct)]
        expanded = self._glossary.expand(found)
        stems = [stem(word) for word, _ in expanded]
        terms: Weights = {}
        grams: Weights = {}
        for (word, weight), root in zip(expanded, stems, strict=True):
            terms[root] = terms.get(root, 0.0) + weight
            for gram in letter_groups(word):
                grams[gram] = grams.get(gram, 0.0) + weight
        for duration in durations([word for word, _ in expanded], stems):
            terms[duration] = terms.get(duration, 0.0) + 1.0
        meanings: list[str] = list(stems)
        for first, last, group in self._glossary.meanings(stems):
            meaning = f"={group}"
            terms[meaning] = terms.get(meaning, 0.0) + 1.0
            if meanings[first] is stems[first]:
                meanings[first] = meaning
                for at in range(first + 1, last):
                    meanings[at] = ""
        weights = [weight for _, weight in expanded]
        return Reading(tuple(word for word, _ in expanded), terms, _pairs(meanings, weights), grams)

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


@lru_cache(maxsize=65_536)
def letter_groups(word: str) -> tuple[str, ...]:
    """The 2- to 4-letter groups of a word between edge marks."""
    marked = f"_{word}_"
    return tuple(marked[at : at + size] for size in (2, 3, 4) for at in range(len(marked) - size + 1))


def _pairs(meanings: list[str], weights: list[float]) -> Weights:
    pairs: Weights = {}
    kept = [(meaning, weight) for meaning, weight in zip(meanings, weights, strict=True) if meaning]
    for at, (first, weight) in enumerate(kept):
        for second, other in kept[at + 1 : at + 1 + PAIR_WINDOW]:
            key = f"{first} {second}"
            pairs[key] = pairs.get(key, 0.0) + weight * other
    return pairs
