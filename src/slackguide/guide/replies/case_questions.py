"""Reply to a question about the case at hand: `what do I tell the client?`."""

from __future__ import annotations

from dataclasses import replace

from slackguide.guide import turn_signs as signs
from slackguide.guide.conversation import ConversationState, Reply, Topic, TurnKind
from slackguide.guide.outcomes import Answer
from slackguide.guide.replies.case_selection import CaseSelection
from slackguide.guide.replies.reply_builder import ReplyBuilder
from slackguide.guide.turn_facts import SingleTurnGuide, TurnFacts
from slackguide.guide.written_turn import WrittenTurn

SHOWN_ON_CARD = frozenset({"destination", "note", "steps"})
"""What a question can ask for that is a part of the card."""


class CaseQuestions:
    """Replies to questions about the case."""

    def __init__(self, guide: SingleTurnGuide, facts: TurnFacts, cases: CaseSelection, builder: ReplyBuilder) -> None:
        self._guide = guide
        self._facts = facts
        self._cases = cases
        self._builder = builder

    def reply(
        self, conversation: ConversationState, message: WrittenTurn, topic: Topic, *, returning: bool = False
    ) -> Reply:
        """Reply to a question about the case: the steps that answer it. Without any, it has to refer to the case."""
        settled = self._cases.settled(topic, message)
        reply = self._builder.about(conversation, message, settled, TurnKind.QUESTION, subject=message.subject)
        if not isinstance(reply.outcome, Answer):
            return reply
        if message.subject in SHOWN_ON_CARD:
            return reply
        if message.subject == "reason":
            return replace(reply, passages=reply.outcome.decision.because)
        passages = self._facts.passages.find(message.reading, message.subject, reply.outcome)
        understood = returning or message.subject is not None or self.is_understood(message, topic)
        if not passages and not understood:
            return self._builder.unclear(conversation, message)
        return replace(reply, passages=passages)

    def is_understood(self, message: WrittenTurn, topic: Topic) -> bool:
        """Return whether a turn that states no fact can be about the case: its words are known, and it refers to it."""
        if message.content and not any(map(self._guide.matcher.knows, message.content)):
            return False
        if not signs.REFERENCES.isdisjoint(message.words) or message.goes_on:
            return True
        if message.matching.outcome != "none" and (self._is_of_work(message) or self._facts.names_party(message)):
            return True
        ids = {match.id for match in message.matching.matches[:3]}
        return bool(ids & {topic.entry, *topic.offered})

    def _is_of_work(self, message: WrittenTurn) -> bool:
        """Return whether a turn asks what the person has to do: `can I promise a refund`."""
        return message.is_question and not signs.SPEAKER.isdisjoint(message.words)
