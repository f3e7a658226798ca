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
    """What is in DATABASE_URL, or in the SQLite file in SLACKGUIDE_HOME. Raises `StorageError` where there is none."""
    from slackguide.runtime.container import (
        open_admin_repositories,  # the other commands do not wait for the database's libraries
    )

    with open_admin_repositories(read_settings(slack=False)) as repositories:
        yield repositories
