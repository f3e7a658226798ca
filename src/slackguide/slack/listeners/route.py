"""`/route`: answered inside the acknowledgement."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from slackguide.slack.admission import Admitted, Door, TurnedAway, Unknown
from slackguide.slack.answering import Answerer
from slackguide.slack.directory import Directory
from slackguide.slack.opening import Gated, NotOpened, Opening
from slackguide.slack.redrawing import Redrawing
from slackguide.slack.views.ask import ask_view
from slackguide.slack.views.card import Card, words_card
from slackguide.slack.views.choices import choose_form_card, help_card

LOOKING = (
    "One moment: I do not know you yet and am looking you up. Your answer follows here. "
    "If none has come within a minute, Slack did not let me: please type it again."
)
KNOWN_NOW = "I know you now. Please type that again."


class RouteCommand:
    """The slash command and its few words of its own: help, escalate, nothing at all."""

    def __init__(
        self, *, answerer: Answerer, door: Door, directory: Directory, opening: Opening, redrawing: Redrawing
    ) -> None:
        self._answerer = answerer
        self._door = door
        self._directory = directory
        self._opening = opening
        self._redrawing = redrawing

    def __call__(self, ack: Ack, command: dict[str, Any], client: WebClient) -> None:
        """Answers, or says why not; a stranger is looked up first."""
        del client
        admission = self._door.admit(command["user_id"])
        match admission:
            case Admitted():
                card = self._card(command, admission)
                ack(**card.ephemeral()) if card else ack()
            case TurnedAway(words=words):
                ack(**words_card(words).ephemeral())
            case Unknown():
                ack(**words_card(LOOKING).ephemeral())
                self._redrawing.later(command, lambda: self._redrawing.replace(command, self._late(command)))

    def _card(self, command: dict[str, Any], admitted: Admitted) -> Card | None:
        """The card, None where a window was opened instead."""
        text = (command.get("text") or "").strip()
        words = text.casefold().split()
        knowledge = self._answerer.knowledge
        if words == ["help"]:
            return help_card(knowledge)
        if words == ["escalate"]:
            return choose_form_card(knowledge)
        if len(words) == 2 and words[0] == "escalate" and text.split()[1] in knowledge.forms:
            return self._form(command, text.split()[1], admitted)
        if not words:
            return self._open(lambda: self._opening.view(command["trigger_id"], ask_view()))
        return self._answerer.ask(text, admitted.user_id, admitted.asker)

    def _form(self, command: dict[str, Any], form: str, admitted: Admitted) -> Card | None:
        """Opens the form; where it has a gate, its question comes first."""
        try:
            return self._open(lambda: self._opening.form(command, form, None, admitted))
        except Gated as gated:
            return self._answerer.draw(gated.asked, admitted.user_id, admitted.asker, said=str(gated))

    def _open(self, work: Any) -> Card | None:
        try:
            work()
        except Gated:
            raise
        except NotOpened as error:
            return words_card(str(error))
        return None

    def _late(self, command: dict[str, Any]) -> Card:
        """The answer for someone who had to be looked up; windows cannot be opened any more by then."""
        admission = self._directory.look_up(command["user_id"])
        if isinstance(admission, TurnedAway):
            return words_card(admission.words)
        text = (command.get("text") or "").strip()
        if not text or text.casefold().split()[0] == "escalate":
            return words_card(KNOWN_NOW)
        return self._card(command, admission) or words_card(KNOWN_NOW)
