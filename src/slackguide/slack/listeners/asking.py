"""The ask form and the message shortcut: the same answer in a window."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack

from slackguide.slack.admission import Admitted, TurnedAway
from slackguide.slack.answering import Answerer
from slackguide.slack.directory import Directory
from slackguide.slack.ids import ASK_TEXT
from slackguide.slack.listeners.admitting import let_in
from slackguide.slack.opening import NotOpened, Opening
from slackguide.slack.redrawing import Redrawing
from slackguide.slack.views.ask import answer_view
from slackguide.slack.views.card import Card, words_card
from slackguide.slack.views.form import submitted_values
from slackguide.slack.words import as_written
from slackguide.text import clean

EMPTY = "Tell me in a sentence what happened, who asks and what they want."


class AskWindow:
    """Questions that are asked in a window."""

    def __init__(self, *, answerer: Answerer, directory: Directory, opening: Opening, redrawing: Redrawing) -> None:
        self._answerer = answerer
        self._directory = directory
        self._opening = opening
        self._redrawing = redrawing

    def submit(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """The form was sent: the window turns into the answer."""
        text = submitted_values(view).get(ASK_TEXT)
        if not isinstance(text, str) or not clean(text):
            ack(response_action="errors", errors={ASK_TEXT: EMPTY})
            return
        ack(
            response_action="update", view=answer_view(self._card(text, self._directory.admit(str(body["user"]["id"]))))
        )

    def shortcut(self, ack: Ack, body: dict[str, Any]) -> None:
        """“Where does this go?” on a message: the answer to that message, in a window of one's own."""
        text = clean(as_written(str((body.get("message") or {}).get("text") or "")))

        def show(admitted: Admitted) -> None:
            card = self._card(text, admitted) if text else words_card("There are no words in that message.")
            try:
                self._opening.view(str(body["trigger_id"]), answer_view(card))
            except NotOpened as error:
                self._redrawing.say(body, str(error))

        let_in(self._directory, self._redrawing, body, show)
        ack()

    def _card(self, text: str, admission: Admitted | TurnedAway) -> Card:
        if isinstance(admission, TurnedAway):
            return words_card(admission.words)
        return self._answerer.ask(text, admission.user_id, admission.asker)
