"""Messages for database errors. The original errors contain parameters and are not passed on."""

from __future__ import annotations

import re
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
REFUSED = (
    "The database refuses the connection. Nothing was saved. Trying again does not help: tell an administrator of "
    "slackguide."
)
WRITES_REFUSED = frozenset({FULL, READ_ONLY})
"""Messages about a database that can be read."""

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
    detail = _server_words(cause) if state is None or state[:2] in CONNECTION_CLASSES else None
    if state is None and detail and _REFUSAL.search(detail):
        return StorageError(REFUSED, detail)
    if error.connection_invalidated or state is None or state.startswith("08"):
        return StorageError(GONE, detail)
    return StorageError(_POSTGRESQL.get(state, _unknown(state)), detail)


CONNECTION_CLASSES = frozenset({"08", "28", "3D", "53", "57"})
"""Classes of SQLSTATE whose messages are about the connection or the server, and so hold nobody's text."""

DETAIL_LIMIT = 300
"""Maximum characters of what the server said."""

_REFUSAL = re.compile(
    r"authentication failed|does not exist|pg_hba\.conf|permission denied|no password supplied|"
    r"invalid (\S+ )*(value|option|URI)|invalid connection option|certificate|SSL",
    re.IGNORECASE,
)
"""Messages of libpq and PostgreSQL that say that the settings are wrong. A failed connection has no SQLSTATE."""

_SECRET = re.compile(r"(?i)(password|passwd|pwd)(\s*[=:]\s*)\S+|(?<=://)[^@/\s]+@")


def _server_words(cause: BaseException | None) -> str | None:
    """Return what libpq or the server said, on one line and without secrets."""
    words = _SECRET.sub(r"\1\2***", " ".join(str(cause).split()))
    return words[:DETAIL_LIMIT] or None


def _unknown(name: str) -> str:
    return (
        f"The database returned an error ({name}). Nothing was saved. Try again. If that does not help, tell an "
        "administrator of slackguide."
    )
