"""Progress of paged walks through Slack's lists, so that a rate limit or a restart does not begin them anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from slackguide.storage.database import Database, insert_into
from slackguide.storage.tables import walks

EXPIRY = timedelta(hours=6)
"""Age of a walk after which it begins anew: what its first pages said is no longer current."""

PEOPLE_WALK = "people"


@dataclass(frozen=True)
class Walk:
    """A walk in progress: `cursor` is that of the next page in `step`, empty for the first.

    `resumed` is true if it continues what an earlier attempt or process began.
    """

    step: int
    cursor: str
    started_at: datetime
    resumed: bool


class WalkRepository:
    """Walks by name."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def begin(self, name: str) -> Walk:
        """Return the walk in progress, or else a new one, which is not stored yet."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            row = connection.execute(select(walks).where(walks.c.name == name)).first()
        if row is None or not timedelta() <= now - row.started_at <= EXPIRY:
            return Walk(0, "", now, resumed=False)
        return Walk(row.step, row.cursor, row.started_at, resumed=True)

    def save(self, name: str, walk: Walk, step: int, cursor: str) -> None:
        """Store the next page of a walk."""
        with self._database.write() as connection:
            save_walk(connection, name, walk, step, cursor)

    def delete(self, name: str) -> None:
        """Delete a walk that has ended, or whose cursor Slack refuses."""
        with self._database.write() as connection:
            connection.execute(delete(walks).where(walks.c.name == name))


def save_walk(connection: Connection, name: str, walk: Walk, step: int, cursor: str) -> None:
    """Store the next page of a walk in the caller's transaction."""
    columns = {"step": step, "cursor": cursor, "started_at": walk.started_at}
    connection.execute(
        insert_into(connection, walks)
        .values(name=name, **columns)
        .on_conflict_do_update(index_elements=[walks.c.name], set_=columns)
    )
