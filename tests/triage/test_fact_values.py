"""Fact values from people and programs: valid ones are accepted, others are rejected with a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackguide.errors import UnusableInput
from slackguide.knowledge import KnowledgeBase
from slackguide.triage import parse_facts

DAYS = "days_since_last_payment"


@pytest.mark.parametrize(
    ("name", "given_as", "taken_as"),
    [
        (DAYS, 0, 0),
        (DAYS, "12", 12),
        (DAYS, 100_000, 100_000),
        (DAYS, "never", "never"),
        (DAYS, "31..60", "31..60"),
        (DAYS, "91..", "91.."),
        ("funds_in_escrow", True, "yes"),
        ("funds_in_escrow", False, "no"),
        ("funds_in_escrow", "no", "no"),
        ("client_segment", "mid_market", "mid_market"),
    ],
)
def test_a_value_is_taken(name: str, given_as: object, taken_as: object, knowledge: KnowledgeBase) -> None:
    assert parse_facts({name: given_as}, knowledge.facts) == {name: taken_as}


@pytest.mark.parametrize(
    "nonsense",
    [-1, "-1", 100_001, 10**30, "9" * 5000, 1.5, "1.5", "12 days", "", " ", "1e3", "١٢", None, [], {}, True, "Never",
     "..", "60..31", "0..200000", "-1..5", "tomorrow", "2027-01-01", float("nan"), float("inf")],
)  # fmt: skip
def test_no_number_of_days_is_refused_with_what_would_do(nonsense: object, knowledge: KnowledgeBase) -> None:
    with pytest.raises(UnusableInput) as refused:
        parse_facts({DAYS: nonsense}, knowledge.facts)
    said = str(refused.value)
    assert f"is not a value of `{DAYS}`: a whole number from 0 to 100,000, or `never`" in said
    assert len(said) < 200


@pytest.mark.parametrize("nonsense", ["Enterprise", "enterprize", 7, None, ["vsb"], "vsb,enterprise", "never"])
def test_no_segment_is_refused_with_the_segments(nonsense: object, knowledge: KnowledgeBase) -> None:
    with pytest.raises(UnusableInput) as refused:
        parse_facts({"client_segment": nonsense}, knowledge.facts)
    assert "(values: `vsb`, `vsb_plus`, `small_business`, `mid_market`, `large_business`, `enterprise`)" in str(
        refused.value
    )


def test_a_slip_is_answered_with_what_was_meant(knowledge: KnowledgeBase) -> None:
    with pytest.raises(UnusableInput, match="did you mean `enterprise`"):
        parse_facts({"client_segment": "enterprize"}, knowledge.facts)
    with pytest.raises(UnusableInput, match="unknown fact `contract_typ`: did you mean `contract_type`"):
        parse_facts({"contract_typ": "hourly"}, knowledge.facts)


def test_hours_are_never_never(knowledge: KnowledgeBase) -> None:
    with pytest.raises(UnusableInput) as refused:
        parse_facts({"hours_since_sent_to_ce": "never"}, knowledge.facts)
    assert str(refused.value).endswith("a whole number from 0 to 100,000")


def test_every_fault_is_named_at_once(knowledge: KnowledgeBase) -> None:
    with pytest.raises(UnusableInput) as refused:
        parse_facts({"mood": "bad", DAYS: -3, "client_segment": "huge", "milestone": "refused"}, knowledge.facts)
    for name in ("`mood`", "`-3`", "`huge`"):
        assert name in str(refused.value)
    assert "refused" not in str(refused.value)


@given(name=st.text(max_size=30), value=st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none()))
def test_anything_at_all_is_taken_as_a_fact_or_rejected_with_a_message(
    name: str, value: object, knowledge: KnowledgeBase
) -> None:
    for fact in (name, DAYS, "funds_in_escrow"):
        try:
            taken = parse_facts({fact: value}, knowledge.facts)
        except UnusableInput as refused:
            assert str(refused)  # noqa: PT017
        else:
            assert taken.keys() == {fact}
            assert knowledge.facts[fact]
