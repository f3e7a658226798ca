"""Messages that belong to an escalation: replies in the thread of its card or of a notice, and direct messages.

Nothing of a channel is stored or logged except such replies.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import replace

from slack_sdk import WebClient

from slackguide.delivery.tasks import AnswerMessage, OfferReply
from slackguide.escalation.filters import EscalationFilter
from slackguide.escalation.models import Escalation, EscalationState
from slackguide.escalation.state_machine import AddDetails, Applied
from slackguide.guide import Answer, Choices, Outcome, Social
from slackguide.slack.access import Allowed
from slackguide.slack.answer_service import AnswerService
from slackguide.slack.api.background import BackgroundTasks
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.button_payloads import INLINE_LIMIT, AnswerState, ReplyPayload
from slackguide.slack.message_text import plain_text
from slackguide.slack.surfaces import is_direct_message
from slackguide.slack.views.blocks import RenderedMessage
from slackguide.slack.views.reply_offer import offer_to_requester, offer_to_specialists
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.inbox import EventInbox
from slackguide.storage.message_edits import SourceMessage

DETAIL_LIMIT = 3000
"""Maximum characters of a detail: the limit of the modal for details."""


class EscalationReplies:
    """Takes the messages that belong to an escalation. `specialists` returns the user ids of a queue's specialists.

    What is taken is stored when the method returns. Every method raises `StorageError`; Slack then sends it again.
    """

    def __init__(
        self,
        *,
        escalations: SqlEscalationRepository,
        inbox: EventInbox,
        answers: AnswerService,
        directory: DirectorySync,
        client: WebClient,
        background: BackgroundTasks,
        specialists: Callable[[str], Collection[str]],
    ) -> None:
        self._escalations = escalations
        self._inbox = inbox
        self._answers = answers
        self._directory = directory
        self._client = client
        self._background = background
        self._specialists = specialists

    def take_direct(self, message: AnswerMessage) -> bool:
        """Take a direct message, if it is a reply to a notice or if exactly one question to this person is open.

        A reply to a question is its answer. Everything else is offered first. Return False for a message that belongs
        to no escalation: it is answered as any other.
        """
        in_thread = message.thread_ts != message.ts
        escalation = (
            self._escalations.in_thread(message.channel_id, message.thread_ts)
            if in_thread
            else self._only_open_question(message.user_id)
        )
        text = plain_text(message.text)
        if escalation is None or not text or not self._is_open_request(escalation, message.user_id):
            return False
        outcome = self._outcome(text, message.user_id)
        if outcome is None:
            return False
        if self._is_critical(outcome):
            return self._answer_and_offer(message, escalation)
        if in_thread and escalation.state is EscalationState.AWAITING_REQUESTER:
            return self._add_details(message, escalation, text, in_thread=False)
        if isinstance(outcome, Social):
            return False
        self._inbox.accept(message.event_id, OfferReply(message), escalation=escalation)
        return True

    def take_in_channel(self, message: AnswerMessage) -> None:
        """Take a reply in a card's thread: the requester's answer, or one that a specialist may send to them."""
        escalation = self._escalations.in_thread(message.channel_id, message.thread_ts)
        text = plain_text(message.text)
        if escalation is None or not escalation.is_open or not text:
            return
        if message.user_id != escalation.requester.user_id:
            self._offer_to_requester(message, escalation, text)
        elif escalation.state is EscalationState.AWAITING_REQUESTER:
            outcome = self._outcome(text, message.user_id)
            if outcome is None:
                return
            if self._is_critical(outcome):
                self._answer_and_offer(message, escalation)
            else:
                self._add_details(message, escalation, text, in_thread=True)

    def change(self, message: AnswerMessage) -> None:
        """Take the new text of a message that an escalation has taken over, unless it shows a critical concern.

        Then it is answered, and not sent on.
        """
        text, source = plain_text(message.text), _source(message)
        if not text or not self._escalations.is_source(source):
            return
        outcome = self._outcome(text, message.user_id)
        if outcome is None:
            return
        if self._is_critical(outcome):
            self._inbox.accept(message.event_id, message)
        else:
            self._escalations.revise(source, text[:DETAIL_LIMIT])

    def delete(self, message: AnswerMessage) -> None:
        """Erase the text of a deleted message from the escalation that has taken it over."""
        self._escalations.revise(_source(message), None)

    def offer_card(self, task: OfferReply, escalation: Escalation) -> RenderedMessage:
        """Return the message of an offer to the requester."""
        text = plain_text(task.message.text)
        return offer_to_specialists(escalation, self._payload(task.message, escalation, text), answered=task.answered)

    def _only_open_question(self, user_id: str) -> Escalation | None:
        """Return the escalation that awaits this person's answer, if there is exactly one."""
        waiting = EscalationFilter(requester=user_id, states={EscalationState.AWAITING_REQUESTER})
        found = self._escalations.page(waiting, limit=2).escalations
        return found[0] if len(found) == 1 else None

    @staticmethod
    def _is_open_request(escalation: Escalation, user_id: str) -> bool:
        return escalation.is_open and escalation.requester.user_id == user_id

    def _outcome(self, text: str, user_id: str) -> Outcome | None:
        """Return what the guide would answer; None for a person without access."""
        decision = self._directory.known(user_id)
        if not isinstance(decision, Allowed):
            return None
        return self._answers.outcome(AnswerState("", text), user_id, decision.asker)

    def _is_critical(self, outcome: Outcome) -> bool:
        """Return whether the outcome shows a sign of a critical concern, however weak."""
        entries = self._answers.knowledge.entries
        match outcome:
            case Answer(entry=entry):
                return bool(outcome.alerts) or entry.urgent
            case Choices(matches=matches, offered=offered):
                return bool(outcome.alerts) or any(entries[match.id].urgent for match in matches[:offered])
            case _:
                return bool(outcome.alerts)

    def _answer_and_offer(self, message: AnswerMessage, escalation: Escalation) -> bool:
        """Answer the message. The offer to send it on follows the answer, because both go to the same conversation."""
        self._inbox.accept(message.event_id, message, OfferReply(message, answered=True), escalation=escalation)
        return True

    def _add_details(self, message: AnswerMessage, escalation: Escalation, text: str, *, in_thread: bool) -> bool:
        """Add the message to the escalation, once. Return False if the escalation was closed meanwhile."""
        command = AddDetails(
            message.user_id,
            text[:DETAIL_LIMIT],
            in_thread=in_thread,
            message=_source(message).name,
        )
        outcome = self._escalations.apply_once(message.event_id, escalation.id, command)
        return outcome is None or isinstance(outcome, Applied)

    def _offer_to_requester(self, message: AnswerMessage, escalation: Escalation, text: str) -> None:
        """Offer a specialist, visible to them only, to send their reply to the requester."""
        claims = escalation.claimed_by == message.user_id
        if not claims and message.user_id not in self._specialists(escalation.assigned_queue):
            return
        card = offer_to_requester(escalation, self._payload(message, escalation, text), may_ask=claims)

        def show() -> None:
            self._client.chat_postEphemeral(
                channel=message.channel_id, user=message.user_id, thread_ts=message.thread_ts, **card.message()
            )

        self._background.submit(show)

    def _payload(self, message: AnswerMessage, escalation: Escalation, text: str) -> ReplyPayload:
        """Return the payload of an offer's buttons. A text that is too long for a button is stored as a draft."""
        ts = message.ts or message.thread_ts
        thread_ts = message.thread_ts if message.thread_ts != ts else None
        payload = ReplyPayload(escalation.id, message.channel_id, ts, thread_ts)
        text = text[:DETAIL_LIMIT]
        token = None
        if len(json.dumps(text, ensure_ascii=False)) > INLINE_LIMIT:
            token = self._answers.store_draft(message.user_id, {"text": text})
        return replace(payload, token=token) if token else replace(payload, text=text[:INLINE_LIMIT])


def _source(message: AnswerMessage) -> SourceMessage:
    return SourceMessage(
        message.channel_id,
        message.thread_ts,
        message.ts or message.thread_ts,
        message.user_id,
        direct=is_direct_message(message.channel_id),
    )
