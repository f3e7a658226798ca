"""Clicks on the offer to send a message on."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack

from slackguide.delivery.tasks import AnswerMessage
from slackguide.errors import StorageError
from slackguide.escalation.state_machine import AddDetails, Ask, Command, Forward, Rejected
from slackguide.slack.access import Allowed
from slackguide.slack.answer_service import AnswerService
from slackguide.slack.api.updates import MessageUpdater
from slackguide.slack.button_payloads import OutdatedActionError, ReplyPayload
from slackguide.slack.listeners.escalation_actions import acknowledgement
from slackguide.slack.mrkdwn import escape, mention
from slackguide.slack.surfaces import is_direct_message
from slackguide.slack.views.blocks import text_card
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.inbox import EventInbox

GONE = "The text of that message is no longer stored. Nothing was sent. Please write it again."


class ReplyActions:
    """Listeners for the buttons of an offer. Each message is sent on once, however often a button is clicked."""

    def __init__(
        self,
        *,
        escalations: SqlEscalationRepository,
        inbox: EventInbox,
        answers: AnswerService,
        updater: MessageUpdater,
    ) -> None:
        self._escalations = escalations
        self._inbox = inbox
        self._answers = answers
        self._updater = updater

    def send(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Add the requester's message to the escalation."""

        def command(payload: ReplyPayload, text: str) -> Command:
            in_thread = not is_direct_message(payload.channel_id)
            return AddDetails(user.user_id, text, in_thread=in_thread, message=payload.message)

        self._apply(ack, action, body, user, command)

    def forward(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Send the specialist's reply to the requester."""
        self._apply(ack, action, body, user, lambda payload, text: Forward(user.user_id, text, payload.message))

    def forward_question(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Send the specialist's reply to the requester as a question."""

        def command(payload: ReplyPayload, text: str) -> Command:
            return Ask(user.user_id, text, in_thread=True, message=payload.message)

        self._apply(ack, action, body, user, command)

    def ask(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Answer the message as a new question, in place of the offer."""
        try:
            payload = ReplyPayload.parse(action.get("value"))
            text = self._text(payload, user)
            if text is None:
                self._updater.replace(body, text_card(GONE))
            else:
                question = AnswerMessage(
                    event_id=payload.event_id,
                    channel_id=payload.channel_id,
                    thread_ts=payload.thread_ts or payload.ts,
                    user_id=user.user_id,
                    team_id=user.team_id,
                    text=escape(text),
                    ts=payload.ts,
                )
                self._inbox.accept(payload.event_id, question)
                self._updater.remove(body)
        except (OutdatedActionError, StorageError) as error:
            self._updater.say(body, str(error))
        ack()

    def dismiss(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Remove the offer."""
        try:
            ReplyPayload.parse(action.get("value"))
            self._updater.remove(body)
        except OutdatedActionError as error:
            self._updater.say(body, str(error))
        ack()

    def _apply(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed, command: Any) -> None:
        try:
            payload = ReplyPayload.parse(action.get("value"))
            text = self._text(payload, user)
            if text is None:
                self._updater.replace(body, text_card(GONE))
            else:
                self._send(body, payload, command(payload, text))
        except (OutdatedActionError, StorageError) as error:
            self._updater.say(body, str(error))
        ack()

    def _send(self, body: dict[str, Any], payload: ReplyPayload, command: Command) -> None:
        outcome = self._escalations.apply_once(payload.event_id, payload.escalation_id, command)
        if outcome is None:  # a second click
            return
        if isinstance(outcome, Rejected):
            self._updater.say(body, outcome.render(mention))
            return
        escalation = outcome.escalation
        if isinstance(command, AddDetails):
            reader = mention(escalation.claimed_by) if escalation.claimed_by else f"#{escalation.channel}"
        else:
            reader = mention(escalation.requester.user_id)
        self._updater.replace(body, acknowledgement(f"Sent to {reader} for {escalation.reference}."))

    def _text(self, payload: ReplyPayload, user: Allowed) -> str | None:
        """Return the message's text; None if it belongs to somebody else or is no longer stored."""
        if payload.token is None:
            return payload.text or None
        stored = self._answers.draft(payload.token, user.user_id)
        return str(stored["text"]) if stored else None
