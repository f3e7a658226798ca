"""Databases of both kinds for the commands that read what is kept, at the time that it is now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.clock import ManualClock
from tests.support.databases import Store, sqlite_url


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Yield a database that DATABASE_URL names; a test that takes it runs on both kinds."""
    clock = ManualClock(datetime.now(UTC))
    url = sqlite_url(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgresql").stepped(clock())
    monkeypatch.setenv("DATABASE_URL", url)
    made = Store(url, clock)
    yield made
    made.database.close()
