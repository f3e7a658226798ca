"""Reply to an answer to the open question: a value, yes or no, a bare number, `I don't know`."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from slackguide.extraction.contextual import Spoken
from slackguide.extraction.date_facts import only_date_in
from slackguide.guide import turn_signs as signs
from slackguide.guide.conversation import ConversationState, KnownFact, Reply, Topic, TurnKind
from slackguide.guide.outcomes import Answer
from slackguide.guide.replies.case_selection import CaseSelection
from slackguide.guide.replies.fact_changes import FactChanges
from slackguide.guide.replies.reply_builder import ReplyBuilder
from slackguide.guide.turn_facts import TurnFacts
from slackguide.guide.written_turn import BESIDE_ANSWER, SHORT, WrittenTurn
from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.checklists import value_of
from slackguide.knowledge.conditions import NEVER, FactValue
from slackguide.knowledge.facts import FactSpec

NONE = "none"
"""The value of a fact about a thing that does not exist."""

_EXCEPT = re.compile(r"\b(?:no|not|never|nobody|nothing|except|but|without|only|if|when)\b|n't\b")
"""Words with which an answer to a checklist says more than which items hold."""

_ALL, _NONE = frozenset({"all", "both", "everything"}), frozenset({"none", "no", "neither", "nothing"})
_OF_THEM = frozenset({"yes", "of", "them", "these", "those", "the", "that", "holds", "hold", "is", "are", "true"})


class QuestionAnswers:
    """Replies to answers to the open question."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        facts: TurnFacts,
        cases: CaseSelection,
        builder: ReplyBuilder,
        changes: FactChanges,
    ) -> None:
        self._knowledge = knowledge
        self._facts = facts
        self._cases = cases
        self._builder = builder
        self._changes = changes

    def asks_checklist(self, topic: Topic) -> bool:
        """Return whether the open question of a case is a checklist."""
        asked = self._knowledge.facts.get(topic.asked or "")
        return asked is not None and asked.kind == "checklist"

    def reply(self, conversation: ConversationState, message: WrittenTurn) -> Reply | None:
        """Return the reply to an answer to the open question; None if the turn is none."""
        topic = self._cases.led(conversation.topic)
        asked = topic.asked
        if asked is None:
            if not signs.UNKNOWN.match(message.lower) or len(message.content) > SHORT:
                return None
            if topic.entry is None and topic.offered:
                return self._builder.about(conversation, message, topic, TurnKind.ANSWER, explained=True)
            return self._builder.unclear(conversation, message)
        if signs.UNKNOWN.match(message.lower) and not self._says_none(asked, message):
            if self._facts.facts_of(message, topic).dropped:  # “not sure it is leased after all”
                return None
            topic = replace(topic, unknown=(*topic.unknown, asked))
            explained = len(message.content) <= BESIDE_ANSWER
            return self._builder.about(conversation, message, topic, TurnKind.ANSWER, explained=explained)
        value = self._answer_value(asked, message)
        if value is None:
            return self._asked_again(conversation, message, topic, asked)
        found = self._facts.facts_of(message, topic)
        answer = KnownFact(value, message.at, message.text)
        found = replace(found, facts={**found.facts, asked: answer}, dropped=found.dropped - {asked})
        return self._changes.reply(conversation, message, topic, found, TurnKind.ANSWER)

    def _asked_again(
        self, conversation: ConversationState, message: WrittenTurn, topic: Topic, asked: str
    ) -> Reply | None:
        """Return the question again, with what is not clear about a date; None if the turn gives no date."""
        day = only_date_in(message.reading, today=message.today)
        if self._knowledge.facts[asked].kind != "date" or day is None or day.problem is None:
            return None
        reply = self._builder.about(conversation, message, topic, TurnKind.ANSWER, explained=True)
        if not isinstance(reply.outcome, Answer):
            return None
        unclear = {**reply.outcome.unclear, asked: f"{day.problem} {self._knowledge.facts[asked].ask}"}
        return replace(reply, outcome=replace(reply.outcome, unclear=unclear))

    def _answer_value(self, asked: str, message: WrittenTurn) -> FactValue | None:
        """Return the value of the fact that was asked for, if the turn says it."""
        fact = self._knowledge.facts[asked]
        if asked in message.extracted.facts:
            return message.extracted.facts[asked]
        if signs.NO_ACTION.search(message.lower) is None and signs.ACTION.search(message.lower):
            return None
        if fact.kind == "number":
            return self._answer_number(asked, message)
        if fact.kind == "date":
            day = only_date_in(message.reading, today=message.today)
            if day is not None:
                return None if day.problem else day.value
            return NEVER if fact.never and _denies(message) else None
        if fact.kind == "checklist":
            return _ticked(fact, message)
        if fact.kind == "yes_no" and (said := _polarity(message)):
            return said
        if self._says_none(asked, message):
            return NONE
        named = {one.value for one in self._facts.reader.values(asked, message.reading, asked=True) if not one.denied}
        if len(named) == 1 and len(message.content) <= SHORT and not message.is_question:
            return named.pop()
        if fact.kind == "yes_no" and not message.is_question and not _is_other_correction(message):
            if signs.NO.match(message.lower):
                return "no"
            if signs.YES.match(message.lower):
                return "yes"
        if len(message.content) <= (BESIDE_ANSWER if fact.kind == "yes_no" else SHORT) and not message.is_question:
            return self._facts.elliptic_value(asked, message.reading, message.today)
        return None

    def _says_none(self, asked: str, message: WrittenTurn) -> bool:
        """Return whether a turn says that what was asked about does not exist, where that is a value of the fact."""
        return NONE in self._knowledge.facts[asked].choices and bool(
            signs.ABSENT.matches(message.lower) or signs.DENIED.matches(message.lower)
        )

    def _answer_number(self, asked: str, message: WrittenTurn) -> FactValue | None:
        fact = self._knowledge.facts[asked]
        said = [one for one in self._facts.reader.numbers(message.reading, today=message.today) if not one.denied]
        spoken = [one for one in said if one.fits(fact)] or said
        if len(spoken) > 1:
            spoken = _in_digits(spoken, message)
        if len(spoken) == 1:
            digits = any(map(str.isdigit, message.reading[spoken[0].start : spoken[0].end]))
            beside = self._facts.words_outside(message, said)
            return spoken[0].of(fact) if beside <= (BESIDE_ANSWER if digits else 0) else None
        return NEVER if fact.never and not spoken and _denies(message) else None


def _polarity(message: WrittenTurn) -> str | None:
    """Return `yes` or `no` for an answer that says only that, or that ends with it: `some, yes`."""
    before, _, last = message.lower.rpartition(",")
    few = 0 < len(signs.words_of(before)) <= SHORT and not message.is_question and not message.extracted.facts
    return signs.polarity(message.lower) or (signs.polarity(last) if few else None)


def _denies(message: WrittenTurn) -> bool:
    """Return whether a turn says only that there is none: `no`, `never`."""
    return signs.DENIED.matches(message.lower) or signs.ABSENT.matches(message.lower)


def _ticked(fact: FactSpec, message: WrittenTurn) -> str | None:
    """Return the items of a checklist that an answer names, by a word that no other item has, `all of them` or `none`.

    None if it names none, or says more than that.
    """
    items, words = tuple(fact.values), set(message.words)
    for alone, ticked in ((_ALL, items), (_NONE, ())):
        if words & alone and words <= alone | _OF_THEM:
            return value_of(ticked, items)
    if message.is_question or _EXCEPT.search(message.lower):
        return None
    labels = {item: set(signs.words_of(label)) for item, label in fact.item_labels.items()}
    counts = Counter(word for label in labels.values() for word in label)
    named = [item for item, label in labels.items() if any(counts[word] == 1 for word in label & set(message.content))]
    beside = set(message.content) - counts.keys() - _OF_THEM
    return value_of(named, items) if named and len(beside) <= BESIDE_ANSWER else None


def _is_other_correction(message: WrittenTurn) -> bool:
    """Return whether a turn corrects something, beyond the word `no`."""
    rest = signs.NO.sub("", message.lower, count=1) if signs.NO.match(message.lower) else message.lower
    return signs.CORRECTION.search(rest) is not None and len(message.content) > 1


def _in_digits(spoken: list[Spoken], message: WrittenTurn) -> list[Spoken]:
    """Return the one exact number that is written in digits: `12 days as of today`, `a couple of days, 2`."""
    digits = [one for one in spoken if any(map(str.isdigit, message.reading[one.start : one.end]))]
    exact = [one for one in digits if not one.problem]
    same = {(one.count, one.amount, one.minutes) for one in exact}
    return exact[:1] if len(same) == 1 else spoken
