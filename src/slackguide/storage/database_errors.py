"""Messages for database errors. The original errors contain parameters and are not passed on."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from slackguide.errors import StorageError

BUSY = "The database is busy. Nothing was saved. Try again in a moment."
FULL = "The database disk is full. Nothing was saved. Ask an administrator of slackguide to free space, then try again."
READ_ONLY = (
    "The database is read-only. Nothing was saved. Ask an administrator of slackguide to make it writable, "
    "then try again."
)
GONE = (
    "The database cannot be reached. Nothing was saved. Try again in a moment. If that does not help, tell an "
    "administrator of slackguide."
)
CLOSED = "slackguide is shutting down. Nothing was saved. Try again in a minute."
DAMAGED = (
    "The database file is damaged. Nothing was saved. Ask an administrator of slackguide to restore it from a backup."
)

_SQLITE = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: GONE,
    sqlite3.SQLITE_IOERR: GONE,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}

_POSTGRESQL = {
    "53100": FULL,
    "25006": READ_ONLY,
    "55P03": BUSY,
    "57014": BUSY,
    "40001": BUSY,
    "40P01": BUSY,
    "53300": BUSY,
    "57P01": GONE,
    "57P02": GONE,
    "57P03": GONE,
}
"""Messages by SQLSTATE (PostgreSQL documentation, appendix A)."""


def error_message(error: DBAPIError | PoolTimeout) -> StorageError:
    """Return the StorageError to raise instead. Its text contains the database's error code and none of the data."""
    if isinstance(error, PoolTimeout):
        return StorageError(BUSY)
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        name = getattr(cause, "sqlite_errorname", type(cause).__name__)
        return StorageError(_SQLITE.get(code & 0xFF, _unknown(name)) if code is not None else _unknown(name))
    state = getattr(cause, "sqlstate", None)
    if error.connection_invalidated or state is None or state.startswith("08"):
        return StorageError(GONE)
    return StorageError(_POSTGRESQL.get(state, _unknown(state)))


def _unknown(name: str) -> str:
    return (
        f"The database returned an error ({name}). Nothing was saved. Try again. If that does not help, tell an "
        "administrator of slackguide."
    )
