"""Build the reply for a case: its outcome, its alerts, and the conversation after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from slackguide.guide.conversation import Change, ConversationState, KnownFact, Reply, Topic, TurnKind
from slackguide.guide.outcomes import Answer, Asker, Choices, Concern, NoAnswer, Outcome, RankedEntry, Social
from slackguide.guide.turn_facts import SingleTurnGuide, StatedFacts
from slackguide.guide.written_turn import WrittenTurn
from slackguide.matching import Alert, SmallTalk


class ReplyBuilder:
    """Builds replies with the outcome of one guide."""

    def __init__(self, guide: SingleTurnGuide) -> None:
        self._guide = guide
        self._knowledge = guide.knowledge

    def concern(
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
                return self.unclear(conversation, message)
            case _:
                topic = replace(topic, near=tuple(match.id for match in outcome.matches[:1]))
        topic = self.with_question(topic, outcome)
        return Reply(conversation.changing_to(message.text, topic), outcome, TurnKind.CONCERN)

    def about(
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
        outcome = self.outcome(topic, message.asker, message.today, alerts)
        topic = self.with_question(topic, outcome)
        same = topic.text == conversation.topic.text
        after = conversation.taking(message.text, topic) if same else conversation.changing_to(message.text, topic)
        return Reply(after, outcome, kind, changes, subject)

    def outcome(self, topic: Topic, asker: Asker, today: date, alerts: tuple[Alert, ...]) -> Outcome:
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
        offered = [match.id for match in matching.matches[: matching.offered]]
        critical = [Alert(id, signs.message) for id in offered if (signs := self._knowledge.entries[id].signs)]
        alerts = [*critical, *matching.alerts]
        return tuple({alert.id: alert for alert in alerts if alert.id != topic.entry}.values())

    def with_question(self, topic: Topic, outcome: Outcome) -> Topic:
        """Return the topic with the question that the outcome asks, and without the facts that it does not use."""
        if not isinstance(outcome, Answer):
            return replace(topic, asked=None)
        facts = {name: fact for name, fact in topic.facts.items() if name in outcome.facts}
        return replace(topic, facts=facts, asked=outcome.decision.question)

    def social(self, conversation: ConversationState, message: WrittenTurn, kind: SmallTalk) -> Reply:
        outcome = Social(0.0, (), (), kind=kind, facts=conversation.topic.values)
        return Reply(conversation.taking(message.text, conversation.topic), outcome, TurnKind.SOCIAL)

    def unclear(self, conversation: ConversationState, message: WrittenTurn, topic: Topic | None = None) -> Reply:
        topic = conversation.topic if topic is None else topic
        matching = message.matching
        pointer = self._guide.matcher.pointer(message.reading)
        outcome = NoAnswer(matching.confidence, (), matching.alerts, pointer, facts=topic.values)
        return Reply(conversation.taking(message.text, topic), outcome, TurnKind.UNCLEAR)


def _with_list(topic: Topic, outcome: Choices) -> Topic:
    """Return the topic with the entries of a list. Of several concerns, none leads."""
    if outcome.concerns:
        return replace(topic, offered=tuple(one.entry.id for one in outcome.concerns))
    offered = outcome.matches[: outcome.offered]
    return replace(topic, offered=tuple(match.id for match in offered), lead=offered[0].confidence if offered else 0.0)
