"""The database connection: transactions, the database's clock, and errors as messages."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from slackguide.errors import ConfigurationError, StorageError
from slackguide.storage import database_errors
from slackguide.storage.column_types import dump_json

BUSY_SECONDS = 1.2
"""How long a transaction waits for its turn in this process, and then for other processes: Slack waits 3 s in all."""

CONNECTIONS = 25
"""Connections at once, at most; more transactions than that wait for one."""

Clock = Callable[[], datetime]
"""The time now, with its zone."""


class Database:
    """One database, SQLite or PostgreSQL, for any number of threads.

    `url` is `sqlite:///path/to/file` or `postgresql://…`. Nothing is opened before the first transaction, and `migrate`
    (in `storage.migrate`) has to have been called once on the file before that. Every method that touches the
    database raises StorageError in words for a person. `busy_seconds` is how long a transaction waits for a connection,
    for its turn and for a lock, each.
    """

    def __init__(self, *, url: str, clock: Clock, busy_seconds: float = BUSY_SECONDS) -> None:
        self._clock = clock
        self._busy_seconds = busy_seconds
        self._url = normalise(url)
        self._write_lock: threading.Lock | None = None
        if self.is_sqlite:
            self._write_lock = threading.Lock()
            self._engine = _sqlite_engine(self.path, busy_seconds)
        else:
            self._engine = _postgresql_engine(self._url, busy_seconds)
        self._writing = self._engine.execution_options(slackguide_writes=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path:
        """The file of a SQLite database."""
        return Path(str(self._url.database))

    @property
    def engine(self) -> Engine:
        """For migrations and tests."""
        return self._engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, with one view of the data throughout on SQLite."""
        with _translate_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is on disk when the block has ended, or has not happened at all if it raises.

        On SQLite one transaction writes at a time. Those of this process take turns here, because SQLite's own waiting
        is a lottery.
        """
        if self._write_lock is None:
            with _translate_errors(), self._writing.begin() as connection:
                yield connection
            return
        if not self._write_lock.acquire(timeout=self._busy_seconds):
            raise StorageError(database_errors.BUSY)
        try:
            with _translate_errors(), self._writing.begin() as connection:
                yield connection
        finally:
            self._write_lock.release()

    def now(self, connection: Connection) -> datetime:
        """The time by which leases are kept: the database's own on PostgreSQL, else this machine's. UTC."""
        if self.is_sqlite:
            return self._clock().astimezone(UTC)
        moment = connection.execute(select(func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC)  # type: ignore[no-any-return]

    def check(self) -> None:
        """Whether the database answers; raises StorageError if not."""
        with self.read() as connection:
            connection.execute(text("SELECT 1 FROM counters LIMIT 1"))

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`, which both dialects spell alike."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def normalise(url: str) -> URL:
    """The URL with the driver that is used; raises ConfigurationError for one that names no database we know."""
    wrong = "DATABASE_URL has to be sqlite:///path/to/file.db or postgresql://user:password@host/name"
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError(f"{wrong}; what it is set to cannot be read.") from None
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        raise ConfigurationError(f"{wrong}; {parsed.get_backend_name()} is not supported.")
    if not parsed.database or parsed.database == ":memory:":
        raise ConfigurationError(f"{wrong}; a database in memory would lose what was promised.")
    return parsed


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        raise database_errors.error_message(error) from None


def open_sqlite(path: Path, *, create: bool = False, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """A connection with everything that makes a commit durable; the file has to exist unless `create`.

    `busy_seconds` is how long a statement waits for another connection's lock.
    """
    mode = "rwc" if create else "rw"
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode={mode}",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "journal_size_limit=67108864"):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def _sqlite_engine(path: Path, busy_seconds: float) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=lambda: open_sqlite(path, busy_seconds=busy_seconds),
        poolclass=QueuePool,
        pool_size=5,
        max_overflow=CONNECTIONS - 5,
        pool_timeout=busy_seconds,
        hide_parameters=True,
        json_serializer=dump_json,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        """Writers say so at once: a reader that turns writer in SQLite may be refused without waiting."""
        writes = connection.get_execution_options().get("slackguide_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "connect")
    def connected(_connection: object, record: Any) -> None:
        record.info["file"] = _which(path)

    @event.listens_for(engine, "checkout")
    def taken(_connection: object, record: Any, _proxy: object) -> None:
        """A file that was removed or replaced still takes writes from those who hold it open; they would be lost."""
        if record.info.get("file") != _which(path):
            raise DisconnectionError("the database file was removed or replaced")

    return engine


def _which(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _postgresql_engine(url: URL, busy_seconds: float) -> Engine:
    waits = int(busy_seconds * 1000)
    # libpq takes whole seconds, and at least 2.
    settings: dict[str, object] = {"connect_timeout": max(2, int(busy_seconds)), "tcp_user_timeout": 5000}
    if "options" not in url.query:
        settings["options"] = (
            f"-c lock_timeout={waits} -c statement_timeout=15000 -c idle_in_transaction_session_timeout=15000"
        )
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=CONNECTIONS - 5,
        pool_timeout=busy_seconds,
        connect_args={key: value for key, value in settings.items() if key not in url.query},
        hide_parameters=True,
        json_serializer=dump_json,
    )
