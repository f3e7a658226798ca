"""The sandbox goes on with its messages and its database, and starts empty where it cannot or is told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from slackguide.config import read_settings
from slackguide.runtime.sandbox_app import SandboxApp
from tests.support.processes import free_port
from tests.support.sandbox_workspace import small_knowledge
from tests.support.waiting import WAIT_SECONDS

QUESTION = "the invoice is wrong"


@contextmanager
def started(home: Path, port: int, *, knowledge: str = "kb", fresh: bool = False) -> Iterator[SandboxApp]:
    folder = home / knowledge
    if not folder.exists():
        small_knowledge(folder)
    settings = read_settings({"SLACKGUIDE_HOME": str(home), "SLACKGUIDE_KNOWLEDGE": str(folder)})
    app = SandboxApp(settings=settings, port=port, patience=WAIT_SECONDS, fresh=fresh)
    app.start()
    try:
        yield app
    finally:
        app.stop()


def texts(app: SandboxApp) -> list[str]:
    return [message.text for message in app.sandbox.workspace.direct_messages("ana")]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def asked(tmp_path: Path, port: int) -> list[str]:
    """Ask a question in a direct message of a sandbox, then stop it two hours later. Returns the messages."""
    with started(tmp_path, port) as app:
        app.sandbox.advance(7200.0)
        app.sandbox.message("ana", QUESTION)
        assert app.sandbox.workspace.wait_for(lambda: len(texts(app)) == 2)
        return texts(app)


def test_messages_database_and_time_stay(tmp_path: Path, port: int, asked: list[str]) -> None:
    with started(tmp_path, port) as app:
        assert texts(app) == asked
        assert app.clock.offset >= 7200.0
        app.sandbox.message("ana", "thanks")
        assert app.sandbox.workspace.wait_for(lambda: len(texts(app)) == 4)
        after = app.sandbox.workspace.direct_messages("ana")
        assert [message.ts for message in after] == sorted({message.ts for message in after})
        assert after[-1].text == "You're welcome."  # small talk in the case that the database kept


@pytest.mark.parametrize("reason", ["fresh", "other knowledge", "killed", "damaged"])
def test_otherwise_it_starts_empty(tmp_path: Path, port: int, asked: list[str], reason: str) -> None:
    file = tmp_path / f"sandbox-{port}.json"
    assert asked
    assert file.exists()
    if reason == "killed":
        file.unlink()
    elif reason == "damaged":
        file.write_text(file.read_text("utf-8").replace('"last_ts"', '"last"'), "utf-8")
    other = "other" if reason == "other knowledge" else "kb"
    with started(tmp_path, port, knowledge=other, fresh=reason == "fresh") as app:
        assert texts(app) == []
        assert not file.exists()
