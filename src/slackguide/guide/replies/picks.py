"""Reply to a choice from the list of entries: `the second one`, `no, the other one`, `none of these`."""

from __future__ import annotations

import re
from dataclasses import replace

from slackguide.guide import turn_signs as signs
from slackguide.guide.conversation import ConversationState, Reply, Topic, TurnKind
from slackguide.guide.courtesies import without_courtesies
from slackguide.guide.outcomes import Choices, RankedEntry
from slackguide.guide.replies.fact_changes import FactChanges
from slackguide.guide.replies.reply_builder import ReplyBuilder
from slackguide.guide.turn_facts import TurnFacts
from slackguide.guide.written_turn import WrittenTurn
from slackguide.knowledge import KnowledgeBase

_FIRST_CLAUSE = re.compile(r"([^,.;:!?]+)[,.;:!]+ ")


class ListPicks:
    """Replies to choices from a list."""

    def __init__(self, knowledge: KnowledgeBase, facts: TurnFacts, changes: FactChanges, builder: ReplyBuilder) -> None:
        self._knowledge = knowledge
        self._facts = facts
        self._changes = changes
        self._builder = builder

    def reply(self, conversation: ConversationState, message: WrittenTurn) -> Reply | None:
        """Return the reply to a choice from the list; None if the turn is none."""
        topic = conversation.topic
        if not topic.offered:
            return None
        said = without_courtesies(message.lower)
        chosen = self._picked(said, topic)
        if chosen is not None:
            picked = self._with(topic, chosen)
            return self._builder.about(conversation, message, picked, TurnKind.PICK, explained=True)
        first = _FIRST_CLAUSE.match(said)
        if first and topic.entry is None and (chosen := self._picked(first.group(1), topic)):
            picked = self._with(topic, chosen)
            return self._changes.reply(
                conversation, message, picked, self._facts.facts_of(message, picked), TurnKind.PICK
            )
        answers = topic.asked is not None and signs.polarity(message.lower) is not None
        if (topic.entry is None or len(message.words) > 1) and not answers and signs.NOT_THIS.fullmatch(said):
            return self._rejected(conversation, message, topic)
        return None

    def _with(self, topic: Topic, chosen: str) -> Topic:
        return replace(topic, entry=chosen, rejected=tuple(id for id in topic.rejected if id != chosen))

    def _picked(self, said: str, topic: Topic) -> str | None:
        left = [id for id in topic.offered if id != topic.entry and id not in topic.rejected]
        if signs.OTHER.fullmatch(said) and left:
            return left[0] if topic.entry is not None or len(topic.offered) == 2 else None
        if topic.entry is not None and said.strip(" .!").isdecimal():
            return None
        positions = [number for number, pattern in signs.ORDINALS.items() if pattern.search(said)]
        if signs.LAST.fullmatch(said.strip(" .!?")):
            positions = [len(topic.offered)]
        rest = [
            word
            for word in signs.words_of(said)
            if word not in signs.AROUND_PICK and not any(pattern.search(word) for pattern in signs.ORDINALS.values())
        ]
        if len(positions) == 1 and not rest and positions[0] <= len(topic.offered):
            return topic.offered[positions[0] - 1]
        titles = {self._knowledge.entries[id].title.lower(): id for id in topic.offered}
        return titles.get(said.strip(" .!\"'"))

    def _rejected(self, conversation: ConversationState, message: WrittenTurn, topic: Topic) -> Reply:
        """Reply to “not this”: the entries left, or nothing."""
        gone = (*topic.rejected, topic.entry) if topic.entry else topic.offered
        left = tuple(id for id in topic.offered if id not in gone)
        rejecting = replace(topic, entry=None, offered=left, rejected=tuple(gone), asked=None)
        if not left:
            return self._builder.unclear(conversation, message, rejecting)
        ranked = tuple(RankedEntry(id, self._knowledge.entries[id].title, 0.0) for id in left)
        outcome = Choices(0.0, ranked, message.matching.alerts, facts=rejecting.values, offered=len(left))
        return Reply(conversation.taking(message.text, rejecting), outcome, TurnKind.PICK)
