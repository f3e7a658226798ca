"""Migrate a database to the current schema, once even if several processes start at the same time."""

from __future__ import annotations

import logging
from enum import Enum, auto
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from slackguide.errors import StorageError
from slackguide.storage import database_errors
from slackguide.storage.database import Database, open_sqlite

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK = 0x736C6B67
"""Key of the PostgreSQL advisory lock: the letters `slkg`, an arbitrary number."""

_LOCK_TIMEOUT = 60.0
"""Timeout in seconds while another process migrates."""


DUPLICATE_TABLE = "42P07"
"""PostgreSQL's code for a table that exists already."""

PARTLY_RESTORED = (
    "The database has tables of a newer version than its `alembic_version` says, as after a backup was restored over "
    "them. Nothing was changed. Restore the backup into an empty database."
)


class SchemaState(Enum):
    """The schema of a database, compared with this version of slackguide."""

    EMPTY = auto()
    OLDER = auto()
    CURRENT = auto()
    NEWER = auto()


def schema_state(database: Database, *, migrations: Path = MIGRATIONS) -> SchemaState:
    """Return the state of an existing database's schema, and change nothing. Raises StorageError."""
    scripts = ScriptDirectory.from_config(_config(migrations))
    with database.read() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        return SchemaState.EMPTY
    if revision == scripts.get_current_head():
        return SchemaState.CURRENT
    known = {script.revision for script in scripts.walk_revisions()}
    return SchemaState.OLDER if revision in known else SchemaState.NEWER


def migrate(database: Database, revision: str = "head", *, migrations: Path = MIGRATIONS) -> None:
    """Apply the missing migrations of the directory `migrations` in one transaction. Create a new SQLite file.

    Raises StorageError if the database cannot be opened or was written by a newer version.
    """
    try:
        if database.is_sqlite:
            _migrate_sqlite(database, revision, migrations)
        else:
            with database.engine.connect() as connection:
                connection.execute(text(f"SET lock_timeout = {int(_LOCK_TIMEOUT * 1000)}"))
                connection.execute(text("SET statement_timeout = 0"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                _upgrade(connection, revision, migrations)
                connection.commit()
                connection.invalidate()
    except DBAPIError as error:
        if _finds_a_table(error):
            raise StorageError(PARTLY_RESTORED) from None
        raise database_errors.error_message(error) from None
    except CommandError:
        raise StorageError(
            "The database was written by a newer version of slackguide. Nothing was changed. Start the newer version."
        ) from None


def _finds_a_table(error: DBAPIError) -> bool:
    """Return whether a table that is to be created exists already."""
    return getattr(error.orig, "sqlstate", "") == DUPLICATE_TABLE or "already exists" in str(error.orig)


def _migrate_sqlite(database: Database, revision: str, migrations: Path) -> None:
    try:
        database.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StorageError(
            f"The database folder cannot be created ({error.strerror}). Check SLACKGUIDE_HOME or DATABASE_URL."
        ) from None
    engine = create_engine(
        "sqlite://",
        creator=lambda: open_sqlite(database.path, create=True, busy_seconds=_LOCK_TIMEOUT),
        poolclass=NullPool,
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        _upgrade(connection, revision, migrations)


def _upgrade(connection: Connection, revision: str, migrations: Path) -> None:
    config = _config(migrations)
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _config(migrations: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
