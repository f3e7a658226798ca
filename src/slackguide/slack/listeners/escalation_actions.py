"""Actions on an escalation, and the modals that some of them open."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from slack_bolt import Ack
from slack_sdk.models.blocks import SectionBlock
from slack_sdk.models.views import View

from slackguide.errors import StorageError
from slackguide.escalation.claims import reject_claim
from slackguide.escalation.form_validation import InvalidForm
from slackguide.escalation.models import Escalation
from slackguide.escalation.resolution import Resolution, ResolutionCode, built_in_code
from slackguide.escalation.state_machine import (
    AddDetails,
    Applied,
    Ask,
    Assign,
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
    check,
)
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.access import Denied
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.api.modals import ModalNotOpenedError, ModalOpener
from slackguide.slack.api.updates import MessageUpdater
from slackguide.slack.button_payloads import CardMenu, CardMenuPayload, EscalationPayload, OutdatedActionError
from slackguide.slack.ids import TEXT_INPUT, Callback
from slackguide.slack.mrkdwn import mention, mrkdwn
from slackguide.slack.views.blocks import RenderedMessage
from slackguide.slack.views.escalation_form import submitted_values
from slackguide.slack.views.escalation_modals import hand_over_view, read_view, resolution_of, resolve_view, text_modal
from slackguide.slack.views.form_errors import on_first_field
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.text import clean

SNOOZE = timedelta(hours=4)
"""How long a reminder is snoozed: half a working day."""

NOT_FOUND = "That escalation no longer exists. Nothing was changed."


class EscalationActions:
    """Listeners for the buttons and modals of an escalation. A worker updates the card and sends the notices.

    `specialists` returns the user ids of a queue's specialists. `claimed` is called after each claim.
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
        specialists: Callable[[str], Collection[str]],
        claimed: Callable[[Escalation], None] = lambda _escalation: None,
    ) -> None:
        self._escalations = escalations
        self._directory = directory
        self._modals = modals
        self._updater = updater
        self._knowledge = knowledge
        self._clock = clock
        self._claimed = claimed
        self._specialists = specialists

    # -- actions that change the escalation ---------------------------------------------------------------------------

    def claim(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Claim the escalation."""
        self._apply(ack, action, body, Claim(_user_id(body)))

    def _reject_claim(self, escalation: Escalation, user_id: str) -> Rejected | None:
        """Return why the form of the assigned queue does not let this person have the escalation."""
        queue = escalation.assigned_queue
        return reject_claim(escalation, user_id, self._knowledge().forms.get(queue), self._specialists(queue))

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
        self._open(
            ack,
            action,
            body,
            self._text_modal(Callback.ASK_MORE, "Ask for more", "Your question"),
            Ask(_user_id(body), ""),
        )

    def hand_over(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Open the modal for a hand-over."""
        self._open(
            ack, action, body, lambda it: hand_over_view(it, self._knowledge()), HandOver(_user_id(body), "", "")
        )

    def resolve(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Open the modal for the resolution."""
        command = Resolve(_user_id(body), Resolution(ResolutionCode.RIGHT_PLACE, None))
        self._open(ack, action, body, lambda it: resolve_view(it, self._knowledge()), command)

    def choose_resolution(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Show the fields that the chosen resolution needs."""
        code = (action.get("selected_option") or {}).get("value")
        view = body.get("view") or {}
        try:
            escalation = self._escalations.get(str(view.get("private_metadata")))
            if escalation is None or built_in_code(code) is None:
                self._updater.say(body, NOT_FOUND)
            else:
                self._updater.replace_view(body, resolve_view(escalation, self._knowledge(), str(code)))
        except StorageError as error:
            self._updater.say(body, str(error))
        ack()

    def add_details(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Open the modal for further details."""
        self._open(
            ack,
            action,
            body,
            self._text_modal(Callback.ADD_DETAILS, "Add details", "What to add"),
            AddDetails(_user_id(body), ""),
        )

    def reopen(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Open the modal for reopening."""
        draw = self._text_modal(Callback.REOPEN, "Reopen", "Why it is needed again", optional=True)
        self._open(ack, action, body, draw, Reopen(_user_id(body)))

    def read(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Open a modal with all fields in full."""
        self._open(ack, action, body, lambda it: read_view(it, self._knowledge(), self._escalations.history(it.id)))

    def choose_from_menu(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Do what was chosen in the menu of a closed escalation."""
        try:
            payload = CardMenuPayload.parse((action.get("selected_option") or {}).get("value"))
        except OutdatedActionError as error:
            self._updater.say(body, str(error))
            ack()
            return
        chosen = {"value": EscalationPayload(payload.escalation_id).encode()}
        match payload.entry:
            case CardMenu.REOPEN:
                self.reopen(ack, chosen, body)
            case CardMenu.READ:
                self.read(ack, chosen, body)

    def _text_modal(
        self, callback: Callback, title: str, label: str, *, optional: bool = False
    ) -> Callable[[Escalation], View]:
        return lambda it: text_modal(callback, it, self._knowledge(), title, label, optional=optional)

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
        """Hand the escalation over to a colleague, or to another form's channel."""
        colleague, queue = _text(view, "colleague"), _text(view, "desk")
        by, text = _user_id(body), clean(_text(view, TEXT_INPUT)) or None
        form = self._knowledge().forms.get(queue)
        if colleague and queue:
            ack(response_action="errors", errors={"desk": "Choose a colleague or a queue, not both."})
        elif colleague:
            self._hand_over_to(ack, view, Assign(by, colleague, text))
        elif form is None:
            first = "colleague" if "colleague" in submitted_values(view) else "desk"
            ack(response_action="errors", errors={first: "Choose where it goes."})
        else:
            self._submit(ack, view, HandOver(by, queue, form.channel, text))

    def _hand_over_to(self, ack: Ack, view: dict[str, Any], command: Assign) -> None:
        """Hand the escalation over to a colleague, if they may read and have it."""
        try:
            decision = self._directory.authorize(command.to)
            escalation = self._escalations.get(str(view.get("private_metadata")))
            rejected = self._reject_claim(escalation, command.to) if escalation is not None else None
        except StorageError as error:
            ack(response_action="errors", errors=on_first_field(view, str(error)))
            return
        if isinstance(decision, Denied):
            ack(response_action="errors", errors={"colleague": "They cannot use slackguide. Choose somebody else."})
        elif rejected is not None:
            ack(response_action="errors", errors={"colleague": rejected.render(self._directory.name)})
        else:
            self._submit(ack, view, command)

    def resolved(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Resolve the escalation."""
        resolution = resolution_of(submitted_values(view))
        if isinstance(resolution, InvalidForm):
            ack(response_action="errors", errors=dict(resolution.messages))
            return
        self._submit(ack, view, Resolve(_user_id(body), self._with_reference(resolution)))

    def _with_reference(self, resolution: Resolution) -> Resolution:
        """Return a duplicate's resolution with the reference as it is written on the card."""
        if resolution.code is not ResolutionCode.DUPLICATE or resolution.target is None:
            return resolution
        return replace(resolution, target=resolution.target.lstrip("#").upper())

    # -- helpers ----------------------------------------------------------------------------------------------------

    def _apply(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], command: Command) -> None:
        try:
            text = self._outcome_text(_escalation_id(action), command, _clicked_card(body))
        except StorageError as error:
            text = str(error)
        if text is not None:
            self._updater.reply(body, acknowledgement(text))
        ack()

    def _outcome_text(self, escalation_id: str, command: Command, clicked: str | None) -> str | None:
        """Apply the command, and return what to say to the person who clicked.

        App Home and the card, whose timestamp `clicked` is, show a success themselves.
        """
        if isinstance(command, Claim):
            escalation = self._escalations.get(escalation_id)
            rejected = self._reject_claim(escalation, command.by) if escalation is not None else None
            if rejected is not None:
                return rejected.render(mention)
        outcome = self._escalations.apply(escalation_id, command)
        if isinstance(outcome, Applied) and isinstance(command, Claim):
            self._claimed(outcome.escalation)
        if outcome is None:
            return NOT_FOUND
        if isinstance(outcome, Rejected):
            return outcome.render(mention)
        card = outcome.escalation.card
        return None if clicked in (HOME, card.ts if card else HOME) else outcome.text

    def _open(
        self,
        ack: Ack,
        action: dict[str, Any],
        body: dict[str, Any],
        draw: Callable[[Escalation], View],
        command: Command | None = None,
    ) -> None:
        """Open a modal, unless `command`, which it leads to, is refused."""
        try:
            escalation = self._escalations.get(_escalation_id(action))
            if escalation is None:
                raise ModalNotOpenedError(NOT_FOUND)
            rejected = check(escalation, command, self._clock()) if command is not None else None
            if rejected is not None:
                self._updater.reply(body, acknowledgement(rejected.render(mention)))
            else:
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
    """Return the escalation of a clicked button or menu option."""
    value = (action.get("selected_option") or {}).get("value") or action.get("value")
    return EscalationPayload.parse(value).escalation_id


def _user_id(body: Mapping[str, Any]) -> str:
    return str(body["user"]["id"])


def _in_modal(body: Mapping[str, Any]) -> bool:
    return (body.get("view") or {}).get("type") == "modal"


HOME = "home"
"""In place of a timestamp: App Home was clicked."""


def _clicked_card(body: Mapping[str, Any]) -> str | None:
    """Return the timestamp of the message that was clicked, or `HOME`."""
    if (body.get("view") or {}).get("type") == "home":
        return HOME
    return (body.get("container") or {}).get("message_ts")


def _text(view: Mapping[str, Any], id: str) -> str:
    value = submitted_values(view).get(id)
    return value if isinstance(value, str) else ""
