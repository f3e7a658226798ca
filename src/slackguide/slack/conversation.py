"""A conversation in a thread: a message's answer, with what was said before it counting too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from slackguide.errors import StorageError
from slackguide.escalation.fields import clean
from slackguide.escalation.poster import DeliveryError, RateLimited, Unreachable
from slackguide.escalation.task import AnswerMessage
from slackguide.guide import LEAST_PRIVILEGED, Answer
from slackguide.slack.admission import Admitted, TurnedAway
from slackguide.slack.answering import TEXT_LIMIT, Answerer
from slackguide.slack.apology import apology, reference_of
from slackguide.slack.directory import Directory
from slackguide.slack.readers import ChannelReaders
from slackguide.slack.surfaces import is_direct_message
from slackguide.slack.views.card import Card, words_card
from slackguide.slack.views.choices import help_card
from slackguide.slack.views.direct import direct_card
from slackguide.slack.words import as_written

EMPTY = "There were no words in that. Tell me in a sentence what happened, who asks and what they want."


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the person in the thread: its timestamp and its text as Slack sends it."""

    ts: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a message is answered with. `direct`: not in its thread, but in the asker's direct messages."""

    card: Card
    direct: bool = False


class Conversation:
    """Answers direct messages and mentions."""

    def __init__(self, *, answerer: Answerer, directory: Directory, readers: ChannelReaders) -> None:
        self._answerer = answerer
        self._directory = directory
        self._readers = readers

    def answer(self, task: AnswerMessage, before: Sequence[Line], *, patient: bool) -> Reply:
        """The reply to a message. A follow-up that tells facts goes on with the entry that the thread is about.

        In a channel the card is drawn for the least privileged role. It goes to the asker alone, drawn for their own
        role, where others than our members read the channel or where that is unknown. `patient` tells whether to wait
        for Slack to say who reads it; otherwise silence counts as unknown.

        A fault of ours is told in words: trying again would not mend it. Raises `StorageError`, and `RateLimited` or
        `Unreachable` while `patient`.
        """
        try:
            return self._reply(task, before, patient=patient)
        except (StorageError, DeliveryError):
            raise
        except Exception as error:
            return Reply(words_card(apology(error, reference_of(task.event_id), "message")))

    def _reply(self, task: AnswerMessage, before: Sequence[Line], *, patient: bool) -> Reply:
        admission = self._directory.admit(task.user_id)
        if isinstance(admission, TurnedAway):
            return Reply(words_card(admission.words))
        if is_direct_message(task.channel_id):
            return Reply(self._card(task, before, admission))
        if self._members_only(task, patient=patient):
            return Reply(self._card(task, before, replace(admission, asker=LEAST_PRIVILEGED)))
        return Reply(direct_card(self._card(task, before, admission), task.channel_id), direct=True)

    def _members_only(self, task: AnswerMessage, *, patient: bool) -> bool:
        try:
            return self._readers.members_only(task.channel_id, ext_shared=task.ext_shared)
        except (RateLimited, Unreachable):
            if patient:
                raise
            return False

    def _card(self, task: AnswerMessage, before: Sequence[Line], admission: Admitted) -> Card:
        text = words_of(task.text)
        if not text:
            return words_card(EMPTY)
        if text.casefold() == "help":
            return help_card(self._answerer.knowledge)
        earlier = [words_of(line.text) for line in before]
        return self._follow_up(text, earlier, admission) or self._answerer.ask(text, task.user_id, admission.asker)

    def _follow_up(self, text: str, earlier: Sequence[str], admitted: Admitted) -> Card | None:
        """The thread's answer, with the facts of all its messages; None where the message is a concern of its own."""
        if not earlier or not self._answerer.facts_in(text):
            return None
        user_id, asker = admitted.user_id, admitted.asker
        for first in earlier:
            outcome = self._answerer.outcome(self._answerer.asked(first, user_id), user_id, asker)
            if not isinstance(outcome, Answer):
                continue
            told = {
                **outcome.decision.told,
                **{n: v for line in earlier for n, v in self._answerer.facts_in(line).items()},
            }
            told.update(self._answerer.facts_in(text))
            asked = replace(self._answerer.asked(first, user_id), entry=outcome.entry.id, facts=told)
            return self._answerer.draw(asked, user_id, asker)
        return self._answerer.ask("\n".join([*earlier, text])[:TEXT_LIMIT], user_id, asker)


def words_of(text: str) -> str:
    """The words of a message as Slack sends it; who is mentioned in it, the bot first of all, is left out."""
    return clean(as_written(text))
