"""The guide: a concern in, an outcome out. Deterministic, without network or clock of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from slackguide.errors import UnusableInput
from slackguide.extraction.extractor import FactExtractor
from slackguide.guide.corpus import Corpus
from slackguide.guide.notes import filled
from slackguide.guide.outcomes import Answer, Asker, Choices, Concern, NoAnswer, Outcome, TitledMatch
from slackguide.knowledge import Entry, KnowledgeBase, did_you_mean
from slackguide.knowledge.conditions import FactValue
from slackguide.matching import Alert, Evidence, Match, Matching
from slackguide.triage import Triage

EXACT = 1.0
"""Confidence of an entry that was named by its id."""


class Guide:
    """Answers concerns from one knowledge base. Immutable and safe to share between threads."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self.knowledge = knowledge
        self.triage = Triage(knowledge)
        self._reader = FactExtractor(knowledge.facts, knowledge.abbreviations)
        corpus = Corpus.of(knowledge)
        self._matcher = corpus.matcher()

    def answer(self, concern: Concern, asker: Asker, *, today: date) -> Outcome:
        """What the guide says to a concern. `today` is what dates in the words are counted from.

        Raises `UnusableInput` where the concern names an entry that does not exist.
        """
        hidden = self.knowledge.hidden_from(asker.role)
        if concern.entry is not None:
            return self._by_id(concern, concern.entry, hidden, today)
        return self._outcome(concern, self.match(concern.text, asker), today)

    def match(self, text: str, asker: Asker) -> Matching:
        """The matcher's word on a text, for the asker's eyes."""
        return self._matcher.match(text, hidden=self.knowledge.hidden_from(asker.role))

    def facts_in(self, text: str, *, today: date) -> Mapping[str, FactValue]:
        """The facts that words alone tell."""
        return self._reader.extract(text, today=today).facts

    def why(self, text: str, id: str) -> Evidence:
        """Which words and which phrasing carried the match of `text` with the entry `id`."""
        return self._matcher.explain(text, id)

    def _outcome(self, concern: Concern, matching: Matching, today: date) -> Outcome:
        matches = tuple(self._titled(match) for match in matching.matches)
        if matching.outcome == "answer":
            return self._answer(
                self.knowledge.entries[matches[0].id], concern, matches, matching.alerts, matching.urgent,
                matching.why, today,
            )  # fmt: skip
        if matching.outcome == "choices":
            return Choices(matching.confidence, matches, matching.alerts, offered=matching.offered)
        return NoAnswer(matching.confidence, matches, matching.alerts)

    def _by_id(self, concern: Concern, id: str, hidden: frozenset[str], today: date) -> Outcome:
        entry = self.knowledge.entries.get(id)
        if entry is None:
            raise UnusableInput(f"unknown entry `{id}`{did_you_mean(id, self.knowledge.entries)}")
        if id in hidden:
            return NoAnswer(0.0, (), ())
        matches = (TitledMatch(id, entry.title, EXACT),)
        why = self.why(concern.text, id) if concern.text else Evidence()
        return self._answer(entry, concern, matches, (), False, why, today)

    def _answer(
        self,
        entry: Entry,
        concern: Concern,
        matches: tuple[TitledMatch, ...],
        alerts: tuple[Alert, ...],
        urgent: bool,
        why: Evidence,
        today: date,
    ) -> Answer:
        reading = self._reader.extract(concern.text, today=today)
        let_be = {*concern.facts, *concern.dropped}
        read = {name: value for name, value in reading.facts.items() if name not in let_be}
        facts: Mapping[str, FactValue] = {**read, **concern.facts}
        decision = self.triage.decide(entry.id, facts)
        template = self.knowledge.notes[decision.note].text if decision.note else None
        return Answer(
            confidence=matches[0].confidence,
            matches=matches,
            alerts=alerts,
            entry=entry,
            decision=decision,
            note=filled(template, self.knowledge, facts, concern.text) if template else None,
            read={name: span for name, span in reading.spans.items() if name in read},
            unclear={name: words for name, words in reading.unclear.items() if name not in let_be},
            urgent=urgent,
            why=why,
        )

    def _titled(self, match: Match) -> TitledMatch:
        return TitledMatch(match.id, self.knowledge.entries[match.id].title, match.confidence)
