"""Facts that are dates: read beside a pattern or their label, tested by ranges, and refused where they are none."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from slackguide.extraction.date_facts import only_date_in
from slackguide.extraction.extractor import FactExtractor
from slackguide.extraction.vocabulary import FactVocabulary
from slackguide.guide import Answer, Asker, Concern, Guide, outcome_json
from slackguide.knowledge import inspect
from slackguide.knowledge.facts import FactSpec
from slackguide.matching.wordlist import common_words
from tests.support.fact_kinds import knowledge_of_every_kind

TODAY = date(2026, 11, 27)


def fact(label: str, *read: str, **more: object) -> FactSpec:
    return FactSpec.model_validate({"label": label, "ask": "When?", "kind": "date", "read": read, **more})


EXTRACTOR = FactExtractor(
    {
        "signed": fact("Contract signed", "signed on {date}", "bought {date}"),
        "renewal": fact("Renewal", "renews {date}", never="no renewal", never_words=["does not renew"]),
    },
    FactVocabulary.of(),
    common_words(),
)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("the contract was signed on 6 July 2022", {"signed": "2022-07-06"}),
        ("signed on 2022-07-06, cannot log in", {"signed": "2022-07-06"}),
        ("signed on the 28th of Oct", {"signed": "2026-10-28"}),
        ("bought 3 days ago", {"signed": "2026-11-24"}),
        ("bought yesterday", {"signed": "2026-11-26"}),
        ("Renewal: 2027-03-31", {"renewal": "2027-03-31"}),
        ("it renews on 5 December", {"renewal": "2026-12-05"}),
        ("it renews tomorrow", {"renewal": "2026-11-28"}),
        ("it does not renew", {"renewal": "never"}),
        ("signed on 1 May 2026 and renews on 1 May 2027", {"signed": "2026-05-01", "renewal": "2027-05-01"}),
        ("was it signed on 6 July 2022?", {}),
        ("if it was signed on 6 July 2022", {}),
        ("it was not signed on 6 July 2022", {}),
        ("the ticket is of 6 July 2022", {}),
    ],
)
def test_dates_are_read_beside_a_pattern_or_the_label(text: str, facts: dict[str, str]) -> None:
    extracted = EXTRACTOR.extract(text, today=TODAY)
    assert (dict(extracted.facts), dict(extracted.unclear)) == (facts, {})


@pytest.mark.parametrize(
    "when",
    [
        "04/05/2022",
        "30 Feb 2022",
        "on Friday",
        "on the 3rd",
        "next week",
        "in May 2022",
        "in 2022",
        "before 6 July 2022",
        "around 6 July 2022",
        "3 months ago",
    ],
)
def test_what_is_not_one_date_is_asked(when: str) -> None:
    extracted = EXTRACTOR.extract(f"it renews {when}", today=TODAY)
    assert (dict(extracted.facts), list(extracted.unclear)) == ({}, ["renewal"])


@pytest.mark.parametrize(
    ("text", "day"),
    [("it was on 6 July 2022", "2022-07-06"), ("3 weeks ago", "2026-11-06"), ("6 July", "2026-07-06"), ("12", None),
     ("the invoice of 6 July 2022", None), ("6 July 2022 or 7 July 2022", None)],
)  # fmt: skip
def test_an_answer_is_a_date_alone(text: str, day: str | None) -> None:
    answer = only_date_in(text, today=TODAY)
    assert (answer.value if answer else None) == day


@pytest.mark.parametrize("text", ["31 February 2024", "04/05/2022", "in May 2022", "around 6 July", "3 months ago"])
def test_an_answer_that_is_no_exact_day_has_a_reason(text: str) -> None:
    answer = only_date_in(text, today=TODAY)
    assert answer is not None
    assert answer.problem is not None


@pytest.mark.parametrize(("day", "destination"), [("2022-07-06", "vault"), ("2022-07-07", "desk")])
def test_rules_test_dates_by_ranges_and_the_answer_states_the_date(tmp_path: Path, day: str, destination: str) -> None:
    guide = Guide(knowledge_of_every_kind(tmp_path))
    by_text = guide.answer(Concern(f"signed on {day}", entry="day"), Asker(), today=TODAY)
    by_value = guide.answer(Concern("", {"day": day}, "day"), Asker(), today=TODAY)
    assert isinstance(by_value, Answer)
    assert by_value.decision.destination is not None
    assert by_value.decision.destination.id == destination
    assert by_value.decision == getattr(by_text, "decision", None)
    assert "July 2022" in outcome_json(by_value)["answer"]["because"][0]
    asked = guide.reply_to(["the candle is broken"], "it was " + day, Asker(), today=TODAY)
    assert dict(asked.outcome.facts) == {"day": day}


def test_check_refuses_what_is_no_range_of_dates_in_clear_words(tmp_path: Path) -> None:
    knowledge_of_every_kind(tmp_path)
    path = tmp_path / "kinds.yaml"
    document = json.loads(path.read_text("utf-8"))
    entry = next(entry for entry in document["entries"] if entry["id"] == "day")
    entry["routes"][0]["when"] = {"day": "0..30"}
    document["facts"]["due"]["unit"] = "days"
    path.write_text(json.dumps(document), "utf-8")
    messages = [diagnostic.message for diagnostic in inspect(tmp_path).diagnostics]
    assert any("`0..30` is not a range of dates: use 2026-01-01..2026-01-31" in message for message in messages)
    assert any("belong to a number" in message for message in messages)
