"""Send the outbox's jobs to Slack: resolve the channel, look for an earlier attempt's message, post."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, assert_never

from slack_sdk import WebClient
from slack_sdk.models.views import View
from slack_sdk.web import SlackResponse

from slackguide.delivery.jobs import Job
from slackguide.delivery.retry import MAX_ATTEMPTS
from slackguide.delivery.sender import ErrorCategory, PostedMessage, RecipientDeniedError, SlackRefusedError
from slackguide.delivery.tasks import (
    AlertTeamLead,
    AnswerMessage,
    EraseMessage,
    NoteDirectReply,
    OfferReply,
    RefreshAppHome,
    Task,
)
from slackguide.escalation.messages import NotifyPerson, PostEscalation, ReplyInThread, UpdateCard
from slackguide.escalation.models import Escalation, PostedCard
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.access import Denied
from slackguide.slack.api.calls import INVALID_CURSOR, Page, call_slack, pages
from slackguide.slack.api.channel_lookup import ChannelLookup
from slackguide.slack.api.deadlines import within
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.error_messages import error_reference
from slackguide.slack.ids import ESCALATION_EVENT, NOTICE_EVENT
from slackguide.slack.surfaces import is_direct_message
from slackguide.slack.thread_answers import AnswerTimeout, ThreadAnswers
from slackguide.slack.views.blocks import UPDATE_TEXT_LIMIT, RenderedMessage, text_card
from slackguide.slack.views.direct import NOT_ACCEPTED, direct_card, note_card
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
from slackguide.storage.walks import WalkRepository

log = logging.getLogger(__name__)

SKEW_SECONDS = 60.0
"""Maximum clock skew between Slack and this machine."""

STEP_SECONDS = 8.0
"""Maximum seconds of all calls to look up, to find or to post: half a lease, which is renewed before each step."""

READERS_ATTEMPTS = 6
"""Attempts, about half a minute, that wait for Slack's answer about a channel's readers.

After that the readers count as unknown.
"""

LAST_ATTEMPT = MAX_ATTEMPTS // 2
"""The attempt after which an answer with an unknown error becomes a dead letter (`delivery.retry`)."""

REFUSED_ANSWER = (
    "I have an answer, but Slack does not accept it. Tell an administrator of slackguide (reference {reference})."
)
"""Sent if Slack refuses the blocks and the text of an answer."""

TOO_SLOW = (
    "I could not read this conversation in time. Please ask in a new message, with everything that matters "
    "(reference {reference})."
)
"""Sent if the answer could not be prepared in time."""

ERASED = "The content of this message was erased."
"""What replaces an erased message."""


MENTIONED = 10
"""Most people that a reminder mentions."""

STALE_CHANNEL_CODES = frozenset({"channel_not_found", "is_archived", "not_in_channel"})
"""Codes after which a channel's name is looked up again: the channel may have been replaced or renamed."""


CLIENT_MSG_IDS = uuid.UUID("5f2b7a0e-6f0e-5f3e-9a53-0d7f6a3c1b84")
"""Namespace of the UUIDs that identify messages to Slack."""

UNKNOWN_DUPLICATE = frozenset({"duplicate_message_not_found", "duplicate_channel_not_found"})
"""Documented errors of `chat.postMessage`: it knows the `client_msg_id`, but finds no message or channel for it."""


def client_msg_id(job: Job) -> str:
    """Return the id by which Slack can recognize that a later attempt sends the same message.

    Slack documents it in the errors of `chat.postMessage` only, so nothing relies on it. The time distinguishes the job
    from one of an earlier database.
    """
    return str(uuid.uuid5(CLIENT_MSG_IDS, f"{job.id} {job.created_at.astimezone(UTC).isoformat()}"))


@dataclass(slots=True)
class _PreparedMessage:
    """The channel and content of a job, before it is posted."""

    channel_id: str
    card: RenderedMessage | None = None
    thread_ts: str | None = None
    edited_ts: str | None = None
    """Timestamp of the message to edit instead of posting a new one."""
    broadcast: bool = False
    """Whether a reply is shown in the channel as well."""
    view: View | None = None


class SlackSender:
    """A `delivery.sender.MessageSender` with a `WebClient` whose timeout is well within the lease.

    `turns` returns the user's earlier messages in the thread of a message, oldest first. `offer` returns the
    message of an offer, `on_duty` the user ids of the people on duty for a queue at a time.
    """

    def __init__(
        self,
        *,
        client: WebClient,
        channels: ChannelLookup,
        walks: WalkRepository,
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
        self._walks = walks
        self._knowledge = knowledge
        self._thread_answers = conversation
        self._directory = directory
        self._turns = turns
        self._home = home
        self._escalations = escalations
        self._offer = offer
        self._on_duty = on_duty
        self._prepared_messages: dict[int, _PreparedMessage] = {}

    def prepare(self, job: Job) -> None:
        """Look up the channel and render the message."""
        with self._doubting(job.task), within(STEP_SECONDS):
            self._prepared_messages[job.id] = self._prepare_message(job)
        if len(self._prepared_messages) > 1000:  # jobs whose lease was lost are never posted here
            self._prepared_messages.pop(next(iter(self._prepared_messages)))

    def find(self, job: Job) -> PostedMessage | None:
        """Return the job's message that Slack already has, identified by its metadata."""
        prepared = self._prepared_messages[job.id]
        with within(STEP_SECONDS):
            posted = self._find_in(job, prepared)
            if posted is None and isinstance(job.task, AnswerMessage):
                if not is_direct_message(job.task.channel_id):
                    posted = self._find_elsewhere(job, job.task, prepared)
                elif prepared.thread_ts is None:  # a process of an earlier version answers in the thread
                    posted = self._find_in(job, _in_thread(job.task))
        return posted

    def _find_elsewhere(self, job: Job, task: AnswerMessage, prepared: _PreparedMessage) -> PostedMessage | None:
        """Look in the thread for an answer that now goes to the direct messages, and vice versa.

        The readers of the channel may have changed since an earlier attempt.
        """
        try:
            in_thread = prepared.channel_id == task.channel_id
            other = _PreparedMessage(self._direct_channel(task.user_id)) if in_thread else _in_thread(task)
            return self._find_in(job, other)
        except SlackRefusedError as error:
            log.warning("looking for an earlier answer failed: %s", error.code)
            return None

    def _find_in(self, job: Job, prepared: _PreparedMessage) -> PostedMessage | None:
        """Look for the message from the time of the job on. Continue where an earlier attempt was interrupted.

        Messages that came after an interrupted search began are on pages that it had passed, so they are searched, too.
        """
        name = f"find {job.id} {prepared.channel_id}"
        walk = self._walks.begin(name)
        starts = (job.created_at, walk.started_at) if walk.resumed else (job.created_at,)
        stored = walk.resumed
        for step in range(walk.step, len(starts)):
            cursor = walk.cursor if step == walk.step else ""
            for page in self._history(prepared, starts[step], cursor):
                posted = self._own_message(job, prepared, page.items)
                following = (step, page.next_cursor) if page.next_cursor else (step + 1, "")
                if posted is not None or following[0] == len(starts):
                    if stored:
                        self._walks.delete(name)
                    return posted
                self._walks.save(name, walk, *following)
                stored = True
        return None

    def _own_message(
        self, job: Job, prepared: _PreparedMessage, messages: Iterable[Mapping[str, Any]]
    ) -> PostedMessage | None:
        expected = self._metadata(job)
        for message in messages:
            metadata = message.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            matches = metadata.get("event_type") == expected["event_type"] and payload == expected["event_payload"]
            if matches and message["ts"] not in job.known_timestamps:
                return PostedMessage(
                    prepared.channel_id, message["ts"], self._permalink(prepared.channel_id, message["ts"])
                )
        return None

    def post(self, job: Job) -> PostedMessage:
        """Post or update the message."""
        with self._doubting(job.task), within(STEP_SECONDS):
            return self._post(job)

    @contextmanager
    def _doubting(self, task: Task) -> Iterator[None]:
        """Forget what is stored about the channel or the person if Slack's answer contradicts it.

        The next attempt looks it up again.
        """
        try:
            yield
        except SlackRefusedError as error:
            if isinstance(task, PostEscalation) and error.code in STALE_CHANNEL_CODES:
                self._channels.forget(task.channel)
            elif isinstance(task, NotifyPerson | AnswerMessage) and error.category is ErrorCategory.USER:
                self._directory.forget(task.user_id)
            raise

    def _post(self, job: Job) -> PostedMessage:
        prepared = self._prepared_messages.pop(job.id)
        match job.task:
            case UpdateCard(card=card):
                current = card or _escalation_of(job).card
                if current is None or prepared.card is None:
                    return PostedMessage(prepared.channel_id, "")
                message = prepared.card.message(UPDATE_TEXT_LIMIT)
                call_slack(lambda: self._client.chat_update(channel=current.channel_id, ts=current.ts, **message))
                return PostedMessage(current.channel_id, current.ts, current.permalink)
            case EraseMessage(channel_id=channel_id, ts=ts):
                erased = text_card(ERASED).message(UPDATE_TEXT_LIMIT)
                call_slack(lambda: self._client.chat_update(channel=channel_id, ts=ts, **erased))
                return PostedMessage(channel_id, "")
            case RefreshAppHome(user_id=user_id):
                assert prepared.view is not None
                view = prepared.view
                call_slack(lambda: self._client.views_publish(user_id=user_id, view=view))
                return PostedMessage(user_id, "")
            case (
                PostEscalation() | NotifyPerson() | AlertTeamLead() | ReplyInThread() | NoteDirectReply() | OfferReply()
            ):
                return self._post_message(job, prepared)
            case AnswerMessage(card=PostedCard() as earlier):
                return self._redraw_answer(earlier, prepared)
            case AnswerMessage():
                return self._post_answer(job, job.task, prepared)
            case other:
                assert_never(other)

    def _redraw_answer(self, earlier: PostedCard, prepared: _PreparedMessage) -> PostedMessage:
        """Update the answer to a message that was edited, if the new answer belongs in the same conversation."""
        if prepared.card is not None and prepared.channel_id == earlier.channel_id:
            message = prepared.card.message(UPDATE_TEXT_LIMIT)
            call_slack(lambda: self._client.chat_update(channel=earlier.channel_id, ts=earlier.ts, **message))
        return PostedMessage(earlier.channel_id, earlier.ts)

    def _post_answer(self, job: Job, task: AnswerMessage, prepared: _PreparedMessage) -> PostedMessage:
        """Post an answer, or as much of it as Slack accepts, so that no question ends in silence."""
        try:
            return self._post_message(job, prepared)
        except SlackRefusedError as refusal:
            reference = error_reference(task.event_id)
            log.warning("job %d: Slack refused an answer (reference %s): %s", job.id, reference, refusal)
            for fallback in self._fallbacks(job, task, prepared, refusal):
                try:
                    return self._post_message(job, fallback)
                except SlackRefusedError as error:
                    log.warning("job %d: Slack refused less of it, too: %s", job.id, error)
            raise

    def _fallbacks(
        self, job: Job, task: AnswerMessage, prepared: _PreparedMessage, refusal: SlackRefusedError
    ) -> Iterator[_PreparedMessage]:
        """Yield the answer's text without blocks, then one line with a reference.

        What a channel does not accept goes to the asker's direct messages. A code without a rule may be temporary, so
        the whole answer is tried a few times before.
        """
        line = text_card(REFUSED_ANSWER.format(reference=error_reference(task.event_id)))
        text = RenderedMessage(prepared.card.text, ()) if prepared.card else line
        is_last = job.attempts >= LAST_ATTEMPT
        if refusal.category is ErrorCategory.MESSAGE or (refusal.category is ErrorCategory.UNKNOWN and is_last):
            yield replace(prepared, card=text)
            yield replace(prepared, card=line)
        elif refusal.category is ErrorCategory.CHANNEL and not is_direct_message(prepared.channel_id):
            direct = self._direct_channel(task.user_id)
            yield _PreparedMessage(direct, direct_card(prepared.card or line, task.channel_id, NOT_ACCEPTED))
            yield _PreparedMessage(direct, line)

    def _post_message(self, job: Job, prepared: _PreparedMessage) -> PostedMessage:
        card, edited_ts = prepared.card, prepared.edited_ts
        if card is not None and edited_ts is not None and self._edit(prepared.channel_id, edited_ts, card):
            return PostedMessage(prepared.channel_id, edited_ts)
        try:
            response = self._call_post_message(job, prepared, client_msg_id=client_msg_id(job))
        except SlackRefusedError as error:
            if error.code not in UNKNOWN_DUPLICATE:
                raise
            # Slack knows the id, but not its message any more. The dispatcher has looked for the message.
            response = self._call_post_message(job, prepared)
        channel, ts = str(response.get("channel") or prepared.channel_id), str(response["ts"])
        link = self._permalink(channel, ts) if isinstance(job.task, PostEscalation) else None
        return PostedMessage(channel, ts, link)

    def _call_post_message(self, job: Job, prepared: _PreparedMessage, **more: Any) -> SlackResponse:
        assert prepared.card is not None
        message = prepared.card.message()
        return call_slack(
            lambda: self._client.chat_postMessage(
                channel=prepared.channel_id,
                thread_ts=prepared.thread_ts,
                reply_broadcast=prepared.broadcast or None,
                metadata=self._metadata(job),
                unfurl_links=False,
                unfurl_media=False,
                **message,
                **more,
            )
        )

    def _edit(self, channel_id: str, ts: str, card: RenderedMessage) -> bool:
        """Edit a message of ours. Return False if it is gone."""
        try:
            call_slack(lambda: self._client.chat_update(channel=channel_id, ts=ts, **card.message(UPDATE_TEXT_LIMIT)))
        except SlackRefusedError as error:
            if not error.target_gone:
                raise
            return False
        return True

    def _prepare_message(self, job: Job) -> _PreparedMessage:
        task = job.task
        match task:
            case PostEscalation(channel=channel):
                return _PreparedMessage(self._channels.find(channel), self._card(_escalation_of(job)))
            case AlertTeamLead(user_id=user_id):
                decision = self._directory.authorize_recipient(user_id)
                if isinstance(decision, Denied):
                    raise RecipientDeniedError(decision.reason)
                return _PreparedMessage(self._direct_channel(user_id), team_lead_alert(task, self._knowledge()))
            case NotifyPerson(user_id=user_id, notice=notice, who=who, words=text):
                decision = self._directory.authorize_recipient(user_id)
                if isinstance(decision, Denied):
                    raise RecipientDeniedError(decision.reason)
                escalation = _escalation_of(job)
                card = notice_card(
                    notice,
                    escalation,
                    self._knowledge(),
                    who=who,
                    words=text,
                    to_requester=user_id == escalation.requester.user_id,
                    history=self._escalations.history(escalation.id),
                )
                small = is_small_change(notice, escalation, user_id)
                edited = self._escalations.last_notice(escalation.id, user_id) if small else None
                if edited is not None and edited.kind in SMALL_CHANGES:
                    return _PreparedMessage(edited.channel_id, card, edited_ts=edited.ts)
                return _PreparedMessage(self._direct_channel(user_id), card)
            case ReplyInThread(
                notice=notice, who=who, words=text, card=parent, from_channel=from_channel, reader=reader
            ):
                assert parent is not None, "the queue leases no reply before its card is posted"
                escalation = _escalation_of(job)
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
                return _PreparedMessage(parent.channel_id, card, parent.ts, broadcast=for_queue)
            case UpdateCard(card=old):
                escalation = _escalation_of(job)
                current = escalation.card
                stale = old is not None and (current is None or current.ts != old.ts)
                rendered = handed_over_card(escalation) if stale else self._card(escalation)
                return _PreparedMessage((old or current).channel_id if old or current else "", rendered)  # type: ignore[union-attr]
            case AnswerMessage(user_id=user_id):
                # Look the user up here, where an unreachable Slack leads to a retry.
                self._directory.ensure_known(user_id)
                try:
                    patient = job.attempts < READERS_ATTEMPTS
                    reply = self._thread_answers.answer(task, self._turns(task), patient=patient)
                except AnswerTimeout:
                    if job.attempts < LAST_ATTEMPT:
                        raise
                    return _in_thread(task, text_card(TOO_SLOW.format(reference=error_reference(task.event_id))))
                if reply.direct:
                    return _PreparedMessage(self._direct_channel(user_id), reply.card)
                return _beside(task, reply.card)
            case OfferReply(message=message):
                thread = message.thread_ts if message.thread_ts != message.ts else None
                return _PreparedMessage(message.channel_id, self._offer(task, _escalation_of(job)), thread)
            case NoteDirectReply(channel_id=channel_id, thread_ts=thread_ts):
                return _PreparedMessage(channel_id, note_card(), thread_ts)
            case EraseMessage(channel_id=channel_id):
                return _PreparedMessage(channel_id)
            case RefreshAppHome(user_id=user_id):
                return _PreparedMessage(user_id, view=self._home(user_id))
            case other:
                assert_never(other)

    def _reachable_on_duty(self, job: Job) -> list[str]:
        """Return the people on duty when a reminder is due who have access, at most as many as it mentions."""
        people = self._on_duty(_escalation_of(job).assigned_queue, job.created_at)
        return [one for one in people if not isinstance(self._directory.known(one), Denied)][:MENTIONED]

    def _card(self, escalation: Escalation) -> RenderedMessage:
        return escalation_card(escalation, self._knowledge(), self._escalations.history(escalation.id))

    def _metadata(self, job: Job) -> dict[str, Any]:
        if isinstance(job.task, PostEscalation):
            return {"event_type": ESCALATION_EVENT, "event_payload": {"id": _escalation_of(job).id}}
        return {"event_type": NOTICE_EVENT, "event_payload": {"id": str(job.id)}}

    def _direct_channel(self, user_id: str) -> str:
        response = call_slack(lambda: self._client.conversations_open(users=[user_id]))
        return str(response["channel"]["id"])

    def _history(self, prepared: _PreparedMessage, since: datetime, cursor: str) -> Iterator[Page]:
        """Yield the pages of the conversation or the thread. A cursor that Slack no longer knows begins it anew."""
        try:
            yield from self._history_from(prepared, since, cursor)
        except SlackRefusedError as error:
            if error.code != INVALID_CURSOR:
                raise
            yield from self._history_from(prepared, since, "")

    def _history_from(self, prepared: _PreparedMessage, since: datetime, cursor: str) -> Iterator[Page]:
        arguments = {
            "channel": prepared.channel_id,
            "oldest": str(since.timestamp() - SKEW_SECONDS),
            "include_all_metadata": "true",
            "inclusive": "true",
        }
        if prepared.thread_ts is None:
            return pages(self._client, "conversations.history", "messages", arguments, cursor=cursor)
        arguments["ts"] = prepared.thread_ts
        return pages(self._client, "conversations.replies", "messages", arguments, cursor=cursor)

    def _permalink(self, channel: str, ts: str) -> str | None:
        """Return the permalink of a message. Without one the message still counts as posted."""
        try:
            response = self._client.chat_getPermalink(channel=channel, message_ts=ts)
            return str(response["permalink"])
        except Exception as error:
            log.warning("fetching a permalink failed: %s", type(error).__name__)
            return None


def _beside(task: AnswerMessage, card: RenderedMessage) -> _PreparedMessage:
    """Return the answer where it is seen without a click: to a top-level direct message, at top level."""
    at_top = is_direct_message(task.channel_id) and task.ts == task.thread_ts
    return _PreparedMessage(task.channel_id, card) if at_top else _in_thread(task, card)


def _in_thread(task: AnswerMessage, card: RenderedMessage | None = None) -> _PreparedMessage:
    return _PreparedMessage(task.channel_id, card, task.thread_ts)


def _escalation_of(job: Job) -> Escalation:
    assert job.escalation is not None
    return job.escalation
