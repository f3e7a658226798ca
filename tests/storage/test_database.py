"""A database that is busy, full, read-only, damaged or unreachable: no partial write, and a clear message."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import event, text

from slackguide.delivery.retry import Completed
from slackguide.delivery.sender import PostedMessage
from slackguide.errors import ConfigurationError, StorageError
from slackguide.escalation.messages import NoticeKind, NotifyPerson
from slackguide.sandbox.transport.http import REQUEST_TIMEOUT
from slackguide.storage import database_errors
from slackguide.storage.database import BUSY_SECONDS, Database, normalise, open_sqlite
from slackguide.storage.migrate import migrate
from tests.support.clock import ManualClock
from tests.support.databases import Server, Store, new_escalation, sqlite_url


@pytest.fixture
def sqlite(tmp_path: Path) -> Store:
    return Store(sqlite_url(tmp_path), ManualClock())


def test_times_are_stored_as_text_of_one_width(sqlite: Store) -> None:
    """The format that every release shares: UTC, without a zone, with microseconds, so that texts sort like times."""
    sqlite.clock.at = datetime(2026, 3, 2, 11, 0, tzinfo=timezone(timedelta(hours=2)))
    sqlite.submit(new_escalation("V1"))
    with sqlite.database.read() as connection:
        stored = connection.execute(text("SELECT created_at, typeof(created_at) FROM escalations")).all()
    assert stored == [("2026-03-02 09:00:00.000000", "text")]
    sqlite.database.close()


def refused(store: Store, view: str = "VX") -> str:
    with pytest.raises(StorageError) as caught:
        store.submit(new_escalation(view))
    return str(caught.value)


BUSY_AT_ONCE = 0.05
"""Seconds, for tests in which a lock is never released to the one who waits."""


def busy_at_once(url: str) -> Store:
    return Store(url, ManualClock(), busy_seconds=BUSY_AT_ONCE)


def test_waiting_for_a_turn_and_for_another_process_fits_into_slack_s_patience() -> None:
    assert 2 * BUSY_SECONDS < REQUEST_TIMEOUT


def test_sqlite_waits_for_another_process_as_long_as_it_says(tmp_path: Path) -> None:
    database = Database(url=sqlite_url(tmp_path), clock=ManualClock())
    with database.read() as connection:
        assert connection.execute(text("PRAGMA busy_timeout")).scalar_one() == BUSY_SECONDS * 1000
    database.close()


def test_postgresql_waits_for_a_lock_and_a_connection_as_long_as_it_says(postgresql: Server) -> None:
    database = Database(url=postgresql.migrated(), clock=ManualClock())
    with database.read() as connection:
        assert connection.execute(text("SHOW lock_timeout")).scalar_one() == f"{BUSY_SECONDS * 1000:.0f}ms"
        parameters = connection.connection.dbapi_connection.info.get_parameters()  # type: ignore[union-attr]
        assert parameters["connect_timeout"] == "2"
    database.close()


def test_a_locked_database_is_busy(tmp_path: Path) -> None:
    sqlite = busy_at_once(sqlite_url(tmp_path))
    other = sqlite3.connect(sqlite.database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert refused(sqlite) == database_errors.BUSY
    assert sqlite.escalations.by_view("VX") is None
    other.execute("ROLLBACK")
    other.close()
    assert sqlite.submit(new_escalation("VX")).created
    sqlite.database.close()


def test_writers_of_one_process_take_turns_and_give_up(tmp_path: Path) -> None:
    sqlite = busy_at_once(sqlite_url(tmp_path))
    with ThreadPoolExecutor(1) as another, sqlite.database.write():
        assert another.submit(refused, sqlite).result() == database_errors.BUSY
    assert sqlite.submit(new_escalation("VX")).created
    sqlite.database.close()


def test_closing_leaves_no_connection_open_and_refuses_new_transactions(tmp_path: Path, postgresql: Server) -> None:
    """A listener may still be at work: its transaction ends as usual, and its connection is closed, not pooled."""
    for url in (sqlite_url(tmp_path), postgresql.migrated()):
        store = Store(url, ManualClock())
        database = store.database
        closed: list[object] = []
        event.listen(database.engine, "close", lambda connection, _record, closed=closed: closed.append(connection))
        with database.write() as connection:
            in_use = connection.connection.dbapi_connection
            connection.execute(text("DELETE FROM outbox"))
            database.close()
            connection.execute(text("SELECT 1 FROM counters"))
        assert closed[-1] is in_use
        for transaction in (database.read, database.write):
            with pytest.raises(StorageError) as refusal, transaction():
                pass
            assert str(refusal.value) == database_errors.CLOSED


@contextmanager
def full_disk(store: Store) -> Iterator[None]:
    """Leave the database no room to grow: SQLite has a limit of pages, PostgreSQL raises what it raises then."""
    engine = store.database.engine
    if not store.database.is_sqlite:
        with engine.begin() as connection:
            raising = "BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END"
            connection.execute(text(f"CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $${raising}$$"))
            for table in ("counters", "escalations", "outbox"):
                trigger = f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} EXECUTE FUNCTION full_disk()"
                connection.execute(text(trigger))
        yield
        with engine.begin() as connection:
            connection.execute(text("DROP FUNCTION full_disk CASCADE"))
        return
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limit(connection: sqlite3.Connection, record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    engine.dispose()
    event.listen(engine, "connect", limit)
    yield
    engine.dispose()
    event.remove(engine, "connect", limit)


def test_a_full_disk_keeps_nothing_of_what_it_refuses_and_is_not_ready(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="slackguide")
    store.submit(new_escalation("V1"))
    job = store.outbox.claim()
    assert job is not None
    big = new_escalation("V2", values={"summary": "x" * 1_000_000})
    with full_disk(store):
        for _ in range(2):
            with pytest.raises(StorageError) as refusal:
                store.submit(big)
            assert str(refusal.value) == database_errors.FULL
        follow_ups = [NotifyPerson("U1", NoticeKind.POSTED, None, "x" * 1_000_000)]
        with pytest.raises(StorageError):
            store.outbox.complete(job, Completed(PostedMessage("C1", "1.1")), follow_ups=follow_ups)
        for _ in range(2):
            with pytest.raises(StorageError, match="disk is full"):
                store.database.check()
    assert store.escalations.by_view("V2") is None
    assert store.count("outbox") == 1
    store.database.check()
    assert store.outbox.complete(job, Completed(PostedMessage("C1", "1.1")), follow_ups=follow_ups)
    assert store.submit(big).escalation.reference == "D-1002"
    assert store.count("counters") == 1
    levels = [record.levelname for record in caplog.records if "accepts" in record.getMessage()]
    assert levels == ["ERROR", "INFO"], "once when it begins, once when it ends"


def test_a_read_only_database_says_so(sqlite: Store) -> None:
    def protect(connection: sqlite3.Connection, record: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    sqlite.database.engine.dispose()
    event.listen(sqlite.database.engine, "connect", protect)
    sqlite.database.check()
    assert refused(sqlite) == database_errors.READ_ONLY
    with pytest.raises(StorageError, match="read-only"):
        sqlite.database.check()
    sqlite.database.close()


def test_a_file_that_was_taken_away_takes_no_promises_and_works_when_it_is_back(sqlite: Store) -> None:
    stored = sqlite.submit(new_escalation("V1")).escalation
    path, away = sqlite.database.path, sqlite.database.path.with_suffix(".away")
    sqlite.database.engine.dispose()
    path.rename(away)
    assert refused(sqlite) == database_errors.GONE
    with pytest.raises(StorageError):
        sqlite.database.check()
    assert not path.exists()
    away.rename(path)
    assert sqlite.escalations.get(stored.id) == stored
    assert sqlite.submit(new_escalation("VX")).created
    sqlite.database.close()


def test_a_file_removed_while_it_is_open_takes_no_promises(sqlite: Store) -> None:
    sqlite.submit(new_escalation("V1"))
    sqlite.database.path.unlink()
    assert refused(sqlite) == database_errors.GONE
    sqlite.database.close()


def test_a_file_removed_while_a_connection_is_opened_takes_no_promises(sqlite: Store) -> None:
    engine = sqlite.database.engine

    def remove(*_: object) -> None:
        sqlite.database.path.unlink(missing_ok=True)

    event.listen(engine, "connect", remove, insert=True)  # after opening, before the file is looked at
    engine.dispose()
    assert refused(sqlite) == database_errors.GONE
    event.remove(engine, "connect", remove)
    assert refused(sqlite, "VY") == database_errors.GONE
    sqlite.database.close()


def test_a_file_replaced_while_it_is_open_is_read_anew(sqlite: Store, tmp_path: Path) -> None:
    sqlite.submit(new_escalation("V1"))
    other = Store(sqlite_url(tmp_path), ManualClock())
    theirs = other.escalations.submit(new_escalation("V2")).escalation
    other.database.close()
    for suffix in ("-wal", "-shm"):
        Path(f"{sqlite.database.path}{suffix}").unlink(missing_ok=True)
    other.database.path.rename(sqlite.database.path)
    assert sqlite.escalations.by_view("V2") == theirs
    assert sqlite.escalations.by_view("V1") is None
    sqlite.database.close()


def test_something_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "guide.db"
    path.write_bytes(b"not a database at all" * 100)
    store = Store(f"sqlite:///{path}", ManualClock())
    assert refused(store) == database_errors.DAMAGED
    store.database.close()


def test_a_commit_is_on_disk(sqlite: Store) -> None:
    connection = open_sqlite(sqlite.database.path)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    sqlite.database.close()


def test_no_person_s_words_are_in_an_error(store: Store) -> None:
    with store.database.write() as connection:
        connection.execute(text("ALTER TABLE escalations DROP COLUMN anyway"))
    with pytest.raises(StorageError) as caught:
        store.submit(new_escalation(values={"summary": "a secret concern"}, question="a secret concern"))
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_locked_row_is_busy(postgresql: Server) -> None:
    store = busy_at_once(postgresql.migrated())
    store.escalations.submit(new_escalation("V1"))
    with store.database.engine.connect() as other:
        other.execute(text("SELECT last FROM counters FOR UPDATE"))
        assert refused(store) == database_errors.BUSY
    assert store.submit(new_escalation("VX")).created
    store.database.close()


def test_a_server_that_ended_our_connections_is_used_again(postgresql: Server) -> None:
    store = Store(postgresql.migrated(), ManualClock())
    store.submit(new_escalation("V1"))

    def cut_off() -> None:
        with store.database.write() as connection:
            ours = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with store.database.read() as other:
                other.execute(text("SELECT pg_terminate_backend(:ours)"), {"ours": ours})
            connection.execute(text("SELECT 1"))

    with pytest.raises(StorageError) as caught:
        cut_off()
    assert str(caught.value) == database_errors.GONE
    assert store.submit(new_escalation("V2")).created
    store.database.close()


def test_a_server_that_only_reads_says_so(postgresql: Server) -> None:
    store = Store(postgresql.migrated(), ManualClock())
    with store.database.write() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    store.database.engine.dispose()
    assert refused(store) == database_errors.READ_ONLY
    store.database.close()


def test_a_server_that_is_not_there_is_gone() -> None:
    store = Store("postgresql://nobody@127.0.0.1:1/nothing", ManualClock())
    assert refused(store) == database_errors.GONE
    store.database.close()


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgresql://u:p@host/db", "postgresql+psycopg"),
        ("postgres://u:p@host/db", "postgresql+psycopg"),
        ("postgresql+psycopg://u:p@host/db", "postgresql+psycopg"),
        ("sqlite:////var/guide.db", "sqlite"),
    ],
)
def test_urls(url: str, driver: str) -> None:
    assert normalise(url).drivername == driver


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://u:secret@host/db", "sqlite://", "sqlite:///:memory:"])
def test_urls_that_name_no_database_we_know(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL") as caught:
        Database(url=url, clock=ManualClock())
    assert "secret" not in str(caught.value)


def test_a_file_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "guide.db"
    migrate(Database(url=f"sqlite:///{path}", clock=ManualClock()))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    path.chmod(0o644)
    migrate(Database(url=f"sqlite:///{path}", clock=ManualClock()))
    assert path.stat().st_mode & 0o777 == 0o600
