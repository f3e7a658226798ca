"""`/route`: answer within the acknowledgement."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from slackguide.slack.access import AccessPolicy, Allowed, Denied, UnknownUser
from slackguide.slack.answer_service import AnswerService
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.api.modals import GateRequiredError, ModalNotOpenedError, ModalOpener
from slackguide.slack.api.updates import MessageUpdater
from slackguide.slack.views.ask_modal import ask_view
from slackguide.slack.views.blocks import RenderedMessage, text_card
from slackguide.slack.views.choices import choose_form_card, help_card

LOOKING_UP = (
    "One moment: I do not know you yet and am looking you up. Your answer follows here. "
    "If none has come within a minute, Slack did not let me: please type it again."
)
KNOWN_NOW = "I know you now. Please type that again."


class RouteCommand:
    """The slash command and its few words of its own: help, escalate, nothing at all."""

    def __init__(
        self,
        *,
        answers: AnswerService,
        access_policy: AccessPolicy,
        directory: DirectorySync,
        modals: ModalOpener,
        updater: MessageUpdater,
    ) -> None:
        self._answers = answers
        self._access_policy = access_policy
        self._directory = directory
        self._modals = modals
        self._updater = updater

    def __call__(self, ack: Ack, command: dict[str, Any], client: WebClient) -> None:
        """Answers, or says why not; a stranger is looked up first."""
        del client
        decision = self._access_policy.check(command["user_id"])
        match decision:
            case Allowed():
                card = self._card(command, decision)
                ack(**card.ephemeral()) if card else ack()
            case Denied(message=text):
                ack(**text_card(text).ephemeral())
            case UnknownUser():
                ack(**text_card(LOOKING_UP).ephemeral())
                self._updater.in_background(command, lambda: self._updater.replace(command, self._late(command)))

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

    def _late(self, command: dict[str, Any]) -> RenderedMessage:
        """The answer for someone who had to be looked up; windows cannot be opened any more by then."""
        decision = self._directory.look_up(command["user_id"])
        if isinstance(decision, Denied):
            return text_card(decision.message)
        text = (command.get("text") or "").strip()
        if not text or text.casefold().split()[0] == "escalate":
            return text_card(KNOWN_NOW)
        return self._card(command, decision) or text_card(KNOWN_NOW)
