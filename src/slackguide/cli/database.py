"""Open the database for maintenance commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from slackguide.config import read_settings

if TYPE_CHECKING:
    from slackguide.runtime.container import AdminRepositories


@contextmanager
def open_database() -> Iterator[AdminRepositories]:
    """Open the database in DATABASE_URL, or the SQLite file in SLACKGUIDE_HOME.

    Raises `StorageError` if there is none.
    """
    # Imported here so that the other commands start without loading SQLAlchemy.
    from slackguide.runtime.container import open_admin_repositories

    with open_admin_repositories(read_settings(slack=False)) as repositories:
        yield repositories
