"""The clock: weekday, support hours and holidays are known at every moment, and nobody is asked for them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from slackguide.guide import Answer, Asker, Concern, Guide, outcome_json
from slackguide.knowledge import inspect
from slackguide.knowledge.conditions import FactValue
from slackguide.triage import Decision, load_verified
from tests.support.cli_runner import Shell, shell
from tests.support.night_desk import NIGHT_DESK, night_desk

__all__ = ["shell"]

TODAY = date(2026, 11, 25)
MANILA = """\
  teams:
    manila:
      label: Manila
      zone: Asia/Manila
      hours: {thursday: 08:00-17:00, friday: 08:00-17:00}
      holidays: {2026-12-25: Christmas}
"""
WITH_MANILA = NIGHT_DESK.replace("facts:\n", f"{MANILA}facts:\n").replace(
    '{when: {support_hours: "no", severe: "yes"}, to: night}', '{when: {manila_hours: "yes"}, to: night}'
)
"""The night desk, where Manila takes a server that is down within its own hours."""


def decide(guide: Guide, moment: str, **facts: FactValue) -> Decision:
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    outcome = guide.at(now).answer(Concern("the server is down", facts, "server"), Asker(), today=now.date())
    assert isinstance(outcome, Answer)
    assert dict(outcome.facts) == facts
    return outcome.decision


@pytest.mark.parametrize(
    ("moment", "destination"),
    [
        ("2026-11-25 14:00", "desk"),  # Wednesday, 09:00 in New York
        ("2026-11-25 13:59", "night"),
        ("2026-11-25 21:59", "desk"),
        ("2026-11-25 22:00", "night"),
        ("2026-11-26 17:30", "night"),  # Thursday, a break
        ("2026-11-26 18:00", "desk"),
        ("2026-11-27 05:00", "desk"),  # Friday, from midnight
        ("2026-11-28 04:59", "desk"),  # Friday, 23:59 in New York
        ("2026-11-28 05:00", "night"),
        ("2026-12-24 15:00", "lead"),  # a Thursday within the hours, but a holiday
        ("2026-12-25 05:00", "desk"),  # no longer the holiday, and Friday's hours have begun
    ],
)
def test_the_moment_decides_in_the_zone_of_the_clock(tmp_path: Path, moment: str, destination: str) -> None:
    decision = decide(Guide(night_desk(tmp_path)), moment, severe="yes")
    assert decision.destination is not None
    assert decision.destination.id == destination


def test_the_answer_states_the_moment_and_asks_only_what_is_left(tmp_path: Path) -> None:
    guide = Guide(night_desk(tmp_path))
    outside = decide(guide, "2026-11-25 23:30")
    assert (outside.question, outside.missing) == ("severe", ("severe",))
    decided = decide(guide, "2026-11-25 23:30", severe="yes")
    assert "outside support hours" in decided.taken_as
    assert decided.because[-1].startswith("Implied: outside support hours, not on a holiday. It is Wednesday, 25 Nov")
    assert decided.because[-1].endswith("18:30 in America/New_York.")
    assert not decide(guide, "2026-11-25 15:00").missing
    assert "(Christmas Eve)" in decide(guide, "2026-12-24 15:00").because[-1]


@pytest.mark.parametrize(
    ("moment", "destination"),
    [
        ("2026-11-25 23:59", "desk"),  # Thursday, 07:59 in Manila
        ("2026-11-26 00:00", "night"),
        ("2026-11-27 09:00", "desk"),  # Friday, 17:00 in Manila
        ("2026-12-25 06:30", "desk"),  # Friday, 14:30 in Manila, a holiday there
    ],
)
def test_a_team_has_hours_in_its_own_zone(tmp_path: Path, moment: str, destination: str) -> None:
    (tmp_path / "night.yaml").write_text(WITH_MANILA, "utf-8")
    decision = decide(Guide(load_verified(tmp_path)), moment)
    assert decision.destination is not None
    assert decision.destination.id == destination
    assert any("in Asia/Manila" in line for line in decision.because)


def test_what_is_stated_wins_and_other_facts_can_be_implied_by_the_clock(tmp_path: Path) -> None:
    guide = Guide(night_desk(tmp_path))
    assert decide(guide, "2026-11-25 15:00", support_hours="no", severe="yes").destination is not None
    assert decide(guide, "2026-11-25 15:00", support_hours="no").missing == ("severe",)
    sunday = decide(guide, "2026-11-29 15:00")
    assert not sunday.missing
    assert any("Nobody works on a Sunday" in line for line in sunday.because)


def test_weekdays_in_a_message_are_no_facts_of_the_clock(tmp_path: Path) -> None:
    guide = Guide(night_desk(tmp_path))
    for text in ("Sunday", "weekday: sunday", "within support hours: no", "holiday? yes"):
        assert guide.facts_in(text, today=TODAY) == {}


def test_without_a_moment_nobody_is_asked_for_it_and_the_branches_are_listed(tmp_path: Path) -> None:
    guide = Guide(night_desk(tmp_path))
    outcome = guide.answer(Concern("", {"severe": "yes"}, "server"), Asker(), today=TODAY)
    assert isinstance(outcome, Answer)
    assert outcome.decision.question is None
    assert {branch.destination.id for branch in guide.triage.branches("server", {})} == {"lead", "night", "desk"}


def test_a_conversation_has_the_moment_of_its_last_message(tmp_path: Path) -> None:
    guide = Guide(night_desk(tmp_path)).at(datetime(2026, 11, 25, 23, 30, tzinfo=UTC))
    reply = guide.reply_to(["the server is down"], "yes", Asker(), today=TODAY)
    assert outcome_json(reply.outcome)["answer"]["destination"]["id"] == "night"


def test_the_command_line_takes_the_moment(tmp_path: Path, shell: Shell) -> None:
    night_desk(tmp_path)
    given = ("route", "--entry", "server", "--fact", "severe=yes", "--knowledge", str(tmp_path), "--json")
    for time, name in (("16:59", "desk"), ("17:00", "night")):
        ran = shell(*given, "--today", "2026-11-25", "--time", time)
        assert ran.document["answer"]["destination"]["id"] == name
        assert ran.document["facts"] == {"severe": "yes"}
    assert shell(*given, "--time", "25:00").status == 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("America/New_York", "New York", "zone"),
        ("09:00-17:00\n", "17:00-09:00\n", "working hours must end after they start"),
        ("zone: Asia/Manila", "zone: Manila", "zone"),
        ("facts:\n", "facts:\n  manila_hours: {label: Day, ask: Day?, kind: yes_no}\n", "is a fact of the clock"),
        ("2026-12-24: C", "24 December: C", "a date has the format 2026-11-21"),
        ("facts:\n", "facts:\n  weekday: {label: Day, ask: Day?, kind: yes_no}\n", "`weekday` is a fact of the clock"),
    ],
)
def test_check_names_what_is_wrong_with_a_clock(tmp_path: Path, old: str, new: str, message: str) -> None:
    (tmp_path / "night.yaml").write_text(WITH_MANILA.replace(old, new), "utf-8")
    diagnostics = inspect(tmp_path).diagnostics
    assert [message in diagnostic.message for diagnostic in diagnostics] == [True]
