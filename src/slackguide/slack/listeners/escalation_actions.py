"""Actions on an escalation, and the modals that some of them open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from slack_bolt import Ack
from slack_sdk.models.blocks import SectionBlock
from slack_sdk.models.views import View

from slackguide.errors import StorageError
from slackguide.escalation.form_validation import InvalidForm
from slackguide.escalation.models import Escalation
from slackguide.escalation.state_machine import (
    AddDetails,
    Applied,
    Ask,
    Claim,
    Command,
    Follow,
    HandOver,
    Rejected,
    Release,
    Reopen,
    Resolve,
    Snooze,
    StopReminders,
    Unfollow,
    Withdraw,
)
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.api.modals import ModalNotOpenedError, ModalOpener
from slackguide.slack.api.updates import MessageUpdater
from slackguide.slack.button_payloads import EscalationPayload
from slackguide.slack.ids import TEXT_INPUT, Callback
from slackguide.slack.mrkdwn import mention, mrkdwn
from slackguide.slack.views.blocks import RenderedMessage
from slackguide.slack.views.escalation_card import hand_over_view, read_view, resolution_of, resolve_view, text_modal
from slackguide.slack.views.escalation_form import submitted_values
from slackguide.slack.views.form_errors import on_first_field
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.text import clean

SNOOZE = timedelta(hours=4)
"""How long a reminder is snoozed: half a working day."""

NOT_FOUND = "That escalation no longer exists. Nothing was changed."


class EscalationActions:
    """Listeners for the buttons and modals of an escalation. A worker updates the card and sends the notices.

    `claimed` is called after each claim.
    """

    def __init__(
        self,
        *,
        escalations: SqlEscalationRepository,
        directory: DirectorySync,
        modals: ModalOpener,
        updater: MessageUpdater,
        knowledge: Callable[[], KnowledgeBase],
        clock: Callable[[], datetime],
        claimed: Callable[[Escalation], None] = lambda _escalation: None,
    ) -> None:
        self._escalations = escalations
        self._directory = directory
        self._modals = modals
        self._updater = updater
        self._knowledge = knowledge
        self._clock = clock
        self._claimed = claimed

    # -- actions that change the escalation ---------------------------------------------------------------------------

    def claim(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Claim the escalation."""
        self._apply(ack, action, body, Claim(_user_id(body)))

    def release(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Release the escalation."""
        self._apply(ack, action, body, Release(_user_id(body)))

    def withdraw(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Withdraw the escalation."""
        self._apply(ack, action, body, Withdraw(_user_id(body)))

    def snooze(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Snooze the reminders."""
        self._apply(ack, action, body, Snooze(_user_id(body), self._clock() + SNOOZE))

    def stop_reminding(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Turn the reminders off."""
        self._apply(ack, action, body, StopReminders(_user_id(body)))

    def follow(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Follow the escalation: get the requester's notices."""
        self._apply(ack, action, body, Follow(_user_id(body)))

    def unfollow(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Stop following the escalation."""
        self._apply(ack, action, body, Unfollow(_user_id(body)))

    # -- actions that open a modal ------------------------------------------------------------------------------------

    def ask_more(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Open the modal that asks the requester for details."""
        self._open(ack, action, body, lambda it: text_modal(Callback.ASK_MORE, it, "Ask for more", "Your question"))

    def hand_over(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Open the modal for a hand-over."""
        self._open(ack, action, body, self._hand_over)

    def _hand_over(self, escalation: Escalation) -> View:
        knowledge = self._knowledge()
        if knowledge.forms.keys() <= {escalation.assigned_queue}:
            raise ModalNotOpenedError("There is no other form to hand it over to.")
        return hand_over_view(escalation, knowledge)

    def resolve(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Open the modal for the resolution."""
        self._open(ack, action, body, lambda it: resolve_view(it, self._knowledge()))

    def add_details(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Open the modal for further details."""
        self._open(ack, action, body, lambda it: text_modal(Callback.ADD_DETAILS, it, "Add details", "What to add"))

    def reopen(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Open the modal for reopening."""
        self._open(
            ack,
            action,
            body,
            lambda it: text_modal(Callback.REOPEN, it, "Reopen", "Why it is needed again", optional=True),
        )

    def read(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Open a modal with all fields in full."""
        self._open(ack, action, body, lambda it: read_view(it, self._knowledge()))

    # -- submitted modals ---------------------------------------------------------------------------------------------

    def asked_more(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Ask the requester for details."""
        self._submit_text(ack, body, view, lambda who, text: Ask(who, text))

    def added_details(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Add details to the escalation."""
        self._submit_text(ack, body, view, lambda who, text: AddDetails(who, text))

    def reopened(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Reopen the escalation."""
        text = clean(_text(view, TEXT_INPUT)) or None
        self._submit(ack, view, Reopen(_user_id(body), text))

    def handed_over(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Hand the escalation over to another form's channel."""
        queue = _text(view, "desk")
        form = self._knowledge().forms.get(queue)
        if form is None:
            ack(response_action="errors", errors={"desk": "Choose where it goes."})
            return
        self._submit(ack, view, HandOver(_user_id(body), queue, form.channel, clean(_text(view, TEXT_INPUT)) or None))

    def resolved(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Resolve the escalation."""
        resolution = resolution_of(submitted_values(view))
        if isinstance(resolution, InvalidForm):
            ack(response_action="errors", errors=dict(resolution.messages))
            return
        self._submit(ack, view, Resolve(_user_id(body), resolution))

    # -- helpers ----------------------------------------------------------------------------------------------------

    def _apply(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], command: Command) -> None:
        try:
            outcome = self._escalations.apply(_escalation_id(action), command)
            if isinstance(outcome, Applied) and isinstance(command, Claim):
                self._claimed(outcome.escalation)
            text = (
                NOT_FOUND
                if outcome is None
                else outcome.render(mention)
                if isinstance(outcome, Rejected)
                else outcome.text
            )
        except StorageError as error:
            text = str(error)
        self._updater.reply(body, acknowledgement(text))
        ack()

    def _open(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], draw: Callable[[Escalation], View]) -> None:
        try:
            escalation = self._escalations.get(_escalation_id(action))
            if escalation is None:
                raise ModalNotOpenedError(NOT_FOUND)
            self._modals.view(str(body["trigger_id"]), draw(escalation), on_top=_in_modal(body))
        except (ModalNotOpenedError, StorageError) as error:
            self._updater.say(body, str(error))
        ack()

    def _submit_text(
        self, ack: Ack, body: dict[str, Any], view: dict[str, Any], command: Callable[[str, str], Command]
    ) -> None:
        text = clean(_text(view, TEXT_INPUT))
        if not text:
            ack(response_action="errors", errors={TEXT_INPUT: "Write a sentence or two."})
            return
        self._submit(ack, view, command(_user_id(body), text))

    def _submit(self, ack: Ack, view: dict[str, Any], command: Command) -> None:
        """Apply the command of a submitted modal. A rejection leaves the modal open with its values."""
        try:
            outcome = self._escalations.apply(str(view.get("private_metadata")), command)
        except StorageError as error:
            ack(response_action="errors", errors=on_first_field(view, str(error)))
            return
        if outcome is None:
            ack(response_action="errors", errors=on_first_field(view, NOT_FOUND))
        elif isinstance(outcome, Rejected):
            ack(response_action="errors", errors=on_first_field(view, outcome.render(self._directory.name)))
        else:
            ack()


def acknowledgement(text: str) -> RenderedMessage:
    """Return a message whose text may hold our own mentions of people."""
    return RenderedMessage(text, (SectionBlock(text=mrkdwn(text)),))


def _escalation_id(action: Mapping[str, Any]) -> str:
    return EscalationPayload.parse(action.get("value")).escalation_id


def _user_id(body: Mapping[str, Any]) -> str:
    return str(body["user"]["id"])


def _in_modal(body: Mapping[str, Any]) -> bool:
    return (body.get("view") or {}).get("type") == "modal"


def _text(view: Mapping[str, Any], id: str) -> str:
    value = submitted_values(view).get(id)
    return value if isinstance(value, str) else ""
