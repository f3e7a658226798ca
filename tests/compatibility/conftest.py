"""The recorded state of release 0.1.0: its database, and everything that it had posted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from slackguide.guide import Guide
from slackguide.sandbox import Message
from tests.slack.conftest import empty_database
from tests.support.app_harness import AppHarness

__all__ = ["empty_database"]

RECORDED = Path(__file__).parent / "release_0_1_0.json"


@pytest.fixture(scope="session")
def recorded() -> dict[str, Any]:
    """Return `sql`, `messages`, `views`, `homes`, `escalations`, and `clock` (epoch seconds, when it ended)."""
    found: dict[str, Any] = json.loads(RECORDED.read_text())
    return found


@pytest.fixture
def work(guide: Guide, recorded: dict[str, Any], empty_database: Path, tmp_path: Path) -> Iterator[AppHarness]:
    """Return this version on the database of 0.1.0, in a workspace that shows what 0.1.0 had posted."""
    work = AppHarness(guide=guide, database=empty_database, known=False)
    work.end()
    work.clock.at = datetime.fromtimestamp(recorded["clock"], UTC)
    for person in work.workspace.people:
        work.workspace.direct_message(person.id)
    for message in recorded["messages"]:
        work.workspace.post(Message(**{**message, "blocks": tuple(message["blocks"])}))
    work.database = tmp_path / "slackguide.db"
    connection = sqlite3.connect(work.database)
    connection.executescript("\n".join(recorded["sql"]))
    connection.close()
    work.begin()
    yield work
    work.close()
