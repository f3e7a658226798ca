"""A lead collects labels from use, compares versions, and decides which one is in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.state_machine import Claim, Resolve
from slackguide.labels import MAX_PER_PERSON
from slackguide.storage.feedback import FeedbackRepository, Verdict
from slackguide.storage.labels import LabelRepository
from slackguide.storage.retention import RetentionService
from tests.support.cli_runner import Shell, shell
from tests.support.databases import Store, new_escalation
from tests.support.small_knowledge import NOISE, write_knowledge, write_questions

__all__ = ["shell"]

QUESTIONS = [
    ("is the invoice wrong", "help/invoice"),
    ("the badge, again", "help/badge"),
    ("password, what now", "help/password"),
    ("about that old invoice", "help/invoice"),
    ("badge trouble since yesterday", "help/badge"),
    ("how about the password", "help/password"),
]


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    return write_knowledge(tmp_path / "knowledge")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACKGUIDE_HOME", str(tmp_path / "home"))


def choose(store: Store, question: str, entry: str, user: str) -> None:
    LabelRepository(database=store.database).record_choice(
        answer_id=f"answer to {question}", user_id=user, entry_id=entry, question=question
    )
    store.elapse(1)


def used(store: Store, *, wrong: bool = False) -> None:
    """Let six people choose the entry of a question, or say that none fits."""
    for number, (question, entry) in enumerate(QUESTIONS):
        if wrong:
            FeedbackRepository(database=store.database).record(
                answer_id=f"A{number}", user_id=f"W{number}", entry_id=None, verdict=Verdict.NOT_THIS, question=question
            )
            store.elapse(1)
        else:
            choose(store, question, entry, f"U{number}")


def test_labels_come_from_clicks_and_escalations(store: Store, shell: Shell, knowledge: Path) -> None:
    used(store)
    FeedbackRepository(database=store.database).record(
        answer_id="A1", user_id="U8", entry_id="help/badge", verdict=Verdict.NOT_THIS, question="my phone"
    )
    store.elapse(1)
    new = new_escalation("V1", question="the badge is gone", entry_id="help/badge")
    escalation = store.escalations.submit(new).escalation
    store.escalations.apply(escalation.id, Claim("U2"))
    store.escalations.apply(escalation.id, Resolve("U2", Resolution(ResolutionCode.IN_GUIDE, "it is", None)))

    collected = shell("labels", "collect", "--knowledge", knowledge)
    assert collected.status == 0, collected.err
    assert "Version 1: 8 labels (6 chosen, 1 not this, 1 escalation)" in collected.err
    listed = shell("labels", "list", "1", "--json").document
    assert [(one["text"], one["source"], one["ids"], one["not"]) for one in listed] == [
        *((question, "chosen", [entry], None) for question, entry in QUESTIONS),
        ("my phone", "not_this", [], "help/badge"),
        ("the badge is gone", "escalation", ["help/badge"], None),
    ]
    assert "not help/badge" in shell("labels", "list", "1").out


def test_a_version_is_in_use_only_when_a_lead_says_so(store: Store, shell: Shell, knowledge: Path) -> None:
    used(store)
    first = shell("labels", "collect", "--knowledge", knowledge, "--json").document
    assert (first["version"], first["labels"], first["in_use"]) == (1, 6, False)
    assert first["shift"] > 0, "all of them are right"
    again = shell("labels", "collect", "--knowledge", knowledge)
    assert (again.status, again.out) == (0, "")
    assert "No new labels" in again.err
    used(store, wrong=True)
    second = shell("labels", "collect", "--knowledge", knowledge, "--json").document
    assert second["version"] == 2
    assert second["shift"] < first["shift"]

    def in_use() -> list[int]:
        return [one["version"] for one in shell("labels", "list", "--json").document if one["in_use"]]

    assert in_use() == []
    for number in (1, 2):
        assert shell("labels", "use", number).status == 0
        assert in_use() == [number]
    assert "in use" in shell("labels", "list").out
    assert "Version 1 is in use again" in shell("labels", "undo").err
    assert in_use() == [1]
    shell("labels", "use", "none")
    assert in_use() == []
    shell("labels", "undo")
    assert in_use() == [1]


def test_one_person_adds_only_a_few(store: Store, shell: Shell, knowledge: Path) -> None:
    for number in range(20):
        choose(store, f"is invoice {number} wrong", "help/badge", "U1")
    assert shell("labels", "collect", "--knowledge", knowledge, "--json").document["labels"] == MAX_PER_PERSON


def test_a_comparison_lists_what_changes(store: Store, shell: Shell, knowledge: Path, tmp_path: Path) -> None:
    used(store, wrong=True)
    shell("labels", "collect", "--knowledge", knowledge)
    questions = write_questions(
        tmp_path / "questions.jsonl", [*((text, [entry]) for text, entry in QUESTIONS), (NOISE, [])]
    )
    arguments = ("--knowledge", knowledge, "--questions", questions)
    changed = shell("labels", "compare", 1, *arguments, "--json").document
    assert changed["before"]["questions"] == 7
    assert changed["after"]["answered"] < changed["before"]["answered"]
    assert changed["moved"] == changed["before"]["answered"] - changed["after"]["answered"]
    assert {move["new"]["outcome"] for move in changed["moves"]} == {"choices"}
    shell("labels", "use", 1)
    assert shell("labels", "compare", 1, *arguments, "--json").document["moved"] == 0, "compared with the one in use"
    back = shell("labels", "compare", "none", *arguments)
    assert "answered" in back.err
    assert "better" in back.out
    with_none = shell("labels", "compare", 1, "--with", "none", *arguments, "--json").document
    assert with_none["moved"] == changed["moved"]


def test_without_questions_a_version_is_compared_on_its_labels(store: Store, shell: Shell, knowledge: Path) -> None:
    used(store)
    shell("labels", "collect", "--knowledge", knowledge)
    compared = shell("labels", "compare", 1, "--knowledge", knowledge, "--json")
    assert compared.document["before"]["questions"] == len(QUESTIONS)
    assert "labels of the version itself" in compared.err
    RetentionService(database=store.database, days=1).erase_before(store.now())
    forgotten = shell("labels", "compare", 1, "--knowledge", knowledge)
    assert (forgotten.status, "no questions" in forgotten.err) == (2, True)
    assert "6 (6 erased)" in shell("labels", "list").out
    assert "(erased)" in shell("labels", "list", 1).out


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("use", "7"), "no version 7"),
        (("use", "x"), "not a version"),
        (("use", "0"), "not a version"),
        (("list", "7"), "no version 7"),
        (("undo",), "nothing to undo"),
        (("compare", "7"), "no version 7"),
        (("compare", "7", "--as", "visitor"), "`visitor` is not a role"),
    ],
)
def test_a_version_that_is_not_there(
    store: Store, shell: Shell, knowledge: Path, arguments: tuple[str, ...], error: str
) -> None:
    ran = shell("labels", *arguments, *(["--knowledge", knowledge] if arguments[0] == "compare" else []))
    assert ran.status == 2
    assert error in ran.err


def test_a_version_of_another_release_is_not_used(store: Store, shell: Shell) -> None:
    LabelRepository(database=store.database).add_version((), method=0, shift=3.0)
    ran = shell("labels", "use", 1)
    assert (ran.status, "another release" in ran.err) == (2, True)
    assert "outdated" in shell("labels", "list").out


def test_before_anything_is_collected(store: Store, shell: Shell, knowledge: Path) -> None:
    assert shell("labels", "list", "--json").document == []
    assert "No versions yet" in shell("labels", "list").err
    collected = shell("labels", "collect", "--knowledge", knowledge, "--json")
    assert (collected.status, collected.document) == (0, None)
