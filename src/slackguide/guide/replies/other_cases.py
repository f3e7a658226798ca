"""Recognise a turn that is about another case: a new concern, another case of the same kind, an earlier one."""

from __future__ import annotations

from collections.abc import Mapping

from slackguide.extraction.lexicon import SIDES
from slackguide.guide import turn_signs as signs
from slackguide.guide.conversation import ConversationState, KnownFact, Topic
from slackguide.guide.replies.case_selection import is_related
from slackguide.guide.turn_facts import BESIDE_ANSWER, SHORT, SingleTurnGuide, StatedFacts, TurnFacts, WrittenTurn

NEW_CONCERN = 0.97
"""Confidence from which a turn about another entry is a new concern."""

NEW_STATEMENT = 0.85
"""The same for a statement of at least `STATEMENT_WORDS` words that contains no fact."""

STATEMENT_WORDS = 6

BEHIND_A_SIGN = 0.15
"""The same for an entry behind a critical one, which takes most of the confidence."""

INTRODUCED_WITHIN = 4
"""Maximum words before the end of the article that introduces another case: `can a client …`."""

RESTATED = 0.9
"""Confidence from which a turn states the entry at hand anew."""


class OtherCases:
    """Recognises turns about other cases."""

    def __init__(self, guide: SingleTurnGuide, facts: TurnFacts) -> None:
        self._guide = guide
        self._knowledge = guide.knowledge
        self._facts = facts

    def carried(self, message: WrittenTurn, topic: Topic) -> Mapping[str, KnownFact]:
        """Return the facts that a new concern takes over: all, or none if it introduces another case.

        It does so in words, by a person who was not named before (`a client …`), or by facts of its own without a word
        that links it to what was said.
        """
        if signs.OTHER_CASE.match(message.lower):
            return {}
        facts = message.extracted.facts
        party = self._states_party(message)
        introduced = not signs.INTRODUCING.isdisjoint(message.words[:INTRODUCED_WITHIN])
        return {} if not message.goes_on and (party or introduced or len(facts) > 1) else topic.facts

    def earlier_topic(self, conversation: ConversationState, message: WrittenTurn) -> Topic | None:
        """Return the earlier case that a turn goes back to: `ok, the first one again`."""
        if not conversation.earlier or not signs.BACK.search(message.lower):
            return None
        asked = self._facts.passages.words(message.reading)
        common, at = max((len(asked & self._words_of(topic)), -at) for at, topic in enumerate(conversation.earlier))
        return conversation.earlier[-at] if common else None

    def _words_of(self, topic: Topic) -> frozenset[str]:
        title = self._knowledge.entries[topic.entry].title if topic.entry else ""
        labels = (
            self._knowledge.facts[name].value_label(value)
            for name, value in topic.values.items()
            if self._knowledge.facts[name].kind == "choice"
        )
        return self._facts.passages.words(" ".join([topic.text, title, *labels]))

    def is_new_concern(self, message: WrittenTurn, topic: Topic, found: StatedFacts) -> bool:
        """Return whether a turn is about another entry than the one at hand."""
        matching = message.matching
        if matching.outcome == "none":
            return False
        first = next((match for match in matching.matches if self._knowledge.entries[match.id].signs is None), None)
        if first is None or first.id == topic.entry or first.id in self._facts.possible(topic)[: topic.entry is None]:
            return False
        elsewhere = self._belongs_elsewhere(first.id, topic, found)
        if elsewhere:
            return first.confidence >= elsewhere
        if found.beside <= BESIDE_ANSWER and (found.facts or found.dropped):
            return False
        if matching.matches[0].id != first.id and matching.outcome == "choices":
            likely = first.confidence >= BEHIND_A_SIGN and len(message.content) > 1
            return likely and not found.facts and not message.is_question
        if self._states_party(message) and not message.goes_on:
            return first.confidence >= NEW_STATEMENT
        if topic.entry is not None and self._knowledge.entries[topic.entry].urgent:
            refers = message.goes_on or not signs.REFERENCES.isdisjoint(message.words)
            if refers or matching.outcome != "answer":
                return False
        if message.subject is not None and len(message.words) <= 2 * SHORT:
            return False
        if found.facts:
            return matching.outcome == "answer" and first.confidence >= NEW_CONCERN
        statement = not message.is_question and len(message.words) >= STATEMENT_WORDS
        return first.confidence >= (NEW_STATEMENT if statement else NEW_CONCERN)

    def _belongs_elsewhere(self, id: str, topic: Topic, found: StatedFacts) -> float:
        """Return the confidence from which facts that the entry at hand does not use lead to one that does; else 0."""
        if topic.entry is None or not found.beside:
            return 0.0
        elsewhere = found.facts.keys() & set(self._guide.triage.table(id).facts)
        if not elsewhere - set(self._guide.triage.table(topic.entry).facts):
            return 0.0
        near = is_related(self._knowledge.entries[id], self._knowledge.entries[topic.entry])
        return NEW_STATEMENT if near else NEW_CONCERN

    def _states_party(self, message: WrittenTurn) -> bool:
        """Return whether a turn says who asks."""
        return any(set(self._knowledge.facts[name].choices) == SIDES for name in message.extracted.facts)

    def is_new_case(self, message: WrittenTurn, topic: Topic, found: StatedFacts) -> bool:
        """Return whether a turn states the entry at hand anew, with other facts: another case of the same kind."""
        matching = message.matching
        if matching.outcome == "none" or matching.matches[0].id != topic.entry or message.goes_on:
            return False
        if message.is_corrected or message.supposed is not None or matching.confidence < RESTATED:
            return False
        conflicts = [name for name, fact in found.facts.items() if topic.values.get(name, fact.value) != fact.value]
        return bool(conflicts) and found.beside > BESIDE_ANSWER
