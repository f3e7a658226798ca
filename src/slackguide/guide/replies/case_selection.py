"""Choose the entry of the case at hand: from a list, and again after a fact has changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from slackguide.guide.conversation import Change, Topic
from slackguide.guide.turn_facts import SingleTurnGuide, TurnFacts
from slackguide.guide.written_turn import WrittenTurn
from slackguide.knowledge import Entry
from slackguide.knowledge.conditions import OneOf
from slackguide.text import normalize

LEAD = 0.6
"""Confidence from which a reply to a list goes on with its first entry."""

LISTED = 3
"""Maximum entries of a list, where a correction takes away the ground of the entry at hand."""


class CaseSelection:
    """Chooses the entry of a case."""

    def __init__(self, guide: SingleTurnGuide, facts: TurnFacts) -> None:
        self._guide = guide
        self._knowledge = guide.knowledge
        self._facts = facts

    def led(self, topic: Topic) -> Topic:
        """Return the topic with the first entry of the list, and its question, if that entry is likely."""
        likely = self._facts.possible(topic)[:1]
        if topic.entry is not None or not likely or (topic.lead < LEAD and len(topic.offered) > 1):
            return topic
        decision = self._guide.triage.decide(likely[0], topic.values)
        return replace(topic, entry=likely[0], asked=decision.question)

    def settled(self, topic: Topic, message: WrittenTurn) -> Topic:
        """Return the topic with the entry of the list that all of what was said makes the most likely, if one is."""
        possible = self._facts.possible(topic)
        if topic.entry is not None or not possible:
            return topic
        if len(possible) == 1:
            return replace(topic, entry=possible[0])
        hidden = self._knowledge.hidden_from(*message.asker.roles)
        both = self._guide.matcher.match(normalize(f"{topic.text}\n{message.text}"), hidden=hidden)
        best = next((match for match in both.matches if match.id in possible), None)
        if best is not None and best.confidence >= LEAD:
            return replace(topic, entry=best.id)
        return self.led(topic)

    def following(self, topic: Topic, changes: Iterable[Change], message: WrittenTurn) -> Topic:
        """Return the topic with the entry that is for the facts as they are now.

        An entry that takes the new value for granted, and shares the rules of the one at hand, is the better one.
        """
        if topic.entry is None:
            return topic
        changed = [change for change in changes if change.new is not None]
        hidden = self._knowledge.hidden_from(*message.asker.roles)
        current = self._knowledge.entries[topic.entry]
        against = [test.fact for test in current.fixes if self._facts.contradicts(test, topic.values)]
        names = {*(change.fact for change in changed), *against}
        if not names:
            return topic
        for entry in self._knowledge.entries.values():
            fixed = {test.fact for test in entry.fixes if isinstance(test, OneOf) or against}
            fits = all(self._facts.holds(test, topic.values) for test in entry.fixes)
            if entry.id not in hidden and names & fixed and fits and is_related(entry, current):
                return replace(topic, entry=entry.id)
        return self._rematched(topic, message, against) if against and changed else topic

    def _rematched(self, topic: Topic, message: WrittenTurn, against: Iterable[str]) -> Topic:
        """Return the topic with a list of the best matches that decide by the facts that the entry contradicts."""
        hidden = self._knowledge.hidden_from(*message.asker.roles)
        text = normalize(f"{topic.text}\n{message.text}")
        found = self._guide.matcher.match(text, hidden=hidden, limit=len(self._knowledge.entries)).matches
        deciding = [match.id for match in found if self._decides(match.id, topic, against)]
        current = self._knowledge.entries[topic.entry or ""]
        shared = [id for id in deciding if _shared_tables(self._knowledge.entries[id], current)]
        before = next((id for id in topic.offered if id in shared), None)
        if before is not None or len(shared) == 1:
            return replace(topic, entry=before or shared[0])
        offered = tuple((shared or deciding)[:LISTED])
        return replace(topic, entry=None, offered=offered, lead=0.0, asked=None) if offered else topic

    def _decides(self, id: str, topic: Topic, names: Iterable[str]) -> bool:
        """Return whether an entry takes nothing for granted that is not known, and has rules about these facts."""
        fixes = self._knowledge.entries[id].fixes
        fits = all(self._facts.holds(test, topic.values) for test in fixes)
        return fits and not set(names).isdisjoint(self._guide.triage.table(id).facts)


def is_related(entry: Entry, other: Entry) -> bool:
    """Return whether two entries decide by the same shared rules, or are known to be mistaken for each other."""
    return _shared_tables(entry, other) or entry.id in other.distinguish_from or other.id in entry.distinguish_from


def _shared_tables(entry: Entry, other: Entry) -> bool:
    """Return whether two entries decide by the same shared rules."""
    return bool({rule.table for rule in entry.rules} & {rule.table for rule in other.rules} - {None})
