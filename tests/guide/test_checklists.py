"""Checklists: one question for several items, decided by all, any, none or named ones; and further destinations."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from slackguide.guide import Answer, Asker, Click, Concern, Guide, outcome_json
from slackguide.knowledge import inspect
from slackguide.knowledge.checklists import describe_values, parse_checklist, values_of, values_passing
from slackguide.triage import load_verified, parse_facts
from slackguide.triage.table_rows import table_rows
from tests.support.night_desk import NIGHT_DESK, night_desk

TODAY = date(2026, 11, 27)
ITEMS = ("backup", "tested", "owner")
LABELS = {"backup": "Backup", "tested": "Tested", "owner": "Owner"}


@pytest.fixture
def guide(tmp_path: Path) -> Guide:
    return Guide(night_desk(tmp_path))


def answer(guide: Guide, entry: str, ready: object = None) -> Answer:
    given = {} if ready is None else {"ready": ready}
    outcome = guide.answer(Concern("", parse_facts(given, guide.knowledge.facts), entry), Asker(), today=TODAY)
    assert isinstance(outcome, Answer)
    return outcome


@pytest.mark.parametrize(
    ("ready", "destination", "also"),
    [
        ("backup+tested+owner", "desk", []),
        ("all", "desk", []),
        (["owner", "backup", "tested"], "desk", []),
        ("backup", "desk", ["lead"]),
        ("owner, tested", "desk", ["lead"]),
        ("owner", "lead", []),
        ("none", "not-eligible", []),
        ([], "not-eligible", []),
    ],
)
def test_items_decide(guide: Guide, ready: object, destination: str, also: list[str]) -> None:
    document = outcome_json(answer(guide, "move", ready))["answer"]
    assert document["destination"]["id"] == destination
    assert [target["id"] for target in document.get("also", [])] == also


def test_the_question_is_asked_once_and_an_answer_in_words_counts(guide: Guide) -> None:
    assert answer(guide, "move").decision.missing == ("ready",)
    for text, value in (
        ("all of them", "backup+tested+owner"),
        ("none of these", "none"),
        ("no", "none"),
        ("no backup exists", None),
        ("all is well, I think", None),
        ("the restore was tested and the owner agreed", "tested+owner"),
        ("backup and owner", "backup+owner"),
        ("owner said on the phone yesterday that the manager will call", None),
        ("backup exists, but the restore was not tested", None),
    ):
        reply = guide.reply_to(["please move a database", Click(entry="move")], text, Asker(), today=TODAY)
        assert reply.outcome.facts.get("ready") == value, text
    assert guide.facts_in("backup exists", today=TODAY) == {}


def test_a_further_destination_alone_is_worth_a_question(guide: Guide) -> None:
    decision = answer(guide, "move").decision
    assert decision.because == (
        "Still open: Front Desk, Front Desk and Duty Lead, Not eligible or Duty Lead. Depends on: ready to move.",
    )
    entry, table = guide.knowledge.entries["move"], guide.triage.table("move")
    rows = table_rows(table, entry, {}, guide.knowledge.facts)
    assert [row.rule.goes_to for row in rows] == ["Front Desk", "Front Desk and Duty Lead", "Not eligible", "Duty Lead"]


def test_an_entry_with_one_destination_can_have_further_ones(guide: Guide) -> None:
    document = outcome_json(answer(guide, "breach"))["answer"]
    assert document["also"] == [
        {"id": "desk", "kind": "team", "name": "Front Desk"},
        {"id": "night", "kind": "pager", "name": "Night Shift", "pager": "1234"},
    ]
    assert document["because"] == ["Duty Lead and Front Desk and Night Shift: the only destination of this concern."]


@pytest.mark.parametrize(
    ("tests", "text"),
    [
        (["all"], "all"),
        (["none"], "none"),
        (["any"], "at least one"),
        (["backup"], "Backup"),
        (["backup", "none"], "Backup; or neither Tested nor Owner"),
        (["backup", "tested"], "Backup; or Tested"),
    ],
)
def test_combinations_are_described(tests: list[str], text: str) -> None:
    passing = values_passing(tests, ITEMS)
    assert describe_values(passing, LABELS) == text
    rest = set(values_of(ITEMS)) - passing
    assert describe_values(rest, LABELS) == {
        "all": "not all", "none": "at least one", "at least one": "none", "Backup": "not Backup",
        "Backup; or neither Tested nor Owner": "Tested, but not Backup; or Owner, but not Backup",
        "Backup; or Tested": "neither Backup nor Tested",
    }[text]  # fmt: skip


@pytest.mark.parametrize("raw", ["", "backup+", "any", "backup+drive", ["drive"], 3, None, [1]])
def test_what_is_no_combination_is_refused(raw: object) -> None:
    assert parse_checklist(raw, ITEMS) is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("owner: Owner agreed}", "all: Owner agreed}", "`all` is not a name of an item"),
        ("ready: none}", "ready: nobody}", "`nobody` is not a value of `ready`"),
        ("also: lead}", "also: leed}", "unknown destination `leed`: did you mean `lead`"),
        ("Nothing is prepared}", "Nothing is prepared, also: lead}", "`also` belongs to `to`"),
        ("    also: [desk, night]", "    also: [desk, night, lead, desk]", "at most 3"),
        ("    also: [desk, night]", "    also: [desk, lead]", "`lead` is already the destination"),
    ],
)
def test_check_names_what_is_wrong(tmp_path: Path, old: str, new: str, message: str) -> None:
    (tmp_path / "night.yaml").write_text(NIGHT_DESK.replace(old, new), "utf-8")
    messages = [diagnostic.message for diagnostic in inspect(tmp_path).diagnostics]
    assert len(messages) == 1, messages
    assert message in messages[0]


def test_a_destination_that_a_table_and_its_user_name_counts_once(tmp_path: Path) -> None:
    tables = "tables: {moves: [{when: {ready: all}, to: desk}, {to: night, also: desk}]}\nentries:"
    using = "    to: lead\n    also: [desk, night]", "    routes: [{use: moves, also: [lead, desk]}]"
    (tmp_path / "night.yaml").write_text(NIGHT_DESK.replace("entries:", tables).replace(*using), "utf-8")
    rules = load_verified(tmp_path).entries["breach"].rules
    assert [rule.destination_ids for rule in rules] == [("desk", "lead"), ("night", "desk", "lead")]
