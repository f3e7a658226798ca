"""Chaos runs of the workers (tests/chaos/outbox_chaos.py) and of the whole app (tests/chaos/app_chaos.py)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from escalations_servers import postgresql

from slackguide.runtime.container import system_clock
from slackguide.storage.database import Database
from slackguide.storage.migrate import migrate
from tests.chaos.app_chaos import PROCESSES, run_app_chaos
from tests.chaos.outbox_chaos import run_outbox_chaos
from tests.chaos.outcome import Outcome, injected_faults, run_seeds

CONCURRENCY = {"workers": 5, "app": 3}
"""Concurrent runs: each waits for its Slack most of the time."""


def run(level: str, store: str, runs: int) -> dict[str, Any]:
    """Run `workers` or `app` so many times, with the seeds from 0, each on a new database of the store."""
    with tempfile.TemporaryDirectory(prefix="slackguide-chaos-") as name, databases(store) as new:
        folders = [Path(name) / str(seed) for seed in range(runs)]
        for folder in folders:
            folder.mkdir()
        urls = [new(folder) for folder in folders]  # one after the other: Alembic is not for several threads
        outcomes = run_seeds(
            lambda seed: run_once(level, store, seed, folders[seed], urls[seed]), runs, concurrency=CONCURRENCY[level]
        )
    violations = {seed: outcome.violations for seed, outcome in enumerate(outcomes) if outcome.violations}
    return {
        "runs": runs,
        "kills": sum(outcome.kills for outcome in outcomes),
        "acknowledged": sum(outcome.acknowledged for outcome in outcomes),
        "messages": sum(outcome.messages for outcome in outcomes),
        "lost": sum(len(outcome.lost) for outcome in outcomes),
        "duplicated": sum(len(outcome.duplicated) for outcome in outcomes),
        "violations": violations,
        "injected": {str(kind): times for kind, times in injected_faults(outcomes).most_common()},
    }


def run_once(level: str, store: str, seed: int, folder: Path, url: str) -> Outcome:
    """Run once with one seed."""
    if level == "workers":
        return run_outbox_chaos(url, seed, folder)
    return run_app_chaos(folder, seed, url, PROCESSES[store])


@contextmanager
def databases(store: str) -> Iterator[Callable[[Path], str]]:
    """Yield a function that creates a migrated database and returns its URL."""
    if store == "sqlite":
        yield lambda folder: migrated(f"sqlite:///{folder / 'chaos.db'}")
        return
    with postgresql() as empty:
        yield lambda _: migrated(empty())


def migrated(url: str) -> str:
    """Migrate the database and return its URL."""
    database = Database(url=url, clock=system_clock)
    migrate(database)
    database.close()
    return url
