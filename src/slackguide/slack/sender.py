"""Send the outbox's jobs to Slack: look for an earlier attempt's message, post, and fall back to what Slack accepts."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from typing import Any, assert_never

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from slackguide.delivery.jobs import Job
from slackguide.delivery.sender import ErrorCategory, PostedMessage, SlackRefusedError
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
from slackguide.escalation.models import PostedCard
from slackguide.slack.api.calls import call_slack
from slackguide.slack.api.channel_lookup import ChannelLookup
from slackguide.slack.api.deadlines import within
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.error_messages import error_reference
from slackguide.slack.message_preparation import (
    LAST_ATTEMPT,
    MessagePreparation,
    PreparedMessage,
    escalation_of,
    in_thread,
)
from slackguide.slack.message_search import MessageSearch, metadata_of
from slackguide.slack.surfaces import is_direct_message
from slackguide.slack.views.blocks import UPDATE_TEXT_LIMIT, RenderedMessage, text_card
from slackguide.slack.views.direct import NOT_ACCEPTED, direct_card

log = logging.getLogger(__name__)

STEP_SECONDS = 8.0
"""Maximum seconds of all calls to look up, to find or to post: half a lease, which is renewed before each step."""

REFUSED_ANSWER = (
    "I have an answer, but Slack does not accept it. Tell an administrator of slackguide (reference {reference})."
)
"""Sent if Slack refuses the blocks and the text of an answer."""

ERASED = "The content of this message was erased."
"""What replaces an erased message."""

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


class SlackSender:
    """A `delivery.sender.MessageSender` with a `WebClient` whose timeout is well within the lease."""

    def __init__(
        self,
        *,
        client: WebClient,
        preparation: MessagePreparation,
        search: MessageSearch,
        channels: ChannelLookup,
        directory: DirectorySync,
    ) -> None:
        self._client = client
        self._preparation = preparation
        self._search = search
        self._channels = channels
        self._directory = directory
        self._prepared_messages: dict[int, PreparedMessage] = {}

    def prepare(self, job: Job) -> None:
        """Look up the channel and render the message."""
        with self._doubting(job.task), within(STEP_SECONDS):
            self._prepared_messages[job.id] = self._preparation.prepare(job)
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
                    posted = self._find_in(job, in_thread(job.task))
        return posted

    def _find_elsewhere(self, job: Job, task: AnswerMessage, prepared: PreparedMessage) -> PostedMessage | None:
        """Look in the thread for an answer that now goes to the direct messages, and vice versa.

        The readers of the channel may have changed since an earlier attempt.
        """
        try:
            if prepared.channel_id != task.channel_id:
                return self._find_in(job, in_thread(task))
            return self._find_in(job, PreparedMessage(self._preparation.direct_channel(task.user_id)))
        except SlackRefusedError as error:
            log.warning("looking for an earlier answer failed: %s", error.code)
            return None

    def _find_in(self, job: Job, prepared: PreparedMessage) -> PostedMessage | None:
        ts = self._search.find(job, prepared.channel_id, prepared.thread_ts)
        return PostedMessage(prepared.channel_id, ts, self._permalink(prepared.channel_id, ts)) if ts else None

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
                current = card or escalation_of(job).card
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

    def _redraw_answer(self, earlier: PostedCard, prepared: PreparedMessage) -> PostedMessage:
        """Update the answer to a message that was edited, if the new answer belongs in the same conversation."""
        if prepared.card is not None and prepared.channel_id == earlier.channel_id:
            message = prepared.card.message(UPDATE_TEXT_LIMIT)
            call_slack(lambda: self._client.chat_update(channel=earlier.channel_id, ts=earlier.ts, **message))
        return PostedMessage(earlier.channel_id, earlier.ts)

    def _post_answer(self, job: Job, task: AnswerMessage, prepared: PreparedMessage) -> PostedMessage:
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
        self, job: Job, task: AnswerMessage, prepared: PreparedMessage, refusal: SlackRefusedError
    ) -> Iterator[PreparedMessage]:
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
            direct = self._preparation.direct_channel(task.user_id)
            yield PreparedMessage(direct, direct_card(prepared.card or line, task.channel_id, NOT_ACCEPTED))
            yield PreparedMessage(direct, line)

    def _post_message(self, job: Job, prepared: PreparedMessage) -> PostedMessage:
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

    def _call_post_message(self, job: Job, prepared: PreparedMessage, **more: Any) -> SlackResponse:
        assert prepared.card is not None
        message = prepared.card.message()
        return call_slack(
            lambda: self._client.chat_postMessage(
                channel=prepared.channel_id,
                thread_ts=prepared.thread_ts,
                reply_broadcast=prepared.broadcast or None,
                metadata=metadata_of(job),
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

    def _permalink(self, channel: str, ts: str) -> str | None:
        """Return the permalink of a message. Without one the message still counts as posted."""
        try:
            response = self._client.chat_getPermalink(channel=channel, message_ts=ts)
            return str(response["permalink"])
        except Exception as error:
            log.warning("fetching a permalink failed: %s", type(error).__name__)
            return None
