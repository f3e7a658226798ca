"""A conversation in a thread: a message's answer, with what was said before it counting too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from slackguide.delivery.sender import DeliveryError, RateLimitedError, SlackUnreachableError
from slackguide.delivery.tasks import AnswerMessage
from slackguide.errors import SlackguideError, StorageError
from slackguide.guide import LEAST_PRIVILEGED, Answer
from slackguide.knowledge.conditions import FactValue
from slackguide.slack.admission import Admitted, TurnedAway
from slackguide.slack.answering import TEXT_LIMIT, Answerer
from slackguide.slack.apology import apology, reference_of
from slackguide.slack.directory import Directory
from slackguide.slack.readers import ChannelReaders
from slackguide.slack.state import Asked
from slackguide.slack.surfaces import is_direct_message
from slackguide.slack.views.card import Card, words_card
from slackguide.slack.views.choices import help_card
from slackguide.slack.views.direct import direct_card
from slackguide.slack.words import as_written
from slackguide.text import clean

EMPTY = "There were no words in that. Tell me in a sentence what happened, who asks and what they want."


TURNS = 10
"""Most earlier messages of a thread that count for an answer. They and the new one count up to `TEXT_LIMIT` in all."""

LONGEST_PREPARATION = 5.0
"""Seconds that reading a thread may take, a third of a job's lease: what takes longer ends as a failed attempt, before
another worker takes the job."""


class AnswerTimeout(SlackguideError):
    """An answer was not prepared within `LONGEST_PREPARATION`; nothing was sent."""

    def __init__(self) -> None:
        super().__init__("The answer took too long to prepare. Nothing was sent.")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a message is answered with. `direct`: not in its thread, but in the asker's direct messages."""

    card: Card
    direct: bool = False


class Conversation:
    """Answers direct messages and mentions. `ticks` gives monotonic seconds."""

    def __init__(
        self, *, answerer: Answerer, directory: Directory, readers: ChannelReaders, ticks: Callable[[], float]
    ) -> None:
        self._answerer = answerer
        self._directory = directory
        self._readers = readers
        self._ticks = ticks

    def answer(self, task: AnswerMessage, before: Sequence[str], *, patient: bool) -> Reply:
        """The reply to a message. A follow-up that tells facts goes on with the entry that the thread is about.

        `before` are the person's earlier messages in the thread as Slack escapes them, oldest first; the last `TURNS`
        count. In a channel the card is drawn for the least privileged role. It goes to the asker alone, drawn for their
        own role, where others than our members read the channel or where that is unknown. `patient` tells whether to
        wait for Slack to say who reads it; otherwise silence counts as unknown.

        A fault of ours is told in words: trying again would not mend it. Raises `StorageError`, `AnswerTimeout`, and
        `RateLimitedError` or `SlackUnreachableError` while `patient`.
        """
        try:
            return self._reply(task, before, patient=patient)
        except (StorageError, DeliveryError, AnswerTimeout):
            raise
        except Exception as error:
            return Reply(words_card(apology(error, reference_of(task.event_id), "message")))

    def _reply(self, task: AnswerMessage, before: Sequence[str], *, patient: bool) -> Reply:
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
        except (RateLimitedError, SlackUnreachableError):
            if patient:
                raise
            return False

    def _card(self, task: AnswerMessage, before: Sequence[str], admission: Admitted) -> Card:
        text = words_of(task.text)[:TEXT_LIMIT]
        if not text:
            return words_card(EMPTY)
        if text.casefold() == "help":
            return help_card(self._answerer.knowledge)
        earlier = counting(before, TEXT_LIMIT - len(text))
        card = self._follow_up(text, earlier, admission)
        return card or self._answerer.ask(text, task.user_id, admission.asker)

    def _follow_up(self, text: str, earlier: Sequence[str], admitted: Admitted) -> Card | None:
        """The thread's answer, with the facts of all its messages; None where the message is a concern of its own."""
        new_facts = self._answerer.facts_in(text)
        if not earlier or not new_facts:
            return None
        deadline = self._ticks() + LONGEST_PREPARATION
        user_id, asker = admitted.user_id, admitted.asker
        subject: tuple[str, Answer] | None = None
        facts: dict[str, FactValue] = {}
        for turn in earlier:
            self._keep_within(deadline)
            facts |= self._answerer.facts_in(turn)
            if subject is None:
                # A state of no answer's own: only what is shown is stored for its buttons.
                outcome = self._answerer.outcome(Asked("", turn), user_id, asker)
                subject = (turn, outcome) if isinstance(outcome, Answer) else None
        self._keep_within(deadline)
        if subject is None:
            return self._answerer.ask("\n".join([*earlier, text]), user_id, asker)
        first, answer = subject
        known = {**answer.decision.known_facts, **facts, **new_facts}
        asked = replace(self._answerer.asked(first, user_id), entry=answer.entry.id, facts=known)
        return self._answerer.draw(asked, user_id, asker)

    def _keep_within(self, deadline: float) -> None:
        if self._ticks() > deadline:
            raise AnswerTimeout


def counting(before: Sequence[str], room: int) -> list[str]:
    """Return the texts of the last `TURNS` messages, oldest first, with `room` characters in all for the newest."""
    texts: list[str] = []
    for message in reversed(before[-TURNS:]):
        if text := words_of(message)[:room]:
            texts.append(text)
            room -= len(text)
    return texts[::-1]


def words_of(text: str) -> str:
    """The words of a message as Slack sends it; who is mentioned in it, the bot first of all, is left out."""
    return clean(as_written(text))
