"""The people, channels and user groups of the sandbox come from the forms and roles of the knowledge base."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackguide.knowledge import load
from slackguide.runtime.sandbox_app import team_for

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("directory", [ROOT / "knowledge", ROOT / "examples" / "help-desk"])
def test_the_team_is_that_of_the_forms(directory: Path) -> None:
    knowledge = load(directory)
    team = team_for(knowledge)
    channels = {channel.name for channel in team.channels}
    assert {form.channel for form in knowledge.forms.values()} <= channels
    groups = {group.handle: group.users for group in team.groups}
    assert groups.keys() >= set(knowledge.user_groups)
    people = {person.id: person for person in team.people}
    for form in knowledge.forms.values():
        titles = {people[user].title for user in groups[form.specialists or ""]}
        assert titles == {f"Specialist, {form.title}"}


def test_a_role_of_the_base_has_a_member(tmp_path: Path) -> None:
    text = (ROOT / "src/slackguide/knowledge/data/skeleton.yaml").read_text("utf-8").replace("{today}", "2026-11-27")
    (tmp_path / "base.yaml").write_text(f"{text}\nroles:\n  console: [console-users]\n", "utf-8")
    team = team_for(load(tmp_path))
    groups = {group.handle: group.users for group in team.groups}
    assert len(groups["console-users"]) == 1
