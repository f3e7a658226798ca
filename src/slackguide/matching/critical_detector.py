"""Detect critical entries: their phrases, weighed with classifiers trained on whole messages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from slackguide.matching.naive_bayes import FeatureCounts, NaiveBayes
from slackguide.matching.phrase_detector import PhraseDetector
from slackguide.matching.phrase_detector import Strength as PhraseStrength
from slackguide.matching.scoring import AlertThresholds
from slackguide.matching.tokenizer import tokenize
from slackguide.matching.types import CriticalPatterns

Strength = Literal["clear", "likely", "weak"]

ExampleTokens = Mapping[str, Sequence[Sequence[str]]]
"""The phrasings of every entry, as words in order."""


@dataclass(frozen=True, slots=True)
class CriticalMatch:
    """A sign of one critical entry: clear puts it first, likely does where nothing is certain, weak alerts."""

    id: str
    message: str
    strength: Strength


class CriticalDetector:
    """Phrases find what is said in known words; likeness to real messages finds the rest, and doubts a mere phrase."""

    def __init__(
        self,
        signs: Iterable[CriticalPatterns],
        example_tokens: ExampleTokens,
        inside: FeatureCounts,
        outside: FeatureCounts,
        alarm: AlertThresholds,
    ) -> None:
        """`inside` are the phrasings of all entries, `outside` messages that no entry answers."""
        every = tuple(signs)
        self._alarm: Final = alarm
        self._phrases: Final = PhraseDetector(every)
        self._messages: Final = {one.id: one.message for one in every}
        self._classifiers: Final = {
            one.id: _train(one, example_tokens.get(one.id, ()), inside, outside) for one in every if one.serious
        }

    def find(self, text: str, read: Sequence[str]) -> tuple[CriticalMatch, ...]:
        """At most one sign an entry, in `text` or its corrected words; stronger signs first, then by id."""
        phrases = self._phrases.find(text)
        ranking = ((id, self._strength(id, phrases.get(id), read)) for id in self._messages)
        found = (CriticalMatch(id, self._messages[id], strength) for id, strength in ranking if strength is not None)
        return tuple(sorted(found, key=lambda one: (one.strength, one.id)))

    @property
    def trained_ids(self) -> tuple[str, ...]:
        """The entries that learnt from whole messages."""
        return tuple(self._classifiers)

    def log_odds(self, id: str, read: Sequence[str]) -> float:
        """Log-odds that the words are a message of those that entry `id` learnt from. Raises KeyError if of none."""
        return self._classifiers[id].log_odds(read)

    def evidence(self, id: str, read: Sequence[str], most: int) -> tuple[str, ...]:
        """At most `most` words that speak for entry `id`, by what it learnt from whole messages; () if from none."""
        return self._classifiers[id].evidence(read, most) if id in self._classifiers else ()

    def _strength(self, id: str, phrase: PhraseStrength | None, read: Sequence[str]) -> Strength | None:
        if id not in self._classifiers:
            return "likely" if phrase == "weak" else phrase
        alarm, log_odds = self._alarm, self.log_odds(id, read)
        if phrase == "clear" and log_odds >= alarm.doubted_below:
            return "clear"
        if log_odds >= alarm.likely_from:
            return "likely"
        if phrase == "clear" or log_odds >= (alarm.weak_from if phrase is None else alarm.doubted_below):
            return "weak"
        return None


def _train(
    signs: CriticalPatterns, example_tokens: Sequence[Sequence[str]], inside: FeatureCounts, outside: FeatureCounts
) -> NaiveBayes:
    own = FeatureCounts(example_tokens)
    harmless = FeatureCounts(map(tokenize, signs.harmless))
    return NaiveBayes(own + FeatureCounts(map(tokenize, signs.serious)), inside - own + outside + harmless)
