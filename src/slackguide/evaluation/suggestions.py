"""Suggest additions to a knowledge base from questions that were asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np

from slackguide.evaluation.asked_questions import AskedQuestion
from slackguide.evaluation.runner import Progress
from slackguide.evaluation.word_suggestions import WordSuggestion, suggest_words
from slackguide.guide import Answer, Asker, Choices, Concern, Guide, NoAnswer, Outcome, Social
from slackguide.knowledge.model import phrasing_key
from slackguide.matching import Vocabulary
from slackguide.matching.matcher import CERTAIN_FROM
from slackguide.matching.text_clusters import clusters, similarities

QUESTION_LIMIT = 5_000
"""Maximum distinct questions that are read. More take minutes."""

CLUSTERED = 2_000
"""Maximum questions without an answer that are compared with one another."""

WEAK_CHOICES = 0.6
"""The confidence below which choices count as no answer."""

LIKELY = 0.5
"""The confidence from which the other words of a question with an unknown word tell what it is about."""

SIMILAR = 0.27
"""The similarity from which two questions are about one concern.

With twelve entries at a time left out of the shipped knowledge base, this, `WEAK_CHOICES` and `SAME_NEAREST` find two
thirds of those that four or more questions are about (`benchmarks/suggestions.py`, development half).
"""

SAME_NEAREST = 0.1
"""What is added to the similarity of two questions whose first match is the same entry. Questions about one concern
that share no word come near to the same entry. It is fitted like `SIMILAR`."""

NEIGHBOURS = 3
"""The number of the most similar questions whose similarity says how typical a question is."""

ALIKE = 0.6
"""The similarity from which a second phrasing adds nothing to the first."""

SMALLEST = 3
"""Minimum distinct questions of a cluster."""

PER_ENTRY = 5
"""Maximum phrasings suggested for an entry."""

PHRASING_LENGTH = 300
"""Maximum characters of a phrasing: the limit of the format."""

PHRASING_WORDS = 25
"""Maximum words of a phrasing to add: a longer text is a story with a concern in it."""


class Why(StrEnum):
    """The reason to add a phrasing."""

    OPENED = "a person opened this entry, which was not the answer"
    UNSURE = "answered, but not surely"


@dataclass(frozen=True, slots=True)
class ClusterSuggestion:
    """Questions about one concern that no entry answers."""

    texts: tuple[str, ...]
    """Distinct questions, the most typical first."""
    asked: int
    """How often they were asked in total."""
    nearest: str | None
    """The entry that most of them come nearest to."""


@dataclass(frozen=True, slots=True)
class PhrasingSuggestion:
    """A question to add to the phrasings of an entry."""

    text: str
    entry: str
    asked: int
    confidence: float
    """The confidence in this entry; 0 if it is not among the matches."""
    why: Why


@dataclass(frozen=True, slots=True)
class Suggestions:
    """All suggestions, the most useful of each kind first, and how the questions were answered."""

    clusters: tuple[ClusterSuggestion, ...]
    unanswered: tuple[ClusterSuggestion, ...]
    """Single questions that no entry answers and that are in no cluster, the most frequent first."""
    words: tuple[WordSuggestion, ...]
    phrasings: tuple[PhrasingSuggestion, ...]
    counts: Counter[str]
    """Distinct questions by what became of them, and those that were `not read` because there are too many."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A distinct question with its outcome."""

    text: str
    question: AskedQuestion
    asked: int
    outcome: Outcome
    critical: frozenset[str]
    """The critical entries. Nothing is suggested for them: their detector is trained on messages."""

    @property
    def first(self) -> str | None:
        """The entry that a person opened, or else the first match that nobody rejected."""
        passed = {*self.critical, self.question.rejected}
        ids = (match.id for match in self.outcome.matches if match.id not in passed)
        return self.question.entry or next(ids, None)

    @property
    def likely(self) -> str | None:
        """The entry that a person opened, or else a first match that is likelier than all others."""
        return self.first if self.question.entry or self.outcome.confidence >= LIKELY else None


def suggest(
    guide: Guide,
    questions: Iterable[AskedQuestion],
    *,
    today: date,
    progress: Progress = lambda items, _: items,
) -> Suggestions:
    """Ask the guide every question, with all roles, and suggest what to add.

    `progress` returns the items of a long loop, given them and a description of it.
    """
    knowledge = guide.knowledge
    everyone = Asker(more_roles=frozenset(knowledge.role_names))
    entries = knowledge.entries.items()
    critical = frozenset(id for id, entry in entries if entry.urgent or entry.signs is not None)
    distinct = _distinct(guide, questions)
    counts: Counter[str] = Counter({"not read": max(0, len(distinct) - QUESTION_LIMIT)})
    unanswered: list[_Asked] = []
    found: list[_Asked] = []
    phrasings: list[PhrasingSuggestion] = []
    for text, question, asked in progress(distinct[:QUESTION_LIMIT], "Asking"):
        one = _Asked(text, question, asked, guide.answer(Concern(question.text), everyone, today=today), critical)
        kind = _kind_of(one)
        counts[kind] += 1
        if kind in ("critical", "small talk", "out of scope"):
            continue
        found.append(one)
        if kind == "no answer":
            unanswered.append(one)
        elif (suggestion := _phrasing(one)) is not None:
            phrasings.append(suggestion)
    groups, alone = _clusters(unanswered[:CLUSTERED], guide)
    return Suggestions(
        clusters=groups,
        unanswered=alone,
        words=suggest_words(guide, [(one.text, one.likely) for one in found], everyone, progress),
        phrasings=tuple(_worth_adding(phrasings, guide)),
        counts=+counts,
    )


def _distinct(guide: Guide, questions: Iterable[AskedQuestion]) -> list[tuple[str, AskedQuestion, int]]:
    """Return every concern once with its count. What a person opened or rejected is kept from any of its questions."""
    merged: dict[str, tuple[str, AskedQuestion, int]] = {}
    for question in questions:
        text = " ".join(guide.concern_of(question.text).split())
        key = phrasing_key(text)
        if not key:
            continue
        entry = question.entry if question.entry in guide.knowledge.entries else None
        question = replace(question, entry=entry)
        if key in merged:
            text, other, asked = merged[key]
            both = replace(
                other, entry=other.entry or question.entry, rejected=other.rejected or question.rejected,
                out_of_scope=other.out_of_scope or question.out_of_scope,
            )  # fmt: skip
            merged[key] = (text, both, asked + 1)
        else:
            merged[key] = (text, question, 1)
    return list(merged.values())


def _kind_of(one: _Asked) -> str:
    """Return what became of a question. Messages of a critical concern are never suggested."""
    outcome = one.outcome
    is_shown = isinstance(outcome, Answer) or (isinstance(outcome, Choices) and outcome.confidence >= WEAK_CHOICES)
    shown = {match.id for match in outcome.matches[:1] if is_shown}
    if outcome.alerts or not one.critical.isdisjoint({*shown, one.question.entry}):
        return "critical"
    if one.question.out_of_scope or (isinstance(outcome, NoAnswer) and outcome.pointer):
        return "out of scope"
    if isinstance(outcome, Social):
        return "small talk"
    if one.question.entry is None and _is_unanswered(one):
        return "no answer"
    return "answered" if isinstance(outcome, Answer) else "choices"


def _is_unanswered(one: _Asked) -> bool:
    match one.outcome:
        case Answer(entry=entry):
            return entry.id == one.question.rejected
        case Choices(confidence=confidence):
            return confidence < WEAK_CHOICES
        case _:
            return True


# -- clusters ---------------------------------------------------------------------------------------------------------


def _clusters(
    unanswered: Sequence[_Asked], guide: Guide
) -> tuple[tuple[ClusterSuggestion, ...], tuple[ClusterSuggestion, ...]]:
    """Return the clusters of the questions, and the questions that are in none."""
    if not unanswered:
        return (), ()
    knowledge = guide.knowledge
    phrasings = [text for entry in knowledge.entries.values() for text in entry.concerns]
    vocabulary = Vocabulary(knowledge.abbreviations, knowledge.synonyms)
    similarity = similarities([one.text for one in unanswered], phrasings, vocabulary)
    nearest = np.array([one.first or f"none {at}" for at, one in enumerate(unanswered)])
    near = similarity + np.float32(SAME_NEAREST) * (nearest[:, None] == nearest)
    groups = clusters(near, threshold=SIMILAR, smallest=SMALLEST)
    np.fill_diagonal(similarity, 0)
    typical = np.sort(similarity, axis=1)[:, -NEIGHBOURS:].sum(axis=1)
    grouped = {at for group in groups for at in group}
    alone = [at for at in range(len(unanswered)) if at not in grouped]
    alone.sort(key=lambda at: (-unanswered[at].asked, -typical[at]))
    found = [_cluster([unanswered[at] for at in group]) for group in groups]
    return (
        tuple(sorted(found, key=lambda one: -one.asked)),
        tuple(_cluster([unanswered[at]]) for at in alone),
    )


def _cluster(group: Sequence[_Asked]) -> ClusterSuggestion:
    nearest = Counter(one.first for one in group if one.first is not None)
    return ClusterSuggestion(
        texts=tuple(one.text for one in group),
        asked=sum(one.asked for one in group),
        nearest=nearest.most_common(1)[0][0] if nearest else None,
    )


# -- phrasings --------------------------------------------------------------------------------------------------------


def _phrasing(one: _Asked) -> PhrasingSuggestion | None:
    outcome, opened = one.outcome, one.question.entry
    answered = outcome.entry.id if isinstance(outcome, Answer) else None
    id = opened or answered
    if id is None or id == one.question.rejected:
        return None
    if answered == id and outcome.confidence >= CERTAIN_FROM:
        return None
    confidence = next((match.confidence for match in outcome.matches if match.id == id), 0.0)
    why = Why.OPENED if opened is not None and answered != id else Why.UNSURE
    return PhrasingSuggestion(one.text, id, one.asked, confidence, why)


def _worth_adding(found: Sequence[PhrasingSuggestion], guide: Guide) -> Iterator[PhrasingSuggestion]:
    """Yield at most `PER_ENTRY` phrasings an entry that differ: those that a person opened first, then the frequent."""
    knowledge = guide.knowledge
    taken = knowledge.phrasing_keys
    usable = [
        one
        for one in found
        if len(one.text) <= PHRASING_LENGTH
        and 2 <= len(one.text.split()) <= PHRASING_WORDS
        and phrasing_key(one.text) not in taken
    ]
    by_entry: dict[str, list[PhrasingSuggestion]] = {}
    for one in sorted(usable, key=lambda one: (one.why is not Why.OPENED, -one.asked, one.confidence)):
        by_entry.setdefault(one.entry, []).append(one)
    vocabulary = Vocabulary(knowledge.abbreviations, knowledge.synonyms)
    for candidates in by_entry.values():
        similarity = similarities([one.text for one in candidates], (), vocabulary)
        kept: list[int] = []
        for at in range(len(candidates)):
            if len(kept) < PER_ENTRY and all(similarity[at, other] < ALIKE for other in kept):
                kept.append(at)
        yield from (candidates[at] for at in kept)
