"""Migrate a database to the tables of this version, once however many processes start at the same time."""

from __future__ import annotations

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
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
"""The advisory lock on PostgreSQL, the letters `slkg`; any number would do that nobody else uses."""

_PATIENCE = 60.0
"""Seconds to wait for another process that is migrating."""


def migrate(database: Database, revision: str = "head", *, migrations: Path = MIGRATIONS) -> None:
    """Apply every migration in `migrations` that the database lacks, in one transaction; create a new SQLite file.

    Raises StorageError when it cannot be opened, or was written by a newer slackguide.
    """
    try:
        if database.is_sqlite:
            _migrate_sqlite(database, revision, migrations)
        else:
            with database.engine.connect() as connection:
                connection.execute(text(f"SET lock_timeout = {int(_PATIENCE * 1000)}"))
                connection.execute(text("SET statement_timeout = 0"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                _upgrade(connection, revision, migrations)
                connection.commit()
                connection.invalidate()
    except DBAPIError as error:
        raise database_errors.error_message(error) from None
    except CommandError:
        raise StorageError(
            "The database was written by a newer slackguide than this one. Nothing was changed; start that version."
        ) from None


def _migrate_sqlite(database: Database, revision: str, migrations: Path) -> None:
    try:
        database.path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"The folder of the database cannot be made ({error.strerror}); check its place.") from None
    engine = create_engine(
        "sqlite://",
        creator=lambda: open_sqlite(database.path, create=True, busy_seconds=_PATIENCE),
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
