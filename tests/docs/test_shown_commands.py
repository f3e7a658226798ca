"""Every command that a page shows is run as written, in a copy of the project. CONTRIBUTING.md explains the blocks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Block, Page, written
from tests.support.processes import clean_environment

COPIED = ("knowledge", "examples", "scripts")
NOT_RUN = ("sh server", "sh workspace", "sh root", "sh tests")
"""Blocks that serve until they are stopped, need a workspace, need root, or run the tests."""

PROGRAMS = {"slackguide", "docker", "systemctl", "journalctl", "nginx", "useradd", "cp", "chmod", "install", "set", "."}
PROGRAMS |= {"git", "su", "umask", "rm", "sed", "apt-get", "sqlite3", "pg_dump", "pg_restore"}
PROGRAMS |= {"SLACKGUIDE_KNOWLEDGE=desk"}
PROGRAMS |= {"./scripts/run", "./scripts/test", "/opt/slackguide/scripts/setup"}

MOST_NOT_RUN = 20
"""Blocks that are not run, of all pages: few, so that most of what is shown is known to work."""


def shell_blocks(page: Page) -> list[Block]:
    """Return the blocks that are run, and the files that they need."""
    return [block for block in page.blocks() if block.info in ("sh", "console") or block.info.startswith("yaml file=")]


RUN = [page for page in written() if shell_blocks(page)]


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_the_commands_of_the_page_work(page: Page, tmp_path: Path) -> None:
    project, home = tmp_path / "project", tmp_path / "home"
    for name in COPIED:
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    environment = clean_environment(SLACKGUIDE_HOME=home, HOME=home, LC_ALL="C.UTF-8")
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    for block in shell_blocks(page):
        if block.info.startswith("yaml file="):
            (project / block.info.removeprefix("yaml file=")).write_text(block.text, "utf-8")
        elif block.info == "sh":
            run(block.text, project, environment, block.place)
        else:
            for command, expected in transcript(block):
                shown = run(command, project, environment, block.place)
                matched = re.fullmatch("\n".join(map(pattern, expected)), shown.rstrip("\n"))
                assert matched, f"{block.place}: `{command}` now prints this; change the page:\n{shown}"


def run(script: str, folder: Path, environment: dict[str, str], place: str) -> str:
    """Run a script as it is written, and return its standard output."""
    arguments = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, f"{place} ended with {done.returncode}:\n{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def transcript(block: Block) -> Iterator[tuple[str, list[str]]]:
    """Yield the commands after `$`, each with the lines of its output."""
    command, lines = "", list[str]()
    for line in block.text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, lines
            command, lines = line[2:], []
        else:
            lines.append(line)
    yield command, lines


def pattern(line: str) -> str:
    """Return the pattern of a line of output; `…` alone stands for any lines."""
    return r"(?s:.*)" if line == "…" else re.escape(line) + r"[ ]*"


@pytest.mark.parametrize("page", written(), ids=lambda page: page.name)
def test_every_block_says_what_it_is(page: Page) -> None:
    known = ("sh", "console", "yaml", "json", "", "mermaid", *NOT_RUN)
    odd = [
        block.place for block in page.blocks() if not block.info.startswith("yaml file=") and block.info not in known
    ]
    assert odd == []
    hidden = [
        block.place for block in page.blocks() if block.info == "" and re.search(r"^\$? ?slackguide ", block.text, re.M)
    ]
    assert hidden == [], "mark these blocks with `sh`, so that they are run"


def test_what_is_not_run_names_what_exists() -> None:
    blocks = [block for page in written() for block in page.blocks() if block.info in NOT_RUN]
    assert 0 < len(blocks) <= MOST_NOT_RUN
    for block in blocks:
        for line in filter(None, map(str.strip, re.sub(r"(^|\s)#.*", "", block.text).splitlines())):
            assert line.split()[0] in PROGRAMS, (
                f"{block.place}: add `{line.split()[0]}` to PROGRAMS, or mark the block `sh`"
            )
            named = re.findall(r"(?<![\w/])(?:\./)?((?:deploy|scripts)/[\w./-]+)", line)
            assert all((ROOT / name).exists() for name in named), f"{block.place}: {line}"


def test_a_transcript_is_compared() -> None:
    ((command, lines),) = transcript(Block("console", "$ echo hello\nhello\n…\nworld\n", "here"))
    assert command == "echo hello"
    matches = "\n".join(map(pattern, lines))
    assert re.fullmatch(matches, "hello\n1\n2\nworld")
    assert not re.fullmatch(matches, "hallo\n1\nworld")
