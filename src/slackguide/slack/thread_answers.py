"""Answer a message with what was said before in its conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from slackguide.delivery.sender import DeliveryError, RateLimitedError, SlackUnreachableError
from slackguide.delivery.tasks import AnswerMessage
from slackguide.errors import SlackguideError, StorageError
from slackguide.guide import LEAST_PRIVILEGED
from slackguide.slack.access import Allowed, Denied
from slackguide.slack.answer_service import TEXT_LIMIT, AnswerService
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.channel_audience import ChannelAudience
from slackguide.slack.click_turns import decode_turn
from slackguide.slack.error_messages import error_message, error_reference
from slackguide.slack.message_text import plain_text
from slackguide.slack.surfaces import is_direct_message
from slackguide.slack.views.blocks import RenderedMessage, text_card
from slackguide.slack.views.choices import help_card
from slackguide.slack.views.direct import direct_card

HELP = "help"

EMPTY = "That message has no text. Describe in a sentence what happened, who asks and what they want."
"""ThreadReply to a message without text."""


LONGEST_PREPARATION = 5.0
"""Maximum time in seconds to read a conversation: a third of a job's lease.

A longer preparation fails before another worker claims the job.
"""


class AnswerTimeout(SlackguideError):
    """The answer was not prepared within `LONGEST_PREPARATION`. Nothing was sent."""

    def __init__(self) -> None:
        super().__init__("The answer took too long to prepare. Nothing was sent.")


@dataclass(frozen=True, slots=True)
class ThreadReply:
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

    def answer(self, task: AnswerMessage, before: Sequence[str], *, patient: bool) -> ThreadReply:
        """Return the reply to a message.

        `before` are the user's earlier turns of the conversation as they are stored, oldest first; the last ones count,
        and each is read once. In a channel the card is rendered for the least privileged role. If others than our
        members can read the channel, or if that is unknown, the card is rendered for the asker's role and sent to them
        directly. With `patient`, wait for Slack's answer about the readers; otherwise treat them as unknown if Slack
        does not answer.

        An internal error is reported in the thread, because a retry would not help. Raises `StorageError`,
        `AnswerTimeout` and, if `patient`, `RateLimitedError` or `SlackUnreachableError`.
        """
        try:
            return self._reply(task, before, patient=patient)
        except (StorageError, DeliveryError, AnswerTimeout):
            raise
        except Exception as error:
            return ThreadReply(text_card(error_message(error, error_reference(task.event_id), "message")))

    def _reply(self, task: AnswerMessage, before: Sequence[str], *, patient: bool) -> ThreadReply:
        decision = self._directory.authorize(task.user_id)
        if isinstance(decision, Denied):
            return ThreadReply(text_card(decision.message))
        if is_direct_message(task.channel_id):
            return ThreadReply(self._card(task, before, decision))
        if self._members_only(task, patient=patient):
            return ThreadReply(self._card(task, before, replace(decision, asker=LEAST_PRIVILEGED)))
        return ThreadReply(direct_card(self._card(task, before, decision), task.channel_id), direct=True)

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
        if text.casefold() == HELP:
            return help_card(self._answers.knowledge)
        deadline = self._ticks() + LONGEST_PREPARATION
        user_id, asker = decision.user_id, decision.asker
        turns = [turn for turn in map(decode_turn, before) if turn != HELP]
        check = partial(self._check_deadline, deadline)
        return self._answers.reply_card(self._answers.reply_to(turns, text, user_id, asker, check), user_id, asker)

    def _check_deadline(self, deadline: float) -> None:
        if self._ticks() > deadline:
            raise AnswerTimeout
