"""Read the facts that a turn of a conversation states, supposes, corrects or takes back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Protocol

from slackguide.extraction.contextual import ContextualReader, Spoken
from slackguide.extraction.extractor import ExtractedFacts
from slackguide.extraction.vocabulary import FactVocabulary
from slackguide.guide import turn_signs as signs
from slackguide.guide.conversation import KnownFact, Topic
from slackguide.guide.dropped_facts import DroppedFacts
from slackguide.guide.outcomes import Asker, Concern, Outcome
from slackguide.guide.passage_finder import PassageFinder
from slackguide.guide.written_turn import BESIDE_ANSWER, SHORT, WrittenTurn
from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.conditions import FactValue, OneOf, Within
from slackguide.knowledge.facts import FactSpec
from slackguide.matching import Matcher, Matching, SmallTalk
from slackguide.triage import Triage
from slackguide.triage.condition_logic import evaluate

ANY_DAY = date(2000, 1, 1)
"""A day for texts without a date."""

OF_PARTY = 1
"""Maximum words beside a side, its name included, by which it becomes the one who asks: `the guest asks`."""

SUPPOSING_OF = frozenset({None, "destination"})
"""What a question can be about that only supposes another value: `which queue for enterprise?`."""


@dataclass(frozen=True, slots=True)
class StatedFacts:
    """The facts that a turn states, in its context."""

    facts: Mapping[str, KnownFact]
    dropped: frozenset[str] = frozenset()
    """The facts that it changes in a way that is not understood."""
    beside: int = 0
    """The number of its words, of those that say something, that belong to no fact."""


class SingleTurnGuide(Protocol):
    """What `Replies` needs of the guide: the matcher, the triage, and the answer to one text."""

    knowledge: KnowledgeBase
    triage: Triage

    @property
    def matcher(self) -> Matcher:
        """The matcher of the knowledge base."""

    def match(self, text: str, asker: Asker) -> Matching:
        """Match a text against the entries that are visible to the asker."""

    def answer(self, concern: Concern, asker: Asker, *, today: date) -> Outcome:
        """Return the outcome for a concern."""

    def extract(self, reading: str, today: date) -> ExtractedFacts:
        """Extract facts from a normalized text."""

    def small_talk(self, text: str, reading: str, matching: Matching) -> SmallTalk | None:
        """Return the kind of a text in which nothing is asked, and no risk shows."""


class TurnFacts:
    """Reads the facts of turns, with the case at hand as the context."""

    def __init__(self, guide: SingleTurnGuide) -> None:
        self._guide = guide
        self._knowledge = guide.knowledge

    @cached_property
    def reader(self) -> ContextualReader:
        """The reader of values by their names alone. A single message needs none."""
        return ContextualReader(self._knowledge.read_facts, FactVocabulary.of_base(self._knowledge))

    @cached_property
    def passages(self) -> PassageFinder:
        """The passages of the knowledge base, and the words by which one is found."""
        return PassageFinder(self._knowledge, self._guide.matcher.meanings)

    def facts_of(self, message: WrittenTurn, topic: Topic) -> StatedFacts:
        """Return the facts that a turn states, supposes, corrects or takes back, in the context of the case."""
        reading = message.reading if message.supposed is None else message.supposed
        extracted = message.extracted if message.supposed is None else self._guide.extract(reading, message.today)
        values: dict[str, FactValue] = {**message.extracted.facts, **extracted.facts}
        spans: dict[str, str] = {**message.extracted.spans, **extracted.spans}
        unclear = {**message.extracted.unclear, **extracted.unclear}
        dropped = {name for name in unclear if name in topic.facts and name not in values}
        named = self._named_values(message, topic, reading, values)
        counted, vague = self._named_numbers(message, topic, reading, values, spans)
        for name, (value, span) in {**named, **counted}.items():
            values.setdefault(name, value)
            spans.setdefault(name, span)
        for name, value in self._turned(message, topic, reading, values).items():
            values[name], spans[name] = value, reading
        gone = self._dropped.of(message, topic, values)
        dropped |= vague | gone.facts
        known = {name: value for name, value in values.items() if topic.values.get(name) != value}
        facts = {name: KnownFact(value, message.at, spans.get(name, "")) for name, value in known.items()}
        parties = self._knowledge.party_facts & values.keys()
        covered = set(signs.words_of(" ".join(span for name, span in spans.items() if name not in parties)))
        said = signs.words_of(signs.CORRECTION.sub(" ", message.lower)) if message.is_corrected else message.content
        beside = [word for word in said if word in message.content and word not in covered]
        other = [word for word in beside if word not in signs.SPEAKING and word not in signs.SUPPOSING]
        if not message.is_corrected and len(other) > OF_PARTY + (message.supposed is None):
            facts = {name: fact for name, fact in facts.items() if name not in parties & topic.facts.keys()}
        return StatedFacts(facts, frozenset(dropped - facts.keys()), 0 if gone.is_all_that_is_said else len(beside))

    @cached_property
    def _dropped(self) -> DroppedFacts:
        return DroppedFacts(self._knowledge, self.reader, self.passages)

    def _turned(
        self, message: WrittenTurn, topic: Topic, reading: str, values: Mapping[str, FactValue]
    ) -> dict[str, FactValue]:
        """Return the facts that a turn turns into their opposite: `what if there was none`, `other way round`."""
        known = topic.facts
        stated = values.keys() & set(self._table_facts(topic))
        if signs.SWAPPED.search(message.lower) and not stated - self._knowledge.party_facts:
            sides = {name: self._knowledge.facts[name].choices for name in self._knowledge.party_facts & known.keys()}
            return {
                name: other
                for name, both in sides.items()
                if len(both) == 2
                for other in both
                if other != topic.values[name]
            }
        marked = message.supposed is not None or message.is_corrected or signs.CHANGING.search(message.lower)
        if stated or not marked or (message.is_question and message.supposed is None):
            return {}
        last = max((fact.turn for fact in known.values()), default=0)
        names = [
            name for name, fact in known.items() if fact.turn == last and self._knowledge.facts[name].kind == "yes_no"
        ]
        rest = signs.CHANGING.sub(" ", signs.CONTRADICTION.sub(" ", reading.lower(), count=1))
        said = "no" if signs.ABSENT.matches(rest) else signs.polarity(rest)
        return {names[0]: said} if len(names) == 1 and said else {}

    def names_party(self, message: WrittenTurn) -> bool:
        """Return whether a turn names one of the sides: `the client is angry`."""
        return any(self.reader.values(name, message.reading) for name in self._knowledge.party_facts)

    def _table_facts(self, topic: Topic) -> tuple[str, ...]:
        """Return the facts that a turn without a name can be about: the one asked for, the known ones, the others."""
        entry = topic.entry or next(iter((*self.possible(topic), *topic.near)), None)
        names = self._guide.triage.table(entry).facts if entry else ()
        asked = (topic.asked,) if topic.asked else ()
        return tuple(dict.fromkeys((*asked, *(name for name in topic.facts if name in names), *names, *topic.facts)))

    def _named_values(
        self, message: WrittenTurn, topic: Topic, reading: str, values: Mapping[str, FactValue]
    ) -> dict[str, tuple[FactValue, str]]:
        """Return the values that a turn names without saying of which fact: `no, the other team`."""
        marked = message.supposed is not None or message.is_corrected
        asks = message.is_question and not marked
        if len(message.content) > (2 * SHORT if marked else SHORT) or (asks and message.subject not in SUPPOSING_OF):
            return {}
        found: dict[str, tuple[FactValue, str]] = {}
        parties: dict[str, tuple[FactValue, str]] = {}
        nearest = self._table_facts(topic)
        for name in dict.fromkeys((*nearest, *self._knowledge.facts)):
            fact = self._knowledge.facts[name]
            if (
                name in values
                or fact.kind != "choice"
                or (found and name not in nearest and found.keys() & set(nearest))
            ):
                continue
            alone = len(message.content) == 1 and name in nearest
            asked = alone or name == topic.asked or (marked and name in topic.facts)
            spoken = [one for one in self.reader.values(name, reading, asked=asked) if self._is_named(one, reading)]
            if len({one.value for one in spoken}) > 1 and marked:
                spoken = [one for one in spoken if one.value != topic.values.get(name)]
            if len({one.value for one in spoken}) != 1:
                continue
            if asks and not self._is_supposition(message, name, spoken, topic):
                continue
            span = reading[spoken[0].start : spoken[0].end]
            is_party = name in self._knowledge.party_facts
            if is_party and self.words_outside(message, spoken, reading, also=signs.SPEAKING) > 1:
                continue
            (parties if is_party else found)[name] = (spoken[0].value, span)
        if len(found) > 1:
            first = next(iter(found))
            found = {first: found[first]} if first == topic.asked or first in topic.facts else {}
        if not (found or parties or values or asks):
            found = self._elliptic_changes(message, topic, reading)
        return found or (parties if not values else {})

    def _elliptic_changes(self, message: WrittenTurn, topic: Topic, reading: str) -> dict[str, tuple[FactValue, str]]:
        """Return the known fact that a short turn changes without naming its subject: `it's closed now`."""
        if len(message.content) > (SHORT if message.is_corrected else BESIDE_ANSWER) or re.search(r"\d", reading):
            return {}
        read = {name: self.elliptic_value(name, reading, message.today) for name in topic.facts}
        changed = {name: value for name, value in read.items() if value not in (None, topic.values[name])}
        return {name: (value, reading) for name, value in changed.items() if value} if len(changed) == 1 else {}

    def elliptic_value(self, name: str, reading: str, today: date) -> FactValue | None:
        """Return what a turn says of a fact if it is about it: `closed already` after a question about the contract."""
        plain = " ".join(
            word
            for word in signs.words_of(signs.CHANGING.sub(" ", reading.lower()))
            if word not in signs.FILLERS | signs.REFERENCES
        )
        texts = (f"{subject} {said}" for subject in self._subjects.get(name, ()) for said in {reading, plain})
        values = {self._guide.extract(text, today).facts.get(name) for text in texts} - {None}
        return values.pop() if len(values) == 1 else None

    @cached_property
    def _subjects(self) -> dict[str, tuple[str, ...]]:
        """The words for what each fact with named values is said of.

        The label of a yes/no fact states its `yes`, so that only its words, each alone, and the question are used; none
        that is read as a value by itself.
        """
        subjects: dict[str, tuple[str, ...]] = {}
        for name, fact in self._knowledge.facts.items():
            words = [word for word in fact.label.split() if word.lower() not in signs.NAMING]
            wordings = {"choice": (" ".join(words),), "yes_no": (fact.ask, *words)}.get(fact.kind, ())
            subjects[name] = tuple(one for one in wordings if not self._is_read_alone(name, one))
        return subjects

    def _is_read_alone(self, name: str, text: str) -> bool:
        """Return whether a text is read as a value of a fact, whatever follows."""
        followed = (f"{text} {rest}".strip() for rest in ("", "it", "the other"))
        return any(name in self._guide.extract(one, ANY_DAY).facts for one in followed)

    def _is_named(self, one: Spoken, reading: str) -> bool:
        """Return whether a value is named by a word that says something, and not denied."""
        words = signs.words_of(reading[one.start : one.end])
        return not one.denied and not all(word in signs.REFERENCES for word in words)

    def _is_supposition(self, message: WrittenTurn, name: str, spoken: Iterable[Spoken], topic: Topic) -> bool:
        """Return whether a short question asks about another value of a known fact: `and enterprise?`."""
        new = {one.value for one in spoken} - {topic.values.get(name)}
        return name in topic.facts and bool(new) and self.words_outside(message, spoken, also=signs.SUPPOSING) == 0

    def _named_numbers(
        self,
        message: WrittenTurn,
        topic: Topic,
        reading: str,
        values: Mapping[str, FactValue],
        spans: Mapping[str, str],
    ) -> tuple[dict[str, tuple[FactValue, str]], set[str]]:
        """Return the number that a turn names without saying of what, and the facts that it may change."""
        if len(message.content) > 2 * SHORT:
            return {}, set()
        read = " ".join(spans.values()).lower()
        spoken = [
            one
            for one in self.reader.numbers(reading, today=message.today)
            if not one.denied and not one.is_limit and reading[one.start : one.end].lower() not in read
        ]
        spoken = _new_number(spoken, topic, self._knowledge.facts)
        if len(spoken) != 1:
            return {}, set()
        facts = {name: self._knowledge.facts[name] for name in self._table_facts(topic)}
        fitting = {
            name: value
            for name, fact in facts.items()
            if name not in values and (value := spoken[0].of(fact)) is not None
        }
        known = [name for name in fitting if name in topic.facts]
        marked = message.supposed is not None or message.is_corrected
        also = signs.SUPPOSING if message.is_question else frozenset()
        room = BESIDE_ANSWER if topic.asked and not message.is_question else 0
        exact = topic.asked in fitting or any(map(str.isdigit, reading[spoken[0].start : spoken[0].end]))
        few = self.words_outside(message, spoken, reading, also=also) <= (room if exact else 0)
        if spoken[0].problem:
            old = [name for name in topic.facts if facts[name].kind == "number"] if marked or few else []
            return {}, set(old)
        if not (marked or few):
            return {}, set()
        if topic.asked in fitting:
            known = [topic.asked]
        bare = self.words_outside(message, spoken, reading, also=also) == 0
        others = (
            [name for name in fitting if name not in topic.unknown] if spoken[0].minutes is not None or bare else []
        )
        names = known or others
        if len(names) == 1:
            span = reading[spoken[0].start : spoken[0].end]
            return {names[0]: (fitting[names[0]], span)}, set()
        return {}, set(known)

    def words_outside(
        self,
        message: WrittenTurn,
        spoken: Iterable[Spoken],
        reading: str | None = None,
        *,
        also: frozenset[str] = frozenset(),
    ) -> int:
        """Return how many words, of those that say something and are not in `also`, are not in the values."""
        text = message.reading if reading is None else reading
        for one in spoken:
            text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
        text = signs.CORRECTION.sub(" ", text.lower())
        return len(set(signs.words_of(text)) - signs.FILLERS - signs.REFERENCES - also)

    def possible(self, topic: Topic) -> tuple[str, ...]:
        """Return the entries of the list that fit the facts.

        A critical entry that was offered for its words alone, and passed over, is none.
        """
        entries = [self._knowledge.entries[id] for id in topic.offered]
        return tuple(
            entry.id
            for entry in entries
            if not entry.urgent and not any(self.contradicts(test, topic.values) for test in entry.fixes)
        )

    def holds(self, test: OneOf | Within, values: Mapping[str, FactValue]) -> bool:
        return evaluate(test, values, {}) is True

    def contradicts(self, test: OneOf | Within, values: Mapping[str, FactValue]) -> bool:
        return evaluate(test, values, {}) is False


def _new_number(spoken: list[Spoken], topic: Topic, facts: Mapping[str, FactSpec]) -> list[Spoken]:
    """Return the numbers without those that say an exact one again: the known value beside a new one, `over 40, 41`."""
    exact = [one for one in spoken if not one.problem] or spoken
    known = [(facts[name], value) for name, value in topic.values.items() if facts[name].kind == "number"]
    new = [one for one in exact if not any(one.of(fact) == value for fact, value in known)]
    return exact if len(exact) == 1 else new
