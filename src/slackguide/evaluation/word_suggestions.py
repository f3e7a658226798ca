"""Suggest glossary lines for words that people use and the knowledge base does not have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from slackguide.evaluation.runner import Progress
from slackguide.guide import Asker, Guide
from slackguide.knowledge import Entry
from slackguide.matching import Vocabulary
from slackguide.matching.text_clusters import similarities
from slackguide.matching.tokenizer import tokenize
from slackguide.matching.wordlist import common_words

FEWEST = 3
"""Minimum distinct questions with a word."""

SHARE = 0.6
"""Minimum share of these questions that are about one entry."""

TRIED_QUESTIONS = 6
TRIED_WORDS = 40
"""Maximum questions of a word, and words of an entry that are put in its place."""

TRIED = 60
"""Maximum unknown words, the most frequent first."""

COMMON = 0.15
"""The share of the entries from which a word is common to all, but at least two entries."""

CERTAIN = 0.9
"""The confidence that cannot rise much. In place of a word that is not English, another has to be as good only."""

FIT = 0.3
"""Minimum mean similarity of the questions, with the other word in place of the unknown one, to a phrasing with it."""

MEANINGS = 3

GAIN = 0.05
"""Minimum mean rise of the confidence in the entry with the other word in place of the unknown one."""


@dataclass(frozen=True, slots=True)
class WordSuggestion:
    """A word that people use, and words of the knowledge base that may stand for it."""

    word: str
    meanings: tuple[str, ...]
    """At most `MEANINGS`, the likeliest first."""
    entry: str
    """The entry that most questions with the word are about."""
    asked: int
    """The number of distinct questions with the word."""
    examples: tuple[str, ...]


def suggest_words(
    guide: Guide, questions: Sequence[tuple[str, str | None]], asker: Asker, progress: Progress
) -> tuple[WordSuggestion, ...]:
    """Return a glossary line for each unknown word that occurs beside words of one entry.

    `questions` are distinct, each with the entry that its other words are about, or None. The meanings are the words of
    this entry that, in place of the unknown one, raise the confidence in the entry; those that stand beside
    the same words first.
    """
    by_word: dict[str, list[tuple[str, str | None]]] = {}
    for text, entry in questions:
        for word in guide.unknown_words(text):
            by_word.setdefault(word, []).append((text, entry))
    frequent = sorted((word for word, uses in by_word.items() if len(uses) >= FEWEST), key=lambda w: -len(by_word[w]))
    common = _common_words(guide)
    tried = progress(frequent[:TRIED], "Looking words up")
    found = (_suggestion(word, by_word[word], guide, asker, common) for word in tried)
    return tuple(one for one in found if one is not None)


def _common_words(guide: Guide) -> frozenset[str]:
    entries = guide.knowledge.entries.values()
    counts = Counter(word for entry in entries for word in set(tokenize(" ".join((entry.title, *entry.concerns)))))
    return frozenset(word for word, count in counts.items() if count > max(2, COMMON * len(entries)))


def _suggestion(
    word: str, uses: Sequence[tuple[str, str | None]], guide: Guide, asker: Asker, common: frozenset[str]
) -> WordSuggestion | None:
    entries = Counter(entry for _, entry in uses if entry is not None)
    if not entries:
        return None
    id, count = entries.most_common(1)[0]
    if count < max(FEWEST - 1, SHARE * len(uses)):
        return None
    texts = [text for text, entry in uses if entry == id][:TRIED_QUESTIONS]
    before = _confidence(guide, texts, id, asker)
    after = {
        other: _confidence(guide, [_replaced(text, word, other) for text in texts], id, asker)
        for other in _candidates(word, texts, guide.knowledge.entries[id], common)
    }
    is_jargon = word not in common_words()
    needed = before if is_jargon and before >= CERTAIN else before + GAIN
    raised = [other for other in after if after[other] >= needed]
    if not raised:
        return None
    fit = _fit(guide, word, raised, texts, guide.knowledge.entries[id])
    better = sorted((other for other in raised if fit[other] >= FIT), key=lambda other: -fit[other])
    return WordSuggestion(word, tuple(better[:MEANINGS]), id, len(uses), tuple(texts[:3])) if better else None


def _fit(guide: Guide, word: str, candidates: Sequence[str], texts: Sequence[str], entry: Entry) -> dict[str, float]:
    """Return how similar the questions become, with each candidate in place of the word, to phrasings that have it."""
    vocabulary = Vocabulary(guide.knowledge.abbreviations, guide.knowledge.synonyms)
    phrasings = [" ".join(tokenize(text)) for text in (entry.title, *entry.concerns)]
    replaced = [_replaced(text, word, other) for other in candidates for text in texts]
    similarity = similarities([*replaced, *phrasings], (), vocabulary)[: len(replaced), len(replaced) :]
    has = np.array([[f" {other} " in f" {text} " for text in phrasings] for other in candidates])
    rows = similarity.reshape(len(candidates), len(texts), len(phrasings)) * has[:, None, :]
    return dict(zip(candidates, rows.max(axis=2).mean(axis=1).tolist(), strict=True))


def _candidates(word: str, texts: Sequence[str], entry: Entry, common: frozenset[str]) -> Iterator[str]:
    """Yield the frequent words of an entry that the questions do not have, and phrases with the word as initials."""
    present = {other for text in texts for other in tokenize(text)}
    counts: Counter[str] = Counter()
    for text in (entry.title, *entry.concerns, *entry.keywords):
        words = tokenize(text)
        counts.update(set(words))
        for size in range(2, 5):
            phrases = [words[at : at + size] for at in range(len(words) - size + 1)]
            yield from (" ".join(one) for one in phrases if "".join(part[0] for part in one) == word)
    passed = present | common
    usable = (one for one, _ in counts.most_common() if one.isalpha() and len(one) > 2 and one not in passed)
    yield from islice(usable, TRIED_WORDS)


def _replaced(text: str, word: str, other: str) -> str:
    return " ".join(other if one == word else one for one in tokenize(text))


def _confidence(guide: Guide, texts: Sequence[str], id: str, asker: Asker) -> float:
    found = (guide.match(text, asker).matches for text in texts)
    return sum(match.confidence for matches in found for match in matches if match.id == id) / max(len(texts), 1)
