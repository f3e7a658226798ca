"""Run the command line in this process, from its entry point to its exit status."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from slackguide.cli import main


@dataclass(frozen=True, slots=True)
class Ran:
    """The output and the exit status of a command."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Return standard output as JSON."""
        return json.loads(self.out)


class Shell:
    """Runs `slackguide` with arguments."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: object, stdin: str | None = None) -> Ran:
        if stdin is not None:
            self._monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        self._monkeypatch.setattr(sys, "argv", ["slackguide", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit:
            main()
        output = self._capsys.readouterr()
        return Ran(int(exit.value.code or 0), output.out, output.err)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Return the command line, in a terminal of 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")
    return Shell(monkeypatch, capsys)
