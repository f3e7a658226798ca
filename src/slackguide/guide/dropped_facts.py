"""Find the facts that a turn takes away without giving another value.

An answer never rests on a fact that the person has just changed: what a correction may touch is dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from slackguide.extraction.contextual import ContextualReader
from slackguide.guide import turn_signs as signs
from slackguide.guide.conversation import Topic
from slackguide.guide.passage_finder import PassageFinder
from slackguide.guide.written_turn import SHORT, WrittenTurn
from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.conditions import FactValue
from slackguide.knowledge.facts import FactSpec

SHARED_BY = 2
"""Maximum facts that share a word by which one of them is recognised."""

ABSENT = frozenset({"no", "none"})
"""Values that no longer hold once the thing is there: `ah, found it`."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The facts that a turn takes away."""

    facts: frozenset[str] = frozenset()
    is_all_that_is_said: bool = False
    """Whether the turn says nothing else: `scratch that`."""


class DroppedFacts:
    """Finds facts that no longer hold."""

    def __init__(self, knowledge: KnowledgeBase, reader: ContextualReader, passages: PassageFinder) -> None:
        self._knowledge = knowledge
        self._reader = reader
        self._passages = passages

    def of(self, message: WrittenTurn, topic: Topic, values: Mapping[str, FactValue]) -> Gone:
        """Return the known facts that a turn takes away. `values` are the facts that it states, also known ones."""
        if not topic.facts:
            return Gone()
        sides = self._knowledge.party_facts
        new = {name for name, value in values.items() if name not in sides and topic.values.get(name) != value}
        taken_back = frozenset() if new else self._taken_back(message, topic)
        if taken_back:
            return Gone(taken_back, is_all_that_is_said=True)
        gone = (
            self._denied(message, topic, values) | self._doubted(message, topic, values) | self._misread(message, topic)
        )
        if message.supposed is not None or message.is_corrected:
            gone |= self._touched(message, topic, values)
        elif not (new or gone or message.is_question):
            gone |= self._overtaken(message, topic)
        return Gone(frozenset(gone - new))

    def _denied(self, message: WrittenTurn, topic: Topic, values: Mapping[str, FactValue]) -> set[str]:
        """Return the facts whose value a turn denies without giving another: `it's not urgent`."""
        denied: set[str] = set()
        numbers = [one for one in self._reader.numbers(message.reading, today=message.today) if one.denied]
        for name, old in topic.values.items():
            fact = self._knowledge.facts[name]
            if name in values:
                continue
            if any(phrase in message.lower for phrase in fact.reopened_by):
                denied.add(name)
            elif fact.kind == "number":
                if any(one.of(fact) == old for one in numbers):
                    denied.add(name)
            elif any(one.denied and one.value == old for one in self._reader.values(name, message.reading)):
                denied.add(name)
        return denied

    def _doubted(self, message: WrittenTurn, topic: Topic, values: Mapping[str, FactValue]) -> set[str]:
        """Return the facts whose known value a turn says again, to call it wrong: `leased was wrong`."""
        if len(message.content) > 2 * SHORT or not signs.DOUBT.search(message.lower):
            return set()
        said = values.keys() - self._knowledge.party_facts
        return {name for name in said if topic.values.get(name) == values[name]}

    def _misread(self, message: WrittenTurn, topic: Topic) -> set[str]:
        """Return the facts that were read in the wrong place: `I was looking at the wrong company`."""
        if signs.ALL_WRONG.search(message.lower):
            return set(topic.facts)
        place = signs.WRONG_PLACE.search(message.lower)
        if place is None:
            return set()
        said = self._passages.words(place.group())
        touched = {name for name in topic.facts if said & self._passages.words(_context(self._knowledge.facts[name]))}
        return touched | _last_stated(topic)

    def _touched(self, message: WrittenTurn, topic: Topic, values: Mapping[str, FactValue]) -> set[str]:
        """Return the facts that a correction speaks of without a value that is understood.

        If it gives a value of any fact, that is what it corrects. If it contradicts and names nothing, it speaks of
        what was said right before.
        """
        if values.keys() - self._knowledge.party_facts or len(message.content) > 2 * SHORT:
            return set()
        touched = self._named(message, topic)
        if not touched and not values and signs.CONTRADICTION.match(message.lower) and not message.is_question:
            touched = {name for name, fact in topic.facts.items() if fact.turn == message.at - 1}
        return {name for name in touched if not self._repeats(message, name, topic.values[name])}

    def _overtaken(self, message: WrittenTurn, topic: Topic) -> set[str]:
        """Return the facts that a short report of something new may have changed: `he just did everything`."""
        if len(message.content) > 2 * SHORT or not signs.CHANGING.search(message.lower):
            return set()
        last = _last_stated(topic)
        touched = {
            name for name in last if self._knowledge.facts[name].kind == "yes_no" or topic.values[name] in ABSENT
        }
        return touched | (self._named(message, topic) if signs.RENEWING.search(message.lower) else set())

    def _named(self, message: WrittenTurn, topic: Topic) -> set[str]:
        """Return the facts of whose words a turn has one; those of a number only beside a word of doubt or of news."""
        said = self._passages.words(message.reading)
        numbers = signs.DOUBT.search(message.lower) or signs.RENEWING.search(message.lower)
        vocabulary = self._vocabulary | (self._numbers if numbers else {})
        labels = {name for name in topic.facts if self._knowledge.facts[name].label.lower() in message.lower}
        return labels | {name for name in topic.facts if said & vocabulary.get(name, frozenset())}

    def _repeats(self, message: WrittenTurn, name: str, value: FactValue) -> bool:
        """Return whether a turn only says the known value again."""
        spoken = self._reader.values(name, message.reading, asked=True)
        return bool(spoken) and all(one.value == value and not one.denied for one in spoken)

    @cached_property
    def _vocabulary(self) -> dict[str, frozenset[str]]:
        """The words by which people speak of each fact with named values, without those that several facts share."""
        words = {
            name: self._passages.words(_names(fact))
            for name, fact in self._knowledge.facts.items()
            if fact.kind != "number" and name not in self._knowledge.party_facts
        }
        uses = Counter(word for own in words.values() for word in own)
        return {name: frozenset(word for word in own if uses[word] <= SHARED_BY) for name, own in words.items()}

    @cached_property
    def _numbers(self) -> dict[str, frozenset[str]]:
        """The words by which people speak of each number: `the payment date is wrong`."""
        parties = self._passages.words(" ".join([*self._knowledge.parties, *chain(*self._knowledge.parties.values())]))
        return {
            name: self._passages.words(" ".join([fact.label, *fact.read, *fact.never_words]).replace("|", " "))
            - parties
            for name, fact in self._knowledge.facts.items()
            if fact.kind == "number"
        }

    def _taken_back(self, message: WrittenTurn, topic: Topic) -> frozenset[str]:
        """Return the facts of the last turn, if this one takes them back, or the last number, if it was another."""
        if len(message.content) > SHORT:
            return frozenset()
        if signs.RETRACTION.search(message.lower):
            return frozenset(_last_stated(topic))
        if signs.OTHER_NUMBER.search(message.lower):
            numbers = [name for name in topic.facts if self._knowledge.facts[name].kind == "number"]
            return frozenset(sorted(numbers, key=lambda name: topic.facts[name].turn)[-1:])
        return frozenset()


def _last_stated(topic: Topic) -> set[str]:
    """Return the facts of the last turn that stated any."""
    last = max((fact.turn for fact in topic.facts.values()), default=0)
    return {name for name, fact in topic.facts.items() if fact.turn == last}


def _names(fact: FactSpec) -> str:
    """Return the words of a fact: its label, with those of its named values."""
    values: Iterable[str] = (" ".join([spec.label, *spec.words]) for spec in fact.values.values())
    return " ".join([fact.label, *values]).replace("|", " ")


def _context(fact: FactSpec) -> str:
    """Return the words for what a fact is said of, and for where it is found."""
    return " ".join([fact.label, fact.help or "", fact.about or ""])
