"""The example base of another trade: it loads, decides and answers where the shipped knowledge does not exist."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from slackguide.guide import Answer, Asker, Concern, Guide
from slackguide.knowledge.labelled_questions import read_questions
from slackguide.knowledge.units import UnitKind
from slackguide.triage import load_verified
from tests.support.cli_runner import Shell, shell

__all__ = ["shell"]

HELP_DESK = Path(__file__).parents[2] / "examples" / "help-desk"
TODAY = date(2026, 11, 27)


@pytest.fixture(scope="module")
def guide() -> Guide:
    return Guide(load_verified(HELP_DESK))


def test_it_answers_with_the_shipped_knowledge_absent(tmp_path: Path) -> None:
    """Run the command in an empty folder, on a copy, so that nothing of the shipped base can be found."""
    shutil.copytree(HELP_DESK, tmp_path / "base")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SLACKGUIDE_")}
    for arguments in (
        ["check", "base"],
        ["route", "--knowledge", "base", "--json", "her phone is gone and she cannot approve the sign-in"],
        ["evaluate", "--knowledge", "base", "--json", "base/questions/team.jsonl"],
        ["triage", "--knowledge", "base", "accounts/mfa-lost"],
    ):
        ran = subprocess.run(
            [sys.executable, "-m", "slackguide", *arguments],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        if arguments[0] == "route":
            assert json.loads(ran.stdout)["matches"][0]["id"] == "accounts/mfa-lost"


def test_its_questions_are_found(guide: Guide) -> None:
    questions, faults = read_questions(HELP_DESK / "questions" / "team.jsonl")
    inside = [question for question in questions if question.ids]
    assert not faults
    assert len(inside) >= 40
    found = [guide.match(question.text, Asker()).matches[0].id in question.ids for question in inside]
    assert sum(found) / len(inside) >= 0.85


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("laptop of a detective died, 20 months old", {"device_age": 20}),
        ("30 users have no network at the branch library", {"site": "library", "people_affected": 30}),
        ("we want to buy a plotter for $6,000", {"cost": 6000}),
        ("new clerk starts in 5 working days", {"days_to_start": 5}),
    ],
)
def test_its_numbers_are_read_in_their_units(guide: Guide, text: str, facts: dict[str, object]) -> None:
    assert dict(guide.facts_in(text, today=TODAY)) == facts


def test_it_shows_every_part_of_the_format(guide: Guide) -> None:
    base = guide.knowledge
    assert {fact.kind for fact in base.facts.values()} == {"choice", "yes_no", "number", "date", "checklist"}
    assert {fact.measure.kind for fact in base.facts.values()} >= {UnitKind.MONEY, UnitKind.SIZE, UnitKind.COUNT}
    assert base.clock is not None
    assert base.parties
    assert base.resolutions.keys() >= {"vendor", "approval_missing"}


@pytest.mark.parametrize(
    ("entry", "text", "at", "destinations"),
    [
        ("security/payment-fraud", "we wired $12,500.75 abroad", "12:00", ["treasury", "soc-duty", "risk-management"]),
        ("security/payment-fraud", "we paid $900 of a fake invoice", "12:00", ["treasury", "soc-duty"]),
        ("network/site-outage", "30 people have no network at city hall", "12:00", ["major-incident"]),
        ("network/site-outage", "30 people have no network at city hall", "20:00", ["network-on-call"]),
        ("devices/printer", "leased copier jams for 5 people, leased since 3 March 2024", "12:00", ["former-lessor"]),
        ("devices/printer", "leased copier jams for 5 people, leased since 3 March 2026", "12:00", ["print-lessor"]),
        ("devices/slow-computer", "pc is slow, 4 GB RAM", "12:00", ["refresh"]),
        ("accounts/pupil-login", "her mother says the login is refused", "12:00", ["not-eligible"]),
    ],
)
def test_it_decides_by_money_time_date_size_and_party(
    guide: Guide, entry: str, text: str, at: str, destinations: list[str]
) -> None:
    moment = datetime.fromisoformat(f"2026-11-24T{at}").replace(tzinfo=ZoneInfo("America/New_York"))
    outcome = guide.at(moment).answer(Concern(text, entry=entry), Asker(), today=moment.date())
    assert isinstance(outcome, Answer)
    assert [one.id for one in (outcome.decision.destination, *outcome.decision.also) if one] == destinations


def test_its_destinations_say_what_they_are(guide: Guide) -> None:
    destinations = guide.knowledge.destinations
    assert destinations["soc-mailbox"].kind_label == "mailbox"
    assert destinations["soc-mailbox"].contacts == {"mailbox": "phish@portellery.example"}
    assert destinations["network-on-call"].contacts == {"pager": "service network-on-call"}
    kinds = {destination.kind for destination in destinations.values()}
    assert kinds.isdisjoint({"zendesk_group", "in_product", "macro"})


def test_every_entry_answers(guide: Guide) -> None:
    for id in guide.knowledge.entries:
        outcome = guide.answer(Concern(entry=id), Asker(more_roles=frozenset(guide.knowledge.role_names)), today=TODAY)
        assert outcome.matches[0].id == id


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("facts.yaml", "kind: yes_no\n    values:", "kind: yesno\n    values:"),
        ("facts.yaml", "maximum: 240", "maximum: many"),
        ("tables.yaml", "cost: 500..4999", "cots: 500..4999"),
    ],
)
def test_one_mistake_blames_no_other_file(shell: Shell, tmp_path: Path, file: str, old: str, new: str) -> None:
    base = tmp_path / "base"
    shutil.copytree(HELP_DESK, base)
    text = (base / file).read_text("utf-8")
    assert old in text
    (base / file).write_text(text.replace(old, new, 1), "utf-8")
    (error,) = shell("check", base, "--json").document
    assert Path(error["file"]).name == file


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("leased monitor flickers", {"ownership": "leased"}),
        ("dropped phone", {"damage": "accident"}),
        ("cracked tablet", {"damage": "accident"}),
        ("leased cars are out of scope", {}),
    ],
)
def test_its_nouns_take_attributes(guide: Guide, text: str, facts: dict[str, object]) -> None:
    assert dict(guide.facts_in(text, today=TODAY)) == facts


def test_a_catch_all_too_early_is_one_error(shell: Shell, tmp_path: Path) -> None:
    base = tmp_path / "base"
    shutil.copytree(HELP_DESK, base)
    text = (base / "tables.yaml").read_text("utf-8")
    (base / "tables.yaml").write_text(text.replace("  outage:\n", "  outage:\n    - to: self\n", 1), "utf-8")
    (error,) = shell("check", base, "--json").document
    assert error["message"].startswith("this rule never applies")
