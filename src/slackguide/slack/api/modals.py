"""Open modals: the one Web API call due before the acknowledgement, within the trigger's 3 seconds."""

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
from slackguide.slack.views.escalation_form import FormPrefill, FormState, form_view, shown_answer

log = logging.getLogger(__name__)


class ModalNotOpenedError(SlackguideError):
    """Slack did not open the window; nothing was typed yet, so nothing is lost."""


class GateRequiredError(ModalNotOpenedError):
    """The form has a gate that is not passed yet: `state` is the state of the entry that decides."""

    def __init__(self, state: AnswerState) -> None:
        super().__init__("This form is for certain cases only. Answer the question first.")
        self.state = state


class ModalOpener:
    """`client` gives up after 2 s, so that words can still be said in the acknowledgement."""

    def __init__(self, *, client: WebClient, answers: AnswerService) -> None:
        self._client = client
        self._answers = answers

    def view(self, trigger_id: str, view: View, *, on_top: bool = False) -> None:
        """Opens a window, on top of an open one where there is one.

        Raises `ModalNotOpenedError` with words for the person.
        """
        open_it: Callable[..., Any] = self._client.views_push if on_top else self._client.views_open
        try:
            call_slack(lambda: open_it(trigger_id=trigger_id, view=view))
        except DeliveryError as error:
            code = error.code if isinstance(error, SlackRefusedError) else type(error).__name__
            log.warning("a window was not opened: %s", code)
            raise ModalNotOpenedError(_error_code(error)) from None

    def form(self, body: Mapping[str, Any], form_id: str, state: AnswerState | None, user: Allowed) -> None:
        """Opens an escalation form with what is known filled in.

        Raises `ModalNotOpenedError`, `GateRequiredError` where its gate is shut.
        """
        form = self._answers.knowledge.forms.get(form_id)
        if form is None:
            raise ModalNotOpenedError("That form is no longer there. Type /route escalate to see the ones there are.")
        if form.gate is not None:
            state = self._check_gate(form_id, form.gate, state, user)
        if state is None:
            view = form_view(form, FormState(form_id), FormPrefill())
        else:
            outcome = self._answers.outcome(state, user.user_id, user.asker)
            view = form_view(form, self._form_state(form_id, state, outcome, user), self._prefill(state, outcome, user))
        self.view(str(body["trigger_id"]), view, on_top=bool(body.get("view")))

    def _check_gate(self, form_id: str, gate: str, state: AnswerState | None, user: Allowed) -> AnswerState:
        """The state of the gate's entry, where that entry offers this very form.

        Raises `GateRequiredError` where it does not.
        """
        at_gate = replace(state or self._answers.new_state("", user.user_id), entry=gate)
        outcome = self._answers.outcome(at_gate, user.user_id, user.asker)
        if isinstance(outcome, Answer) and outcome.decision.destination and outcome.decision.form == form_id:
            return at_gate
        raise GateRequiredError(at_gate)

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
        text = self._answers.text_of(state, user.user_id)
        if not isinstance(outcome, Answer):
            return FormPrefill(text, dict(state.facts))
        identity = dict(outcome.decision.known_facts)
        if outcome.entry.id in self._answers.knowledge.hidden_from(LEAST_PRIVILEGED.role):
            return FormPrefill(text, identity)  # what is filled in is posted where everybody reads it
        target = outcome.decision.destination
        return FormPrefill(text, identity, outcome.entry.title, target.name if target else None)


TRIGGER_EXPIRED = {
    "expired_trigger_id",
    "exchanged_trigger_id",
    "invalid_trigger_id",
    "trigger_expired",
    "trigger_exchanged",
}
"""Slack's codes (docs.slack.dev, `views.open`) for a window that was asked for too late."""


def _error_code(error: DeliveryError) -> str:
    if isinstance(error, SlackRefusedError) and error.code not in TRIGGER_EXPIRED:
        return (
            f"Slack did not take the window as I built it ({error.code}). Nothing is lost. "
            "Please tell whoever looks after me."
        )
    return "Slack did not let me open the window in time. Nothing is lost: please press or type it again."
