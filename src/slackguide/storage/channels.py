"""Channel ids by name, cached in the database."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from slackguide.storage.database import Database, insert_into
from slackguide.storage.tables import channels, walks


class ChannelRepository:
    """Channel ids by name without `#`. Ids from the configuration take precedence and are not stored."""

    def __init__(self, *, database: Database, configured: Mapping[str, str]) -> None:
        self._database = database
        self._configured = dict(configured)

    def get(self, name: str) -> str | None:
        """Return the channel's id, or None if it must be looked up."""
        if name in self._configured:
            return self._configured[name]
        with self._database.read() as connection:
            query = select(channels.c.channel_id).where(channels.c.name == name)
            return connection.execute(query).scalar_one_or_none()

    def put(self, name: str, channel_id: str) -> None:
        """Store the id that a lookup returned."""
        with self._database.write() as connection:
            columns = {"channel_id": channel_id, "kept_at": self._database.now(connection)}
            connection.execute(
                insert_into(connection, channels)
                .values(name=name, **columns)
                .on_conflict_do_update(index_elements=[channels.c.name], set_=columns)
            )

    def delete(self, name: str) -> None:
        """Delete a stored id that is no longer valid because the channel was deleted, archived or renamed."""
        with self._database.write() as connection:
            forget_channel(connection, name)


def forget_channel(connection: Connection, name: str) -> None:
    """Delete the stored id of a channel and the progress of its lookup, so that it is looked up from the beginning."""
    connection.execute(delete(channels).where(channels.c.name == name))
    connection.execute(delete(walks).where(walks.c.name == channel_walk(name)))


def channel_walk(name: str) -> str:
    """Return the name of the walk that looks a channel up."""
    return f"channel {name}"
