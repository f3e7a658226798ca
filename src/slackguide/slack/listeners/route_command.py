"""`/route`: answer within the acknowledgement."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack

from slackguide.slack.access import Allowed
from slackguide.slack.answer_service import AnswerService
from slackguide.slack.api.modals import GateRequiredError, ModalNotOpenedError, ModalOpener
from slackguide.slack.views.ask_modal import ask_view
from slackguide.slack.views.blocks import RenderedMessage, text_card
from slackguide.slack.views.choices import choose_form_card, help_card

KNOWN_NOW = "I know you now. Please type that again."


class RouteCommand:
    """The slash command and its few words of its own: help, escalate, nothing at all."""

    def __init__(self, *, answers: AnswerService, modals: ModalOpener) -> None:
        self._answers = answers
        self._modals = modals

    def __call__(self, ack: Ack, command: dict[str, Any], user: Allowed, acknowledged: bool) -> None:
        """Answer a command. After the acknowledgement it is too late to open a modal."""
        text = (command.get("text") or "").strip()
        wants_modal = not text or text.casefold().split()[0] == "escalate"
        card = text_card(KNOWN_NOW) if acknowledged and wants_modal else self._card(command, user)
        ack(**card.ephemeral()) if card else ack()

    def _card(self, command: dict[str, Any], user: Allowed) -> RenderedMessage | None:
        """The card, None where a window was opened instead."""
        text = (command.get("text") or "").strip()
        words = text.casefold().split()
        knowledge = self._answers.knowledge
        if words == ["help"]:
            return help_card(knowledge)
        if words == ["escalate"]:
            return choose_form_card(knowledge)
        if len(words) == 2 and words[0] == "escalate" and text.split()[1] in knowledge.forms:
            return self._form(command, text.split()[1], user)
        if not words:
            return self._open(lambda: self._modals.view(command["trigger_id"], ask_view()))
        return self._answers.ask(text, user.user_id, user.asker)

    def _form(self, command: dict[str, Any], form: str, user: Allowed) -> RenderedMessage | None:
        """Opens the form; where it has a gate, its question comes first."""
        try:
            return self._open(lambda: self._modals.form(command, form, None, user))
        except GateRequiredError as gated:
            return self._answers.render(gated.state, user.user_id, user.asker, notice=str(gated))

    def _open(self, work: Any) -> RenderedMessage | None:
        try:
            work()
        except GateRequiredError:
            raise
        except ModalNotOpenedError as error:
            return text_card(str(error))
        return None
