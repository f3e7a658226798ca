"""`slackguide new`: a skeleton that is valid, answers at once, and overwrites nothing."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.support.cli_runner import Shell, shell

__all__ = ["shell"]


@pytest.fixture
def skeleton(shell: Shell, tmp_path: Path) -> Path:
    directory = tmp_path / "desk" / "knowledge"
    ran = shell("new", directory, "--today", "2026-11-27")
    assert (ran.status, ran.out) == (0, "")
    assert f"slackguide check {directory}" in ran.err
    return directory


def test_the_skeleton_is_one_valid_file(shell: Shell, skeleton: Path) -> None:
    assert [path.name for path in skeleton.iterdir()] == ["knowledge.yaml"]
    assert "reviewed: 2026-11-27" in (skeleton / "knowledge.yaml").read_text("utf-8")
    ran = shell("check", skeleton)
    assert ran.status == 0, ran.out
    assert "3 entries, 5 destinations, 1 fact, 1 form" in ran.err


def test_the_skeleton_answers_with_the_shipped_knowledge_absent(
    shell: Shell, skeleton: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = shell("route", "--knowledge", skeleton, "--json", "I forgot my password").document
    assert answer["answer"]["id"] == "locked-out"
    assert answer["missing"] == ["administrator"]
    for given, kind, name in (("yes", "queue", "Access Requests"), ("no", "self", "You handle it")):
        ran = shell(
            "route", "--knowledge", skeleton, "--json", "--fact", f"administrator={given}", "I forgot my password"
        )
        destination = ran.document["answer"]["destination"]
        assert (destination["kind"], destination["name"]) == (kind, name)


@pytest.mark.parametrize("text", ["wants to talk to another person", "how long is the show", "where can I park"])
def test_the_skeleton_is_not_sure_of_what_it_never_heard(shell: Shell, skeleton: Path, text: str) -> None:
    assert shell("route", "--knowledge", skeleton, "--json", text).document["outcome"] != "answer"


def test_the_hint_below_choices_is_a_command_that_works(
    shell: Shell, skeleton: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    spaced = skeleton.rename(tmp_path / "our base")
    vague = "password, or money back, or everything is down"
    hint = "slackguide route --knowledge 'our base' --entry ID"
    for ran in (
        shell("route", "--knowledge", spaced.name, vague),
        shell("chat", "--knowledge", spaced.name, stdin=f"{vague}\n"),
    ):
        assert hint in " ".join(ran.out.split())
    assert shell(*shlex.split(hint)[1:-1], "locked-out").status == 0
    spaced.rename(tmp_path / "knowledge")
    assert "choose one: slackguide route --entry ID" in " ".join(shell("route", vague).out.split())


def test_nothing_is_overwritten(shell: Shell, skeleton: Path) -> None:
    path = skeleton / "knowledge.yaml"
    path.write_text("mine", "utf-8")
    ran = shell("new", skeleton)
    assert ran.status == 2
    assert "has YAML files already" in ran.err
    assert path.read_text("utf-8") == "mine"


def test_a_folder_that_cannot_be_written_is_a_message(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    ran = shell("new", tmp_path / "file" / "knowledge")
    assert ran.status == 2
    assert "cannot be written: " in ran.err
