"""Every command says what it is for, and every option what it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from slackguide.cli import app
from tests.support.cli_runner import Shell, shell

__all__ = ["shell"]

ROOT = typer.main.get_command(app)


def commands(command: Any = ROOT, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with its words."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


ALL = dict(commands())
LEAVES = {path: command for path, command in ALL.items() if not getattr(command, "commands", None)}


def test_the_commands_are_the_contracts_and_the_issues() -> None:
    assert {" ".join(path) for path in LEAVES} == {
        "new", "import", "suggest", "chat",
        "route", "check", "triage", "schema", "evaluate", "compare", "serve", "sandbox", "worker", "manifest",
        "feedback list", "escalations list", "escalations show", "escalations export", "outbox list", "outbox retry",
        "outbox drop", "outbox resync", "sources", "labels list", "labels collect", "labels compare", "labels use",
        "labels undo", "doctor", "erase",
    }  # fmt: skip


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_is_printed(shell: Shell, path: tuple[str, ...]) -> None:
    for flag in ("--help", "-h"):
        ran = shell(*path, flag)
        assert (ran.status, ran.err) == (0, "")
        assert "Usage: slackguide" in ran.out


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_option_is_explained_in_a_sentence(path: tuple[str, ...]) -> None:
    assert (ALL[path].help or "").strip().endswith(".")
    for parameter in ALL[path].params:
        reported = getattr(parameter, "help", None)
        assert reported, f"{' '.join(path)} does not explain {parameter.name}"
        assert len(reported) >= 10
        assert reported.endswith("."), f"{' '.join(path)} {parameter.name}: {reported}"


def test_wrong_use_exits_2(shell: Shell) -> None:
    for arguments in (["fly"], ["route", "--wings"], ["feedback"], ["outbox", "fly"], ["serve", "now"], []):
        ran = shell(*arguments)
        assert ran.status == 2, arguments


def test_the_version_is_printed(shell: Shell) -> None:
    from slackguide import __version__

    ran = shell("--version")
    assert (ran.status, ran.out) == (0, f"slackguide {__version__}\n")
