"""Channel names and their ids, looked up once and stored."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from slackguide.storage.database import Database, insert_into
from slackguide.storage.tables import channels


class ChannelRepository:
    """Names without `#`. `given` are the ids that the configuration names: they win, and are not kept."""

    def __init__(self, *, database: Database, configured: Mapping[str, str]) -> None:
        self._database = database
        self._configured = dict(configured)

    def get(self, name: str) -> str | None:
        """The channel's id, None if it has to be looked up."""
        if name in self._configured:
            return self._configured[name]
        with self._database.read() as connection:
            found = select(channels.c.channel_id).where(channels.c.name == name)
            return connection.execute(found).scalar_one_or_none()

    def put(self, name: str, channel_id: str) -> None:
        """Keep what a look-up found."""
        with self._database.write() as connection:
            found = {"channel_id": channel_id, "kept_at": self._database.now(connection)}
            connection.execute(
                insert_into(connection, channels)
                .values(name=name, **found)
                .on_conflict_do_update(index_elements=[channels.c.name], set_=found)
            )

    def delete(self, name: str) -> None:
        """The kept id is wrong (the channel was deleted or renamed): look it up again."""
        with self._database.write() as connection:
            connection.execute(delete(channels).where(channels.c.name == name))
