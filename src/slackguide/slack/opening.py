"""Opens windows: the one Web API call that has to happen before an acknowledgement, within the trigger's 3 seconds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_sdk import WebClient
from slack_sdk.models.views import View

from slackguide.delivery.sender import DeliveryError, SlackRefusedError
from slackguide.errors import SlackguideError
from slackguide.guide import LEAST_PRIVILEGED, Answer
from slackguide.slack.admission import Admitted
from slackguide.slack.answering import Answerer
from slackguide.slack.calls import called
from slackguide.slack.state import Asked
from slackguide.slack.views.form import FormState, Known, form_view

log = logging.getLogger(__name__)


class NotOpened(SlackguideError):
    """Slack did not open the window; nothing was typed yet, so nothing is lost."""


class Gated(NotOpened):
    """The form has a gate that is not passed yet: `asked` is the state of the entry that decides."""

    def __init__(self, asked: Asked) -> None:
        super().__init__("This form is for certain cases only. Answer the question first.")
        self.asked = asked


class Opening:
    """`client` gives up after 2 s, so that words can still be said in the acknowledgement."""

    def __init__(self, *, client: WebClient, answerer: Answerer) -> None:
        self._client = client
        self._answerer = answerer

    def view(self, trigger_id: str, view: View, *, on_top: bool = False) -> None:
        """Opens a window, on top of an open one where there is one. Raises `NotOpened` with words for the person."""
        open_it: Callable[..., Any] = self._client.views_push if on_top else self._client.views_open
        try:
            called(lambda: open_it(trigger_id=trigger_id, view=view))
        except DeliveryError as error:
            code = error.code if isinstance(error, SlackRefusedError) else type(error).__name__
            log.warning("a window was not opened: %s", code)
            raise NotOpened(_why(error)) from None

    def form(self, body: Mapping[str, Any], form_id: str, asked: Asked | None, admitted: Admitted) -> None:
        """Opens an escalation form with what is known filled in. Raises `NotOpened`, `Gated` where its gate is shut."""
        form = self._answerer.knowledge.forms.get(form_id)
        if form is None:
            raise NotOpened("That form is no longer there. Type /route escalate to see the ones there are.")
        if form.gate is not None:
            asked = self._through(form_id, form.gate, asked, admitted)
        known = Known() if asked is None else self._known(asked, admitted)
        view = form_view(form, FormState(form_id, asked), known)
        self.view(str(body["trigger_id"]), view, on_top=bool(body.get("view")))

    def _through(self, form_id: str, gate: str, asked: Asked | None, admitted: Admitted) -> Asked:
        """The state of the gate's entry, where that entry offers this very form. Raises `Gated` where it does not."""
        at_gate = replace(asked or self._answerer.asked("", admitted.user_id), entry=gate)
        outcome = self._answerer.outcome(at_gate, admitted.user_id, admitted.asker)
        if isinstance(outcome, Answer) and outcome.decision.destination and outcome.decision.form == form_id:
            return at_gate
        raise Gated(at_gate)

    def _known(self, asked: Asked, admitted: Admitted) -> Known:
        words = self._answerer.text_of(asked, admitted.user_id)
        outcome = self._answerer.outcome(asked, admitted.user_id, admitted.asker)
        if not isinstance(outcome, Answer):
            return Known(words, dict(asked.facts))
        told = dict(outcome.decision.known_facts)
        if outcome.entry.id in self._answerer.knowledge.hidden_from(LEAST_PRIVILEGED.role):
            return Known(words, told)  # what is filled in is posted where everybody reads it
        target = outcome.decision.destination
        return Known(words, told, outcome.entry.title, target.name if target else None)


LATE = {"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired", "trigger_exchanged"}
"""Slack's codes (docs.slack.dev, `views.open`) for a window that was asked for too late."""


def _why(error: DeliveryError) -> str:
    if isinstance(error, SlackRefusedError) and error.code not in LATE:
        return (
            f"Slack did not take the window as I built it ({error.code}). Nothing is lost. "
            "Please tell whoever looks after me."
        )
    return "Slack did not let me open the window in time. Nothing is lost: please press or type it again."
