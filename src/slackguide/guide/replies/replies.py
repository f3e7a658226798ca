"""Reply to the turns of a conversation: recognise what a turn is, and answer with the facts of all turns."""

from __future__ import annotations

from datetime import date

from slackguide.guide import turn_signs as signs
from slackguide.guide.conversation import Click, ConversationState, Reply, Topic, Turn, TurnKind
from slackguide.guide.courtesies import asks, is_acknowledgement, is_courtesy, is_grave
from slackguide.guide.outcomes import Asker
from slackguide.guide.replies.answers import QuestionAnswers
from slackguide.guide.replies.case_questions import CaseQuestions
from slackguide.guide.replies.case_selection import CaseSelection
from slackguide.guide.replies.clicks import Clicks
from slackguide.guide.replies.fact_changes import FactChanges
from slackguide.guide.replies.other_cases import OtherCases
from slackguide.guide.replies.picks import ListPicks
from slackguide.guide.replies.reply_builder import ReplyBuilder
from slackguide.guide.turn_facts import SingleTurnGuide, StatedFacts, TurnFacts
from slackguide.guide.written_turn import BESIDE_ANSWER, WrittenTurn
from slackguide.matching import SmallTalk
from slackguide.text import clean, normalize


class Replies:
    """Replies to turns with one guide."""

    def __init__(self, guide: SingleTurnGuide, facts: TurnFacts | None = None) -> None:
        """Build the replies. `facts` are those of a guide with the same knowledge."""
        self._guide = guide
        self._facts = facts or TurnFacts(guide)
        self._builder = ReplyBuilder(guide)
        self._others = OtherCases(guide, self._facts)
        cases = CaseSelection(guide, self._facts)
        self._cases = cases
        self._clicks = Clicks(self._builder)
        self._changes = FactChanges(cases, self._builder)
        self._picks = ListPicks(guide.knowledge, self._facts, self._changes, self._builder)
        self._answers = QuestionAnswers(guide.knowledge, self._facts, cases, self._builder, self._changes)
        self._questions = CaseQuestions(guide, self._facts, cases, self._builder)

    def of(self, guide: SingleTurnGuide) -> Replies:
        """Return the replies of a guide with the same knowledge."""
        return Replies(guide, self._facts)

    def reply(self, conversation: ConversationState, turn: Turn, asker: Asker, *, today: date) -> Reply:
        """Return the conversation after a turn, and the outcome."""
        if isinstance(turn, Click):
            return self._clicks.reply(conversation, turn, asker, today)
        message = self._read(turn, asker, today, len(conversation.turns))
        topic = conversation.topic
        answered = topic.asked is not None and signs.polarity(message.lower) is not None
        if message.matching.urgent and not answered and not self._is_only_facts(message, topic):
            return self._builder.concern(conversation, message, self._others.carried(message, topic))
        if not message.reading and message.social is None:
            return self._builder.unclear(conversation, message)
        reply = self._of_case(conversation, message) if topic.is_open else None
        if reply is not None:
            return reply
        if message.social is not None:
            return self._builder.social(conversation, message, message.social)
        if conversation.turns and self._is_courtesy(message):
            return self._builder.social(conversation, message, SmallTalk.ACKNOWLEDGEMENT)
        return self._builder.concern(conversation, message, {})

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
        social = self._guide.small_talk(text, reading, matching)
        lower = reading.lower().replace("\u2019", "'")
        extracted = self._guide.extract(reading, today)
        return WrittenTurn(text, reading, lower, signs.words_of(reading), matching, extracted, social, today, asker, at)

    def _of_case(self, conversation: ConversationState, message: WrittenTurn) -> Reply | None:
        """Return the reply to a turn about the case at hand or an earlier one; None for a new concern without one."""
        topic = conversation.topic
        attempts = (self._picks.reply, self._answers.reply, self._changes.action)
        if self._answers.asks_checklist(topic):  # “none of these” is about its items
            attempts = (self._answers.reply, self._picks.reply, self._changes.action)
        for attempt in attempts:
            reply = attempt(conversation, message)
            if reply is not None:
                return reply
        social = self._small_talk(message, topic)
        if social is not None:
            return self._builder.social(conversation, message, social)
        earlier = self._others.earlier_topic(conversation, message)
        if earlier is not None:
            return self._continued(conversation, message, earlier, returning=True)
        if signs.OTHER_CASE.match(message.lower) and message.matching.outcome != "none":
            return self._builder.concern(conversation, message, {})
        return self._continued(conversation, message, topic)

    def _small_talk(self, message: WrittenTurn, topic: Topic) -> SmallTalk | None:
        """Return the kind of a turn that asks and states nothing: small talk, what closes a case or fills a pause."""
        if message.social is not None and (message.matching.urgent or not self._is_of_case(message)):
            return message.social
        if not self._is_courtesy(message):
            return None
        used = {name for id in (topic.entry, *topic.offered) if id for name in self._guide.triage.table(id).facts}
        found = self._facts.facts_of(message, topic)
        if found.dropped and signs.RENEWING.search(message.lower):  # “ah, found it”
            return None
        stated = found.facts.keys() | message.extracted.facts.keys()
        facts = [self._guide.knowledge.facts[name] for name in stated & used]
        return None if any(fact.kind != "number" for fact in facts) else SmallTalk.ACKNOWLEDGEMENT  # “enough for today”

    def _is_courtesy(self, message: WrittenTurn) -> bool:
        """Return whether a turn consists of courtesies. One with a sign of a critical concern must not be ambiguous."""
        matching = message.matching
        signed = {match.id for match in matching.matches[: matching.offered]} & {*self._guide.matcher.detected}
        doubtful = bool(signed or matching.alerts) and is_grave(message.lower)
        return is_courtesy(message.lower) and not (doubtful or matching.urgent)

    def _is_of_case(self, message: WrittenTurn) -> bool:
        """Return whether common words alone, which are small talk by themselves, say or ask something of the case."""
        retracts = signs.RETRACTION.search(message.lower) is not None
        states = bool(message.extracted.facts) or retracts or signs.OTHER_CASE.match(message.lower) is not None
        greets = message.social in (SmallTalk.GREETING, SmallTalk.GOODBYE)
        return states or message.subject is not None or (not greets and asks(message.lower))

    def _continued(
        self, conversation: ConversationState, message: WrittenTurn, topic: Topic, *, returning: bool = False
    ) -> Reply:
        """Reply to facts, a correction, a question, a new concern, or something that is not understood."""
        found = self._facts.facts_of(message, topic)
        if not returning and self._others.is_new_concern(message, topic, found):
            same_case = bool(found.facts) and found.beside <= BESIDE_ANSWER
            return self._builder.concern(
                conversation, message, topic.facts if same_case else self._others.carried(message, topic)
            )
        if not returning and self._others.is_new_case(message, topic, found):
            return self._builder.concern(conversation, message, {})
        if topic.entry is None and not topic.offered:
            return self._builder.concern(conversation, message, topic.facts, found, before=topic.text)
        if found.facts or found.dropped:
            return self._changes.reply(conversation, message, topic, found)
        if is_acknowledgement(message.lower) and not self._others.says_more(message, topic):
            return self._builder.social(conversation, message, SmallTalk.ACKNOWLEDGEMENT)
        if message.is_question:
            reply = self._questions.reply(conversation, message, topic, returning=returning)
        elif returning or self._questions.is_understood(message, topic):
            return self._builder.about(conversation, message, self._cases.settled(topic, message), TurnKind.FACTS)
        else:
            reply = self._builder.unclear(conversation, message)
        if reply.kind is TurnKind.UNCLEAR and self._others.is_bare_topic(message, topic):
            return self._builder.concern(conversation, message, self._others.carried(message, topic))
        return reply
