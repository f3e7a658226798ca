"""The database: transactions, its clock, and translation of its errors."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from slackguide.errors import ConfigurationError, StorageError
from slackguide.storage import database_errors
from slackguide.storage.column_types import dump_json

log = logging.getLogger(__name__)

BUSY_SECONDS = 1.2
"""Timeout in seconds for the write lock of this process, and again for other processes. Slack allows 3 s in total."""

CONNECTIONS = 25
"""Maximum number of connections. Further transactions wait for one."""

MIN_FREE = 1_000_000
"""Bytes that have to be free on the disk of a SQLite database: room for some escalations."""

CHECK_ROWS = 1000
"""Rows that a check writes: more than fit into the pages that a table already has."""

PRIVATE = 0o600
"""Permissions of the files of a SQLite database: they hold what people wrote."""

Clock = Callable[[], datetime]
"""A function that returns the current time as an aware datetime."""


class Database:
    """One SQLite or PostgreSQL database, safe to share between threads.

    `url` is `sqlite:///path/to/file` or `postgresql://…`. The first transaction opens the connection;
    `storage.migrate.migrate` must have run on the database before that. Every method that uses the database raises
    StorageError with a message for people. `busy_seconds` is the timeout for a connection, for the write lock and for a
    row or table lock, each.
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
        self._closed = threading.Event()
        self._write_problem: StorageError | None = None
        event.listen(self._engine, "checkin", self._close_if_late)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path:
        """The file of a SQLite database."""
        return Path(str(self._url.database))

    @property
    def engine(self) -> Engine:
        """The engine, for migrations and tests."""
        return self._engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Begin a read-only transaction. On SQLite it is a consistent snapshot."""
        self._refuse_if_closed()
        with _translate_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Begin a transaction that is durable when the block ends, or rolled back if it raises.

        On SQLite there is one writer at a time. Writers of this process queue for a lock, because SQLite's own waiting
        is not fair.
        """
        self._refuse_if_closed()
        with self._write_turn():
            try:
                with _translate_errors(), self._writing.begin() as connection:
                    yield connection
            except StorageError as error:
                if str(error) in database_errors.WRITES_REFUSED:
                    self._note_write_problem(error)
                raise

    @contextmanager
    def _write_turn(self) -> Iterator[None]:
        """Wait for this process's turn to write to SQLite."""
        if self._write_lock is None:
            yield
            return
        if not self._write_lock.acquire(timeout=self._busy_seconds):
            raise StorageError(database_errors.BUSY)
        try:
            yield
        finally:
            self._write_lock.release()

    def _note_write_problem(self, problem: StorageError | None) -> None:
        """Remember whether the database accepts changes. Log when that changes.

        Small changes can succeed while larger ones do not, so only `check_writable` finds that the problem is over.
        """
        if problem is not None and self._write_problem is None:
            log.error("the database accepts no changes: %s", problem.for_operators)
        elif problem is None and self._write_problem is not None:
            log.info("the database accepts changes again")
        self._write_problem = problem

    def now(self, connection: Connection) -> datetime:
        """Return the time for leases in UTC: PostgreSQL's own clock, or this machine's for SQLite."""
        if self.is_sqlite:
            return self._clock().astimezone(UTC)
        timestamp = connection.execute(select(func.clock_timestamp())).scalar_one()
        return timestamp.astimezone(UTC)  # type: ignore[no-any-return]

    def check(self) -> None:
        """Check that the database answers and, as far as is known, accepts changes. Raises StorageError.

        It writes only if the last change was refused, to find out whether that is over.
        """
        with self.read() as connection:
            connection.execute(text("SELECT 1 FROM counters LIMIT 1"))
        if self._write_problem is not None:
            self.check_writable()
        else:
            self._check_room()

    def check_writable(self) -> None:
        """Check that the database accepts changes and has room for more, and leave nothing. Raises StorageError.

        SQLite finds a full disk at the commit, PostgreSQL when a table grows.
        """
        self._check_room()
        rows = [{"prefix": f"check {number}", "last": 0} for number in range(CHECK_ROWS)]
        with self.write() as connection:
            connection.execute(text("INSERT INTO counters (prefix, last) VALUES (:prefix, :last)"), rows)
            connection.execute(text("DELETE FROM counters WHERE prefix LIKE 'check %'"))
        self._note_write_problem(None)

    def _check_room(self) -> None:
        """Check that the disk of a SQLite database has room."""
        with suppress(OSError):  # the transaction reports what is wrong with the folder
            if self.is_sqlite and shutil.disk_usage(self.path.parent).free < MIN_FREE:
                raise StorageError(database_errors.FULL)

    def close(self) -> None:
        """Close all connections; one in use is closed when its transaction ends. Later transactions are refused."""
        self._closed.set()
        self._engine.dispose()

    def _refuse_if_closed(self) -> None:
        if self._closed.is_set():
            raise StorageError(database_errors.CLOSED)

    def _close_if_late(self, _connection: object, record: ConnectionPoolEntry) -> None:
        """Close a connection that was in use when the pool was disposed; nothing else would."""
        if self._closed.is_set():
            record.close()


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`, which both dialects support alike."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def normalise(url: str) -> URL:
    """Return the URL with its driver. Raises ConfigurationError for an unsupported database."""
    expected = "DATABASE_URL must be sqlite:///path/to/file.db or postgresql://user:password@host/name"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is not a number
        raise ConfigurationError(f"{expected}; its value is not a valid URL.") from None
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        raise ConfigurationError(f"{expected}; {parsed.get_backend_name()} is not supported.")
    if not parsed.database or parsed.database == ":memory:":
        raise ConfigurationError(f"{expected}; an in-memory database would lose escalations.")
    return parsed


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        raise database_errors.error_message(error) from None


def open_sqlite(path: Path, *, create: bool = False, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """Open a SQLite connection with durable commits. The file must exist unless `create` is true.

    `busy_seconds` is the timeout for another connection's lock.
    """
    if create:
        _create_private(path)
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=rw",
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


def _create_private(path: Path) -> None:
    """Create the file, readable by its owner only, or take other people's access to it away.

    SQLite gives its `-wal` and `-shm` files the same permissions. A file of another owner is left as it is.
    """
    with suppress(OSError):  # opening it reports the error
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, PRIVATE))
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):
                path.with_name(f"{path.name}{suffix}").chmod(PRIVATE)


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
        """Take the write lock at the start, because SQLite may refuse to upgrade a read transaction without waiting."""
        writes = connection.get_execution_options().get("slackguide_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "connect")
    def connected(_connection: object, record: Any) -> None:
        record.info["file"] = _file_id(path)

    @event.listens_for(engine, "checkout")
    def check_file(_connection: object, record: Any, _proxy: object) -> None:
        """Detect a removed or replaced file. Writes through an open file descriptor would be lost.

        A connection that was opened while the file was being removed has no file id, and is refused too.
        """
        file_id = _file_id(path)
        if file_id is None or record.info.get("file") != file_id:
            raise DisconnectionError("the database file was removed or replaced")

    return engine


def _file_id(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _postgresql_engine(url: URL, busy_seconds: float) -> Engine:
    timeout_ms = int(busy_seconds * 1000)
    # libpq accepts whole seconds, at least 2.
    settings: dict[str, object] = {"connect_timeout": max(2, int(busy_seconds)), "tcp_user_timeout": 5000}
    if "options" not in url.query:
        settings["options"] = (
            f"-c lock_timeout={timeout_ms} -c statement_timeout=15000 -c idle_in_transaction_session_timeout=15000"
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
