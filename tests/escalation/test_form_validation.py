"""Values are parsed, or the field has an error with advice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackguide.escalation.form_validation import InvalidForm, ValidForm, validate_form
from slackguide.knowledge.forms import Form


def form(**field: Any) -> Form:
    """Return a form with one field, `it`."""
    made = {"label": "It", "kind": "short_text", **field}
    return Form.model_validate({"title": "A form", "prefix": "D", "channel": "ask", "fields": {"it": made}})


OPTIONS = {"hourly": "Hourly", "fixed_price": "Fixed price", "other": "Other"}
TICKET = {"kind": "link", "pattern": r"https://[^/]+/agent/tickets/\d+", "pattern_hint": "Paste the ticket's link."}


@pytest.mark.parametrize(
    ("field", "given_value", "value"),
    [
        ({}, "  two \n words ", "two words"),
        ({}, "a\x00b\x07c\ud800", "abc"),
        ({"kind": "long_text"}, " first\r\nsecond ", "first\nsecond"),
        ({"kind": "long_text"}, "x" * 3000, "x" * 3000),
        ({"pattern": r"\d{8}"}, " 12345678 ", "12345678"),
        ({"pattern": r"\d{8}"}, "\u202d1234\u200b5678\u202c\ufeff", "12345678"),
        ({"kind": "number"}, "\uff11\uff12\u200e", 12),
        ({"kind": "date"}, "2026\u201102\u201128", date(2026, 2, 28)),
        ({"kind": "long_text"}, "a \U0001f469\u200d\U0001f4bb \u2013 b", "a \U0001f469\u200d\U0001f4bb \u2013 b"),
        (TICKET, "https://help.example.com/agent/tickets/12\u200b", "https://help.example.com/agent/tickets/12"),
        ({"kind": "choice", "options": OPTIONS}, "hourly", "hourly"),
        ({"kind": "choices", "options": OPTIONS}, ["other", "hourly", "other"], ("hourly", "other")),
        ({"kind": "choices", "options": OPTIONS}, "hourly", ("hourly",)),
        ({"kind": "date"}, "2026-02-28", date(2026, 2, 28)),
        ({"kind": "number", "minimum": 0, "maximum": 30}, "30", 30),
        ({"kind": "number", "minimum": -5}, "-5", -5),
        ({"kind": "link"}, "HTTPS://help.example.com/x?y=1", "HTTPS://help.example.com/x?y=1"),
        (TICKET, "https://help.example.com/agent/tickets/12", "https://help.example.com/agent/tickets/12"),
    ],
)
def test_a_value_that_fits_is_typed(field: dict[str, Any], given_value: Any, value: object) -> None:
    assert validate_form(form(**field), {"it": given_value}) == ValidForm({"it": value})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("field", "given_value", "words"),
    [
        ({"required": True}, None, "Fill this in. It is required."),
        ({"required": True}, " \u00a0\n", "Fill this in. It is required."),
        ({"required": True}, "\x00", "Fill this in. It is required."),
        ({"required": True}, "\u200b\u3164", "Fill this in. It is required."),
        ({"required": True, "kind": "long_text"}, "\u2800\u00ad", "Fill this in. It is required."),
        ({}, "x" * 301, "Shorten this to 300 characters; it has 301."),
        ({"max_length": 10}, "x" * 11, "Shorten this to 10 characters; it has 11."),
        ({"kind": "long_text"}, "x" * 3001, "Shorten this to 3,000 characters; it has 3,001."),
        ({"min_length": 5}, "four", "Write at least 5 characters; it has 4."),
        ({"pattern": r"\d+"}, "12a", "This does not have the required format. See the hint below the field."),
        ({"pattern": r"\d+", "pattern_hint": "Digits only."}, "12\u0663a", "Digits only."),
        ({}, ["a", "b"], "Give one answer here."),
        ({"kind": "choice", "options": OPTIONS}, "weekly", "That option is no longer on the form. Choose again."),
        ({"kind": "choice", "options": OPTIONS, "required": True}, None, "Choose one."),
        (
            {"kind": "choices", "options": OPTIONS},
            ["hourly", "weekly"],
            "That option is no longer on the form. Choose again.",
        ),
        ({"kind": "choices", "options": OPTIONS, "required": True}, [], "Choose at least one."),
        ({"kind": "date"}, "2026-02-30", "Give a date as year-month-day, such as 2026-03-31."),
        ({"kind": "date"}, "20260228", "Give a date as year-month-day, such as 2026-03-31."),
        ({"kind": "date"}, "2026-W09-1", "Give a date as year-month-day, such as 2026-03-31."),
        ({"kind": "number"}, "12.5", "Give a whole number in digits, such as 12."),
        ({"kind": "number"}, "1_000", "Give a whole number in digits, such as 12."),
        ({"kind": "number"}, "9" * 5000, "Give a whole number in digits, such as 12."),
        ({"kind": "number", "minimum": 0}, "-1", "Give 0 or more."),
        ({"kind": "number", "maximum": 30}, "31", "Give 30 or less."),
        ({"kind": "link"}, "help.example.com/x", "Paste the full link, starting with https://"),
        ({"kind": "link"}, "javascript:alert(1)", "Paste the full link, starting with https://"),
        ({"kind": "link"}, "https://", "Paste the full link, starting with https://"),
        ({"kind": "link"}, "https://[::1", "Paste the full link, starting with https://"),
        ({"kind": "link"}, "https://a.example:99999/", "Paste the full link, starting with https://"),
        ({"kind": "link"}, "https://a.example/x|y>", "Paste the full link, starting with https://"),
        ({"kind": "link"}, "https://a.example/two words", "Paste the full link, starting with https://"),
        (TICKET, "https://help.example.com/other", "Paste the ticket's link."),
    ],
)
def test_a_value_that_does_not_fit_is_reported_on_its_field(
    field: dict[str, Any], given_value: Any, words: str
) -> None:
    assert validate_form(form(**field), {"it": given_value}) == InvalidForm({"it": words})


def test_every_fault_is_reported_at_once_and_nothing_else_is_stored() -> None:
    fields = {
        "one": {"label": "One", "kind": "number"},
        "two": {"label": "Two", "kind": "date"},
        "three": {"label": "Three", "kind": "short_text"},
    }
    several = Form.model_validate({"title": "A form", "prefix": "D", "channel": "ask", "fields": fields})
    outcome = validate_form(several, {"one": "x", "two": "y", "three": "z"})
    assert isinstance(outcome, InvalidForm)
    assert set(outcome.messages) == {"one", "two"}


def test_an_optional_field_left_empty_and_an_unknown_one_are_left_out() -> None:
    assert validate_form(form(), {"it": "", "else": "x"}) == ValidForm({})
    assert validate_form(form(), {}) == ValidForm({})


KINDS = st.sampled_from(["short_text", "long_text", "choice", "choices", "date", "number", "link"])


@given(kind=KINDS, value=st.none() | st.text() | st.lists(st.text(), max_size=3), required=st.booleans())
def test_anything_is_either_checked_or_reported(kind: str, value: Any, required: bool) -> None:
    options = OPTIONS if kind in ("choice", "choices") else {}
    outcome = validate_form(form(kind=kind, options=options, required=required), {"it": value})
    if isinstance(outcome, InvalidForm):
        assert list(outcome.messages) == ["it"]
        assert outcome.messages["it"].strip()
    else:
        assert set(outcome.values) <= {"it"}
        assert not required or "it" in outcome.values
