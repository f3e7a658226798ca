"""Reply to the turns of a conversation: recognise what a turn is, and answer with the facts of all turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Protocol

from slackguide.extraction.contextual import ContextualReader, Spoken
from slackguide.extraction.extractor import ExtractedFacts
from slackguide.extraction.lexicon import SIDES
from slackguide.guide import turn_signs as signs
from slackguide.guide.conversation import (
    Change,
    Click,
    ConversationState,
    KnownFact,
    Reply,
    Topic,
    Turn,
    TurnKind,
)
from slackguide.guide.outcomes import Answer, Asker, Choices, Concern, NoAnswer, Outcome, RankedEntry, Social
from slackguide.guide.passage_finder import PassageFinder
from slackguide.knowledge import Entry, KnowledgeBase
from slackguide.knowledge.conditions import NEVER, FactValue, OneOf, Within
from slackguide.matching import Alert, Match, Matcher, Matching, SmallTalk
from slackguide.text import clean, normalize
from slackguide.triage import Triage
from slackguide.triage.condition_logic import evaluate

NEW_CONCERN = 0.97
"""Confidence from which a turn about another entry is a new concern."""

NEW_STATEMENT = 0.85
"""The same for a statement of at least `STATEMENT_WORDS` words that contains no fact."""

STATEMENT_WORDS = 6

BEHIND_A_SIGN = 0.15
"""The same for an entry behind a critical one, which takes most of the confidence."""

LEAD = 0.6
"""Confidence from which a reply to a list goes on with its first entry."""

SHORT = 5
"""Maximum words, without those that say nothing, of a turn that names a value alone."""

BESIDE_ANSWER = 2
"""Maximum further words beside the answer to a question about a number."""

SHARED_BY = 2
"""Maximum facts that share a word by which one of them is recognised."""

SHOWN_ON_CARD = frozenset({"destination", "note", "steps"})
"""What a question can ask for that is a part of the card."""

LISTED = 3
"""Maximum entries of a list, where a correction takes away the ground of the entry at hand."""

INTRODUCED_WITHIN = 4
"""Maximum words before the end of the article that introduces another case: `can a client …`."""

RESTATED = 0.9
"""Confidence from which a turn states the entry at hand anew."""


@dataclass(frozen=True)
class _Message:
    """A written turn, and what is read in it."""

    text: str
    reading: str
    lower: str
    words: list[str]
    matching: Matching
    extracted: ExtractedFacts
    social: SmallTalk | None
    today: date
    asker: Asker
    at: int
    """Its position in the conversation."""

    @cached_property
    def content(self) -> list[str]:
        """The words that say something by themselves."""
        return [word for word in self.words if word not in signs.FILLERS and word not in signs.REFERENCES]

    @cached_property
    def subject(self) -> str | None:
        """What it asks about the case."""
        return signs.subject_of(self.lower)

    @cached_property
    def is_question(self) -> bool:
        """Whether it asks something."""
        return signs.is_question(self.lower) or self.subject is not None

    @cached_property
    def is_corrected(self) -> bool:
        """Whether it says that something said before is otherwise."""
        return signs.CORRECTION.search(self.lower) is not None

    @cached_property
    def supposed(self) -> str | None:
        """What it only supposes, as a statement: `and if it was 40 days ago?`. None if it supposes nothing."""
        match = signs.SUPPOSED.search(self.lower)
        if match is None:
            return None
        return self.reading[match.end() :].strip(" ?.!,")

    @cached_property
    def goes_on(self) -> bool:
        """Whether it begins with a word that links it to what was said before."""
        return not signs.LINKS.isdisjoint(self.words[:3]) or "same" in self.words


@dataclass(frozen=True, slots=True)
class _Found:
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

    def small_talk(self, text: str, reading: str) -> SmallTalk | None:
        """Return the kind of a text in which nothing is asked."""


class Replies:
    """Replies to turns with one guide."""

    def __init__(self, guide: SingleTurnGuide) -> None:
        self._guide = guide
        self._knowledge = guide.knowledge
        self._reader = ContextualReader(guide.knowledge.facts, guide.knowledge.abbreviations)

    @cached_property
    def _passages(self) -> PassageFinder:
        return PassageFinder(self._knowledge, self._guide.matcher.meanings)

    def reply(self, conversation: ConversationState, turn: Turn, asker: Asker, *, today: date) -> Reply:
        """Return the conversation after a turn, and the outcome."""
        if isinstance(turn, Click):
            return self._clicked(conversation, turn, asker, today)
        message = self._read(turn, asker, today, len(conversation.turns))
        topic = conversation.topic
        if message.matching.urgent and not self._is_only_facts(message, topic):
            return self._concern(conversation, message, self._carried(message, topic))
        if not message.reading and message.social is None:
            return self._unclear(conversation, message)
        reply = self._of_case(conversation, message) if topic.is_open else None
        if reply is not None:
            return reply
        if message.social is not None:
            return self._social(conversation, message, message.social)
        return self._concern(conversation, message, {})

    def _social_kind(self, text: str, reading: str, matching: Matching) -> SmallTalk | None:
        """Return the kind of small talk, or None. A good-bye with any sign of a critical concern is none."""
        kind = self._guide.small_talk(text, reading)
        doubted = matching.alerts if kind is SmallTalk.GOODBYE else ()
        return None if matching.urgent or doubted else kind

    def _is_only_facts(self, message: _Message, topic: Topic) -> bool:
        """Return whether every word of a turn states facts that the critical entry it resembles does not use.

        The detector of critical concerns learnt from whole messages; a fragment can resemble one. It stays an alert.
        """
        found = self._facts_of(message, topic) if topic.is_open else _Found({})
        used = self._guide.triage.table(message.matching.matches[0].id).facts
        return bool(found.facts) and found.beside == 0 and found.facts.keys().isdisjoint(used)

    def _read(self, text: str, asker: Asker, today: date, at: int) -> _Message:
        text = clean(text)
        reading = normalize(text)
        matching = self._guide.match(text, asker)
        social = self._social_kind(text, reading, matching)
        lower = reading.lower().replace("\u2019", "'")
        extracted = self._guide.extract(reading, today)
        return _Message(text, reading, lower, signs.words_of(reading), matching, extracted, social, today, asker, at)

    # -- the kinds of turns about a case ------------------------------------------------------------------------------

    def _of_case(self, conversation: ConversationState, message: _Message) -> Reply | None:
        """Return the reply to a turn about the case at hand or an earlier one; None for a new concern without one."""
        topic = conversation.topic
        for attempt in (self._pick, self._answer_to_question, self._action):
            reply = attempt(conversation, message)
            if reply is not None:
                return reply
        social = self._closing(message)
        if social is not None and message.subject is None:
            return self._social(conversation, message, social)
        earlier = self._earlier_topic(conversation, message)
        if earlier is not None:
            return self._continued(conversation, message, earlier, returning=True)
        if signs.OTHER_CASE.match(message.lower) and message.matching.outcome != "none":
            return self._concern(conversation, message, {})
        return self._continued(conversation, message, topic)

    def _closing(self, message: _Message) -> SmallTalk | None:
        """Return the kind of a turn that asks nothing: small talk, or words that close the case or fill a pause."""
        if message.social is not None or message.matching.urgent:
            return message.social
        states = bool(message.extracted.facts) or any(map(str.isdigit, message.lower))
        return SmallTalk.ACKNOWLEDGEMENT if not states and signs.CLOSING.fullmatch(message.lower) else None

    def _continued(
        self, conversation: ConversationState, message: _Message, topic: Topic, *, returning: bool = False
    ) -> Reply:
        """Reply to facts, a correction, a question, a new concern, or something that is not understood."""
        found = self._facts_of(message, topic)
        if not returning and self._is_new_concern(message, topic, found):
            same_case = bool(found.facts) and found.beside <= BESIDE_ANSWER
            return self._concern(conversation, message, topic.facts if same_case else self._carried(message, topic))
        if not returning and self._is_new_case(message, topic, found):
            return self._concern(conversation, message, {})
        if topic.entry is None and not topic.offered:
            return self._concern(conversation, message, topic.facts, found, before=topic.text)
        if found.facts or found.dropped:
            return self._changed(conversation, message, topic, found)
        if message.is_question:
            return self._question(conversation, message, topic, returning=returning)
        if returning or self._is_understood(message, topic):
            return self._about(conversation, message, self._settled(topic, message), TurnKind.FACTS)
        return self._unclear(conversation, message)

    def _pick(self, conversation: ConversationState, message: _Message) -> Reply | None:
        """Return the reply to a choice from the list; None if the turn is none."""
        topic = conversation.topic
        if not topic.offered:
            return None
        chosen = self._picked(message, topic)
        if chosen is not None:
            picked = replace(topic, entry=chosen, rejected=tuple(id for id in topic.rejected if id != chosen))
            return self._about(conversation, message, picked, TurnKind.PICK, explained=True)
        if (topic.entry is None or len(message.words) > 1) and signs.NOT_THIS.fullmatch(message.lower):
            return self._rejected(conversation, message, topic)
        return None

    def _picked(self, message: _Message, topic: Topic) -> str | None:
        left = [id for id in topic.offered if id != topic.entry and id not in topic.rejected]
        if signs.OTHER.fullmatch(message.lower) and left:
            return left[0] if topic.entry is not None or len(topic.offered) == 2 else None
        if topic.entry is not None and message.lower.strip(" .!").isdecimal():
            return None
        positions = [number for number, pattern in signs.ORDINALS.items() if pattern.search(message.lower)]
        if signs.LAST.fullmatch(message.lower.strip(" .!?")):
            positions = [len(topic.offered)]
        rest = [
            word
            for word in message.words
            if word not in signs.AROUND_PICK and not any(pattern.search(word) for pattern in signs.ORDINALS.values())
        ]
        if len(positions) == 1 and not rest and positions[0] <= len(topic.offered):
            return topic.offered[positions[0] - 1]
        titles = {self._knowledge.entries[id].title.lower(): id for id in topic.offered}
        return titles.get(message.lower.strip(" .!\"'"))

    def _rejected(self, conversation: ConversationState, message: _Message, topic: Topic) -> Reply:
        """Reply to “not this”: the entries left, or nothing."""
        gone = (*topic.rejected, topic.entry) if topic.entry else topic.offered
        left = tuple(id for id in topic.offered if id not in gone)
        rejecting = replace(topic, entry=None, offered=left, rejected=tuple(gone), asked=None)
        if not left:
            return self._unclear(conversation, message, rejecting)
        ranked = tuple(RankedEntry(id, self._knowledge.entries[id].title, 0.0) for id in left)
        outcome = Choices(0.0, ranked, message.matching.alerts, facts=rejecting.values, offered=len(left))
        return Reply(conversation.taking(message.text, rejecting), outcome, TurnKind.PICK)

    def _answer_to_question(self, conversation: ConversationState, message: _Message) -> Reply | None:
        """Return the reply to an answer to the open question; None if the turn is none."""
        topic = self._led(conversation.topic)
        asked = topic.asked
        if asked is None:
            if not signs.UNKNOWN.match(message.lower) or len(message.content) > SHORT:
                return None
            if topic.entry is None and topic.offered:
                return self._about(conversation, message, topic, TurnKind.ANSWER, explained=True)
            return self._unclear(conversation, message)
        if signs.UNKNOWN.match(message.lower):
            topic = replace(topic, unknown=(*topic.unknown, asked))
            explained = len(message.content) <= BESIDE_ANSWER
            return self._about(conversation, message, topic, TurnKind.ANSWER, explained=explained)
        value = self._answer_value(asked, message)
        if value is None:
            return None
        found = self._facts_of(message, topic)
        answer = KnownFact(value, message.at, message.text)
        found = replace(found, facts={**found.facts, asked: answer}, dropped=found.dropped - {asked})
        return self._changed(conversation, message, topic, found, TurnKind.ANSWER)

    def _answer_value(self, asked: str, message: _Message) -> FactValue | None:
        """Return the value of the fact that was asked for, if the turn says it."""
        fact = self._knowledge.facts[asked]
        if asked in message.extracted.facts:
            return message.extracted.facts[asked]
        if signs.NO_ACTION.search(message.lower) is None and signs.ACTION.search(message.lower):
            return None
        if fact.kind == "number":
            return self._answer_number(asked, message)
        named = {one.value for one in self._reader.values(asked, message.reading, asked=True) if not one.denied}
        if len(named) == 1 and len(message.content) <= SHORT and not message.is_question:
            return named.pop()
        if fact.kind == "yes_no" and not message.is_question and not _is_other_correction(message):
            if signs.NO.match(message.lower):
                return "no"
            if signs.YES.match(message.lower):
                return "yes"
        return None

    def _answer_number(self, asked: str, message: _Message) -> FactValue | None:
        fact = self._knowledge.facts[asked]
        spoken = [one for one in self._reader.numbers(message.reading, today=message.today) if not one.denied]
        if len(spoken) == 1:
            digits = any(map(str.isdigit, message.reading[spoken[0].start : spoken[0].end]))
            beside = self._words_outside(message, spoken)
            return spoken[0].of(fact) if beside <= (BESIDE_ANSWER if digits else 0) else None
        none = signs.NO.fullmatch(message.lower.strip(" .!")) or message.content == ["never"]
        return NEVER if none and fact.never and not spoken else None

    def _action(self, conversation: ConversationState, message: _Message) -> Reply | None:
        """Return the reply to “escalate it” or “open the form”; None if the turn is something else."""
        if signs.ACTION.search(message.lower) is None or signs.NO_ACTION.search(message.lower):
            return None
        topic = self._led(conversation.topic)
        if topic.entry is None or len(message.content) > 2 * SHORT:
            return None
        said = message.extracted
        found = _Found({name: KnownFact(value, message.at, said.spans[name]) for name, value in said.facts.items()})
        return self._changed(conversation, message, topic, found, TurnKind.ACTION)

    def _changed(
        self,
        conversation: ConversationState,
        message: _Message,
        topic: Topic,
        found: _Found,
        kind: TurnKind | None = None,
    ) -> Reply:
        """Reply to facts, some of which may change known ones."""
        changes = tuple(
            Change(name, topic.facts[name].value, found.facts[name].value if name in found.facts else None)
            for name in (*found.facts, *found.dropped)
            if name in topic.facts and (name in found.dropped or topic.facts[name].value != found.facts[name].value)
        )
        facts = {name: fact for name, fact in topic.facts.items() if name not in found.dropped}
        unknown = tuple(name for name in topic.unknown if name not in found.facts)
        dropped = (topic.dropped | found.dropped) - found.facts.keys()
        changed = replace(topic, facts={**facts, **found.facts}, unknown=unknown, dropped=dropped)
        changed = self._settled(changed, message)
        changed = self._following(changed, changes, message)
        if kind is None:
            kind = TurnKind.CORRECTION if changes else TurnKind.FACTS
        subject = message.subject if message.is_question and kind is not TurnKind.ANSWER else None
        explained = found.beside == 0 and not message.matching.urgent
        return self._about(conversation, message, changed, kind, changes, subject, explained=explained)

    def _question(
        self, conversation: ConversationState, message: _Message, topic: Topic, *, returning: bool = False
    ) -> Reply:
        """Reply to a question about the case: the steps that answer it. Without any, it has to refer to the case."""
        settled = self._settled(topic, message)
        reply = self._about(conversation, message, settled, TurnKind.QUESTION, subject=message.subject)
        if not isinstance(reply.outcome, Answer):
            return reply
        if message.subject in SHOWN_ON_CARD:
            return reply
        if message.subject == "reason":
            return replace(reply, passages=reply.outcome.decision.because)
        passages = self._passages.find(message.reading, message.subject, reply.outcome)
        understood = returning or message.subject is not None or self._is_understood(message, topic)
        if not passages and not understood:
            return self._unclear(conversation, message)
        return replace(reply, passages=passages)

    def _social(self, conversation: ConversationState, message: _Message, kind: SmallTalk) -> Reply:
        outcome = Social(0.0, (), (), kind=kind, facts=conversation.topic.values)
        return Reply(conversation.taking(message.text, conversation.topic), outcome, TurnKind.SOCIAL)

    def _unclear(self, conversation: ConversationState, message: _Message, topic: Topic | None = None) -> Reply:
        topic = conversation.topic if topic is None else topic
        matching = message.matching
        pointer = self._guide.matcher.pointer(message.reading)
        outcome = NoAnswer(matching.confidence, (), matching.alerts, pointer, facts=topic.values)
        return Reply(conversation.taking(message.text, topic), outcome, TurnKind.UNCLEAR)

    def _clicked(self, conversation: ConversationState, click: Click, asker: Asker, today: date) -> Reply:
        """Reply to a click. One on the card of an earlier case goes back to that case."""
        topic = self._clicked_topic(conversation, click)
        if topic is None:
            return self._unused(conversation, click)
        kind = TurnKind.ANSWER
        if click.entry is not None:
            topic, kind = replace(topic, entry=click.entry), TurnKind.PICK
        elif click.fact is not None:
            topic = _with_clicked_fact(topic, click.fact, click, len(conversation.turns))
        outcome = self._outcome(topic, asker, today, ())
        topic = self._with_question(topic, outcome)
        same = topic.text == conversation.topic.text
        after = conversation.taking(click, topic) if same else conversation.changing_to(click, topic)
        return Reply(after, outcome, kind)

    def _clicked_topic(self, conversation: ConversationState, click: Click) -> Topic | None:
        """Return the case of the card that was clicked; None if it is none of the conversation."""
        for topic in (conversation.topic, *conversation.earlier):
            if click.entry in topic.offered or (click.about is not None and click.about == topic.entry):
                return topic
            if click.about is not None and topic.entry is None and click.about in topic.offered:
                return replace(topic, entry=click.about)
        return conversation.topic if click.entry is not None and conversation.topic.text else None

    def _unused(self, conversation: ConversationState, click: Click) -> Reply:
        outcome = NoAnswer(0.0, (), (), facts=conversation.topic.values)
        return Reply(conversation.taking(click, conversation.topic), outcome, TurnKind.UNCLEAR)

    # -- outcomes -----------------------------------------------------------------------------------------------------

    def _concern(
        self,
        conversation: ConversationState,
        message: _Message,
        carried: Mapping[str, KnownFact],
        found: _Found | None = None,
        *,
        before: str = "",
    ) -> Reply:
        """Reply to a concern, with the facts `carried` over from another case. `before` is text that belongs to it."""
        own = {
            name: KnownFact(value, message.at, message.extracted.spans[name])
            for name, value in message.extracted.facts.items()
        }
        own |= found.facts if found else {}
        text = f"{before}\n{message.text}" if before else message.text
        given = {name: fact for name, fact in {**carried, **own}.items() if name not in message.extracted.facts}
        outcome = self._guide.answer(
            Concern(
                text,
                {name: fact.value for name, fact in given.items()},
                spans={name: fact.span for name, fact in given.items() if fact.span},
            ),
            message.asker,
            today=message.today,
        )
        facts = {name: fact for name, fact in {**carried, **own}.items() if name in outcome.facts}
        topic = Topic(text, facts=facts)
        match outcome:
            case Answer():
                topic = replace(topic, entry=outcome.entry.id, offered=tuple(match.id for match in outcome.matches[:3]))
            case Choices():
                topic = _with_list(topic, outcome)
            case NoAnswer() if conversation.topic.is_open and not before:
                return self._unclear(conversation, message)
            case _:
                topic = replace(topic, near=tuple(match.id for match in outcome.matches[:1]))
        topic = self._with_question(topic, outcome)
        return Reply(conversation.changing_to(message.text, topic), outcome, TurnKind.CONCERN)

    def _about(
        self,
        conversation: ConversationState,
        message: _Message,
        topic: Topic,
        kind: TurnKind,
        changes: tuple[Change, ...] = (),
        subject: str | None = None,
        *,
        explained: bool = False,
    ) -> Reply:
        """Reply with the entry at hand, or with the list if none is chosen yet.

        `explained`: every word of the turn is understood, so that none of them is a sign of a critical concern.
        """
        alerts = () if explained else self._alerts(message, topic)
        outcome = self._outcome(topic, message.asker, message.today, alerts)
        topic = self._with_question(topic, outcome)
        same = topic.text == conversation.topic.text
        after = conversation.taking(message.text, topic) if same else conversation.changing_to(message.text, topic)
        return Reply(after, outcome, kind, changes, subject)

    def _outcome(self, topic: Topic, asker: Asker, today: date, alerts: tuple[Alert, ...]) -> Outcome:
        if topic.entry is None:
            ranked = tuple(RankedEntry(id, self._knowledge.entries[id].title, topic.lead) for id in topic.offered)
            return Choices(topic.lead, ranked, alerts, facts=topic.values, offered=len(ranked))
        concern = Concern(
            topic.text,
            topic.values,
            topic.entry,
            topic.dropped,
            unknown=frozenset(topic.unknown),
            spans=self._spans(topic),
        )
        return replace(self._guide.answer(concern, asker, today=today), alerts=alerts)

    def _spans(self, topic: Topic) -> dict[str, str]:
        return {name: fact.span for name, fact in topic.facts.items() if fact.span}

    def _alerts(self, message: _Message, topic: Topic) -> tuple[Alert, ...]:
        """Return the alerts of a turn. A sign that would have put a critical entry first is one."""
        matching = message.matching
        if len(message.content) < 2:
            return ()
        critical = [match.id for match in matching.matches[: matching.offered] if self._is_critical(match)]
        alerts = [*(Alert(id, self._alert_message(id)) for id in critical), *matching.alerts]
        return tuple({alert.id: alert for alert in alerts if alert.id != topic.entry}.values())

    def _alert_message(self, id: str) -> str:
        patterns = self._knowledge.entries[id].signs
        return patterns.message if patterns else self._knowledge.entries[id].title

    def _is_critical(self, match: Match) -> bool:
        return self._knowledge.entries[match.id].signs is not None

    def _with_question(self, topic: Topic, outcome: Outcome) -> Topic:
        """Return the topic with the question that the outcome asks, and without the facts that it does not use."""
        if not isinstance(outcome, Answer):
            return replace(topic, asked=None)
        facts = {name: fact for name, fact in topic.facts.items() if name in outcome.facts}
        return replace(topic, facts=facts, asked=outcome.decision.question)

    # -- the case at hand ---------------------------------------------------------------------------------------------

    def _led(self, topic: Topic) -> Topic:
        """Return the topic with the first entry of the list, and its question, if that entry is likely."""
        likely = self._possible(topic)[:1]
        if topic.entry is not None or not likely or (topic.lead < LEAD and len(topic.offered) > 1):
            return topic
        decision = self._guide.triage.decide(likely[0], topic.values)
        return replace(topic, entry=likely[0], asked=decision.question)

    def _possible(self, topic: Topic) -> tuple[str, ...]:
        """Return the entries of the list that fit the facts.

        A critical entry that was offered for its words alone, and passed over, is none.
        """
        entries = [self._knowledge.entries[id] for id in topic.offered]
        return tuple(
            entry.id
            for entry in entries
            if not entry.urgent and not any(self._contradicts(test, topic.values) for test in entry.fixes)
        )

    def _settled(self, topic: Topic, message: _Message) -> Topic:
        """Return the topic with the entry of the list that all of what was said makes the most likely, if one is."""
        possible = self._possible(topic)
        if topic.entry is not None or not possible:
            return topic
        if len(possible) == 1:
            return replace(topic, entry=possible[0])
        hidden = self._knowledge.hidden_from(*message.asker.roles)
        both = self._guide.matcher.match(normalize(f"{topic.text}\n{message.text}"), hidden=hidden)
        best = next((match for match in both.matches if match.id in possible), None)
        if best is not None and best.confidence >= LEAD:
            return replace(topic, entry=best.id)
        return self._led(topic)

    def _following(self, topic: Topic, changes: Iterable[Change], message: _Message) -> Topic:
        """Return the topic with the entry that is for the facts as they are now.

        An entry that takes the new value for granted, and shares the rules of the one at hand, is the better one.
        """
        if topic.entry is None:
            return topic
        changed = [change for change in changes if change.new is not None]
        hidden = self._knowledge.hidden_from(*message.asker.roles)
        current = self._knowledge.entries[topic.entry]
        against = [test.fact for test in current.fixes if self._contradicts(test, topic.values)]
        names = {*(change.fact for change in changed), *against}
        if not names:
            return topic
        for entry in self._knowledge.entries.values():
            fixed = {test.fact for test in entry.fixes if isinstance(test, OneOf) or against}
            fits = all(self._holds(test, topic.values) for test in entry.fixes)
            if entry.id not in hidden and names & fixed and fits and _is_related(entry, current):
                return replace(topic, entry=entry.id)
        return self._rematched(topic, message, against) if against and changed else topic

    def _rematched(self, topic: Topic, message: _Message, against: Iterable[str]) -> Topic:
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
        fits = all(self._holds(test, topic.values) for test in fixes)
        return fits and not set(names).isdisjoint(self._guide.triage.table(id).facts)

    def _holds(self, test: OneOf | Within, values: Mapping[str, FactValue]) -> bool:
        return evaluate(test, values, {}) is True

    def _contradicts(self, test: OneOf | Within, values: Mapping[str, FactValue]) -> bool:
        return evaluate(test, values, {}) is False

    def _carried(self, message: _Message, topic: Topic) -> Mapping[str, KnownFact]:
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

    def _earlier_topic(self, conversation: ConversationState, message: _Message) -> Topic | None:
        """Return the earlier case that a turn goes back to: `ok, the first one again`."""
        if not conversation.earlier or not signs.BACK.search(message.lower):
            return None
        asked = self._passages.words(message.reading)
        common, at = max((len(asked & self._words_of(topic)), -at) for at, topic in enumerate(conversation.earlier))
        return conversation.earlier[-at] if common else None

    def _words_of(self, topic: Topic) -> frozenset[str]:
        title = self._knowledge.entries[topic.entry].title if topic.entry else ""
        labels = (
            self._knowledge.facts[name].value_label(value)
            for name, value in topic.values.items()
            if self._knowledge.facts[name].kind == "choice"
        )
        return self._passages.words(" ".join([topic.text, title, *labels]))

    def _is_new_concern(self, message: _Message, topic: Topic, found: _Found) -> bool:
        """Return whether a turn is about another entry than the one at hand."""
        matching = message.matching
        if matching.outcome == "none":
            return False
        first = next((match for match in matching.matches if not self._is_critical(match)), None)
        if first is None or first.id == topic.entry or first.id in self._possible(topic)[: topic.entry is None]:
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

    def _belongs_elsewhere(self, id: str, topic: Topic, found: _Found) -> float:
        """Return the confidence from which facts that the entry at hand does not use lead to one that does; else 0."""
        if topic.entry is None or not found.beside:
            return 0.0
        elsewhere = found.facts.keys() & set(self._guide.triage.table(id).facts)
        if not elsewhere - set(self._guide.triage.table(topic.entry).facts):
            return 0.0
        near = _is_related(self._knowledge.entries[id], self._knowledge.entries[topic.entry])
        return NEW_STATEMENT if near else NEW_CONCERN

    def _states_party(self, message: _Message) -> bool:
        """Return whether a turn says who asks."""
        return any(set(self._knowledge.facts[name].choices) == SIDES for name in message.extracted.facts)

    def _is_new_case(self, message: _Message, topic: Topic, found: _Found) -> bool:
        """Return whether a turn states the entry at hand anew, with other facts: another case of the same kind."""
        matching = message.matching
        if matching.outcome == "none" or matching.matches[0].id != topic.entry or message.goes_on:
            return False
        if message.is_corrected or message.supposed is not None or matching.confidence < RESTATED:
            return False
        conflicts = [name for name, fact in found.facts.items() if topic.values.get(name, fact.value) != fact.value]
        return bool(conflicts) and found.beside > BESIDE_ANSWER

    def _is_understood(self, message: _Message, topic: Topic) -> bool:
        """Return whether a turn that states no fact can be about the case: its words are known, and it refers to it."""
        if message.content and not any(map(self._guide.matcher.knows, message.content)):
            return False
        ids = {match.id for match in message.matching.matches[:3]}
        refers = not signs.REFERENCES.isdisjoint(message.words) or message.goes_on
        return refers or bool(ids & {topic.entry, *topic.offered})

    # -- facts --------------------------------------------------------------------------------------------------------

    def _facts_of(self, message: _Message, topic: Topic) -> _Found:
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
        dropped |= vague | self._denied(message, topic, values)
        taken_back = set() if values else self._taken_back(message, topic)
        if not taken_back and (message.supposed is not None or message.is_corrected):
            dropped |= self._touched(message, topic, values)
        dropped |= taken_back
        known = {name: value for name, value in values.items() if topic.values.get(name) != value}
        facts = {name: KnownFact(value, message.at, spans.get(name, "")) for name, value in known.items()}
        parties = {name for name in values if set(self._knowledge.facts[name].choices) == SIDES}
        covered = set(signs.words_of(" ".join(span for name, span in spans.items() if name not in parties)))
        said = signs.words_of(signs.CORRECTION.sub(" ", message.lower)) if message.is_corrected else message.content
        beside = [word for word in said if word in message.content and word not in covered]
        return _Found(facts, frozenset(dropped - values.keys()), 0 if taken_back else len(beside))

    def _table_facts(self, topic: Topic) -> tuple[str, ...]:
        """Return the facts that a turn without a name can be about: the one asked for, the known ones, the others."""
        entry = topic.entry or next(iter((*self._possible(topic), *topic.near)), None)
        names = self._guide.triage.table(entry).facts if entry else ()
        asked = (topic.asked,) if topic.asked else ()
        return tuple(dict.fromkeys((*asked, *(name for name in topic.facts if name in names), *names, *topic.facts)))

    def _named_values(
        self, message: _Message, topic: Topic, reading: str, values: Mapping[str, FactValue]
    ) -> dict[str, tuple[FactValue, str]]:
        """Return the values that a turn names without saying of which fact: `it was CE`, `no, the freelancer`."""
        marked = message.supposed is not None or message.is_corrected
        asks = message.is_question and message.supposed is None
        if len(message.content) > (2 * SHORT if marked else SHORT) or asks:
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
            spoken = [one for one in self._reader.values(name, reading, asked=asked) if not one.denied]
            if len({one.value for one in spoken}) != 1:
                continue
            span = reading[spoken[0].start : spoken[0].end]
            is_party = set(fact.choices) == SIDES
            if is_party and self._words_outside(message, spoken, reading) > 1:
                continue
            (parties if is_party else found)[name] = (spoken[0].value, span)
        if len(found) > 1:
            first = next(iter(found))
            found = {first: found[first]} if first == topic.asked or first in topic.facts else {}
        return found or (parties if not values else {})

    def _named_numbers(
        self,
        message: _Message,
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
            for one in self._reader.numbers(reading, today=message.today)
            if not one.denied and not one.is_limit and reading[one.start : one.end].lower() not in read
        ]
        if len(spoken) != 1:
            return {}, set()
        facts = {name: self._knowledge.facts[name] for name in self._table_facts(topic)}
        fitting = {
            name: value
            for name, fact in facts.items()
            if name not in values and (value := spoken[0].of(fact)) is not None
        }
        known = [name for name in fitting if name in topic.facts]
        marked = message.supposed is not None or (message.is_corrected and not message.is_question)
        few = self._words_outside(message, spoken, reading) <= (BESIDE_ANSWER if topic.asked else 0)
        if spoken[0].problem:
            old = [name for name in topic.facts if facts[name].kind == "number"] if marked or few else []
            return {}, set(old)
        if not (marked or few):
            return {}, set()
        if topic.asked in fitting:
            known = [topic.asked]
        others = [] if spoken[0].minutes is None else [name for name in fitting if name not in topic.unknown]
        names = known or others
        if len(names) == 1:
            span = reading[spoken[0].start : spoken[0].end]
            return {names[0]: (fitting[names[0]], span)}, set()
        return {}, set(known)

    def _denied(self, message: _Message, topic: Topic, values: Mapping[str, FactValue]) -> set[str]:
        """Return the known facts whose value a turn denies without giving another: `it's not hourly`."""
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

    def _touched(self, message: _Message, topic: Topic, values: Mapping[str, FactValue]) -> set[str]:
        """Return the known choices that a correction speaks of without a value that is understood.

        If it gives a value of any fact, that is what it corrects. If it contradicts and names nothing, it speaks of
        what was said right before.
        """
        if values or len(message.content) > 2 * SHORT:
            return set()
        said = self._passages.words(message.reading)
        touched = {name for name in topic.facts if said & self._vocabulary.get(name, frozenset())}
        if not touched and signs.CONTRADICTION.match(message.lower) and not message.is_question:
            touched = {name for name, fact in topic.facts.items() if fact.turn == message.at - 1}
        return {name for name in touched if not self._repeats(message, name, topic.values[name])}

    def _repeats(self, message: _Message, name: str, value: FactValue) -> bool:
        """Return whether a turn only says the known value again."""
        spoken = self._reader.values(name, message.reading, asked=True)
        return bool(spoken) and all(one.value == value and not one.denied for one in spoken)

    @cached_property
    def _vocabulary(self) -> dict[str, frozenset[str]]:
        """The words by which people speak of each fact with named values, without those that several facts share."""
        words = {
            name: self._passages.words(
                " ".join([fact.label, *(" ".join([spec.label, *spec.words]) for spec in fact.values.values())]).replace(
                    "|", " "
                )
            )
            for name, fact in self._knowledge.facts.items()
            if fact.kind != "number"
        }
        uses = Counter(word for own in words.values() for word in own)
        return {name: frozenset(word for word in own if uses[word] <= SHARED_BY) for name, own in words.items()}

    def _taken_back(self, message: _Message, topic: Topic) -> set[str]:
        """Return the facts of the last turn, if this one takes them back, or the last number, if it was another."""
        if len(message.content) > SHORT or not topic.facts:
            return set()
        if signs.RETRACTION.search(message.lower):
            last = max(fact.turn for fact in topic.facts.values())
            return {name for name, fact in topic.facts.items() if fact.turn == last}
        if signs.OTHER_NUMBER.search(message.lower):
            numbers = [name for name in topic.facts if self._knowledge.facts[name].kind == "number"]
            return set(sorted(numbers, key=lambda name: topic.facts[name].turn)[-1:])
        return set()

    def _words_outside(self, message: _Message, spoken: Iterable[Spoken], reading: str | None = None) -> int:
        """Return how many words, of those that say something, are not in the values."""
        text = message.reading if reading is None else reading
        for one in spoken:
            text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
        text = signs.CORRECTION.sub(" ", text.lower())
        return sum(word not in signs.FILLERS and word not in signs.REFERENCES for word in signs.words_of(text))


def _with_list(topic: Topic, outcome: Choices) -> Topic:
    """Return the topic with the entries of a list. Of several concerns, none leads."""
    if outcome.concerns:
        return replace(topic, offered=tuple(one.entry.id for one in outcome.concerns))
    offered = outcome.matches[: outcome.offered]
    return replace(topic, offered=tuple(match.id for match in offered), lead=offered[0].confidence if offered else 0.0)


def _with_clicked_fact(topic: Topic, name: str, click: Click, at: int) -> Topic:
    """Return the topic with the fact that a click gave, removed or declared as not known."""
    facts = {other: fact for other, fact in topic.facts.items() if other != name}
    unknown = tuple(other for other in topic.unknown if other != name)
    dropped = topic.dropped | {name} if click.value is None else topic.dropped - {name}
    if click.value is not None:
        facts[name] = KnownFact(click.value, at)
    elif not click.removed:
        unknown = (*unknown, name)
    return replace(topic, facts=facts, unknown=unknown, dropped=dropped)


def _is_other_correction(message: _Message) -> bool:
    """Return whether a turn corrects something, beyond the word `no`."""
    rest = signs.NO.sub("", message.lower, count=1) if signs.NO.match(message.lower) else message.lower
    return signs.CORRECTION.search(rest) is not None and len(message.content) > 1


def _is_related(entry: Entry, other: Entry) -> bool:
    """Return whether two entries decide by the same shared rules, or are known to be mistaken for each other."""
    return _shared_tables(entry, other) or entry.id in other.distinguish_from or other.id in entry.distinguish_from


def _shared_tables(entry: Entry, other: Entry) -> bool:
    """Return whether two entries decide by the same shared rules."""
    return bool({rule.table for rule in entry.rules} & {rule.table for rule in other.rules} - {None})
