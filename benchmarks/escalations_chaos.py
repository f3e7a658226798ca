"""Chaos runs of the workers (tests/chaos/outbox_chaos.py) and of the whole app (tests/chaos/app_chaos.py).

The database is stopped as well: PostgreSQL is ended at once and started again, a SQLite file is locked. Every second
run of the app begins with the last release, as an upgrade does.
"""

from __future__ import annotations

import queue
import signal
import sqlite3
import subprocess
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from escalations_servers import PostgresServer

from slackguide.runtime.container import system_clock
from slackguide.storage.database import Database
from slackguide.storage.migrate import migrate
from tests.chaos.app_chaos import PROCESSES, run_app_chaos
from tests.chaos.outbox_chaos import run_outbox_chaos
from tests.chaos.outcome import Outage, Outcome, injected_faults

RELEASE = "c1e55c13ff911c2e814485824ed29e3f1c68ed80"
"""The commit of release 0.1.0."""

ROOT = Path(__file__).parent.parent

_migrating = threading.Lock()
"""Alembic is not for several threads."""

Store = Callable[[Path, bool], tuple[str, Outage]]
"""A function that creates a database, migrated if the flag says so, and returns its URL and how to stop it."""


def run(level: str, store: str, runs: int, concurrency: int, minutes: float) -> dict[str, Any]:
    """Run `workers` or `app` so many times, with the seeds from 0, each on a new database of the store.

    Begin no run after so many minutes. A run that fails, for example because the machine is too slow, is `unfinished`.
    """
    end = time.monotonic() + 60 * minutes
    unfinished: dict[int, str] = {}
    with tempfile.TemporaryDirectory(prefix="slackguide-chaos-") as name, ExitStack() as stack:
        folder = Path(name)
        release = last_release(folder / "release")
        stores: queue.Queue[Store] = queue.Queue()
        for _ in range(concurrency):
            stores.put(sqlite if store == "sqlite" else stack.enter_context(postgresql()))

        def run_seed(seed: int) -> Outcome | None:
            if time.monotonic() > end:
                return None
            new = stores.get()
            try:
                return run_once(level, store, seed, folder / str(seed), release, new)
            except Exception as error:
                unfinished[seed] = f"{type(error).__name__}: {error}"[-4000:]
                return None
            finally:
                stores.put(new)

        with ThreadPoolExecutor(concurrency) as pool:
            by_seed = {seed: outcome for seed, outcome in enumerate(pool.map(run_seed, range(runs))) if outcome}
    outcomes = [*by_seed.values()]
    sums = ("kills", "outages", "acknowledged", "messages")
    return {
        "runs": len(outcomes),
        **{name: sum(getattr(outcome, name) for outcome in outcomes) for name in sums},
        "lost": sum(len(outcome.lost) for outcome in outcomes),
        "duplicated": sum(len(outcome.duplicated) for outcome in outcomes),
        "unfinished": unfinished,
        "violations": {seed: outcome.violations for seed, outcome in by_seed.items() if outcome.violations},
        "injected": {str(kind): times for kind, times in injected_faults(outcomes).most_common()},
    }


def run_once(level: str, store: str, seed: int, folder: Path, release: Path, new: Store) -> Outcome:
    """Run once with one seed."""
    folder.mkdir()
    upgrades = level == "app" and seed % 2 == 1
    url, outage = new(folder, not upgrades)
    if level == "workers":
        return run_outbox_chaos(url, seed, folder, outage=outage)
    processes = 2 if upgrades else PROCESSES[store]
    return run_app_chaos(folder, seed, url, processes, outage=outage, release=release if upgrades else None)


def sqlite(folder: Path, migrated: bool) -> tuple[str, Outage]:
    """Create a SQLite database, which another program can lock."""
    path = folder / "chaos.db"

    @contextmanager
    def outage() -> Iterator[None]:
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            yield

    return database(f"sqlite:///{path}", migrated), outage


@contextmanager
def postgresql() -> Iterator[Store]:
    """Run a PostgreSQL server for one run at a time."""
    with PostgresServer() as server:

        @contextmanager
        def outage() -> Iterator[None]:
            server.stop(signal.SIGQUIT)
            try:
                yield
            finally:
                server.start()

        yield lambda _, migrated: (database(server.empty(), migrated), outage)


def database(url: str, migrated: bool) -> str:
    """Migrate the database if the flag says so, and return its URL."""
    if migrated:
        with _migrating:
            opened = Database(url=url, clock=system_clock)
            migrate(opened)
            opened.close()
    return url


def last_release(folder: Path) -> Path:
    """Extract the last release from the repository."""
    archive = subprocess.run(["git", "archive", RELEASE, "app.py", "src"], cwd=ROOT, check=True, capture_output=True)
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder
