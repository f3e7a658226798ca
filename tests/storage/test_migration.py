"""A database is brought up to this version once, whoever starts first, and what it holds stays."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from slackguide.errors import StorageError
from slackguide.storage.database import Database
from slackguide.storage.migration import migrate, newest
from slackguide.storage.schema import metadata
from tests.stores import SteppedClock


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that nobody has opened yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new folder' / 'guide.db'}"
    return str(request.getfixturevalue("postgresql").empty())


def opened(url: str) -> Database:
    return Database(url=url, clock=SteppedClock())


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
        assert connection.execute(text("SELECT version_num FROM alembic_version")).all() == [(newest(),)]
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


def test_a_migration_that_fails_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import shutil

    from slackguide.storage import migration

    broken = tmp_path / "migrations"
    shutil.copytree(migration.MIGRATIONS, broken)
    (broken / "versions" / "9000_broken.py").write_text(
        f"import sqlalchemy as sa\nfrom alembic import op\n\nrevision = '9000'\ndown_revision = '{newest()}'\n\n\n"
        "def upgrade():\n"
        "    op.create_table('half', sa.Column('id', sa.Integer))\n"
        "    op.execute('SELECT * FROM nothing_like_it')\n"
    )
    database = opened(empty_url)
    monkeypatch.setattr(migration, "MIGRATIONS", broken)
    with pytest.raises(StorageError):
        migrate(database)
    monkeypatch.undo()
    migrate(database)
    with database.read() as connection:
        assert not inspect(connection).has_table("half")
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == newest()
    database.close()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="folder"):
        migrate(opened(f"sqlite:///{tmp_path / 'file' / 'guide.db'}"))


def test_migrations_are_quiet_on_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = opened(f"sqlite:///{tmp_path / 'guide.db'}")
    migrate(database)
    database.close()
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")
