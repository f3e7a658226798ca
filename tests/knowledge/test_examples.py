"""Example questions come from the base, one a team first, and never from what is critical or hidden."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from slackguide.knowledge import load
from slackguide.knowledge.examples import example_questions

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("directory", [ROOT / "knowledge", ROOT / "examples" / "help-desk"])
def test_examples_are_short_phrasings_of_every_team_in_turn(directory: Path) -> None:
    knowledge = load(directory)
    owners = {text: entry for entry in knowledge.entries.values() for text in entry.concerns}
    teams = list(dict.fromkeys(entry.team for entry in knowledge.entries.values()))
    for count in (1, 3, len(teams) + 2):
        examples = example_questions(knowledge, count)
        assert len(examples) == len(set(examples)) == count
        assert [owners[text].team for text in examples[: len(teams)]] == teams[:count]
        assert max(Counter(owners[text].team for text in examples).values()) <= -(-count // len(teams)) + 1
        for text in examples:
            assert not owners[text].urgent
            assert owners[text].audience >= {"agent", "team_lead"}
            assert 3 <= len(text.split()) < 10


def test_no_more_examples_than_entries() -> None:
    knowledge = load(Path(__file__).parent / "fixtures" / "valid")
    assert len(example_questions(knowledge, 50)) == len(knowledge.entries)
    assert example_questions(knowledge, 0) == []
