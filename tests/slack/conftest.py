"""A workplace of its own for every test: a sandbox, the service, a fresh database; the knowledge is read once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from slackguide.guide import Guide
from tests.support.app_harness import AppHarness
from tests.support.databases import sqlite_url


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated database file with nothing in it."""
    return Path(sqlite_url(tmp_path_factory.mktemp("empty")).removeprefix("sqlite:///"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of a module once for each of its `TRANSPORTS`: `http`, `socket`."""
    transports = getattr(metafunc.module, "TRANSPORTS", None)
    if transports and "transport" in metafunc.fixturenames:
        metafunc.parametrize("transport", transports, indirect=True)


@pytest.fixture
def transport(request: pytest.FixtureRequest) -> str:
    """Return how Slack's requests come, by default over HTTP."""
    return str(getattr(request, "param", "http"))


@pytest.fixture
def make_harness(
    guide: Guide, empty_database: Path, tmp_path: Path, transport: str
) -> Iterator[Callable[..., AppHarness]]:
    """Return a function that makes workspaces. It takes what `AppHarness` takes beside the guide and the database."""
    made: list[AppHarness] = []

    def make(**options: Any) -> AppHarness:
        database = tmp_path / f"slackguide{len(made)}.db"
        shutil.copy(empty_database, database)
        options.setdefault("socket_mode", transport == "socket")
        made.append(AppHarness(guide=guide, database=database, **options))
        return made[-1]

    yield make
    for harness in made:
        harness.close()


@pytest.fixture
def harness(make_harness: Callable[..., AppHarness]) -> AppHarness:
    """Return a workspace where everybody is known and Slack has no fault."""
    return make_harness()
