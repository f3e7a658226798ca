"""The ask modal and the message shortcut: the same answer in a modal."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack

from slackguide.slack.access import Allowed
from slackguide.slack.answer_service import AnswerService
from slackguide.slack.api.modals import ModalNotOpenedError, ModalOpener
from slackguide.slack.api.updates import MessageUpdater
from slackguide.slack.ids import ASK_TEXT
from slackguide.slack.message_text import message_text, plain_text
from slackguide.slack.views.ask_modal import answer_view
from slackguide.slack.views.blocks import text_card
from slackguide.slack.views.escalation_form import submitted_values
from slackguide.text import clean

EMPTY = "Describe in a sentence what happened, who asks and what they want."


class AskModal:
    """Listeners for questions that are answered in a modal."""

    def __init__(self, *, answers: AnswerService, modals: ModalOpener, updater: MessageUpdater) -> None:
        self._answers = answers
        self._modals = modals
        self._updater = updater

    def submit(self, ack: Ack, view: dict[str, Any], user: Allowed) -> None:
        """Replace the submitted modal with the answer."""
        text = submitted_values(view).get(ASK_TEXT)
        if not isinstance(text, str) or not clean(text):
            ack(response_action="errors", errors={ASK_TEXT: EMPTY})
            return
        ack(response_action="update", view=answer_view(self._answers.ask(text, user.user_id, user.asker)))

    def shortcut(self, ack: Ack, body: dict[str, Any], user: Allowed) -> None:
        """Answer the message of the shortcut “Where does this go?” in a modal."""
        text = plain_text(message_text(body.get("message") or {}))
        empty = text_card("That message has no text.")
        card = self._answers.ask(text, user.user_id, user.asker) if text else empty
        try:
            self._modals.view(str(body["trigger_id"]), answer_view(card))
        except ModalNotOpenedError as error:
            self._updater.say(body, str(error))
        ack()
