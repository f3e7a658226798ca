"""The question about a fact of every kind and unit has buttons, and each of them leads to a destination."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackguide.guide import Guide
from slackguide.slack.ids import Action
from tests.support.app_harness import AppHarness
from tests.support.fact_kinds import FACTS, WORDS, knowledge_of_every_kind
from tests.support.night_desk import night_desk
from tests.support.rendered import words


@pytest.fixture
def every_kind(harness: AppHarness, tmp_path: Path) -> AppHarness:
    directory = tmp_path / "kinds"
    directory.mkdir()
    harness.reload(Guide(knowledge_of_every_kind(directory)))
    return harness


def test_buttons_answer_the_question_about_every_kind_of_fact(every_kind: AppHarness) -> None:
    for name, word in zip(FACTS, WORDS, strict=True):
        if FACTS[name]["kind"] == "checklist":
            continue
        for number, destination in ((0, "Vault"), (1, "Desk")):
            message = every_kind.route(f"the {word} is broken")
            assert f"Which {word}?" in words(message)
            answered = every_kind.click_message(message, f"{Action.SET_FACT}:{number}")
            assert ("Vault" in words(answered)) != ("Desk" in words(answered)), (word, destination, words(answered))


def test_a_checklist_is_one_question_with_checkboxes(every_kind: AppHarness) -> None:
    word = WORDS[list(FACTS).index("ready")]
    for ticked, destination in ((["backup", "tested", "owner"], "Vault"), (["backup"], "Desk"), ([], "Desk")):
        message = every_kind.route(f"the {word} is broken")
        every_kind.sandbox.click("ana", message, Action.CHECKLIST, ticked)
        answered = every_kind.click_message(message, Action.SET_CHECKLIST)
        assert destination in words(answered)
        assert ("Backup exists" in words(answered)) == (ticked == ["backup"])


def test_the_card_states_the_moment_and_every_destination(harness: AppHarness, tmp_path: Path) -> None:
    (tmp_path / "night").mkdir()
    harness.reload(Guide(night_desk(tmp_path / "night")))
    outside = harness.click_message(harness.route("the server is down"), Action.CHOOSE + ":0")
    assert "Front Desk" in words(outside)  # Wednesday, 11:00 in New York
    assert "within support hours" in words(outside)
    breach = harness.click_message(harness.route("customer data leaked"), Action.CHOOSE + ":0")
    assert "*Also:* Front Desk" in words(breach)
    assert breach.text.startswith("Duty Lead. Also: Front Desk. Also: Night Shift.")
