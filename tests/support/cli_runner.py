"""Runs the command line in this process, from its real entry to its exit status."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from slackguide.cli import main


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command wrote and how it ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)


class Shell:
    """Calls `slackguide` with arguments."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Ran:
        self._monkeypatch.setattr(sys, "argv", ["slackguide", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        written = self._capsys.readouterr()
        return Ran(int(ended.value.code or 0), written.out, written.err)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """The command line, in a terminal of 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")
    return Shell(monkeypatch, capsys)
