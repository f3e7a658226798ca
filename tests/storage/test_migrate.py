"""A database is migrated to this version once, whichever process starts first, and keeps its data."""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from slackguide.errors import StorageError
from slackguide.escalation.filters import EscalationFilter
from slackguide.escalation.messages import PostEscalation
from slackguide.escalation.models import EscalationState, EventKind
from slackguide.escalation.sla import NO_TIMER
from slackguide.storage.database import Database
from slackguide.storage.directory import DirectoryUser, UserDirectory
from slackguide.storage.migrate import MIGRATIONS, migrate
from slackguide.storage.tables import metadata
from tests.support.clock import ManualClock
from tests.support.databases import Store, new_escalation

NEWEST = ScriptDirectory(str(MIGRATIONS)).get_current_head()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a database that nobody has opened yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new folder' / 'guide.db'}"
    return str(request.getfixturevalue("postgresql").empty())


def opened(url: str) -> Database:
    return Database(url=url, clock=ManualClock())


def test_the_migrations_make_the_tables_of_the_schema(empty_url: str) -> None:
    database = opened(empty_url)
    migrate(database)
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.check()
    database.close()


def test_ten_processes_that_start_at_once_migrate_once(empty_url: str) -> None:
    start = threading.Barrier(10)

    def begin(_: int) -> None:
        database = opened(empty_url)
        start.wait()
        migrate(database)
        database.check()
        database.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(begin, range(10)))
    database = opened(empty_url)
    with database.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).all() == [(NEWEST,)]
    database.close()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(empty_url: str) -> None:
    database = opened(empty_url)
    migrate(database)
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="newer"):
        migrate(database)
    with database.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"
    database.close()


def test_a_migration_that_fails_leaves_nothing(empty_url: str, tmp_path: Path) -> None:
    broken = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, broken)
    (broken / "versions" / "9000_broken.py").write_text(
        f"import sqlalchemy as sa\nfrom alembic import op\n\nrevision = '9000'\ndown_revision = '{NEWEST}'\n\n\n"
        "def upgrade():\n"
        "    op.create_table('half', sa.Column('id', sa.Integer))\n"
        "    op.execute('SELECT * FROM nothing_like_it')\n"
    )
    database = opened(empty_url)
    with pytest.raises(StorageError):
        migrate(database, migrations=broken)
    migrate(database)
    with database.read() as connection:
        assert not inspect(connection).has_table("half")
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == NEWEST
    database.close()


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="folder"):
        migrate(opened(f"sqlite:///{tmp_path / 'file' / 'guide.db'}"))


def test_migrations_are_quiet_on_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = opened(f"sqlite:///{tmp_path / 'guide.db'}")
    migrate(database)
    database.close()
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_a_database_with_data_keeps_it_through_every_migration(empty_url: str) -> None:
    """From the first revision: an escalation with its post and history, read back by this version and gone on with."""
    database = opened(empty_url)
    migrate(database, "0001")
    with database.write() as connection:
        for statement in FIRST_DATA:
            connection.exec_driver_sql(statement)
    migrate(database)
    store = Store(empty_url, ManualClock())
    stored = store.escalations.by_reference("D-1001")
    assert stored is not None
    assert stored.values == {"summary": "both sides disagree", "paid_on": date(2026, 2, 28), "reasons": ("a", "b")}
    assert (stored.state, stored.sla_timer, stored.claimed_by) == (EscalationState.CLAIMED, NO_TIMER, "U2")
    assert [event.kind for event in store.escalations.history(stored.id)] == [EventKind.SUBMITTED, EventKind.CLAIMED]
    assert [page.reference for page in store.escalations.iterate(EscalationFilter(claimed_by="U2"))] == ["D-1001"]
    job = store.outbox.claim()
    assert job is not None
    assert (job.task, job.escalation) == (PostEscalation("ask-disputes"), stored)
    assert store.escalations.submit(new_escalation("V1")).escalation == stored
    assert store.escalations.submit(new_escalation("V2")).escalation.reference == "D-1002"
    store.database.close()
    database.close()


def test_people_of_the_previous_release_are_known_without_a_time_zone(empty_url: str) -> None:
    """Before the migration, and after it by a process that still runs the previous release."""
    insert = (
        "INSERT INTO people (user_id, team_id, name, guest, bot, deleted, refreshed_at) "
        "VALUES ('{}', 'T1', 'Ann', false, false, false, '2026-03-01 09:00:00.000000')"
    )
    database = opened(empty_url)
    migrate(database, "0004")
    with database.write() as connection:
        connection.exec_driver_sql(insert.format("UBEFORE"))
    migrate(database)
    with database.write() as connection:
        connection.exec_driver_sql(insert.format("UAFTER"))
    people = UserDirectory(database=database, monotonic=lambda: 0.0)
    assert [people.find(id) for id in ("UBEFORE", "UAFTER")] == [
        DirectoryUser("UBEFORE", "T1", "Ann"),
        DirectoryUser("UAFTER", "T1", "Ann"),
    ]
    database.close()


FIRST_DATA = (
    "INSERT INTO counters (prefix, last) VALUES ('D', 1001)",
    """INSERT INTO escalations (id, reference, view_id, form_id, desk, channel, state, requester_user, requester_team,
       created_at, changed_at, fields, claimed_by, events) VALUES ('e1', 'D-1001', 'V1', 'ask-disputes', 'ask-disputes',
       'ask-disputes', 'claimed', 'U1', 'T1', '2026-03-01 09:00:00.000000', '2026-03-01 09:05:00.000000',
       '[["summary", "both sides disagree"], ["paid_on", {"date": "2026-02-28"}], ["reasons", ["a", "b"]]]',
       'U2', 2)""",
    """INSERT INTO events (escalation_id, number, at, who, kind, about)
       VALUES ('e1', 1, '2026-03-01 09:00:00.000000', 'U1', 'submitted', '{}')""",
    """INSERT INTO events (escalation_id, number, at, who, kind, about)
       VALUES ('e1', 2, '2026-03-01 09:05:00.000000', 'U2', 'claimed', '{}')""",
    """INSERT INTO outbox (kind, payload, escalation_id, lane, once_key, state, due_at, set_at, created_at)
       VALUES ('post_escalation', '{"channel": "ask-disputes"}', 'e1', '#ask-disputes', 'post e1 ask-disputes', 'due',
       '2026-03-01 09:00:00.000000', '2026-03-01 09:00:00.000000', '2026-03-01 09:00:00.000000')""",
)
"""What the first version kept, as it wrote it."""


def test_a_backup_restored_over_newer_tables_is_refused(empty_url: str) -> None:
    database = opened(empty_url)
    migrate(database)
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    with pytest.raises(StorageError, match="Restore the backup into an empty database"):
        migrate(database)
    database.close()
