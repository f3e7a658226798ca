"""`slackguide check --todo`: what the owners have to settle."""

from __future__ import annotations

from pathlib import Path

from tests.support.cli_runner import Shell, shell
from tests.support.small_knowledge import write_knowledge

__all__ = ["shell"]

OPEN = """\
    todo: Say who has the key.
    conflicts:
      - {says: it is red, at: Page 1, but: it is green, elsewhere: Page 9, todo: Name its colour.}
    source: Everything"""


def _with_todo(folder: Path) -> Path:
    path = write_knowledge(folder) / "help.yaml"
    path.write_text(path.read_text("utf-8").replace("    source: Everything", OPEN, 1), "utf-8")
    return folder


def test_gaps_and_contradictions_are_printed_with_the_owner(shell: Shell, tmp_path: Path) -> None:
    ran = shell("check", "--todo", _with_todo(tmp_path / "knowledge"))
    assert ran.status == 0
    assert ran.out.splitlines() == [
        "help/password (help-leads): Name its colour.",
        "    “it is red” (Page 1), but “it is green” (Page 9)",
        "help/password (help-leads): Say who has the key.",
    ]
    found = shell("check", "--todo", "--json", tmp_path / "knowledge").document
    assert [(one["todo"], one["conflict"] is None) for one in found] == [
        ("Name its colour.", False),
        ("Say who has the key.", True),
    ]


def test_agents_do_not_see_a_todo(shell: Shell, tmp_path: Path) -> None:
    folder = _with_todo(tmp_path / "knowledge")
    assert "who has the key" not in shell("route", "--entry", "help/password", "--knowledge", folder).out


def test_errors_come_first(shell: Shell, tmp_path: Path) -> None:
    folder = write_knowledge(tmp_path / "knowledge")
    path = folder / "help.yaml"
    path.write_text(path.read_text("utf-8").replace("to: desk", "to: dusk"), "utf-8")
    ran = shell("check", "--todo", folder)
    assert ran.status == 1
    assert "did you mean `desk`?" in ran.out
