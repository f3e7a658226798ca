"""Reply to facts that a turn states, changes or takes back, and to `escalate it` with facts beside it."""

from __future__ import annotations

from dataclasses import replace

from slackguide.guide import turn_signs as signs
from slackguide.guide.conversation import Change, ConversationState, KnownFact, Reply, Topic, TurnKind
from slackguide.guide.replies.case_selection import CaseSelection
from slackguide.guide.replies.reply_builder import ReplyBuilder
from slackguide.guide.turn_facts import StatedFacts
from slackguide.guide.written_turn import SHORT, WrittenTurn


class FactChanges:
    """Replies to facts."""

    def __init__(self, cases: CaseSelection, builder: ReplyBuilder) -> None:
        self._cases = cases
        self._builder = builder

    def action(self, conversation: ConversationState, message: WrittenTurn) -> Reply | None:
        """Return the reply to “escalate it” or “open the form”; None if the turn is something else."""
        if signs.ACTION.search(message.lower) is None or signs.NO_ACTION.search(message.lower):
            return None
        topic = self._cases.led(conversation.topic)
        if topic.entry is None or len(message.content) > 2 * SHORT:
            return None
        said = message.extracted
        found = StatedFacts(
            {name: KnownFact(value, message.at, said.spans[name]) for name, value in said.facts.items()}
        )
        return self.reply(conversation, message, topic, found, TurnKind.ACTION)

    def reply(
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
        changed = self._cases.settled(changed, message)
        changed = self._cases.following(changed, changes, message)
        if kind is None:
            kind = TurnKind.CORRECTION if changes else TurnKind.FACTS
        subject = message.subject if message.is_question and kind is not TurnKind.ANSWER else None
        explained = found.beside == 0 and not message.matching.urgent
        return self._builder.about(conversation, message, changed, kind, changes, subject, explained=explained)
