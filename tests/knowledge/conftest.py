"""A small valid knowledge base, copied to be damaged, and `slackguide check` on it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.cli_runner import Ran, Shell, shell

__all__ = ["shell"]

VALID = Path(__file__).parent / "fixtures" / "valid"


@dataclass(frozen=True, slots=True)
class Copy:
    """A knowledge base of one's own."""

    directory: Path
    shell: Shell

    def edit(self, file: str, old: str, new: str) -> None:
        """Put `new` in the one place of the file where `old` stands."""
        path = self.directory / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"`{old}` stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def at(self, file: str, mark: str) -> str:
        """`file:line:column` of the first place where `mark` stands."""
        text = (self.directory / file).read_text(encoding="utf-8")
        before = text[: text.index(mark)]
        return f"{self.directory / file}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"

    def check(self) -> Ran:
        """Return the result of `slackguide check`."""
        return self.shell("check", self.directory)

    def faults(self) -> list[str]:
        """Return the diagnostics of `slackguide check`, without their subjects. It must reject the knowledge base."""
        ran = self.check()
        assert ran.status == 1, ran.out
        found = self.shell("check", self.directory, "--json").document
        assert f"{len(found)} error" in ran.err
        assert "the knowledge base will not be loaded" in ran.err
        assert ran.out.splitlines() == [
            f"{one['file']}:{one['line']}:{one['column']}: {one['subject'] and one['subject'] + ': '}{one['message']}"
            for one in found
        ]
        return [f"{one['file']}:{one['line']}:{one['column']}: {one['message']}" for one in found]


@pytest.fixture
def copy(tmp_path: Path, shell: Shell) -> Copy:
    directory = tmp_path / "knowledge"
    shutil.copytree(VALID, directory)
    return Copy(directory, shell)
