"""Actions on an answer: each updates the message in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from slack_bolt import Ack

from slackguide.delivery.sender import DeliveryError
from slackguide.errors import StorageError
from slackguide.guide import LEAST_PRIVILEGED, Asker
from slackguide.slack.access import Allowed
from slackguide.slack.answer_service import AnswerService
from slackguide.slack.api.modals import GateRequiredError, ModalNotOpenedError, ModalOpener
from slackguide.slack.api.updates import MessageUpdater
from slackguide.slack.button_payloads import (
    AnswerPayload,
    AnswerState,
    ChooseEntryPayload,
    ChooseFormPayload,
    EscalatePayload,
    FeedbackPayload,
    OutdatedActionError,
    RemoveFactPayload,
    Section,
    SetFactPayload,
    UnknownFactPayload,
)
from slackguide.slack.channel_audience import ChannelAudience
from slackguide.slack.click_turns import click_of, encode_click, place_of
from slackguide.slack.surfaces import public_channel_of
from slackguide.slack.team_lead_alerts import TeamLeadAlerts
from slackguide.slack.views.blocks import RenderedMessage, text_card
from slackguide.slack.views.card_sections import FEEDBACK_REASONS
from slackguide.slack.views.question import ticked_items
from slackguide.storage.feedback import FeedbackRepository, Verdict
from slackguide.storage.inbox import EventInbox
from slackguide.storage.labels import LabelRepository

P = TypeVar("P", bound=AnswerPayload)

THANKS = {
    Verdict.HELPFUL: "Thank you. Noted as helpful.",
    Verdict.NOT_HELPFUL: "Thank you. The owner of this entry sees it.",
}


class AnswerActions:
    """Listeners for the buttons of an answer, a list of matches or a question."""

    def __init__(
        self,
        *,
        answers: AnswerService,
        modals: ModalOpener,
        updater: MessageUpdater,
        readers: ChannelAudience,
        feedback: FeedbackRepository,
        labels: LabelRepository,
        team_lead_alerts: TeamLeadAlerts,
        inbox: EventInbox,
    ) -> None:
        self._answers = answers
        self._modals = modals
        self._updater = updater
        self._readers = readers
        self._feedback = feedback
        self._labels = labels
        self._team_lead_alerts = team_lead_alerts
        self._inbox = inbox

    def choose(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Show the chosen match, and record the choice."""
        self._open_entry(ack, action, body, user)
        self._updater.in_background(body, lambda: self._record_choice(action, user.user_id))

    def open_alert(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Show the entry of an alert."""
        self._open_entry(ack, action, body, user)

    def _open_entry(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        self._rerender(
            ack,
            action,
            body,
            user,
            ChooseEntryPayload,
            lambda payload: replace(payload.state, entry=payload.entry_id, section=None, chosen=True),
        )

    def go_back(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Show again what an entry was chosen from: a list, or another answer."""

        def previous(payload: AnswerPayload, user_id: str, asker: Asker) -> RenderedMessage:
            state = replace(payload.state, entry=None, chosen=False, part=None)
            if state.rejected_entries:
                return self._answers.more_matches(state, user_id, asker)
            return self._answers.render(state, user_id, asker)

        self._show(ack, action, body, user, AnswerPayload, previous)

    def open_section(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Open a section of the card, or close it: the button's state names the section."""
        self._rerender(ack, action, body, user, AnswerPayload, lambda payload: payload.state)

    def set_fact(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Set the fact that was asked for."""
        self._rerender(
            ack,
            action,
            body,
            user,
            SetFactPayload,
            lambda payload: payload.state.with_fact(payload.name, payload.value),
        )

    def set_checklist(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Set the checklist that was asked for to the ticked items."""
        with suppress(OutdatedActionError):  # `set_fact` reports it
            payload = SetFactPayload.parse(action.get("value"))
            action = {**action, "value": replace(payload, value=ticked_items(body)).encode()}
        self.set_fact(ack, action, body, user)

    def remove_fact(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Remove a known fact."""
        self._rerender(
            ack, action, body, user, RemoveFactPayload, lambda payload: payload.state.without_fact(payload.name)
        )

    def unknown_fact(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Ask the next question instead of one whose answer the person does not know, or show what is possible."""
        self._rerender(
            ack, action, body, user, UnknownFactPayload, lambda payload: payload.state.without_knowing(payload.name)
        )

    def helpful(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Record that the answer was helpful."""
        self._record_feedback(ack, action, body, user, AnswerPayload, Verdict.HELPFUL)

    def not_helpful(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Record that the answer was not helpful, and ask what was wrong."""
        self._record_feedback(ack, action, body, user, AnswerPayload, Verdict.NOT_HELPFUL, ask=True)

    def feedback_reason(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Record what was wrong with the answer."""
        self._record_feedback(ack, action, body, user, FeedbackPayload, Verdict.NOT_HELPFUL)

    def _record_feedback(
        self,
        ack: Ack,
        action: dict[str, Any],
        body: dict[str, Any],
        user: Allowed,
        payload_type: type[P],
        verdict: Verdict,
        *,
        ask: bool = False,
    ) -> None:
        """Record a verdict, with its reason if the button has one. Ask what was wrong, or confirm it."""

        def draw(payload: P, user_id: str, asker: Asker) -> RenderedMessage:
            if ask:
                return self._answers.render(replace(payload.state, section=Section.FEEDBACK), user_id, asker)
            return self._answers.render(payload.state, user_id, asker, confirmation=THANKS[verdict])

        def store(payload: P, user_id: str) -> None:
            reason = payload.reason if isinstance(payload, FeedbackPayload) else None
            self._store_feedback(payload.state, user_id, verdict, reason=reason)

        self._show(ack, action, body, user, payload_type, draw, store=store, reply=text_card(THANKS[verdict]))

    def not_this(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Record that another entry was meant, and show the next matches."""

        def next_matches(payload: AnswerPayload, user_id: str, asker: Asker) -> RenderedMessage:
            state = payload.state
            rejected = (*state.rejected_entries, state.entry) if state.entry else state.rejected_entries
            return self._answers.more_matches(replace(state, entry=None, rejected_entries=rejected), user_id, asker)

        self._show(
            ack,
            action,
            body,
            user,
            AnswerPayload,
            next_matches,
            store=lambda payload, user_id: self._store_feedback(payload.state, user_id, Verdict.NOT_THIS),
        )

    def none_of_these(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Record that no match fits, and show what to do instead."""

        self._show(
            ack,
            action,
            body,
            user,
            AnswerPayload,
            lambda payload, user_id, asker: self._answers.no_match(payload.state, user_id, asker),
            store=lambda payload, user_id: self._store_feedback(
                replace(payload.state, entry=None), user_id, Verdict.NOT_THIS
            ),
        )

    def tell_team_lead(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Notify the team leads about a critical concern, and confirm it on the card."""
        confirmation = ""

        def send(payload: AnswerPayload, user_id: str) -> None:
            nonlocal confirmation
            confirmation = self._team_lead_alerts.send(payload.state, user_id)

        self._show(
            ack,
            action,
            body,
            user,
            AnswerPayload,
            lambda payload, user_id, asker: self._answers.render(
                payload.state, user_id, asker, confirmation=confirmation
            ),
            store=send,
        )

    def escalate(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Open the escalation form of the answer."""
        self._open(ack, action, body, user, lambda: self._form(action, body, user))

    def choose_form(self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        """Open the chosen form, empty."""
        self._open(ack, action, body, user, lambda: self._modals.form(body, _form_id(action), None, user))

    def _form(self, action: dict[str, Any], body: dict[str, Any], user: Allowed) -> None:
        payload = EscalatePayload.parse(action.get("value"))
        self._modals.form(body, payload.form_id, payload.state, user)

    def _open(
        self, ack: Ack, action: dict[str, Any], body: dict[str, Any], user: Allowed, open_form: Callable[[], None]
    ) -> None:
        try:
            open_form()
        except GateRequiredError as gated:
            state, notice = gated.state, str(gated)
            self._redraw_for(
                body,
                user,
                asked_by=_asker_of(action),
                draw=lambda asker: self._answers.render(state, user.user_id, asker, notice=notice),
            )
        except (ModalNotOpenedError, OutdatedActionError) as error:
            self._updater.say(body, str(error))
        ack()

    def _rerender(
        self,
        ack: Ack,
        action: dict[str, Any],
        body: dict[str, Any],
        user: Allowed,
        payload_type: type[P],
        change: Callable[[P], AnswerState],
    ) -> None:
        self._show(
            ack,
            action,
            body,
            user,
            payload_type,
            lambda payload, user_id, asker: self._answers.render(change(payload), user_id, asker),
            store=lambda payload, user_id: self._store_click(body, action, payload, user_id),
        )

    def _store_click(
        self, body: Mapping[str, Any], action: Mapping[str, Any], payload: AnswerPayload, user_id: str
    ) -> None:
        """Store a click of the asker as a turn of the conversation. Without the database, only the card changes."""
        click, place = click_of(payload), place_of(body, action)
        if click is None or place is None or payload.state.asker not in (None, user_id):
            return
        channel_id, thread_ts, ts = place
        with suppress(StorageError):
            self._inbox.add_turn(channel_id, thread_ts, user_id, ts, encode_click(click))

    def _show(
        self,
        ack: Ack,
        action: dict[str, Any],
        body: dict[str, Any],
        user: Allowed,
        payload_type: type[P],
        draw: Callable[[P, str, Asker], RenderedMessage],
        *,
        store: Callable[[P, str], None] | None = None,
        reply: RenderedMessage | None = None,
    ) -> None:
        """Store the feedback of a click (`store`), then show the card that `draw` returns.

        `reply` is shown instead of a copy of the card to a person who did not ask the question.
        """
        try:
            payload = payload_type.parse(action.get("value"))
            if store is not None:
                store(payload, user.user_id)
        except (OutdatedActionError, StorageError) as error:
            self._updater.say(body, str(error))
        else:
            self._redraw_for(
                body,
                user,
                asked_by=payload.state.asker,
                draw=lambda asker: draw(payload, user.user_id, asker),
                reply=reply,
            )
        ack()

    def _redraw_for(
        self,
        body: dict[str, Any],
        user: Allowed,
        *,
        asked_by: str | None,
        draw: Callable[[Asker], RenderedMessage],
        reply: RenderedMessage | None = None,
    ) -> None:
        """Update the clicked message if this person may change it, else show them a copy of their own."""
        channel_id = public_channel_of(body)

        def change() -> None:
            self._updater.replace(body, draw(LEAST_PRIVILEGED if channel_id is not None else user.asker))

        def copy() -> None:
            self._updater.reply(body, reply or draw(user.asker))

        if channel_id is None:
            self._or_say(body, change)
        elif asked_by != user.user_id:
            self._or_say(body, copy)
        else:  # asking Slack who reads the channel takes the network
            self._updater.in_background(
                body, lambda: self._or_say(body, change if self._members_only(channel_id) else copy)
            )

    def _or_say(self, body: dict[str, Any], work: Callable[[], None]) -> None:
        """Do the work, or show its error to the person who clicked."""
        try:
            work()
        except (OutdatedActionError, StorageError) as error:
            self._updater.say(body, str(error))

    def _members_only(self, channel_id: str) -> bool:
        """Return whether only our members read the channel; False where Slack does not say so now."""
        try:
            return self._readers.members_only(channel_id)
        except (DeliveryError, StorageError):
            return False

    def _record_choice(self, action: dict[str, Any], user_id: str) -> None:
        """Record the entry that the asker opened, unless the button is outdated or the database does not answer."""
        with suppress(OutdatedActionError, StorageError):
            payload = ChooseEntryPayload.parse(action.get("value"))
            question = self._answers.concern_of(payload.state, user_id)
            if question and payload.state.asker in (None, user_id):
                self._labels.record_choice(
                    answer_id=payload.state.answer, user_id=user_id, entry_id=payload.entry_id, question=question
                )

    def _store_feedback(self, state: AnswerState, user_id: str, verdict: Verdict, *, reason: str | None = None) -> None:
        self._feedback.record(
            answer_id=state.answer,
            user_id=user_id,
            entry_id=state.entry,
            verdict=verdict,
            question=self._answers.concern_of(state, user_id) or None,
            reason=reason if reason in FEEDBACK_REASONS else None,
        )


def _asker_of(action: Mapping[str, Any]) -> str | None:
    """Return the asker of the clicked message; None if its button does not name one."""
    try:
        return AnswerPayload.parse(action.get("value")).state.asker
    except OutdatedActionError:
        return None


def _form_id(action: Mapping[str, Any]) -> str:
    return ChooseFormPayload.parse(action.get("value")).form_id
