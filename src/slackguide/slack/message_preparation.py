"""Prepare the message of a job: where it goes, and its content from the database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from slack_sdk import WebClient
from slack_sdk.models.views import View

from slackguide.delivery.jobs import Job
from slackguide.delivery.retry import MAX_ATTEMPTS
from slackguide.delivery.sender import RecipientDeniedError
from slackguide.delivery.tasks import (
    AlertTeamLead,
    AnswerMessage,
    EraseMessage,
    NoteDirectReply,
    OfferReply,
    RefreshAppHome,
)
from slackguide.escalation.messages import NotifyPerson, PostEscalation, ReplyInThread, UpdateCard
from slackguide.escalation.models import Escalation
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.access import Denied
from slackguide.slack.api.calls import call_slack
from slackguide.slack.api.channel_lookup import ChannelLookup
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.error_messages import error_reference
from slackguide.slack.surfaces import is_direct_message
from slackguide.slack.thread_answers import AnswerTimeout, ThreadAnswers
from slackguide.slack.views.blocks import RenderedMessage, text_card
from slackguide.slack.views.direct import note_card
from slackguide.slack.views.escalation_card import escalation_card, handed_over_card
from slackguide.slack.views.escalation_notice import (
    QUEUE_REMINDERS,
    SMALL_CHANGES,
    is_small_change,
    notice_card,
    thread_reply,
)
from slackguide.slack.views.team_lead_alert import team_lead_alert
from slackguide.storage.escalations import SqlEscalationRepository

READERS_ATTEMPTS = 6
"""Attempts, about half a minute, that wait for Slack's answer about a channel's readers.

After that the readers count as unknown.
"""

LAST_ATTEMPT = MAX_ATTEMPTS // 2
"""The attempt after which an answer with an unknown error becomes a dead letter (`delivery.retry`)."""

TOO_SLOW = (
    "I could not read this conversation in time. Please ask in a new message, with everything that matters "
    "(reference {reference})."
)
"""Sent if the answer could not be prepared in time."""

MENTIONED = 10
"""Most people that a reminder mentions."""


@dataclass(slots=True)
class PreparedMessage:
    """The channel and content of a job, before it is posted."""

    channel_id: str
    card: RenderedMessage | None = None
    thread_ts: str | None = None
    edited_ts: str | None = None
    """Timestamp of the message to edit instead of posting a new one."""
    broadcast: bool = False
    """Whether a reply is shown in the channel as well."""
    view: View | None = None


class MessagePreparation:
    """Prepares the messages of the outbox's jobs.

    `turns` returns the user's earlier messages in the thread of a message, oldest first. `offer` returns the message of
    an offer, `on_duty` the user ids of the people on duty for a queue at a time.
    """

    def __init__(
        self,
        *,
        client: WebClient,
        channels: ChannelLookup,
        knowledge: Callable[[], KnowledgeBase],
        conversation: ThreadAnswers,
        directory: DirectorySync,
        turns: Callable[[AnswerMessage], Sequence[str]],
        home: Callable[[str], View],
        escalations: SqlEscalationRepository,
        offer: Callable[[OfferReply, Escalation], RenderedMessage],
        on_duty: Callable[[str, datetime], Collection[str]],
    ) -> None:
        self._client = client
        self._channels = channels
        self._knowledge = knowledge
        self._thread_answers = conversation
        self._directory = directory
        self._turns = turns
        self._home = home
        self._escalations = escalations
        self._offer = offer
        self._on_duty = on_duty

    def prepare(self, job: Job) -> PreparedMessage:
        """Look up everything that the message needs, and render it."""
        task = job.task
        match task:
            case PostEscalation(channel=channel):
                return PreparedMessage(self._channels.find(channel), self._card(escalation_of(job)))
            case AlertTeamLead(user_id=user_id):
                decision = self._directory.authorize_recipient(user_id)
                if isinstance(decision, Denied):
                    raise RecipientDeniedError(decision.reason)
                return PreparedMessage(self.direct_channel(user_id), team_lead_alert(task, self._knowledge()))
            case NotifyPerson(user_id=user_id, notice=notice, who=who, words=text):
                decision = self._directory.authorize_recipient(user_id)
                if isinstance(decision, Denied):
                    raise RecipientDeniedError(decision.reason)
                escalation = escalation_of(job)
                card = notice_card(
                    notice,
                    escalation,
                    self._knowledge(),
                    who=who,
                    words=text,
                    to=user_id,
                    history=self._escalations.history(escalation.id),
                )
                small = is_small_change(notice, escalation, user_id)
                edited = self._escalations.last_notice(escalation.id, user_id) if small else None
                if edited is not None and edited.kind in SMALL_CHANGES:
                    return PreparedMessage(edited.channel_id, card, edited_ts=edited.ts)
                return PreparedMessage(self.direct_channel(user_id), card)
            case ReplyInThread(
                notice=notice, who=who, words=text, card=parent, from_channel=from_channel, reader=reader
            ):
                assert parent is not None, "the queue leases no reply before its card is posted"
                escalation = escalation_of(job)
                for_queue = notice in QUEUE_REMINDERS
                card = thread_reply(
                    notice,
                    escalation,
                    self._knowledge(),
                    who=who,
                    words=text,
                    from_channel=from_channel,
                    readers=self._reachable_on_duty(job) if for_queue else [reader] if reader else [],
                    at=job.created_at,
                )
                return PreparedMessage(parent.channel_id, card, parent.ts, broadcast=for_queue)
            case UpdateCard(card=old):
                escalation = escalation_of(job)
                current = escalation.card
                stale = old is not None and (current is None or current.ts != old.ts)
                rendered = handed_over_card(escalation) if stale else self._card(escalation)
                return PreparedMessage((old or current).channel_id if old or current else "", rendered)  # type: ignore[union-attr]
            case AnswerMessage(user_id=user_id):
                # Look the user up here, where an unreachable Slack leads to a retry.
                self._directory.ensure_known(user_id)
                try:
                    patient = job.attempts < READERS_ATTEMPTS
                    reply = self._thread_answers.answer(task, self._turns(task), patient=patient)
                except AnswerTimeout:
                    if job.attempts < LAST_ATTEMPT:
                        raise
                    return in_thread(task, text_card(TOO_SLOW.format(reference=error_reference(task.event_id))))
                if reply.direct:
                    return PreparedMessage(self.direct_channel(user_id), reply.card)
                return _beside(task, reply.card)
            case OfferReply(message=message):
                thread = message.thread_ts if message.thread_ts != message.ts else None
                return PreparedMessage(message.channel_id, self._offer(task, escalation_of(job)), thread)
            case NoteDirectReply(channel_id=channel_id, thread_ts=thread_ts):
                return PreparedMessage(channel_id, note_card(), thread_ts)
            case EraseMessage(channel_id=channel_id):
                return PreparedMessage(channel_id)
            case RefreshAppHome(user_id=user_id):
                return PreparedMessage(user_id, view=self._home(user_id))
            case other:
                assert_never(other)

    def direct_channel(self, user_id: str) -> str:
        """Return the id of the direct messages with a person."""
        response = call_slack(lambda: self._client.conversations_open(users=[user_id]))
        return str(response["channel"]["id"])

    def _reachable_on_duty(self, job: Job) -> list[str]:
        """Return the people on duty when a reminder is due who have access, at most as many as it mentions."""
        people = self._on_duty(escalation_of(job).assigned_queue, job.created_at)
        return [one for one in people if not isinstance(self._directory.known(one), Denied)][:MENTIONED]

    def _card(self, escalation: Escalation) -> RenderedMessage:
        return escalation_card(escalation, self._knowledge(), self._escalations.history(escalation.id))


def _beside(task: AnswerMessage, card: RenderedMessage) -> PreparedMessage:
    """Return the answer where it is seen without a click: to a top-level direct message, at top level."""
    at_top = is_direct_message(task.channel_id) and task.ts == task.thread_ts
    return PreparedMessage(task.channel_id, card) if at_top else in_thread(task, card)


def in_thread(task: AnswerMessage, card: RenderedMessage | None = None) -> PreparedMessage:
    """Return an answer in the thread of its message."""
    return PreparedMessage(task.channel_id, card, task.thread_ts)


def escalation_of(job: Job) -> Escalation:
    """Return the escalation of a job that belongs to one."""
    assert job.escalation is not None
    return job.escalation
