"""The specialists' desk and the requester's: presses on an escalation, and the small forms that some of them open."""

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
from slackguide.escalation.repository import EscalationRepository
from slackguide.escalation.state_machine import (
    AddDetails,
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
from slackguide.slack.admission import Admitted, TurnedAway
from slackguide.slack.directory import Directory
from slackguide.slack.ids import WORDS, Callback
from slackguide.slack.listeners.admitting import let_in
from slackguide.slack.listeners.forms import on_first
from slackguide.slack.opening import NotOpened, Opening
from slackguide.slack.redrawing import Redrawing
from slackguide.slack.views.card import Card
from slackguide.slack.views.escalation import hand_over_view, read_view, resolution_of, resolve_view, words_view
from slackguide.slack.views.form import submitted_values
from slackguide.slack.words import mention, mrkdwn
from slackguide.text import clean

SNOOZE = timedelta(hours=4)
"""How long a snoozed reminder stays away: half a working day."""

GONE = "That escalation is no longer kept. Nothing was changed."


class Desk:
    """Presses and small forms on an escalation. The card and the messages that follow are the delivery loop's work."""

    def __init__(
        self,
        *,
        ledger: EscalationRepository,
        directory: Directory,
        opening: Opening,
        redrawing: Redrawing,
        knowledge: Callable[[], KnowledgeBase],
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._directory = directory
        self._opening = opening
        self._redrawing = redrawing
        self._knowledge = knowledge
        self._clock = clock

    # -- presses that act at once -------------------------------------------------------------------------------------

    def claim(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """It is mine now."""
        self._press(ack, action, body, Claim(_who(body)))

    def release(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """It is everybody's again."""
        self._press(ack, action, body, Release(_who(body)))

    def withdraw(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """The requester no longer needs it."""
        self._press(ack, action, body, Withdraw(_who(body)))

    def snooze(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """No reminder for some hours."""
        self._press(ack, action, body, Snooze(_who(body), self._clock() + SNOOZE))

    def stop_reminding(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """No more reminders of this one."""
        self._press(ack, action, body, StopReminders(_who(body)))

    def follow(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Hear what the requester hears."""
        self._press(ack, action, body, Follow(_who(body)))

    def unfollow(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """No more of that."""
        self._press(ack, action, body, Unfollow(_who(body)))

    # -- presses that open a small form -------------------------------------------------------------------------------

    def ask_more(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """What does the requester have to add?"""
        self._open(ack, action, body, lambda it: words_view(Callback.ASK_MORE, it, "Ask for more", "Your question"))

    def hand_over(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """To whom?"""
        self._open(ack, action, body, self._hand_over)

    def _hand_over(self, escalation: Escalation) -> View:
        knowledge = self._knowledge()
        if knowledge.forms.keys() <= {escalation.assigned_queue}:
            raise NotOpened("There is no other form that it could be handed over to.")
        return hand_over_view(escalation, knowledge)

    def resolve(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """How did it end?"""
        self._open(ack, action, body, lambda it: resolve_view(it, self._knowledge()))

    def add_details(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """What is to be added?"""
        self._open(ack, action, body, lambda it: words_view(Callback.ADD_DETAILS, it, "Add details", "What to add"))

    def reopen(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """Why again?"""
        self._open(
            ack,
            action,
            body,
            lambda it: words_view(Callback.REOPEN, it, "Reopen", "Why it is needed again", optional=True),
        )

    def read(self, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        """All of its fields."""
        self._open(ack, action, body, lambda it: read_view(it, self._knowledge()))

    # -- the small forms ----------------------------------------------------------------------------------------------

    def asked_more(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """The question goes to the requester."""
        self._with_words(ack, body, view, lambda who, words: Ask(who, words))

    def added_details(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """The details go into the thread."""
        self._with_words(ack, body, view, lambda who, words: AddDetails(who, words))

    def reopened(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """It is open again."""
        words = clean(_text(view, WORDS)) or None
        self._submit(ack, view, Reopen(_who(body), words))

    def handed_over(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """It moves to another form's channel."""
        desk = _text(view, "desk")
        form = self._knowledge().forms.get(desk)
        if form is None:
            ack(response_action="errors", errors={"desk": "Choose where it goes."})
            return
        self._submit(ack, view, HandOver(_who(body), desk, form.channel, clean(_text(view, WORDS)) or None))

    def resolved(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """It is closed, with what was decided."""
        resolution = resolution_of(submitted_values(view))
        if isinstance(resolution, InvalidForm):
            ack(response_action="errors", errors=dict(resolution.messages))
            return
        self._submit(ack, view, Resolve(_who(body), resolution))

    # -- how --------------------------------------------------------------------------------------------------------

    def _press(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], command: Command) -> None:
        def do(_: Admitted) -> None:
            try:
                outcome = self._ledger.apply(str(action.get("value")), command)
                words = (
                    GONE
                    if outcome is None
                    else outcome.render(mention)
                    if isinstance(outcome, Rejected)
                    else outcome.text
                )
            except StorageError as error:
                words = str(error)
            self._redrawing.add(body, said(words))

        let_in(self._directory, self._redrawing, body, do)
        ack()

    def _open(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], draw: Callable[[Escalation], View]) -> None:
        def open_it(_: Admitted) -> None:
            try:
                escalation = self._ledger.get(str(action.get("value")))
                if escalation is None:
                    raise NotOpened(GONE)
                self._opening.view(str(body["trigger_id"]), draw(escalation), on_top=_in_modal(body))
            except (NotOpened, StorageError) as error:
                self._redrawing.say(body, str(error))

        let_in(self._directory, self._redrawing, body, open_it)
        ack()

    def _with_words(
        self, ack: Ack, body: dict[str, Any], view: dict[str, Any], command: Callable[[str, str], Command]
    ) -> None:
        words = clean(_text(view, WORDS))
        if not words:
            ack(response_action="errors", errors={WORDS: "Write a sentence or two."})
            return
        self._submit(ack, view, command(_who(body), words))

    def _submit(self, ack: Ack, view: dict[str, Any], command: Command) -> None:
        """What a small form asks for; a refusal stays in the form, with everything typed."""
        admission = self._directory.admit(command.by)
        if isinstance(admission, TurnedAway):
            ack(response_action="errors", errors=on_first(view, admission.words))
            return
        try:
            outcome = self._ledger.apply(str(view.get("private_metadata")), command)
        except StorageError as error:
            ack(response_action="errors", errors=on_first(view, str(error)))
            return
        if outcome is None:
            ack(response_action="errors", errors=on_first(view, GONE))
        elif isinstance(outcome, Rejected):
            ack(response_action="errors", errors=on_first(view, outcome.render(self._directory.name)))
        else:
            ack()


def said(words: str) -> Card:
    """Words in which people are named by our own mentions."""
    return Card(words, (SectionBlock(text=mrkdwn(words)),))


def _who(body: Mapping[str, Any]) -> str:
    return str(body["user"]["id"])


def _in_modal(body: Mapping[str, Any]) -> bool:
    return (body.get("view") or {}).get("type") == "modal"


def _text(view: Mapping[str, Any], id: str) -> str:
    value = submitted_values(view).get(id)
    return value if isinstance(value, str) else ""
