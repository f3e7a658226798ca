"""Messages for database errors. The originals hold parameters and are not passed on."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from slackguide.errors import StorageError

BUSY = "The database is busy. Nothing was saved; try again in a moment."
FULL = (
    "The disk that holds the database is full. Nothing was saved. Whoever runs slackguide has to make room; try then."
)
READ_ONLY = (
    "The database can only be read. Nothing was saved. Whoever runs slackguide has to make it writable; try then."
)
GONE = "The database cannot be reached. Nothing was saved; try again in a moment, and tell whoever runs slackguide."
DAMAGED = "The database file is damaged. Nothing was saved. Whoever runs slackguide has to restore it from a copy."

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
"""SQLSTATE to words (PostgreSQL documentation, appendix A)."""


def error_message(error: DBAPIError | PoolTimeout) -> StorageError:
    """The error to raise instead; its text names the database's own code and nothing that was being saved."""
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
    return f"The database refused ({name}). Nothing was saved; try again, and tell whoever runs slackguide if it stays."
