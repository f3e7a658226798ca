"""Reply to the turns of a conversation: recognise what a turn is, and answer with the facts of all turns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace
from datetime import date

from slackguide.extraction.date_facts import only_date_in
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
from slackguide.guide.turn_facts import BESIDE_ANSWER, SHORT, SingleTurnGuide, StatedFacts, TurnFacts, WrittenTurn
from slackguide.knowledge import Entry
from slackguide.knowledge.checklists import value_of
from slackguide.knowledge.conditions import NEVER, FactValue, OneOf
from slackguide.knowledge.facts import FactSpec
from slackguide.matching import Alert, Match, Matching, SmallTalk
from slackguide.text import clean, normalize

NEW_CONCERN = 0.97
"""Confidence from which a turn about another entry is a new concern."""

NEW_STATEMENT = 0.85
"""The same for a statement of at least `STATEMENT_WORDS` words that contains no fact."""

STATEMENT_WORDS = 6

BEHIND_A_SIGN = 0.15
"""The same for an entry behind a critical one, which takes most of the confidence."""

LEAD = 0.6
"""Confidence from which a reply to a list goes on with its first entry."""

SHOWN_ON_CARD = frozenset({"destination", "note", "steps"})
"""What a question can ask for that is a part of the card."""

LISTED = 3
"""Maximum entries of a list, where a correction takes away the ground of the entry at hand."""

INTRODUCED_WITHIN = 4
"""Maximum words before the end of the article that introduces another case: `can a client …`."""

_EXCEPT = re.compile(r"\b(?:no|not|never|nobody|nothing|except|but|without|only|if|when)\b|n't\b")
"""Words with which an answer to a checklist says more than which items hold."""

_ALL, _NONE = frozenset({"all", "both", "everything"}), frozenset({"none", "no", "neither", "nothing"})
_OF_THEM = frozenset({"yes", "of", "them", "these", "those", "the", "that", "holds", "hold", "is", "are", "true"})

RESTATED = 0.9
"""Confidence from which a turn states the entry at hand anew."""


class Replies:
    """Replies to turns with one guide."""

    def __init__(self, guide: SingleTurnGuide) -> None:
        self._guide = guide
        self._knowledge = guide.knowledge
        self._facts = TurnFacts(guide)

    def of(self, guide: SingleTurnGuide) -> Replies:
        """Return the replies of a guide with the same knowledge."""
        replies = copy(self)
        replies._guide = guide
        return replies

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

    def _is_only_facts(self, message: WrittenTurn, topic: Topic) -> bool:
        """Return whether every word of a turn states facts that the critical entry it resembles does not use.

        The detector of critical concerns learnt from whole messages; a fragment can resemble one. It stays an alert.
        """
        found = self._facts.facts_of(message, topic) if topic.is_open else StatedFacts({})
        used = self._guide.triage.table(message.matching.matches[0].id).facts
        return bool(found.facts) and found.beside == 0 and found.facts.keys().isdisjoint(used)

    def _read(self, text: str, asker: Asker, today: date, at: int) -> WrittenTurn:
        text = clean(text)
        reading = normalize(text)
        matching = self._guide.match(text, asker)
        social = self._social_kind(text, reading, matching)
        lower = reading.lower().replace("\u2019", "'")
        extracted = self._guide.extract(reading, today)
        return WrittenTurn(text, reading, lower, signs.words_of(reading), matching, extracted, social, today, asker, at)

    # -- the kinds of turns about a case ------------------------------------------------------------------------------

    def _of_case(self, conversation: ConversationState, message: WrittenTurn) -> Reply | None:
        """Return the reply to a turn about the case at hand or an earlier one; None for a new concern without one."""
        topic = conversation.topic
        asked = self._knowledge.facts.get(topic.asked or "")
        attempts = (self._pick, self._answer_to_question, self._action)
        if asked is not None and asked.kind == "checklist":  # “none of these” is about its items
            attempts = (self._answer_to_question, self._pick, self._action)
        for attempt in attempts:
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

    def _closing(self, message: WrittenTurn) -> SmallTalk | None:
        """Return the kind of a turn that asks nothing: small talk, or words that close the case or fill a pause."""
        if message.social is not None or message.matching.urgent:
            return message.social
        states = bool(message.extracted.facts) or any(map(str.isdigit, message.lower))
        return SmallTalk.ACKNOWLEDGEMENT if not states and signs.CLOSING.fullmatch(message.lower) else None

    def _continued(
        self, conversation: ConversationState, message: WrittenTurn, topic: Topic, *, returning: bool = False
    ) -> Reply:
        """Reply to facts, a correction, a question, a new concern, or something that is not understood."""
        found = self._facts.facts_of(message, topic)
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

    def _pick(self, conversation: ConversationState, message: WrittenTurn) -> Reply | None:
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

    def _picked(self, message: WrittenTurn, topic: Topic) -> str | None:
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

    def _rejected(self, conversation: ConversationState, message: WrittenTurn, topic: Topic) -> Reply:
        """Reply to “not this”: the entries left, or nothing."""
        gone = (*topic.rejected, topic.entry) if topic.entry else topic.offered
        left = tuple(id for id in topic.offered if id not in gone)
        rejecting = replace(topic, entry=None, offered=left, rejected=tuple(gone), asked=None)
        if not left:
            return self._unclear(conversation, message, rejecting)
        ranked = tuple(RankedEntry(id, self._knowledge.entries[id].title, 0.0) for id in left)
        outcome = Choices(0.0, ranked, message.matching.alerts, facts=rejecting.values, offered=len(left))
        return Reply(conversation.taking(message.text, rejecting), outcome, TurnKind.PICK)

    def _answer_to_question(self, conversation: ConversationState, message: WrittenTurn) -> Reply | None:
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
        found = self._facts.facts_of(message, topic)
        answer = KnownFact(value, message.at, message.text)
        found = replace(found, facts={**found.facts, asked: answer}, dropped=found.dropped - {asked})
        return self._changed(conversation, message, topic, found, TurnKind.ANSWER)

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
            return day or (NEVER if fact.never and _denies(message) else None)
        if fact.kind == "checklist":
            return _ticked(fact, message)
        named = {one.value for one in self._facts.reader.values(asked, message.reading, asked=True) if not one.denied}
        if len(named) == 1 and len(message.content) <= SHORT and not message.is_question:
            return named.pop()
        if fact.kind == "yes_no" and not message.is_question and not _is_other_correction(message):
            if signs.NO.match(message.lower):
                return "no"
            if signs.YES.match(message.lower):
                return "yes"
        return None

    def _answer_number(self, asked: str, message: WrittenTurn) -> FactValue | None:
        fact = self._knowledge.facts[asked]
        spoken = [one for one in self._facts.reader.numbers(message.reading, today=message.today) if not one.denied]
        if len(spoken) == 1:
            digits = any(map(str.isdigit, message.reading[spoken[0].start : spoken[0].end]))
            beside = self._facts.words_outside(message, spoken)
            return spoken[0].of(fact) if beside <= (BESIDE_ANSWER if digits else 0) else None
        return NEVER if fact.never and not spoken and _denies(message) else None

    def _action(self, conversation: ConversationState, message: WrittenTurn) -> Reply | None:
        """Return the reply to “escalate it” or “open the form”; None if the turn is something else."""
        if signs.ACTION.search(message.lower) is None or signs.NO_ACTION.search(message.lower):
            return None
        topic = self._led(conversation.topic)
        if topic.entry is None or len(message.content) > 2 * SHORT:
            return None
        said = message.extracted
        found = StatedFacts(
            {name: KnownFact(value, message.at, said.spans[name]) for name, value in said.facts.items()}
        )
        return self._changed(conversation, message, topic, found, TurnKind.ACTION)

    def _changed(
        self,
        conversation: ConversationState,
        message: WrittenTurn,
        topic: Topic,
        found: StatedFacts,
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
        self, conversation: ConversationState, message: WrittenTurn, topic: Topic, *, returning: bool = False
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
        passages = self._facts.passages.find(message.reading, message.subject, reply.outcome)
        understood = returning or message.subject is not None or self._is_understood(message, topic)
        if not passages and not understood:
            return self._unclear(conversation, message)
        return replace(reply, passages=passages)

    def _social(self, conversation: ConversationState, message: WrittenTurn, kind: SmallTalk) -> Reply:
        outcome = Social(0.0, (), (), kind=kind, facts=conversation.topic.values)
        return Reply(conversation.taking(message.text, conversation.topic), outcome, TurnKind.SOCIAL)

    def _unclear(self, conversation: ConversationState, message: WrittenTurn, topic: Topic | None = None) -> Reply:
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
        message: WrittenTurn,
        carried: Mapping[str, KnownFact],
        found: StatedFacts | None = None,
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
        message: WrittenTurn,
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

    def _alerts(self, message: WrittenTurn, topic: Topic) -> tuple[Alert, ...]:
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
        likely = self._facts.possible(topic)[:1]
        if topic.entry is not None or not likely or (topic.lead < LEAD and len(topic.offered) > 1):
            return topic
        decision = self._guide.triage.decide(likely[0], topic.values)
        return replace(topic, entry=likely[0], asked=decision.question)

    def _settled(self, topic: Topic, message: WrittenTurn) -> Topic:
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
        return self._led(topic)

    def _following(self, topic: Topic, changes: Iterable[Change], message: WrittenTurn) -> Topic:
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
            if entry.id not in hidden and names & fixed and fits and _is_related(entry, current):
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

    def _carried(self, message: WrittenTurn, topic: Topic) -> Mapping[str, KnownFact]:
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

    def _earlier_topic(self, conversation: ConversationState, message: WrittenTurn) -> Topic | None:
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

    def _is_new_concern(self, message: WrittenTurn, topic: Topic, found: StatedFacts) -> bool:
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
        near = _is_related(self._knowledge.entries[id], self._knowledge.entries[topic.entry])
        return NEW_STATEMENT if near else NEW_CONCERN

    def _states_party(self, message: WrittenTurn) -> bool:
        """Return whether a turn says who asks."""
        return not self._knowledge.party_facts.isdisjoint(message.extracted.facts)

    def _is_new_case(self, message: WrittenTurn, topic: Topic, found: StatedFacts) -> bool:
        """Return whether a turn states the entry at hand anew, with other facts: another case of the same kind."""
        matching = message.matching
        if matching.outcome == "none" or matching.matches[0].id != topic.entry or message.goes_on:
            return False
        if message.is_corrected or message.supposed is not None or matching.confidence < RESTATED:
            return False
        conflicts = [name for name, fact in found.facts.items() if topic.values.get(name, fact.value) != fact.value]
        return bool(conflicts) and found.beside > BESIDE_ANSWER

    def _is_understood(self, message: WrittenTurn, topic: Topic) -> bool:
        """Return whether a turn that states no fact can be about the case: its words are known, and it refers to it."""
        if message.content and not any(map(self._guide.matcher.knows, message.content)):
            return False
        ids = {match.id for match in message.matching.matches[:3]}
        refers = not signs.REFERENCES.isdisjoint(message.words) or message.goes_on
        return refers or bool(ids & {topic.entry, *topic.offered})


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


def _denies(message: WrittenTurn) -> bool:
    """Return whether a turn says only that there is none: `no`, `never`."""
    return bool(signs.NO.fullmatch(message.lower.strip(" .!"))) or message.content == ["never"]


def _ticked(fact: FactSpec, message: WrittenTurn) -> str | None:
    """Return the items of a checklist that an answer names, `all of them` or `none`; None if it names none."""
    items, words = tuple(fact.values), set(message.words)
    for alone, ticked in ((_ALL, items), (_NONE, ())):
        if words & alone and words <= alone | _OF_THEM:
            return value_of(ticked, items)
    if message.is_question or _EXCEPT.search(message.lower):
        return None
    named = [item for item, label in fact.item_labels.items() if label.lower() in message.lower]
    return value_of(named, items) if named else None


def _is_other_correction(message: WrittenTurn) -> bool:
    """Return whether a turn corrects something, beyond the word `no`."""
    rest = signs.NO.sub("", message.lower, count=1) if signs.NO.match(message.lower) else message.lower
    return signs.CORRECTION.search(rest) is not None and len(message.content) > 1


def _is_related(entry: Entry, other: Entry) -> bool:
    """Return whether two entries decide by the same shared rules, or are known to be mistaken for each other."""
    return _shared_tables(entry, other) or entry.id in other.distinguish_from or other.id in entry.distinguish_from


def _shared_tables(entry: Entry, other: Entry) -> bool:
    """Return whether two entries decide by the same shared rules."""
    return bool({rule.table for rule in entry.rules} & {rule.table for rule in other.rules} - {None})
