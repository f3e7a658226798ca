"""Answer a message in its thread, taking earlier messages of the thread into account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from slackguide.delivery.sender import DeliveryError, RateLimitedError, SlackUnreachableError
from slackguide.delivery.tasks import AnswerMessage
from slackguide.errors import SlackguideError, StorageError
from slackguide.guide import LEAST_PRIVILEGED, Answer
from slackguide.knowledge.conditions import FactValue
from slackguide.slack.access import Allowed, Denied
from slackguide.slack.answer_service import TEXT_LIMIT, AnswerService
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.button_payloads import AnswerState
from slackguide.slack.channel_audience import ChannelAudience
from slackguide.slack.error_messages import error_message, error_reference
from slackguide.slack.message_text import plain_text
from slackguide.slack.surfaces import is_direct_message
from slackguide.slack.views.blocks import RenderedMessage, text_card
from slackguide.slack.views.choices import help_card
from slackguide.slack.views.direct import direct_card

EMPTY = "That message has no text. Describe in a sentence what happened, who asks and what they want."
"""Reply to a message without text."""


TURNS = 10
"""Maximum number of earlier messages of a thread that count for an answer.

`TEXT_LIMIT` applies to their texts together with the new one.
"""

LONGEST_PREPARATION = 5.0
"""Maximum time in seconds to read a thread: a third of a job's lease.

A longer preparation fails before another worker claims the job.
"""


class AnswerTimeout(SlackguideError):
    """The answer was not prepared within `LONGEST_PREPARATION`. Nothing was sent."""

    def __init__(self) -> None:
        super().__init__("The answer took too long to prepare. Nothing was sent.")


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply to a message. `direct`: send it to the asker's direct messages instead of the thread."""

    card: RenderedMessage
    direct: bool = False


class ThreadAnswers:
    """Answers to direct messages and mentions. `ticks` returns monotonic seconds."""

    def __init__(
        self, *, answers: AnswerService, directory: DirectorySync, readers: ChannelAudience, ticks: Callable[[], float]
    ) -> None:
        self._answers = answers
        self._directory = directory
        self._readers = readers
        self._ticks = ticks

    def answer(self, task: AnswerMessage, before: Sequence[str], *, patient: bool) -> Reply:
        """Return the reply to a message. A follow-up that contains facts continues with the entry of the thread.

        `before` are the user's earlier messages in the thread as Slack escapes them, oldest first; the last `TURNS` are
        used. In a channel the card is rendered for the least privileged role. If others than our members can read the
        channel, or if that is unknown, the card is rendered for the asker's role and sent to them directly. With
        `patient`, wait for Slack's answer about the readers; otherwise treat them as unknown if Slack does not answer.

        An internal error is reported in the thread, because a retry would not help. Raises `StorageError`,
        `AnswerTimeout` and, if `patient`, `RateLimitedError` or `SlackUnreachableError`.
        """
        try:
            return self._reply(task, before, patient=patient)
        except (StorageError, DeliveryError, AnswerTimeout):
            raise
        except Exception as error:
            return Reply(text_card(error_message(error, error_reference(task.event_id), "message")))

    def _reply(self, task: AnswerMessage, before: Sequence[str], *, patient: bool) -> Reply:
        decision = self._directory.authorize(task.user_id)
        if isinstance(decision, Denied):
            return Reply(text_card(decision.message))
        if is_direct_message(task.channel_id):
            return Reply(self._card(task, before, decision))
        if self._members_only(task, patient=patient):
            return Reply(self._card(task, before, replace(decision, asker=LEAST_PRIVILEGED)))
        return Reply(direct_card(self._card(task, before, decision), task.channel_id), direct=True)

    def _members_only(self, task: AnswerMessage, *, patient: bool) -> bool:
        try:
            return self._readers.members_only(task.channel_id, ext_shared=task.ext_shared)
        except (RateLimitedError, SlackUnreachableError):
            if patient:
                raise
            return False

    def _card(self, task: AnswerMessage, before: Sequence[str], decision: Allowed) -> RenderedMessage:
        text = plain_text(task.text)[:TEXT_LIMIT]
        if not text:
            return text_card(EMPTY)
        if text.casefold() == "help":
            return help_card(self._answers.knowledge)
        previous = recent_texts(before, TEXT_LIMIT - len(text))
        card = self._follow_up(text, previous, decision)
        return card or self._answers.ask(text, task.user_id, decision.asker)

    def _follow_up(self, text: str, previous: Sequence[str], user: Allowed) -> RenderedMessage | None:
        """Return the thread's answer with the facts of all messages, or None if the message is a new concern."""
        new_facts = self._answers.facts_in(text, user.user_id)
        if not previous or not new_facts:
            return None
        deadline = self._ticks() + LONGEST_PREPARATION
        user_id, asker = user.user_id, user.asker
        subject: tuple[str, Answer] | None = None
        facts: dict[str, FactValue] = {}
        for turn in previous:
            self._check_deadline(deadline)
            facts |= self._answers.facts_in(turn, user_id)
            if subject is None:
                # A temporary state without an id: only the answer shown is stored for its buttons.
                outcome = self._answers.outcome(AnswerState("", turn), user_id, asker)
                subject = (turn, outcome) if isinstance(outcome, Answer) else None
        self._check_deadline(deadline)
        if subject is None:
            return self._answers.ask("\n".join([*previous, text]), user_id, asker)
        first_text, answer = subject
        known_facts = {**answer.decision.known_facts, **facts, **new_facts}
        state = replace(self._answers.new_state(first_text, user_id), entry=answer.entry.id, facts=known_facts)
        return self._answers.render(state, user_id, asker)

    def _check_deadline(self, deadline: float) -> None:
        if self._ticks() > deadline:
            raise AnswerTimeout


def recent_texts(before: Sequence[str], room: int) -> list[str]:
    """Return the texts of the last `TURNS` messages, oldest first. The newest fill at most `room` characters."""
    texts: list[str] = []
    for message in reversed(before[-TURNS:]):
        if text := plain_text(message)[:room]:
            texts.append(text)
            room -= len(text)
    return texts[::-1]
