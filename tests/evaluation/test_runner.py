from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from slackguide.errors import UnusableInput
from slackguide.evaluation.results import LabelledCase
from slackguide.evaluation.runner import MAX_ERRORS_SHOWN, read_cases, run_questions
from slackguide.evaluation.split import split_of
from slackguide.guide import Asker, Guide
from slackguide.knowledge import load
from tests.support.small_knowledge import phrasing, write_knowledge, write_questions

KNOWN = frozenset({"help/password", "help/invoice"})
TODAY = date(2026, 11, 21)


def test_the_halves_part_a_file_without_rest(tmp_path: Path) -> None:
    path = write_questions(tmp_path / "set.jsonl", [(f"question {number}", []) for number in range(40)])
    halves = {half: read_cases([path], known=KNOWN, split=half) for half in ("development", "report")}
    assert all(split_of(case.text) == half for half, cases in halves.items() for case in cases)
    both = sorted((*halves["development"], *halves["report"]), key=lambda case: case.line)
    assert tuple(both) == read_cases([path], known=KNOWN)
    assert all(halves.values())


def test_every_broken_line_is_reported_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    misspelt, half = '{"text": "so", "ids": ["help/pasword"]}', '{"text": "\\ud800", "ids": []}'
    path.write_text("\n".join(['{"text": "fine", "ids": []}', "{", misspelt, half]), encoding="utf-8")
    with pytest.raises(UnusableInput) as refused:
        read_cases([path], known=KNOWN)
    reported = str(refused.value).splitlines()
    assert reported[0] == "3 faults in the questions, so nothing was measured:"
    assert reported[1].startswith(f"{path}:2:1: not a question")
    assert reported[2] == f"{path}:3:1: unknown entry `help/pasword`: did you mean `help/password`?"
    assert reported[3].startswith(f"{path}:4:1: the text contains a lone surrogate")


def test_a_file_of_another_format_does_not_flood(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a question\n" * (MAX_ERRORS_SHOWN + 3), encoding="utf-8")
    with pytest.raises(UnusableInput) as refused:
        read_cases([path], known=KNOWN)
    reported = str(refused.value).splitlines()
    assert reported[-1] == "… and 3 more"
    assert len(reported) == MAX_ERRORS_SHOWN + 2


def test_a_file_given_twice_is_refused(tmp_path: Path) -> None:
    path = write_questions(tmp_path / "set.jsonl", [("hello", [])])
    with pytest.raises(UnusableInput, match="given twice"):
        read_cases([path, tmp_path / "." / "set.jsonl"], known=KNOWN)


def test_no_question_is_no_measure(tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_text("\n\n", encoding="utf-8")
    with pytest.raises(UnusableInput, match=r"No question in .*empty\.jsonl"):
        read_cases([path], known=KNOWN)


def test_a_guide_is_asked_and_timed(tmp_path: Path) -> None:
    guide = Guide(load(write_knowledge(tmp_path)))
    secret, badge = phrasing("help/secret"), phrasing("help/badge")
    cases = [
        LabelledCase("set.jsonl", 1, badge, ("help/badge",)),
        LabelledCase("set.jsonl", 2, secret, ("help/secret",)),
        LabelledCase("set.jsonl", 3, "xylophone quartet", ()),
    ]
    monotonic = iter(range(100))
    found = run_questions(guide, cases, Asker("agent"), today=TODAY, clock=lambda: float(next(monotonic)))
    assert found[0].prediction.first == "help/badge"
    assert found[1].case.ids == (), "what an agent may not see is out of scope for an agent"
    assert "help/secret" not in found[1].prediction.ranking
    assert (found[2].prediction.outcome, found[2].prediction.shown) == ("none", ())
    assert [one.seconds for one in found] == [1.0, 1.0, 1.0]
    for_lead = run_questions(guide, cases, Asker("team_lead"), today=TODAY, clock=lambda: 0.0)
    assert for_lead[1].case.ids == ("help/secret",)
    assert for_lead[1].prediction.first == "help/secret"
