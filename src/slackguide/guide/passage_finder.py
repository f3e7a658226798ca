"""Find the steps of an entry that answer a question about the case."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from slackguide.guide.outcomes import Answer
from slackguide.guide.turn_signs import QUESTION_TOPICS, QUESTION_WORDS, REFERENCES, SHAPES
from slackguide.knowledge import KnowledgeBase
from slackguide.matching.stemmer import stem
from slackguide.matching.tokenizer import tokenize

MAX_PASSAGES = 2
"""Maximum passages in a reply."""

RARE = 2.0
"""The least weight of the words shared with the question: that of a rare word, or of several common ones."""

LEADING = 3
"""Words at the beginning of a step that say what it is about: `Tell the user: …`."""

_EMPTY = frozenset(
    map(
        stem,
        (
            *QUESTION_WORDS,
            *REFERENCES,
            *str.split(
                "a an the of to for in on at by with and or if be been being i we you my our your not no do get got "
                "let go from as into up out there here just only please need want say tell long who"
            ),
        ),
    )
)
"""Stems that say nothing about what a question is about."""


class PassageFinder:
    """Finds passages in the answers of one knowledge base. Rare words of its steps weigh more than common ones."""

    def __init__(self, knowledge: KnowledgeBase, meanings: Callable[[str], frozenset[str]]) -> None:
        """`meanings` returns the synonym groups and stems of a text."""
        self._meanings = meanings
        texts = [
            step.text
            for entry in knowledge.entries.values()
            for step in (*entry.path, *entry.warnings, *(step for rule in entry.rules for step in rule.path))
        ]
        self._steps = max(len(texts), 1)
        self._uses = Counter(word for text in texts for word in self.words(text))

    def find(self, question: str, subject: str | None, answer: Answer) -> tuple[str, ...]:
        """Return the passages that answer a question, the best first. Empty if the entry does not say it."""
        candidates = _candidates(answer)
        if subject is not None and subject in SHAPES:
            shape = SHAPES[subject]
            return self._best(question, [text for text in candidates if shape.search(text)], floor=0.0)
        wanted = {stem(word) for word in QUESTION_TOPICS.get(subject or "", ())}
        if wanted:
            stems = {text: list(map(stem, tokenize(text))) for text in candidates}
            first = [text for text in candidates if not wanted.isdisjoint(stems[text][:LEADING])]
            return self._best(question, first or [text for text in candidates if wanted & set(stems[text])], floor=0.0)
        return self._best(question, candidates, floor=RARE)

    def _best(self, question: str, candidates: Sequence[str], *, floor: float) -> tuple[str, ...]:
        asked = self.words(question)
        scored = [(self._common(asked, text), text) for text in candidates]
        best = max((score for score, _ in scored), default=0.0)
        kept = [(score, text) for score, text in scored if score >= max(floor, best / 2)]
        kept.sort(key=lambda one: -one[0])
        return tuple(text for _, text in kept[:MAX_PASSAGES])

    def _common(self, asked: frozenset[str], text: str) -> float:
        """Return the summed inverse document frequency of the words that a passage shares with the question."""
        return sum(math.log((1 + self._steps) / (1 + self._uses[word])) for word in sorted(asked & self.words(text)))

    def words(self, text: str) -> frozenset[str]:
        """Return the meanings of the words of a text that say something."""
        return self._meanings(text) - _EMPTY


def _candidates(answer: Answer) -> list[str]:
    decision = answer.decision
    texts = [*decision.path, *decision.warnings, *decision.cautions, *answer.entry.act_now]
    if decision.instead:
        texts.insert(0, decision.instead)
    return list(dict.fromkeys(texts))
