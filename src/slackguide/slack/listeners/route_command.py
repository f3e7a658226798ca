"""The slash command `/route`: answer in the acknowledgement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack

from slackguide.slack.access import Allowed
from slackguide.slack.answer_service import AnswerService
from slackguide.slack.api.modals import GateRequiredError, ModalNotOpenedError, ModalOpener
from slackguide.slack.button_payloads import AnswerState
from slackguide.slack.escalate_command import EscalateRequest, read_escalate_request
from slackguide.slack.views.blocks import RenderedMessage, text_card
from slackguide.slack.views.choices import choose_form_card, help_card, with_forms
from slackguide.text import normalize_characters

KNOWN_NOW = "I know you now. Please type that again."


class RouteCommand:
    """The listener for `/route` with a question, `help`, `escalate`, `escalate FORM` or no text."""

    def __init__(self, *, answers: AnswerService, modals: ModalOpener) -> None:
        self._answers = answers
        self._modals = modals

    def __call__(self, ack: Ack, command: dict[str, Any], user: Allowed, acknowledged: bool) -> None:
        """Answer a command. After the acknowledgement it is too late to open a modal."""
        text = normalize_characters(command.get("text") or "").strip()
        request = read_escalate_request(text, self._answers.knowledge.forms)
        wants_modal = not text or (request is not None and (request.form_id is not None or not request.text))
        card = text_card(KNOWN_NOW) if acknowledged and wants_modal else self._card(command, text, request, user)
        ack(**card.ephemeral()) if card else ack()

    def _card(
        self, command: dict[str, Any], text: str, request: EscalateRequest | None, user: Allowed
    ) -> RenderedMessage | None:
        """Return the card, or None if a modal was opened instead."""
        if text.casefold() == "help":
            return help_card(self._answers.knowledge)
        if request is not None:
            return self._escalate(command, request, user)
        if not text:
            return self._open(lambda: self._modals.ask(command["trigger_id"]))
        return self._answers.ask(command["text"], user.user_id, user.asker)

    def _escalate(self, command: dict[str, Any], request: EscalateRequest, user: Allowed) -> RenderedMessage | None:
        """Open the named form, let the person choose one, or answer the concern and offer the forms below it."""
        state = self._answers.new_state(request.text, user.user_id) if request.text else None
        if request.form_id is not None:
            return self._form(command, request.form_id, state, user)
        if state is None:
            return choose_form_card(self._answers.knowledge)
        card = self._answers.render(state, user.user_id, user.asker)
        return with_forms(card, state, self._answers.knowledge)

    def _form(
        self, command: dict[str, Any], form: str, state: AnswerState | None, user: Allowed
    ) -> RenderedMessage | None:
        """Open the form, prefilled from the state, or return the question of its gate."""
        try:
            return self._open(lambda: self._modals.form(command, form, state, user))
        except GateRequiredError as gated:
            return self._answers.render(gated.state, user.user_id, user.asker, notice=str(gated))

    def _open(self, open_modal: Callable[[], None]) -> RenderedMessage | None:
        try:
            open_modal()
        except GateRequiredError:
            raise
        except ModalNotOpenedError as error:
            return text_card(str(error))
        return None
