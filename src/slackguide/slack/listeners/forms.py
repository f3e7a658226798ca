"""The escalation form, sent: checked, kept, and only then acknowledged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt import Ack

from slackguide.errors import StorageError
from slackguide.escalation.case_keys import case_keys
from slackguide.escalation.form_validation import InvalidForm, ValidForm, validate_form
from slackguide.escalation.models import Duplicate, NewEscalation, Recommendation, Requester
from slackguide.escalation.repository import EscalationRepository
from slackguide.guide import Answer
from slackguide.slack.admission import Admitted, TurnedAway
from slackguide.slack.answering import Answerer
from slackguide.slack.directory import Directory
from slackguide.slack.ids import ANYWAY
from slackguide.slack.state import Stale
from slackguide.slack.views.escalation import confirmation_view
from slackguide.slack.views.form import FormState, submitted_values, warned_view
from slackguide.text import clean


class EscalationForm:
    """Takes a submission. Whatever goes wrong before the commit leaves the form open with everything typed."""

    def __init__(self, *, answerer: Answerer, directory: Directory, ledger: EscalationRepository) -> None:
        self._answerer = answerer
        self._directory = directory
        self._ledger = ledger

    def submit(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Checked, committed, acknowledged with the reference; the delivery loop posts it."""
        values = submitted_values(view)
        admission = self._directory.admit(str(body["user"]["id"]))
        if isinstance(admission, TurnedAway):
            ack(response_action="errors", errors=on_first(view, admission.words))
            return
        try:
            self._take(ack, body, view, values, admission)
        except StorageError as error:
            words = f"Not sent yet: {error} Everything you typed is still here; send it again in a moment."
            ack(response_action="errors", errors=on_first(view, words))
        except Stale as error:
            ack(response_action="errors", errors=on_first(view, str(error)))

    def _take(
        self, ack: Ack, body: Mapping[str, Any], view: dict[str, Any], values: Mapping[str, Any], admitted: Admitted
    ) -> None:
        state = FormState.decoded(str(view.get("private_metadata") or ""))
        kept = self._ledger.by_view(str(view["id"]))
        if kept is not None:
            ack(response_action="update", view=confirmation_view(kept, new=False))
            return
        form = self._answerer.knowledge.forms.get(state.form)
        if form is None:
            raise Stale
        checked = validate_form(form, values)
        if isinstance(checked, InvalidForm):
            ack(response_action="errors", errors=_shown(checked.messages, view))
            return
        anyway = clean(str(values.get(ANYWAY) or "")) or None
        submitted = self._ledger.submit(self._draft(body, view, state, checked, admitted, anyway))
        if isinstance(submitted, Duplicate):
            first = submitted.escalation
            warned = replace(state, warned=first.reference)
            link = first.card.permalink if first.card else None
            ack(response_action="update", view=warned_view(form, warned, first, link, values))
            return
        ack(response_action="update", view=confirmation_view(submitted.escalation, new=submitted.created))

    def _draft(
        self,
        body: Mapping[str, Any],
        view: Mapping[str, Any],
        state: FormState,
        checked: ValidForm,
        admitted: Admitted,
        anyway: str | None,
    ) -> NewEscalation:
        form = self._answerer.knowledge.forms[state.form]
        entry, question, advice = self._origin(state, admitted)
        team = (body.get("team") or {}).get("id") or (body.get("user") or {}).get("team_id") or admitted.team_id
        return NewEscalation(
            view_id=str(view["id"]),
            form_id=state.form,
            prefix=form.prefix,
            channel=form.channel,
            requester=Requester(admitted.user_id, str(team or "")),
            values=checked.values,
            entry_id=entry,
            question=question,
            recommendation=advice,
            case_keys=case_keys(checked.values),
            duplicate_reason=anyway,
        )

    def _origin(self, state: FormState, admitted: Admitted) -> tuple[str | None, str | None, Recommendation | None]:
        """The entry, the words and the guide's advice that the form was opened from.

        An entry is named only where the guide answers this person with it: the id that a button carried proves nothing.
        """
        if state.asked is None:
            return None, None, None
        words = self._answerer.text_of(state.asked, admitted.user_id) or None
        outcome = self._answerer.outcome(state.asked, admitted.user_id, admitted.asker)
        if not isinstance(outcome, Answer):
            return None, words, None
        target = outcome.decision.destination
        advice = Recommendation(target.name, outcome.decision.because) if target else None
        return outcome.entry.id, words, advice


def on_first(view: Mapping[str, Any], words: str) -> dict[str, str]:
    """Words about the whole form, on its first input: Slack shows an error nowhere else."""
    inputs = [str(block["block_id"]) for block in view.get("blocks") or () if block.get("type") == "input"]
    return {inputs[0]: words} if inputs else {}


def _shown(faults: Mapping[str, str], view: Mapping[str, Any]) -> dict[str, str]:
    """Faults on fields that the open form has; what it lacks is told on the first."""
    there = {str(block.get("block_id")) for block in view.get("blocks") or ()}
    shown = {id: words for id, words in faults.items() if id in there}
    return shown or on_first(
        view, "The form has changed since you opened it. Copy your text, close it and open it anew."
    )
