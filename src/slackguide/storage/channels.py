"""Channel ids by name, cached in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, delete, select

from slackguide.storage.database import Database, insert_into
from slackguide.storage.tables import channels, walks


@dataclass(frozen=True)
class StoredChannel:
    """The id of a channel, and the time since it was last seen in Slack; None if it is configured."""

    id: str
    age: timedelta | None


class ChannelRepository:
    """Channel ids by name without `#`. Ids from the configuration take precedence and are not stored."""

    def __init__(self, *, database: Database, configured: Mapping[str, str]) -> None:
        self._database = database
        self._configured = dict(configured)

    def get(self, name: str) -> StoredChannel | None:
        """Return the channel, or None if it must be looked up."""
        if name in self._configured:
            return StoredChannel(self._configured[name], None)
        with self._database.read() as connection:
            row = connection.execute(select(channels).where(channels.c.name == name)).first()
            if row is None:
                return None
            return StoredChannel(row.channel_id, abs(self._database.now(connection) - row.kept_at))

    def put(self, ids: Mapping[str, str]) -> None:
        """Store the ids that a lookup returned, by name."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            for name, channel_id in ids.items():
                columns = {"channel_id": channel_id, "kept_at": now}
                connection.execute(
                    insert_into(connection, channels)
                    .values(name=name, **columns)
                    .on_conflict_do_update(index_elements=[channels.c.name], set_=columns)
                )

    def delete_id(self, channel_id: str) -> None:
        """Delete the stored names of a channel that Slack says was renamed, archived, deleted or moved."""
        with self._database.write() as connection:
            for name in connection.execute(
                select(channels.c.name).where(channels.c.channel_id == channel_id)
            ).scalars():
                forget_channel(connection, name)

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
