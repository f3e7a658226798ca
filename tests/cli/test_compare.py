from pathlib import Path

import pytest

from tests.support.cli_runner import Shell, shell
from tests.support.small_knowledge import BURNING, NOISE, RULES, phrasing, write_knowledge, write_questions

__all__ = ["shell"]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return write_knowledge(tmp_path / "old")


@pytest.fixture
def new(tmp_path: Path) -> Path:
    folder = tmp_path / "new"
    questions = [(BURNING, ["help/danger"]), (phrasing("help/badge"), ["help/badge"]), (NOISE, [])]
    write_questions(folder / "questions" / "all.jsonl", questions)
    return folder


def test_the_same_knowledge_moves_nothing(shell: Shell, old: Path, new: Path) -> None:
    write_knowledge(new)
    ran = shell("compare", old, new, "--fail-on-worse")
    assert (ran.status, ran.out) == (0, "0 of 3 questions changed: 0 worse, 0 better, 0 different.\n")


def test_another_destination_is_different(shell: Shell, old: Path, new: Path) -> None:
    write_knowledge(new, danger="vault")
    ran = shell("compare", old, new, "--json", "--fail-on-worse", "--today", "2026-11-21")
    found = ran.document
    assert ran.status == 0
    assert (found["questions"], found["moved"], found["different"]) == (3, 1, 1)
    move = found["moves"][0]
    assert (move["text"], move["verdict"], move["parts"]) == (BURNING, "different", ["destination"])
    assert (move["old"]["destination"], move["new"]["destination"]) == ("fire", "vault")
    change = {"entries": ["help/danger"], "old": "fire", "new": "vault", "cells": 1, "cases": [""]}
    assert found["table_changes"] == [change]


def test_an_entry_that_goes_makes_its_questions_worse(shell: Shell, old: Path, new: Path) -> None:
    write_knowledge(new, without=["help/danger"])
    ran = shell("compare", old, new, "--json")
    found = ran.document
    assert (ran.status, found["entries_removed"], found["entries_added"]) == (0, ["help/danger"], [])
    worse = [move for move in found["moves"] if move["verdict"] == "worse"]
    assert [(move["file"], move["line"], move["ids"]) for move in worse] == [
        (str(new / "questions" / "all.jsonl"), 1, ["help/danger"])
    ]
    assert worse[0]["old"]["entry"] == "help/danger"
    assert worse[0]["new"]["entry"] != "help/danger"
    assert "outcome" in worse[0]["parts"] or "entry" in worse[0]["parts"]


def test_worse_fails_only_where_asked_to(shell: Shell, old: Path, new: Path) -> None:
    write_knowledge(new, without=["help/danger"])
    assert shell("compare", old, new, "--fail-on-worse").status == 1
    assert shell("compare", old, new).status == 0
    assert shell("compare", new, old, "--questions", new / "questions" / "all.jsonl", "--fail-on-worse").status == 0


def test_a_new_entry_makes_its_questions_better(shell: Shell, old: Path, new: Path) -> None:
    write_knowledge(new)
    write_knowledge(old, without=["help/danger"])
    ran = shell("compare", old, new)
    assert "Entries added\n  help/danger\n" in ran.out
    assert f"Better\n  {BURNING}  {new / 'questions' / 'all.jsonl'}:1\n    expected help/danger\n" in ran.out
    assert "    after answer help/danger, to fire\n" in ran.out


def test_the_questions_may_come_from_elsewhere(shell: Shell, old: Path, new: Path, tmp_path: Path) -> None:
    write_knowledge(new, danger="vault")
    files = [write_questions(tmp_path / f"{number}.jsonl", [(BURNING, [])]) for number in range(2)]
    ran = shell("compare", old, new, "--json", "--questions", files[0], "--questions", files[1])
    assert [(move["file"], move["ids"]) for move in ran.document["moves"]] == [(str(file), []) for file in files]


def test_moved_cases_are_read_out(shell: Shell, old: Path, new: Path) -> None:
    write_knowledge(new, rules=RULES.replace("0..2", "0..5"))
    ran = shell("compare", old, new)
    assert ran.out.startswith(
        "0 of 3 questions changed: 0 worse, 0 better, 0 different.\n"
        "Cases with another destination\n  help/badge: desk → vault (1 case)\n    Floor: 3 to 5 floors; Colour: Red\n"
    )


def test_an_unknown_id_is_reported(shell: Shell, old: Path, new: Path, tmp_path: Path) -> None:
    write_knowledge(new)
    path = write_questions(tmp_path / "odd.jsonl", [("so", ["help/dangr"])])
    ran = shell("compare", old, new, "--questions", path)
    assert ran.status == 2
    assert f"{path}:1:1: unknown entry `help/dangr`: did you mean `help/danger`?" in ran.err


def test_no_questions_is_wrong_use(shell: Shell, old: Path) -> None:
    ran = shell("compare", old, old)
    assert ran.status == 2
    assert "pass one with --questions FILE" in ran.err


def test_a_folder_without_knowledge_is_reported(shell: Shell, old: Path, tmp_path: Path) -> None:
    ran = shell("compare", tmp_path / "nowhere", old)
    assert ran.status == 2
    assert "nowhere" in ran.err
