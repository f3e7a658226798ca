"""Who may claim: everybody, or the specialists of the form alone."""

from __future__ import annotations

import pytest

from slackguide.escalation.claims import reject_claim
from slackguide.knowledge.forms import Form, FormField
from tests.escalation.test_state_machine import ANN, BOB, SENT


def form(**changes: object) -> Form:
    fields = {"summary": FormField(label="Summary", kind="long_text")}
    values = {"title": "Ask", "prefix": "D", "channel": "ask-disputes", "fields": fields, **changes}
    return Form.model_validate(values)


@pytest.mark.parametrize(
    ("declared", "specialists"),
    [(form(), {ANN}), (None, {ANN}), (form(others_may_claim=False), ()), (form(others_may_claim=False), {ANN, BOB})],
    ids=["others may", "the form is gone", "no group is known", "a specialist"],
)
def test_who_may(declared: Form | None, specialists: set[str]) -> None:
    assert reject_claim(SENT, BOB, declared, specialists) is None


def test_others_are_told_who_may() -> None:
    rejected = reject_claim(SENT, BOB, form(others_may_claim=False), {ANN})
    assert rejected is not None
    assert rejected.render(lambda id: f"@{id}") == "D-1042 is for the specialists of #ask-disputes: @UANN."
