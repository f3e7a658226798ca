"""What specialists said of escalations becomes labelled questions: every entry that the ending leaves possible."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.state_machine import Claim, Reopen, Resolve
from slackguide.evaluation.split import split_of
from tests.support.cli_runner import Shell, shell
from tests.support.databases import Store, new_escalation
from tests.support.small_knowledge import phrasing, write_knowledge, write_questions

__all__ = ["shell"]

RULES = """\
    routes:
      - when: {colour: red}
        to: vault
      - when: {colour: green}
        not_eligible: Green ones are not taken.
      - to: desk"""

DESK = ["help/password", "help/invoice", "help/badge", "help/secret"]
"""The entries that can lead to the desk, in the order of the knowledge base."""


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    return write_knowledge(tmp_path / "knowledge", rules=RULES)


def resolved(store: Store, view: str, ending: ResolutionCode, which: str | None = None, **changes: Any) -> str:
    """Return an escalation that was sent, claimed and resolved; its reference."""
    usual = {"question": f"question {view}", "entry_id": "help/badge"}
    escalation = store.escalations.submit(new_escalation(view, **{**usual, **changes})).escalation
    store.escalations.apply(escalation.id, Claim("U2"))
    store.escalations.apply(escalation.id, Resolve("U2", Resolution(ending, "decided so", which)))
    store.elapse(1)
    return escalation.reference


def written(shell: Shell, knowledge: Path, *arguments: object) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the questions, and what is said beside them."""
    ran = shell("evaluate", "--from-escalations", "--write", "-", "--knowledge", knowledge, *arguments)
    assert ran.status == 0, ran.err
    return [json.loads(line) for line in ran.out.splitlines()], ran.err.splitlines()


def test_each_ending_labels_what_it_leaves_possible(store: Store, shell: Shell, knowledge: Path) -> None:
    first = resolved(store, "V1", ResolutionCode.WRONG_QUEUE, "vault")
    resolved(store, "V2", ResolutionCode.WRONG_QUEUE, "desk", entry_id="help/danger")
    resolved(store, "V3", ResolutionCode.NOT_ELIGIBLE, entry_id="help/invoice")
    resolved(store, "V4", ResolutionCode.IN_GUIDE, entry_id="help/password")
    again = resolved(store, "V5", ResolutionCode.DUPLICATE, first.lower())
    resolved(store, "V6", ResolutionCode.DUPLICATE, again)
    resolved(store, "V7", ResolutionCode.RIGHT_PLACE)
    questions, said = written(shell, knowledge)
    assert [(one["text"], one["ids"], one["ending"], one["was"]) for one in questions] == [
        ("question V1", ["help/badge"], "wrong_queue", "help/badge"),
        ("question V2", DESK, "wrong_queue", "help/danger"),
        ("question V3", ["help/badge"], "not_eligible", "help/invoice"),
        ("question V4", ["help/password"], "in_guide", "help/password"),
        ("question V5", ["help/badge"], "duplicate", "help/badge"),
        ("question V6", ["help/badge"], "duplicate", "help/badge"),
    ]
    assert [one["from"] for one in questions] == [f"D-{1001 + number}" for number in range(6)]
    assert said == ["6 questions from escalations."]


def test_what_tells_nothing_is_left_out_and_counted(store: Store, shell: Shell, knowledge: Path) -> None:
    resolved(store, "V1", ResolutionCode.WRONG_QUEUE, "vault", question=None)
    resolved(store, "V2", ResolutionCode.WRONG_QUEUE, "closed-queue")
    resolved(store, "V3", ResolutionCode.IN_GUIDE, entry_id=None)
    resolved(store, "V4", ResolutionCode.IN_GUIDE, entry_id="help/gone")
    resolved(store, "V5", ResolutionCode.DUPLICATE, "D-9999")
    store.escalations.submit(new_escalation("V6", question="still open", entry_id="help/badge"))
    resolved(store, "V7", ResolutionCode.DUPLICATE, "D-1006")
    resolved(store, "V8", ResolutionCode.DUPLICATE, "D-1009")
    resolved(store, "V9", ResolutionCode.DUPLICATE, "D-1008")
    reopened = resolved(store, "V10", ResolutionCode.WRONG_QUEUE, "vault")
    found = store.escalations.by_reference(reopened)
    assert found is not None
    store.escalations.apply(found.id, Reopen("U1"))
    questions, said = written(shell, knowledge)
    assert questions == []
    assert sorted(said) == [
        "0 questions from escalations.",
        "Left out: 1 of a queue that is not the destination of any entry.",
        "Left out: 1 without a question: erased, or the form was opened without one.",
        "Left out: 2 without an entry, or whose entry was removed.",
        "Left out: 4 that duplicate one without a label, or one that is still open.",
    ]


def test_the_same_words_with_the_same_label_count_once(store: Store, shell: Shell, knowledge: Path) -> None:
    resolved(store, "V1", ResolutionCode.WRONG_QUEUE, "vault", question=" where to? ")
    resolved(store, "V2", ResolutionCode.WRONG_QUEUE, "vault", question="where to?")
    resolved(store, "V3", ResolutionCode.WRONG_QUEUE, "desk", question="where to?")
    questions, _ = written(shell, knowledge)
    assert [(one["text"], one["from"]) for one in questions] == [("where to?", "D-1001"), ("where to?", "D-1003")]


def test_the_questions_are_asked(store: Store, shell: Shell, knowledge: Path, tmp_path: Path) -> None:
    resolved(store, "V1", ResolutionCode.WRONG_QUEUE, "vault", question=phrasing("help/badge"), entry_id="help/invoice")
    resolved(store, "V2", ResolutionCode.IN_GUIDE, question=phrasing("help/password"), entry_id="help/invoice")
    common = ["evaluate", "--from-escalations", "--knowledge", knowledge]
    found = shell(*common, "--json").document
    assert (found["questions"], found["in_scope"]) == (2, 2)
    assert found["counts"]["top1"] == {"count": 1, "of": 2}
    assert [part["file"] for part in found["files"]] == ["escalations: wrong queue", "escalations: in guide"]
    gates = tmp_path / "gates.toml"
    gates.write_text('[[sets]]\nname = "all questions"\nat_least = {top1 = 0.6}\n', encoding="utf-8")
    assert shell(*common, "--gates", gates).status == 1
    tables = shell(*common)
    assert tables.status == 0
    assert "escalations: wrong queue" in tables.out


def test_they_join_the_questions_of_files(store: Store, shell: Shell, knowledge: Path, tmp_path: Path) -> None:
    resolved(store, "V1", ResolutionCode.IN_GUIDE, question=phrasing("help/badge"), entry_id="help/badge")
    file = write_questions(tmp_path / "more.jsonl", [(phrasing("help/password"), ["help/password"])])
    found = shell("evaluate", file, "--from-escalations", "--knowledge", knowledge, "--json").document
    assert [(part["file"], part["questions"]) for part in found["files"]] == [
        (str(file), 1),
        ("escalations: in guide", 1),
    ]


def test_what_was_written_can_be_evaluated(store: Store, shell: Shell, knowledge: Path, tmp_path: Path) -> None:
    resolved(store, "V1", ResolutionCode.WRONG_QUEUE, "vault", question=phrasing("help/badge"))
    file = tmp_path / "escalated.jsonl"
    ran = shell("evaluate", "--from-escalations", "--write", file, "--knowledge", knowledge)
    assert (ran.status, ran.out) == (0, "")
    assert shell("evaluate", file, "--knowledge", knowledge, "--json").document["top1"] == 1.0


def test_a_half_is_a_half(store: Store, shell: Shell, knowledge: Path) -> None:
    for number in range(8):
        resolved(store, f"V{number}", ResolutionCode.WRONG_QUEUE, "vault")
    halves = [
        [one["text"] for one in written(shell, knowledge, "--half", half)[0]] for half in ("development", "report")
    ]
    assert sorted(halves[0] + halves[1]) == [f"question V{number}" for number in range(8)]
    assert {split_of(text) for text in halves[0]} == {"development"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "no questions: pass files of questions, or --from-escalations."),
        (["x.jsonl", "--write", "y.jsonl"], "--write needs --from-escalations and no files"),
        (["x.jsonl", "--from-escalations", "--write", "y.jsonl"], "--write needs --from-escalations and no files"),
        (["--from-escalations"], "no escalation yields a question: nothing to measure."),
        (["--from-escalations", "--write", "/nowhere/x.jsonl"], "/nowhere/x.jsonl cannot be written"),
    ],
)
def test_wrong_use_is_reported(store: Store, shell: Shell, knowledge: Path, arguments: list[str], words: str) -> None:
    ran = shell("evaluate", *arguments, "--knowledge", knowledge)
    assert (ran.status, ran.out) == (2, "")
    assert words in ran.err
