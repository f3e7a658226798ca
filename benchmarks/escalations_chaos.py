"""Runs of chaos: the workers' (tests/chaos/outbox_chaos.py) and the whole app's (tests/chaos/test_app.py)."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from escalations_servers import postgresql

from slackguide.runtime.container import system_clock
from slackguide.storage.database import Database
from slackguide.storage.migrate import migrate
from tests.chaos.outbox_chaos import chaos
from tests.chaos.test_app import PROCESSES, killed

AT_ONCE = {"workers": 5, "app": 3}
"""Runs at once: each waits for its Slack most of the time."""


def run(level: str, store: str, runs: int) -> dict[str, Any]:
    """So many runs of `workers` or `app`, with seeds 0 and up, each on a new database of the store."""
    with tempfile.TemporaryDirectory(prefix="slackguide-chaos-") as name, databases(store) as new:
        folders = [Path(name) / str(seed) for seed in range(runs)]
        for folder in folders:
            folder.mkdir()
        urls = [new(folder) for folder in folders]  # one after the other: Alembic is not for several threads
        with ThreadPoolExecutor(AT_ONCE[level]) as pool:
            outcomes = list(pool.map(lambda seed: one(level, store, seed, folders[seed], urls[seed]), range(runs)))
    weather = sum((outcome.weather for outcome in outcomes), Counter[str]())
    faults = {seed: outcome.faults for seed, outcome in enumerate(outcomes) if outcome.faults}
    return {
        "runs": runs,
        "kills": sum(outcome.kills for outcome in outcomes),
        "acknowledged": sum(outcome.acknowledged for outcome in outcomes),
        "messages": sum(outcome.messages for outcome in outcomes),
        "lost": sum(len(outcome.lost) for outcome in outcomes),
        "doubled": sum(len(outcome.doubled) for outcome in outcomes),
        "faults": faults,
        "weather": {str(kind): times for kind, times in weather.most_common()},
    }


def one(level: str, store: str, seed: int, folder: Path, url: str) -> Any:
    """One run."""
    return chaos(url, seed, folder) if level == "workers" else killed(folder, seed, url, PROCESSES[store])


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
