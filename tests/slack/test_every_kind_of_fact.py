"""The question about a fact of every kind and unit has buttons, and each of them leads to a destination."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackguide.guide import Guide
from slackguide.slack.ids import Action
from tests.support.app_harness import AppHarness
from tests.support.fact_kinds import FACTS, WORDS, knowledge_of_every_kind
from tests.support.rendered import words


@pytest.fixture
def every_kind(harness: AppHarness, tmp_path: Path) -> AppHarness:
    directory = tmp_path / "kinds"
    directory.mkdir()
    harness.reload(Guide(knowledge_of_every_kind(directory)))
    return harness


def test_buttons_answer_the_question_about_every_kind_of_fact(every_kind: AppHarness) -> None:
    for word in WORDS[: len(FACTS)]:
        for number, destination in ((0, "Vault"), (1, "Desk")):
            message = every_kind.route(f"the {word} is broken")
            assert f"Which {word}?" in words(message)
            answered = every_kind.click_message(message, f"{Action.SET_FACT}:{number}")
            assert ("Vault" in words(answered)) != ("Desk" in words(answered)), (word, destination, words(answered))
