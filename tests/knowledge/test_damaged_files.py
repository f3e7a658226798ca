"""Whatever the bytes of a knowledge file are: they are read or refused in words, and the mended ones are taken."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from slackguide.errors import SlackguideError
from slackguide.guide.reloading import ReloadableGuide
from slackguide.triage.completeness import load_verified
from tests.knowledge.conftest import VALID
from tests.support.cli_runner import Shell, shell

__all__ = ["shell"]

PIECES = (
    b"\0", b"\xff", b"\xc3", b"\t", b"{", b"}", b"[", b"]", b":", b"&a ", b"*a ", b"!!python/object:os.system ", b"- ",
    b"\n", b"%", b"'", b'"', b"9" * 30, b".nan", b"~", b"2026-13-45", b"0x1F", b"<<: *a", b"\xe2\x80\xa8", b"? ", b"|",
    b">", b"#", b"1e999", b"yes", b"(" * 50, b"a{9999999}", b" " * 40, b"\r", b"\x85", b"\xef\xbb\xbf", b"\xed\xa0\x80",
)  # fmt: skip
"""What a file is damaged with: control characters, half characters, YAML's own signs, and odd values."""


def damage(folder: Path, rng: random.Random) -> Path:
    """Change some bytes of one file."""
    file = rng.choice(sorted(path for path in folder.rglob("*") if path.is_file()))
    data = bytearray(file.read_bytes())
    for _ in range(rng.choice((1, 1, 2, 5))):
        at, length = rng.randrange(len(data) + 1), rng.choice((0, 1, 10, 100))
        data[at : at + length] = rng.choice((rng.choice(PIECES), b"", bytes([rng.randrange(256)])))
    file.write_bytes(bytes(data))
    return file


def loaded(directory: Path) -> Any:
    """Return what `ReloadableGuide` needs of a guide, without training it."""
    return SimpleNamespace(knowledge=load_verified(directory))


@pytest.mark.parametrize("seed", range(8))
def test_reloading_survives_any_bytes(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(VALID, folder)
    guide = ReloadableGuide(directory=folder, build=loaded)
    rng = random.Random(seed)
    for _ in range(10):
        file = damage(folder, rng)
        if not guide.reload():
            assert isinstance(guide.fault, SlackguideError)
            assert "internal error" not in str(guide.fault), file.read_bytes()
        shutil.copytree(VALID, folder, dirs_exist_ok=True)
        assert guide.reload()


@pytest.mark.parametrize("seed", range(3))
def test_check_prints_errors_and_no_trace(tmp_path: Path, shell: Shell, seed: int) -> None:
    rng = random.Random(1000 + seed)
    for _ in range(8):
        folder = tmp_path / str(rng.random())
        shutil.copytree(VALID, folder)
        damage(folder, rng)
        ran = shell("check", folder)
        assert ran.status in (0, 1, 2)
        assert "Traceback" not in ran.out + ran.err
        assert "Internal error" not in ran.out + ran.err


def test_a_fault_of_ours_is_one_line(shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "a.yaml").write_text("entries: {}")
    monkeypatch.setattr(Path, "iterdir", lambda _self: (_ for _ in ()).throw(RuntimeError("secret words")))
    ran = shell("check", folder)
    assert ran.status == 2
    assert "Internal error: RuntimeError at " in ran.err
    assert "secret" not in ran.err
    assert len(ran.err.splitlines()) == 1
