"""Reply to a click on a card of the conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from slackguide.guide.conversation import Click, ConversationState, KnownFact, Reply, Topic, TurnKind
from slackguide.guide.outcomes import Asker, NoAnswer
from slackguide.guide.replies.reply_builder import ReplyBuilder


class Clicks:
    """Replies to clicks."""

    def __init__(self, builder: ReplyBuilder) -> None:
        self._builder = builder

    def reply(self, conversation: ConversationState, click: Click, asker: Asker, today: date) -> Reply:
        """Reply to a click. One on the card of an earlier case goes back to that case."""
        topic = self._clicked_topic(conversation, click)
        if topic is None:
            return self._unused(conversation, click)
        kind = TurnKind.ANSWER
        if click.entry is not None:
            topic, kind = replace(topic, entry=click.entry), TurnKind.PICK
        elif click.fact is not None:
            topic = _with_clicked_fact(topic, click.fact, click, len(conversation.turns))
        outcome = self._builder.outcome(topic, asker, today, ())
        topic = self._builder.with_question(topic, outcome)
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
