"""Recognise a turn that is about another case: a new concern, another case of the same kind, an earlier one."""

from __future__ import annotations

from collections.abc import Mapping

from slackguide.guide import turn_signs as signs
from slackguide.guide.conversation import ConversationState, KnownFact, Topic
from slackguide.guide.courtesies import is_thankful
from slackguide.guide.replies.case_selection import is_related
from slackguide.guide.turn_facts import SingleTurnGuide, StatedFacts, TurnFacts
from slackguide.guide.written_turn import BESIDE_ANSWER, SHORT, WrittenTurn
from slackguide.matching import Match
from slackguide.matching.small_talk import FILLERS, SOCIAL_WORDS

NEW_CONCERN = 0.97
"""Confidence from which a turn about another entry is a new concern."""

NEW_STATEMENT = 0.85
"""The same for a statement of at least `STATEMENT_WORDS` words that contains no fact."""

STATEMENT_WORDS = 6

LONG = 5
"""Words beside facts from which a turn says more than an answer or a question about the case does."""

BY_LENGTH = ((7, 0.3, 0.6), (LONG, 0.7, 0.85))
"""Words beside facts, and the confidence from which such a turn is a new concern: alone, and with a word that links it.

Follow-ups are short. Measured with the development half of the unseen questions after an open case.
"""

CERTAIN = 1.1
"""A confidence that is never reached."""

MENTION = 3
"""Maximum words, of those that say something, of a turn that only names a topic."""

MENTIONED = 0.3
"""Confidence in another entry from which such a turn speaks of it."""

SMALL_WORDS = 1
"""Maximum other words of such a turn: it is no sentence."""

INTRODUCED_WITHIN = 4
"""Maximum words before the end of the article that introduces another case: `can a client …`."""

RESTATED_ELSEWHERE = 0.5
"""The same for two facts and more, none of which the entry at hand uses."""

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
        first = next((match for match in matching.matches if not self._is_critical(match)), None)
        if first is None or first.id == topic.entry or first.id in self._facts.possible(topic)[: topic.entry is None]:
            return False
        elsewhere = self._belongs_elsewhere(first.id, topic, found)
        if elsewhere:
            return first.confidence >= elsewhere
        marked = message.is_corrected or message.supposed is not None or not found.beside
        corrects = bool(found.dropped) and marked
        if found.beside <= BESIDE_ANSWER and (found.facts or corrects):
            return False
        if self._is_critical(matching.matches[0]):
            return self._is_behind_a_sign(message, topic, first, found)
        if self._states_party(message) and not message.goes_on:
            return first.confidence >= min(NEW_STATEMENT, self._needed(message, topic, found))
        if topic.entry is not None and self._knowledge.entries[topic.entry].urgent:
            refers = message.goes_on or not signs.REFERENCES.isdisjoint(message.words)
            if refers or matching.outcome != "answer":
                return False
        if message.subject is not None and len(message.words) <= 2 * SHORT:
            return False
        return first.confidence >= self._needed(message, topic, found)

    def _needed(self, message: WrittenTurn, topic: Topic, found: StatedFacts) -> float:
        """Return the confidence from which a turn is a new concern: the lower, the more it says beside facts."""
        matching = message.matching
        near = topic.entry in {match.id for match in matching.matches[: matching.offered]}
        for least, alone, linked in () if near else BY_LENGTH:
            if found.beside >= least:
                return linked if message.goes_on else alone
        if found.facts:
            return NEW_CONCERN if matching.outcome == "answer" else CERTAIN
        statement = not message.is_question and len(message.words) >= STATEMENT_WORDS
        return NEW_STATEMENT if statement else NEW_CONCERN

    def _is_critical(self, match: Match) -> bool:
        return self._knowledge.entries[match.id].signs is not None

    def _is_behind_a_sign(self, message: WrittenTurn, topic: Topic, first: Match, found: StatedFacts) -> bool:
        """Return whether a turn with a sign of a critical concern, not a clear one, is about another case.

        The critical entry takes most of the confidence, so that of the first other one counts as a share of the rest.
        """
        critical = message.matching.matches[0]
        if critical.id == topic.entry:
            return False
        if found.beside >= LONG:
            return True
        likely = first.confidence >= NEW_CONCERN * (1 - critical.confidence)
        says_more = len(message.content) >= (MENTION if message.words[0] in signs.LINKS else LONG)
        return likely and says_more and not found.facts and not message.is_question

    def is_bare_topic(self, message: WrittenTurn, topic: Topic) -> bool:
        """Return whether a turn that is nothing else names another topic, like a search: `duplicate account`."""
        matching = message.matching
        known = {topic.entry, *topic.offered}
        if matching.outcome == "none" or message.goes_on or matching.matches[0].id in known:
            return False
        refers = not signs.REFERENCES.isdisjoint(message.words) or any(map(str.isdigit, message.lower))
        small = len(message.words) - len(message.content)
        return not refers and len(message.content) <= MENTION and small <= SMALL_WORDS

    def says_more(self, message: WrittenTurn, topic: Topic) -> bool:
        """Return whether a turn with thanks or a sound speaks of something that the knowledge base knows."""
        matching = message.matching
        elsewhere = [match for match in matching.matches[: matching.offered] if match.id != topic.entry]
        said = [word for word in message.content if word not in FILLERS | SOCIAL_WORDS]
        known = sum(map(self._guide.matcher.knows, said))
        thankful = is_thankful(message.lower)
        names = self._facts.names_party(message) and not (thankful and len(said) > 1)
        if names or known > (MENTION if thankful else 1):
            return True
        return bool(matching.alerts or (elsewhere and elsewhere[0].confidence >= MENTIONED))

    def _belongs_elsewhere(self, id: str, topic: Topic, found: StatedFacts) -> float:
        """Return the confidence from which facts that the entry at hand does not use lead to one that does; else 0."""
        if topic.entry is None or not found.beside:
            return 0.0
        elsewhere = found.facts.keys() & set(self._guide.triage.table(id).facts)
        if not elsewhere - set(self._guide.triage.table(topic.entry).facts):
            return 0.0
        if len(elsewhere) > 1 and found.facts.keys().isdisjoint(self._guide.triage.table(topic.entry).facts):
            return RESTATED_ELSEWHERE
        near = is_related(self._knowledge.entries[id], self._knowledge.entries[topic.entry])
        return NEW_STATEMENT if near else NEW_CONCERN

    def _states_party(self, message: WrittenTurn) -> bool:
        """Return whether a turn says who asks."""
        return not self._knowledge.party_facts.isdisjoint(message.extracted.facts)

    def is_new_case(self, message: WrittenTurn, topic: Topic, found: StatedFacts) -> bool:
        """Return whether a turn states the entry at hand anew, with other facts: another case of the same kind."""
        matching = message.matching
        if matching.outcome == "none" or matching.matches[0].id != topic.entry or message.goes_on:
            return False
        if message.is_corrected or message.supposed is not None or matching.confidence < RESTATED:
            return False
        conflicts = [name for name, fact in found.facts.items() if topic.values.get(name, fact.value) != fact.value]
        return bool(conflicts) and found.beside > BESIDE_ANSWER
