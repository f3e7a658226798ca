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
from slackguide.delivery.tasks import AlertTeamLead, AnswerMessage, EraseMessage, NoteDirectReply, RefreshAppHome
from slackguide.escalation.messages import NotifyPerson, PostEscalation, ReplyInThread, UpdateCard
from slackguide.escalation.models import Escalation
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.access import Denied
from slackguide.slack.api.calls import call_slack, paginate
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.api.error_codes import error_from_code
from slackguide.slack.ids import ESCALATION_EVENT, NOTICE_EVENT
from slackguide.slack.surfaces import is_direct_message
from slackguide.slack.thread_answers import ThreadAnswers
from slackguide.slack.views.blocks import UPDATE_TEXT_LIMIT, RenderedMessage, text_card
from slackguide.slack.views.direct import note_card
from slackguide.slack.views.escalation_card import escalation_card, handed_over_card, notice_card
from slackguide.slack.views.team_lead_alert import team_lead_alert
from slackguide.storage.channels import ChannelRepository

log = logging.getLogger(__name__)

SKEW_SECONDS = 60.0
"""Maximum clock skew between Slack and this machine."""

READERS_ATTEMPTS = 6
"""Attempts, about half a minute, that wait for Slack's answer about a channel's readers.

After that the readers count as unknown.
"""

ERASED = "The content of this message was erased."
"""What replaces an erased message."""


@dataclass(slots=True)
class _PreparedMessage:
    """The channel and content of a job, before it is posted."""

    channel_id: str
    card: RenderedMessage | None = None
    thread_ts: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    view: View | None = None


class SlackSender:
    """A `delivery.sender.MessageSender` with a `WebClient` whose timeout is well within the lease.

    `turns` returns the user's earlier messages in the thread of a message, oldest first.
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
        """Look up the channel and render the message."""
        self._prepared_messages[job.id] = self._prepare_message(job)
        if len(self._prepared_messages) > 1000:  # jobs whose lease was lost are never posted here
            self._prepared_messages.pop(next(iter(self._prepared_messages)))

    def find(self, job: Job) -> PostedMessage | None:
        """Return the job's message that Slack already has, identified by its metadata."""
        prepared = self._prepared_messages[job.id]
        posted = self._find_in(job, prepared)
        if posted is None and isinstance(job.task, AnswerMessage) and not is_direct_message(job.task.channel_id):
            posted = self._find_elsewhere(job, job.task, prepared)
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
        oldest = str(job.created_at.timestamp() - SKEW_SECONDS)
        for message in self._messages(prepared, oldest):
            metadata = message.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            expected = self._metadata(job)
            matches = metadata.get("event_type") == expected["event_type"] and payload == expected["event_payload"]
            if matches and message["ts"] not in job.known_timestamps:
                return PostedMessage(
                    prepared.channel_id, message["ts"], self._permalink(prepared.channel_id, message["ts"])
                )
        return None

    def post(self, job: Job) -> PostedMessage:
        """Post or update the message."""
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
                PostEscalation()
                | NotifyPerson()
                | AlertTeamLead()
                | ReplyInThread()
                | AnswerMessage()
                | NoteDirectReply()
            ):
                return self._send(job, prepared)
            case other:
                assert_never(other)

    def _send(self, job: Job, prepared: _PreparedMessage) -> PostedMessage:
        try:
            return self._post_message(job, prepared)
        except SlackRefusedError as error:
            if error.code == "channel_not_found" and isinstance(job.task, PostEscalation):
                self._channels.delete(job.task.channel)  # renamed or recreated: the next attempt looks it up again
            raise

    def _post_message(self, job: Job, prepared: _PreparedMessage) -> PostedMessage:
        assert prepared.card is not None
        message = prepared.card.message()
        response = call_slack(
            lambda: self._client.chat_postMessage(
                channel=prepared.channel_id,
                thread_ts=prepared.thread_ts,
                metadata=self._metadata(job),
                unfurl_links=False,
                unfurl_media=False,
                **message,
            )
        )
        channel, ts = str(response.get("channel") or prepared.channel_id), str(response["ts"])
        link = self._permalink(channel, ts) if isinstance(job.task, PostEscalation) else None
        return PostedMessage(channel, ts, link)

    def _prepare_message(self, job: Job) -> _PreparedMessage:
        task = job.task
        match task:
            case PostEscalation(channel=channel):
                return _PreparedMessage(self._channel(channel), escalation_card(_escalation_of(job), self._knowledge()))
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
                    notice, escalation, self._knowledge(), who=who, words=text,
                    to_requester=user_id == escalation.requester.user_id, in_thread=False,
                )  # fmt: skip
                return _PreparedMessage(self._direct_channel(user_id), card)
            case ReplyInThread(notice=notice, who=who, words=text, card=parent, from_channel=from_channel):
                assert parent is not None, "the queue leases no reply before its card is posted"
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
                return _PreparedMessage(parent.channel_id, card, parent.ts)
            case UpdateCard(card=old):
                escalation = _escalation_of(job)
                current = escalation.card
                stale = old is not None and (current is None or current.ts != old.ts)
                rendered = handed_over_card(escalation) if stale else escalation_card(escalation, self._knowledge())
                return _PreparedMessage((old or current).channel_id if old or current else "", rendered)  # type: ignore[union-attr]
            case AnswerMessage(user_id=user_id):
                # Look the user up here, where an unreachable Slack leads to a retry.
                self._directory.ensure_known(user_id)
                reply = self._thread_answers.answer(task, self._turns(task), patient=job.attempts < READERS_ATTEMPTS)
                if reply.direct:
                    return _PreparedMessage(self._direct_channel(user_id), reply.card)
                return _in_thread(task, reply.card)
            case NoteDirectReply(channel_id=channel_id, thread_ts=thread_ts):
                return _PreparedMessage(channel_id, note_card(), thread_ts)
            case EraseMessage(channel_id=channel_id):
                return _PreparedMessage(channel_id)
            case RefreshAppHome(user_id=user_id):
                return _PreparedMessage(user_id, view=self._home(user_id))
            case other:
                assert_never(other)

    def _metadata(self, job: Job) -> dict[str, Any]:
        if isinstance(job.task, PostEscalation):
            return {"event_type": ESCALATION_EVENT, "event_payload": {"id": _escalation_of(job).id}}
        return {"event_type": NOTICE_EVENT, "event_payload": {"id": str(job.id)}}

    def _channel(self, name: str) -> str:
        """Return the id of a channel by its name, from the repository or from Slack's list of channels."""
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
        raise error_from_code("channel_not_found")

    def _direct_channel(self, user_id: str) -> str:
        response = call_slack(lambda: self._client.conversations_open(users=[user_id]))
        return str(response["channel"]["id"])

    def _messages(self, prepared: _PreparedMessage, oldest: str) -> Iterator[Mapping[str, Any]]:
        arguments = {
            "channel": prepared.channel_id,
            "oldest": oldest,
            "include_all_metadata": "true",
            "inclusive": "true",
        }
        if prepared.thread_ts is None:
            return paginate(self._client, "conversations.history", "messages", arguments)
        return paginate(self._client, "conversations.replies", "messages", {**arguments, "ts": prepared.thread_ts})

    def _permalink(self, channel: str, ts: str) -> str | None:
        """Return the permalink of a message. Without one the message still counts as posted."""
        try:
            response = self._client.chat_getPermalink(channel=channel, message_ts=ts)
            return str(response["permalink"])
        except Exception as error:
            log.warning("fetching a permalink failed: %s", type(error).__name__)
            return None


def _in_thread(task: AnswerMessage, card: RenderedMessage | None = None) -> _PreparedMessage:
    return _PreparedMessage(task.channel_id, card, task.thread_ts)


def _escalation_of(job: Job) -> Escalation:
    assert job.escalation is not None
    return job.escalation
