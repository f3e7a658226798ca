"""Send the outbox's jobs to Slack: resolve the channel, look for an earlier attempt's message, post."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from slack_sdk import WebClient
from slack_sdk.models.views import View

from slackguide.delivery.jobs import Job
from slackguide.delivery.sender import PostedMessage, RecipientDeniedError, SlackRefusedError
from slackguide.delivery.tasks import AnswerMessage, NoteDirectReply, RefreshAppHome
from slackguide.escalation.messages import NotifyPerson, PostEscalation, ReplyInThread, UpdateCard
from slackguide.escalation.models import Escalation
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.access import Denied
from slackguide.slack.api.calls import call_slack, paginate
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.api.error_codes import refusal
from slackguide.slack.ids import ESCALATION_EVENT, NOTICE_EVENT
from slackguide.slack.surfaces import is_direct_message
from slackguide.slack.thread_answers import ThreadAnswers
from slackguide.slack.views.blocks import UPDATE_TEXT_LIMIT, RenderedMessage
from slackguide.slack.views.direct import note_card
from slackguide.slack.views.escalation_card import escalation_card, handed_over_card, notice_card
from slackguide.storage.channels import ChannelRepository

log = logging.getLogger(__name__)

SKEW_SECONDS = 60.0
"""How far Slack's clock may be from ours."""

READERS_TRIES = 6
"""Tries, about half a minute, that wait for Slack to say who reads a channel; after them it counts as unknown."""


@dataclass(slots=True)
class _PreparedMessage:
    """What is known before a job is posted."""

    channel_id: str
    card: RenderedMessage | None = None
    thread_ts: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    view: View | None = None


class SlackSender:
    """Implements `delivery.sender.MessageSender` with a `WebClient` whose timeout lies well within the lease.

    `turns` gives what the person wrote before in the thread of a message, oldest first.
    """

    def __init__(
        self,
        *,
        client: WebClient,
        channels: ChannelRepository,
        knowledge: Callable[[], KnowledgeBase],
        conversation: ThreadAnswers,
        directory: DirectorySync,
        turns: Callable[[AnswerMessage], Sequence[str]],
        home: Callable[[str], View],
    ) -> None:
        self._client = client
        self._channels = channels
        self._knowledge = knowledge
        self._thread_answers = conversation
        self._directory = directory
        self._turns = turns
        self._home = home
        self._prepared_messages: dict[int, _PreparedMessage] = {}

    def prepare(self, job: Job) -> None:
        """Finds the channel and draws what is to be posted."""
        self._prepared_messages[job.id] = self._prepare_message(job)
        if len(self._prepared_messages) > 1000:  # abandoned jobs leave theirs behind
            self._prepared_messages.pop(next(iter(self._prepared_messages)))

    def find(self, job: Job) -> PostedMessage | None:
        """The message of this job that Slack already has, identified by its metadata."""
        ready = self._prepared_messages[job.id]
        found = self._found(job, ready)
        if found is None and isinstance(job.task, AnswerMessage) and not is_direct_message(job.task.channel_id):
            found = self._found_elsewhere(job, job.task, ready)
        return found

    def _found_elsewhere(self, job: Job, task: AnswerMessage, ready: _PreparedMessage) -> PostedMessage | None:
        """Look in the thread for an answer that goes to the direct message now, and the other way round.

        Who reads the channel may have changed since an earlier try.
        """
        try:
            in_thread = ready.channel_id == task.channel_id
            other = _PreparedMessage(self._direct_channel(task.user_id)) if in_thread else _in_thread(task)
            return self._found(job, other)
        except SlackRefusedError as error:
            log.warning("an earlier answer could not be looked for: %s", error.code)
            return None

    def _found(self, job: Job, ready: _PreparedMessage) -> PostedMessage | None:
        oldest = str(job.created_at.timestamp() - SKEW_SECONDS)
        for message in self._messages(ready, oldest):
            metadata = message.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            wanted = self._metadata(job)
            same = metadata.get("event_type") == wanted["event_type"] and payload == wanted["event_payload"]
            if same and message["ts"] not in job.known_timestamps:
                return PostedMessage(ready.channel_id, message["ts"], self._permalink(ready.channel_id, message["ts"]))
        return None

    def post(self, job: Job) -> PostedMessage:
        """Sends it."""
        ready = self._prepared_messages.pop(job.id)
        match job.task:
            case UpdateCard(card=card):
                there = card or _escalation_of(job).card
                if there is None or ready.card is None:
                    return PostedMessage(ready.channel_id, "")
                message = ready.card.message(UPDATE_TEXT_LIMIT)
                call_slack(lambda: self._client.chat_update(channel=there.channel_id, ts=there.ts, **message))
                return PostedMessage(there.channel_id, there.ts, there.permalink)
            case RefreshAppHome(user_id=user_id):
                assert ready.view is not None
                view = ready.view
                call_slack(lambda: self._client.views_publish(user_id=user_id, view=view))
                return PostedMessage(user_id, "")
            case PostEscalation() | NotifyPerson() | ReplyInThread() | AnswerMessage() | NoteDirectReply():
                return self._send(job, ready)
            case other:
                assert_never(other)

    def _send(self, job: Job, ready: _PreparedMessage) -> PostedMessage:
        try:
            return self._posted_message(job, ready)
        except SlackRefusedError as error:
            if error.code == "channel_not_found" and isinstance(job.task, PostEscalation):
                self._channels.delete(job.task.channel)  # renamed or made anew: looked up again by the next try
            raise

    def _posted_message(self, job: Job, ready: _PreparedMessage) -> PostedMessage:
        assert ready.card is not None
        message = ready.card.message()
        response = call_slack(
            lambda: self._client.chat_postMessage(
                channel=ready.channel_id,
                thread_ts=ready.thread_ts,
                metadata=self._metadata(job),
                unfurl_links=False,
                unfurl_media=False,
                **message,
            )
        )
        channel, ts = str(response.get("channel") or ready.channel_id), str(response["ts"])
        link = self._permalink(channel, ts) if isinstance(job.task, PostEscalation) else None
        return PostedMessage(channel, ts, link)

    def _prepare_message(self, job: Job) -> _PreparedMessage:
        task = job.task
        match task:
            case PostEscalation(channel=channel):
                return _PreparedMessage(self._channel(channel), escalation_card(_escalation_of(job), self._knowledge()))
            case NotifyPerson(user_id=user_id, notice=notice, who=who, words=text):
                decision = self._directory.authorize_recipient(user_id)
                if isinstance(decision, Denied):
                    raise RecipientDeniedError(decision.reason)
                escalation = _escalation_of(job)
                card = notice_card(
                    notice, escalation, self._knowledge(), who=who, words=text,
                    to_requester=user_id == escalation.requester.user_id, in_thread=False,
                )  # fmt: skip
                return _PreparedMessage(self._direct_channel(user_id), card)
            case ReplyInThread(notice=notice, who=who, words=text, card=there, from_channel=from_channel):
                assert there is not None, "the outbox gives out no reply whose card is not posted"
                card = notice_card(
                    notice,
                    _escalation_of(job),
                    self._knowledge(),
                    who=who,
                    words=text,
                    to_requester=False,
                    in_thread=True,
                    from_channel=from_channel,
                )
                return _PreparedMessage(there.channel_id, card, there.ts)
            case UpdateCard(card=old):
                escalation = _escalation_of(job)
                current = escalation.card
                stale = old is not None and (current is None or current.ts != old.ts)
                rendered = handed_over_card(escalation) if stale else escalation_card(escalation, self._knowledge())
                return _PreparedMessage((old or current).channel_id if old or current else "", rendered)  # type: ignore[union-attr]
            case AnswerMessage(user_id=user_id):
                # Looked up here, where Slack being away means another try; the conversation then knows the person.
                self._directory.ensure_known(user_id)
                reply = self._thread_answers.answer(task, self._turns(task), patient=job.attempts < READERS_TRIES)
                if reply.direct:
                    return _PreparedMessage(self._direct_channel(user_id), reply.card)
                return _in_thread(task, reply.card)
            case NoteDirectReply(channel_id=channel_id, thread_ts=thread_ts):
                return _PreparedMessage(channel_id, note_card(), thread_ts)
            case RefreshAppHome(user_id=user_id):
                return _PreparedMessage(user_id, view=self._home(user_id))
            case other:
                assert_never(other)

    def _metadata(self, job: Job) -> dict[str, Any]:
        if isinstance(job.task, PostEscalation):
            return {"event_type": ESCALATION_EVENT, "event_payload": {"id": _escalation_of(job).id}}
        return {"event_type": NOTICE_EVENT, "event_payload": {"id": str(job.id)}}

    def _channel(self, name: str) -> str:
        """The id of a channel by its name, from what is kept or by going through the list once."""
        if (known := self._channels.get(name)) is not None:
            return known
        for channel in paginate(
            self._client,
            "conversations.list",
            "channels",
            {"types": "public_channel,private_channel", "exclude_archived": "false"},
        ):
            if channel.get("name") == name:
                self._channels.put(name, str(channel["id"]))
                return str(channel["id"])
        raise refusal("channel_not_found")

    def _direct_channel(self, user_id: str) -> str:
        response = call_slack(lambda: self._client.conversations_open(users=[user_id]))
        return str(response["channel"]["id"])

    def _messages(self, ready: _PreparedMessage, oldest: str) -> Iterator[Mapping[str, Any]]:
        arguments = {"channel": ready.channel_id, "oldest": oldest, "include_all_metadata": "true", "inclusive": "true"}
        if ready.thread_ts is None:
            return paginate(self._client, "conversations.history", "messages", arguments)
        return paginate(self._client, "conversations.replies", "messages", {**arguments, "ts": ready.thread_ts})

    def _permalink(self, channel: str, ts: str) -> str | None:
        """The link to a message; a message without one is still posted."""
        try:
            response = self._client.chat_getPermalink(channel=channel, message_ts=ts)
            return str(response["permalink"])
        except Exception as error:
            log.warning("no permalink: %s", type(error).__name__)
            return None


def _in_thread(task: AnswerMessage, card: RenderedMessage | None = None) -> _PreparedMessage:
    return _PreparedMessage(task.channel_id, card, task.thread_ts)


def _escalation_of(job: Job) -> Escalation:
    assert job.escalation is not None
    return job.escalation
