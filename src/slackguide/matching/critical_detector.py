"""Detect critical entries by phrases, combined with classifiers trained on whole messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from slackguide.matching.naive_bayes import FeatureCounts, NaiveBayes
from slackguide.matching.phrase_detector import PhraseDetector
from slackguide.matching.phrase_detector import Strength as PhraseStrength
from slackguide.matching.scoring import AlertThresholds
from slackguide.matching.tokenizer import tokenize
from slackguide.matching.types import CriticalPatterns

Strength = Literal["clear", "likely", "weak"]

ExampleTokens = Mapping[str, Sequence[Sequence[str]]]
"""The tokens of the phrasings, by entry id."""


@dataclass(frozen=True, slots=True)
class CriticalMatch:
    """A detected critical entry.

    A clear match ranks the entry first, a likely one ranks it first unless another entry is the answer, and a weak one
    adds an alert.
    """

    id: str
    message: str
    strength: Strength


class CriticalDetector:
    """Detects critical entries in a text.

    Phrases detect known wordings. Classifiers detect other wordings, and lower the strength of a phrase match in a
    message that does not resemble the training examples.
    """

    def __init__(
        self,
        patterns: Iterable[CriticalPatterns],
        example_tokens: ExampleTokens,
        inside: FeatureCounts,
        outside: FeatureCounts,
        thresholds: AlertThresholds,
    ) -> None:
        """Train the classifiers. `inside` counts the phrasings of all entries, `outside` messages that none answers."""
        patterns = tuple(patterns)
        self._thresholds = thresholds
        self._phrases = PhraseDetector(patterns)
        self._messages = {one.id: one.message for one in patterns}
        self._classifiers = {
            one.id: _train(one, example_tokens.get(one.id, ()), inside, outside) for one in patterns if one.serious
        }

    def find(self, text: str, tokens: Sequence[str]) -> tuple[CriticalMatch, ...]:
        """Return at most one match per entry, by strength and id. `tokens` are the corrected words of `text`."""
        phrases = self._phrases.find(text)
        strengths = ((id, self._strength(id, phrases.get(id), tokens)) for id in self._messages)
        matches = (CriticalMatch(id, self._messages[id], one) for id, one in strengths if one is not None)
        return tuple(sorted(matches, key=lambda one: (one.strength, one.id)))

    @property
    def trained_ids(self) -> tuple[str, ...]:
        """The ids of the entries with a trained classifier."""
        return tuple(self._classifiers)

    def log_odds(self, id: str, tokens: Sequence[str]) -> float:
        """Return the log-odds of entry `id` for the tokens. Raises KeyError if it has no classifier."""
        return self._classifiers[id].log_odds(tokens)

    def evidence(self, id: str, tokens: Sequence[str], limit: int) -> tuple[str, ...]:
        """Return at most `limit` words with the highest weights for entry `id`, or () if it has no classifier."""
        return self._classifiers[id].evidence(tokens, limit) if id in self._classifiers else ()

    def _strength(self, id: str, phrase: PhraseStrength | None, tokens: Sequence[str]) -> Strength | None:
        if id not in self._classifiers:
            return "likely" if phrase == "weak" else phrase
        thresholds, log_odds = self._thresholds, self.log_odds(id, tokens)
        if phrase == "clear" and log_odds >= thresholds.doubted_below:
            return "clear"
        if log_odds >= thresholds.likely_from:
            return "likely"
        if phrase == "clear" or log_odds >= (thresholds.weak_from if phrase is None else thresholds.doubted_below):
            return "weak"
        return None


def _train(
    patterns: CriticalPatterns, example_tokens: Sequence[Sequence[str]], inside: FeatureCounts, outside: FeatureCounts
) -> NaiveBayes:
    own = FeatureCounts(example_tokens)
    harmless = FeatureCounts(map(tokenize, patterns.harmless))
    return NaiveBayes(own + FeatureCounts(map(tokenize, patterns.serious)), inside - own + outside + harmless)
