"""Facts of every kind and unit, through text, the command line and JSON. None crashes, and each value is allowed."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackguide.errors import UnusableInput
from slackguide.guide import Answer, Asker, Concern, Guide, outcome_json
from slackguide.knowledge.conditions import FactValue
from slackguide.triage import parse_facts
from tests.support.fact_kinds import FACTS, LABELS, UNITS, WORDS, knowledge_of_every_kind

TODAY = date(2026, 11, 27)


@cache
def guide() -> Guide:
    with TemporaryDirectory() as directory:
        return Guide(knowledge_of_every_kind(Path(directory)))


def check(outcome: object) -> None:
    """Check that the outcome can be written as JSON and that its facts can be given again."""
    assert isinstance(outcome, Answer)
    document = json.loads(json.dumps(outcome_json(outcome)))
    facts = guide().knowledge.facts
    assert parse_facts(document["facts"], facts) == dict(outcome.facts)
    for name, value in outcome.facts.items():
        fact = facts[name]
        named = isinstance(value, str) and (value in fact.choices or fact.range_of(value))
        allowed = named or fact.number(value) == value
        assert allowed, (name, value)
        assert fact.value_label(value)
    for name in outcome.decision.missing:
        assert guide().triage.cells(outcome.entry.id, name)


PIECES = st.sampled_from(
    (
        *(label.lower() for label in LABELS.values()), *(f"the {word}" for word in WORDS), "yes", "no", "not", ":", "?",
        ",", ".", "from home", "paid plan", "free", "sent", "ago", "3", "12", "1.5", "$40", "$1,250.50",
        "€2k", "20%", "two",
        "about", "more than", "-", "old", *(unit for unit in UNITS if unit), "gb", "tb", "minute", "never", "if",
        "10/28", "signed on", "2022-07-06", "6 July 2022", "the velvet", "tomorrow", "Friday", "3 days ago",
        "backup exists", "it was tested", "all of them", "backup+tested",
        "open-ended",
    )
)  # fmt: skip


@given(entry=st.sampled_from(list(FACTS)), pieces=st.lists(PIECES, max_size=8))
def test_any_text(entry: str, pieces: list[str]) -> None:
    check(guide().answer(Concern(" ".join(pieces), entry=entry), Asker(), today=TODAY))


VALUES = st.one_of(
    st.sampled_from(
        ["yes", "no", "free", "paid", "never", "3", "0..2", "3..", "..", "-1", "1.5", "$2.50", "$1,250.50", "999999999"]
    ),
    st.sampled_from(
        [
            "2022-07-06",
            "2022-07-07..",
            "..2022-07-06",
            "",
            "2022-13-01",
            "2022-07-06..2022-07-01",
            "backup",
            "owner+backup",
            "all",
            "backup+",
        ]
    ),
    st.integers(-2, 200_000),
    st.floats(-1, 200_000),
    st.booleans(),
    st.none(),
    st.text(max_size=5),
    st.lists(st.integers() | st.sampled_from(["backup", "tested", "owner"]), max_size=3),
)


@given(entry=st.sampled_from(list(FACTS)), value=VALUES)
def test_any_value_from_the_command_line_or_from_json(entry: str, value: object) -> None:
    facts: dict[str, FactValue]
    try:
        facts = parse_facts({entry: value}, guide().knowledge.facts)
    except UnusableInput as error:
        assert f"is not a value of `{entry}`" in str(error)  # noqa: PT017 - some values are refused, others not
        return
    outcome = guide().answer(Concern("", facts, entry), Asker(), today=TODAY)
    check(outcome)
    assert isinstance(outcome, Answer)
    if isinstance(value, int):  # a number or a truth value; a range can leave it open
        assert outcome.decision.destination is not None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("the customer works from home", None),
        ("works from home: yes", "yes"),
        ("works from home: no", "no"),
        ("Works from home? Yes, always.", "yes"),
        ("works from home? no", "no"),
    ],
)
def test_a_yes_no_fact_without_words_is_read_by_its_label(text: str, value: str | None) -> None:
    outcome = guide().answer(Concern(text, entry="bare"), Asker(), today=TODAY)
    assert outcome.facts.get("bare") == value


@pytest.mark.parametrize("raw", ["$1,250.50", "1250.50", 1250.5, "1250,50 €"])
def test_an_amount_with_cents_is_the_same_from_everywhere(raw: object) -> None:
    money = f"number{UNITS.index('dollars')}"
    assert parse_facts({money: raw}, guide().knowledge.facts) == {money: "1250.50"}
    with pytest.raises(UnusableInput, match=r"an amount like 1250 or 1250\.50"):
        parse_facts({money: "$100000.50"}, guide().knowledge.facts)
    with pytest.raises(UnusableInput, match="a whole number"):
        parse_facts({"number0": raw}, guide().knowledge.facts)


@pytest.mark.parametrize(("amount", "destination"), [("$1,250.50", "vault"), ("$0.99", "desk"), ("$2.50", None)])
def test_an_amount_with_cents_is_asked_between_two_whole_ones_that_rules_tell_apart(
    amount: str, destination: str | None
) -> None:
    money = f"number{UNITS.index('dollars')}"
    outcome = guide().answer(Concern(f"it is {amount}", entry=money), Asker(), today=TODAY)
    check(outcome)
    assert isinstance(outcome, Answer)
    found = outcome.decision.destination
    assert (found.id if found else None) == destination
    assert list(outcome.unclear) == ([] if destination else [money])
