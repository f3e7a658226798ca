"""`slackguide new`: a skeleton that is valid, answers at once, and overwrites nothing."""

from __future__ import annotations

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
