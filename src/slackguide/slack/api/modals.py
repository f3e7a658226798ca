"""Open modals: the one Web API call that precedes the acknowledgement, within 3 seconds of the trigger."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_sdk import WebClient
from slack_sdk.models.views import View

from slackguide.delivery.sender import DeliveryError, SlackRefusedError
from slackguide.errors import SlackguideError
from slackguide.guide import LEAST_PRIVILEGED, Answer, Outcome
from slackguide.slack.access import Allowed
from slackguide.slack.answer_service import AnswerService
from slackguide.slack.api.calls import call_slack
from slackguide.slack.button_payloads import AnswerState
from slackguide.slack.views.ask_modal import ask_view
from slackguide.slack.views.escalation_form import FormPrefill, FormState, form_view, shown_answer

log = logging.getLogger(__name__)


class ModalNotOpenedError(SlackguideError):
    """Slack did not open the modal. Nothing was entered yet, so nothing is lost."""


class GateRequiredError(ModalNotOpenedError):
    """The form requires an answer from its gate entry. `state` is the state of that entry."""

    def __init__(self, state: AnswerState) -> None:
        super().__init__("This form is only for certain cases. Answer the question first.")
        self.state = state


class ModalOpener:
    """An opener of modals. The timeout of `client` is 2 s, so that the acknowledgement can still report an error."""

    def __init__(self, *, client: WebClient, answers: AnswerService) -> None:
        self._client = client
        self._answers = answers

    def view(self, trigger_id: str, view: View, *, on_top: bool = False) -> None:
        """Open a modal, or push it onto an open one. Raises `ModalNotOpenedError` with a message for the user."""
        open_view: Callable[..., Any] = self._client.views_push if on_top else self._client.views_open
        try:
            call_slack(lambda: open_view(trigger_id=trigger_id, view=view))
        except DeliveryError as error:
            log.warning("a modal was not opened: %s", error)
            raise ModalNotOpenedError(_error_text(error)) from None

    def ask(self, trigger_id: str) -> None:
        """Open the ask modal. Raises `ModalNotOpenedError`."""
        self.view(trigger_id, ask_view(self._answers.knowledge))

    def form(self, body: Mapping[str, Any], form_id: str, state: AnswerState | None, user: Allowed) -> None:
        """Open an escalation form, prefilled with the known facts.

        Raises `ModalNotOpenedError`, or `GateRequiredError` if its gate entry does not lead to this form.
        """
        form = self._answers.knowledge.forms.get(form_id)
        if form is None:
            raise ModalNotOpenedError("That form no longer exists. Type /route escalate to see the current forms.")
        outcome: Outcome | None = None
        if form.gate is not None:
            state, outcome = self._check_gate(form_id, form.gate, state, user)
        elif state is not None:
            outcome = self._answers.outcome(state, user.user_id, user.asker)
        if state is None or outcome is None:
            view = form_view(form, FormState(form_id), FormPrefill())
        else:
            view = form_view(form, self._form_state(form_id, state, outcome, user), self._prefill(state, outcome, user))
        self.view(str(body["trigger_id"]), view, on_top=(body.get("view") or {}).get("type") == "modal")

    def _check_gate(
        self, form_id: str, gate: str, state: AnswerState | None, user: Allowed
    ) -> tuple[AnswerState, Outcome]:
        """Return state and outcome of the gate entry if it leads to this form. Raises `GateRequiredError` otherwise."""
        gate_state = replace(state or self._answers.new_state("", user.user_id), entry=gate)
        outcome = self._answers.outcome(gate_state, user.user_id, user.asker)
        if isinstance(outcome, Answer) and outcome.decision.destination and outcome.decision.form == form_id:
            return gate_state, outcome
        raise GateRequiredError(gate_state)

    def _form_state(self, form_id: str, state: AnswerState, outcome: Outcome, user: Allowed) -> FormState:
        """Return the form's state with the answer as it is now: a reload while the form is open does not change it.

        Where `private_metadata` has no room for the answer, it is stored as a draft. If the database does not take it,
        the answer is computed again at submission.
        """
        shown = shown_answer(outcome)
        form_state = FormState(form_id, state, shown=shown)
        if form_state.fits:
            return form_state
        return FormState(form_id, state, shown_token=self._answers.store_draft(user.user_id, shown.to_json()))

    def _prefill(self, state: AnswerState, outcome: Outcome, user: Allowed) -> FormPrefill:
        known = FormPrefill(
            self._answers.text_of(state, user.user_id),
            dict(outcome.facts),
            today=self._answers.today(state.asker or user.user_id),
            units={name: fact.unit for name, fact in self._answers.knowledge.facts.items() if fact.unit},
        )
        if not isinstance(outcome, Answer):
            return known
        if outcome.entry.id in self._answers.knowledge.hidden_from(*LEAST_PRIVILEGED.roles):
            return known  # the form's values are posted where everybody can read them
        target = outcome.decision.destination
        return replace(known, entry_title=outcome.entry.title, destination=target.name if target else None)


TRIGGER_EXPIRED = {
    "expired_trigger_id",
    "exchanged_trigger_id",
    "invalid_trigger_id",
    "trigger_expired",
    "trigger_exchanged",
}
"""Slack's error codes for a modal opened too late (docs.slack.dev, `views.open`)."""


def _error_text(error: DeliveryError) -> str:
    if isinstance(error, SlackRefusedError) and error.code not in TRIGGER_EXPIRED:
        return (
            f"Slack rejected this window ({error.code}). Nothing is lost. Please tell an administrator of slackguide."
        )
    return "Slack did not open the window in time. Nothing is lost. Please try again."
