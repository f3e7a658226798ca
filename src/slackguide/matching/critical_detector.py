"""Detect critical entries sentence by sentence, with phrases and with classifiers trained on messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from math import log
from typing import Literal

import numpy as np

from slackguide.matching.phrase_detector import PhraseDetector, phrase_words, without_digits
from slackguide.matching.phrase_detector import Strength as PhraseStrength
from slackguide.matching.scoring import AlertThresholds
from slackguide.matching.sentence_classifier import SentenceClassifier
from slackguide.matching.sentences import judged_sentences, split_sentences
from slackguide.matching.spelling import Spelling
from slackguide.matching.stemmer import stem
from slackguide.matching.tokenizer import tokenize
from slackguide.matching.types import Arrays, CriticalPatterns, Recall, learn_anew

Strength = Literal["clear", "likely", "weak"]

Words = Sequence[str]

Phrases = Sequence[Mapping[str, PhraseStrength]]
"""The phrases in every sentence, by entry id."""

ExampleTokens = Mapping[str, Sequence[Words]]
"""The tokens of the phrasings, by entry id."""

CLEAR_PHRASE = 1.5
"""Added to the log-odds of a sentence with a clear phrase. Chosen by cross-validation on the shipped messages."""

LENGTH_PENALTY = 1.2
"""Multiplied by the logarithm of the number of sentences, and subtracted from the log-odds of the strongest one.

The strongest of many harmless sentences is stronger than that of a few. Chosen like `CLEAR_PHRASE`.
"""

MAX_CORRECTIONS = 60
"""Maximum distinct misspelled words of a text that are corrected. Each takes about 0.1 ms."""

_MIN_USES = 2
"""Minimum occurrences in the training messages of a word to which misspelled words are corrected."""


@dataclass(frozen=True, slots=True)
class CriticalMatch:
    """A detected critical entry.

    A clear match ranks the entry first, a likely one ranks it first unless another entry is the answer, and a weak one
    adds an alert.
    """

    id: str
    message: str
    strength: Strength
    sentence: Words = ()
    """The words of the strongest sentence, for an entry with a classifier."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """The strongest sentence of a text for one entry."""

    score: float
    sentence: Words


class CriticalDetector:
    """Detects critical entries in a text.

    Every sentence is judged alone, and the text has the strength of its strongest sentence. An entry with messages to
    learn from has a classifier of sentences, for which its phrases are further examples. Any other entry has only its
    phrases.
    """

    def __init__(
        self,
        patterns: Iterable[CriticalPatterns],
        example_tokens: Callable[[], ExampleTokens],
        out_of_scope: Sequence[Words],
        thresholds: AlertThresholds,
        recall: Recall = learn_anew,
    ) -> None:
        """Train the classifiers that are not recalled. `out_of_scope` are tokenized messages that no entry answers.

        `example_tokens` returns the tokens of the phrasings, which only training needs.
        """
        patterns = tuple(patterns)
        self._thresholds = thresholds
        self._phrases = PhraseDetector(patterns)
        self._messages = {one.id: one.message for one in patterns}
        self._classifiers: dict[str, SentenceClassifier] = {}
        uses: Counter[str] = Counter()
        for one in patterns:
            if one.serious:
                learnt = recall(one.id, partial(_learn, one, example_tokens, out_of_scope))
                self._classifiers[one.id] = classifier = SentenceClassifier.restore(learnt)
                uses.update(dict(zip(classifier.words, learnt["uses"].tolist(), strict=True)))
        self._known = frozenset(word for classifier in self._classifiers.values() for word in classifier.words)
        self._spelling = Spelling({word: n for word, n in uses.items() if n >= _MIN_USES})

    def find(self, text: str) -> tuple[CriticalMatch, ...]:
        """Return at most one match per entry, by strength and id."""
        if not self._messages:
            return ()
        sentences = self._sentences(text)
        phrases = self._phrases.find(sentences)
        matches = (self._match(id, sentences, phrases) for id in self._messages)
        return tuple(sorted((one for one in matches if one is not None), key=lambda one: (one.strength, one.id)))

    @property
    def trained_ids(self) -> tuple[str, ...]:
        """The ids of the entries with a trained classifier."""
        return tuple(self._classifiers)

    def score(self, id: str, text: str) -> float:
        """Return the log-odds of entry `id` for the strongest sentence. Raises KeyError if it has no classifier."""
        sentences = self._sentences(text)
        return self._judge(id, sentences, self._phrases.find(sentences)).score

    def evidence(self, match: CriticalMatch, limit: int) -> tuple[str, ...]:
        """Return at most `limit` words of the strongest sentence of a match, or () if its entry has no classifier."""
        if not match.sentence:
            return ()
        weights = self._classifiers[match.id].word_weights(match.sentence)
        return tuple(sorted((word for word in weights if weights[word] > 0.0), key=lambda word: -weights[word])[:limit])

    def work(self, text: str) -> int:
        """Return the number of words judged."""
        return len(self._classifiers) * sum(map(len, self._sentences(text)))

    def _match(self, id: str, sentences: Sequence[Words], phrases: Phrases) -> CriticalMatch | None:
        message = self._messages[id]
        if id not in self._classifiers:
            found = {one[id] for one in phrases if id in one}
            return CriticalMatch(id, message, "clear" if "clear" in found else "likely") if found else None
        judged = self._judge(id, sentences, phrases)
        strength = self._strength(judged.score)
        return CriticalMatch(id, message, strength, judged.sentence) if strength is not None else None

    def _strength(self, score: float) -> Strength | None:
        if score >= self._thresholds.clear_from:
            return "clear"
        if score >= self._thresholds.likely_from:
            return "likely"
        return "weak" if score >= self._thresholds.weak_from else None

    def _judge(self, id: str, sentences: Sequence[Words], phrases: Phrases) -> _Judged:
        log_odds = self._classifiers[id].log_odds(sentences).tolist()
        scores = [
            score + (CLEAR_PHRASE if found.get(id) == "clear" else 0.0)
            for score, found in zip(log_odds, phrases, strict=True)
        ]
        strongest = max(range(len(scores)), key=scores.__getitem__)
        return _Judged(scores[strongest] - LENGTH_PENALTY * log(len(scores)), sentences[strongest])

    def _sentences(self, text: str) -> list[Words]:
        """Return the sentences to judge, with the words that no message contains corrected."""
        parsed = [phrase_words(sentence) for sentence in split_sentences(text)]
        unknown = dict.fromkeys(word for words in parsed for word in words if not self._knows(word))
        corrected = {word: self._correct(word) for word in list(unknown)[:MAX_CORRECTIONS]}
        return judged_sentences(
            [better for word in words for better in corrected.get(word, (word,))] for words in parsed
        )

    def _correct(self, word: str) -> tuple[str, ...]:
        plain = without_digits(word)
        return (plain,) if self._knows(plain) else self._spelling.correct(plain)

    def _knows(self, word: str) -> bool:
        """Return whether a training sentence contains the word or another inflection of it."""
        return word in self._known or stem(word) in self._known


def _learn(one: CriticalPatterns, example_tokens: Callable[[], ExampleTokens], out_of_scope: Sequence[Words]) -> Arrays:
    """Return the arrays of the classifier of an entry, and the occurrences of its words in the messages."""
    positive = _parse(one.serious, one.clear, one.weak)
    negative = list(chain(*_parse(one.harmless, one.exclusions)))
    uses = Counter(word for words in chain(*positive, negative) for word in words)
    examples = example_tokens()
    positive += [[words] for words in examples.get(one.id, ())]
    negative += [words for id, phrasings in examples.items() if id != one.id for words in phrasings]
    negative += out_of_scope
    classifier = SentenceClassifier(positive, negative)
    return {**classifier.arrays(), "uses": np.array([uses[word] for word in classifier.words])}


def _parse(*texts: Iterable[str]) -> list[Sequence[Words]]:
    """Return the sentences of every text."""
    return [judged_sentences(map(tokenize, split_sentences(text))) for text in chain(*texts)]
