"""A submitted escalation form: validate, store, then acknowledge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt import Ack

from slackguide.errors import StorageError
from slackguide.escalation.case_keys import case_keys
from slackguide.escalation.form_validation import InvalidForm, ValidForm, validate_form
from slackguide.escalation.models import Duplicate, NewEscalation, Requester
from slackguide.slack.access import Allowed
from slackguide.slack.answer_service import AnswerService
from slackguide.slack.button_payloads import OutdatedActionError
from slackguide.slack.ids import DUPLICATE_REASON
from slackguide.slack.views.escalation_form import (
    FormState,
    ShownAnswer,
    duplicate_warning_view,
    shown_answer,
    submitted_values,
)
from slackguide.slack.views.form_errors import on_first_field
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.text import clean


class EscalationFormSubmission:
    """The listener for a submitted form. An error before the commit leaves the form open with its values."""

    def __init__(self, *, answers: AnswerService, escalations: SqlEscalationRepository) -> None:
        self._answers = answers
        self._escalations = escalations

    def submit(self, ack: Ack, body: dict[str, Any], view: dict[str, Any], user: Allowed) -> None:
        """Validate and store a submission, then close the form. A worker posts it, and tells the requester so."""
        try:
            self._store(ack, body, view, submitted_values(view), user)
        except StorageError as error:
            text = f"Not sent yet: {error} Everything you typed is still here; send it again in a moment."
            ack(response_action="errors", errors=on_first_field(view, text))
        except OutdatedActionError as error:
            ack(response_action="errors", errors=on_first_field(view, str(error)))

    def _store(
        self, ack: Ack, body: Mapping[str, Any], view: dict[str, Any], values: Mapping[str, Any], user: Allowed
    ) -> None:
        state = FormState.decode(str(view.get("private_metadata") or ""))
        stored = self._escalations.by_view(str(view["id"]))
        if stored is not None:
            ack()
            return
        form = self._answers.knowledge.forms.get(state.form)
        if form is None:
            raise OutdatedActionError
        checked = validate_form(form, values)
        if isinstance(checked, InvalidForm):
            ack(response_action="errors", errors=_visible_errors(checked.messages, view))
            return
        duplicate_reason = clean(str(values.get(DUPLICATE_REASON) or "")) or None
        submitted = self._escalations.submit(self._draft(body, view, state, checked, user, duplicate_reason))
        if isinstance(submitted, Duplicate):
            first = submitted.escalation
            warned = replace(state, warned=first.reference)
            link = first.card.permalink if first.card else None
            ack(response_action="update", view=duplicate_warning_view(form, warned, first, link, values))
            return
        ack()

    def _draft(
        self,
        body: Mapping[str, Any],
        view: Mapping[str, Any],
        state: FormState,
        checked: ValidForm,
        user: Allowed,
        duplicate_reason: str | None,
    ) -> NewEscalation:
        form = self._answers.knowledge.forms[state.form]
        shown = self._shown(state, user)
        team = (body.get("team") or {}).get("id") or (body.get("user") or {}).get("team_id") or user.team_id
        return NewEscalation(
            view_id=str(view["id"]),
            form_id=state.form,
            prefix=form.prefix,
            channel=form.channel,
            requester=Requester(user.user_id, str(team or "")),
            values=checked.values,
            entry_id=shown.entry_id,
            question=self._answers.text_of(state.answer_state, user.user_id) or None if state.answer_state else None,
            recommendation=shown.recommendation,
            case_keys=case_keys(form, checked.values),
            duplicate_reason=duplicate_reason,
        )

    def _shown(self, state: FormState, user: Allowed) -> ShownAnswer:
        """Return the answer that the form was opened from, as it was shown then.

        A form of 0.1.0 does not carry it: the guide answers again. The metadata of a view proves nothing: the answer
        counts only if its entry exists and is visible to this person's role.
        """
        if state.answer_state is None:
            return ShownAnswer()
        shown = state.shown
        if shown is None and state.shown_token is not None:
            stored = self._answers.draft(state.shown_token, user.user_id)
            shown = ShownAnswer.from_json(stored) if stored is not None else None
        if shown is None:
            return shown_answer(self._answers.outcome(state.answer_state, user.user_id, user.asker))
        knowledge = self._answers.knowledge
        visible = shown.entry_id in knowledge.entries.keys() - knowledge.hidden_from(*user.asker.roles)
        return shown if visible else ShownAnswer()


def _visible_errors(errors: Mapping[str, str], view: Mapping[str, Any]) -> dict[str, str]:
    """Return the errors of fields that the open form has; if it has none of them, an error on its first field."""
    block_ids = {str(block.get("block_id")) for block in view.get("blocks") or ()}
    shown = {id: text for id, text in errors.items() if id in block_ids}
    return shown or on_first_field(
        view, "The form has changed since you opened it. Copy your text, close the form and open it again."
    )
