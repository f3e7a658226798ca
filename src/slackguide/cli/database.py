"""Open the database for maintenance commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from slackguide.config import read_settings

if TYPE_CHECKING:
    from slackguide.wiring import Records


@contextmanager
def open_database() -> Iterator[Records]:
    """What is in DATABASE_URL, or in the SQLite file in SLACKGUIDE_HOME. Raises `StorageError` where there is none."""
    from slackguide.wiring import open_records  # the other commands do not wait for the database's libraries

    with open_records(read_settings(slack=False)) as records:
        yield records
