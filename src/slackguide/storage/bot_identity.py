"""The bot's identity in Slack (`auth.test`), stored so that a start needs no Slack."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

from sqlalchemy import select

from slackguide.storage.database import Database, insert_into
from slackguide.storage.tables import identities


@dataclass(frozen=True)
class BotIdentity:
    """The bot as its workspace knows it; `url` is the workspace's address, with a slash at its end."""

    team_id: str
    enterprise_id: str | None
    bot_id: str
    bot_user_id: str
    url: str


class BotIdentityRepository:
    """One identity a token. The token itself is not kept: its row is found by a digest of it."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def get(self, token: str) -> BotIdentity | None:
        """The identity last stored for this token."""
        with self._database.read() as connection:
            row = connection.execute(select(identities).where(identities.c.key == _digest(token))).first()
        if row is None:
            return None
        return BotIdentity(row.team_id, row.enterprise_id, row.bot_id, row.bot_user_id, row.url)

    def put(self, token: str, identity: BotIdentity) -> None:
        """Keep what `auth.test` answered."""
        with self._database.write() as connection:
            notification = {**asdict(identity), "kept_at": self._database.now(connection)}
            connection.execute(
                insert_into(connection, identities)
                .values(key=_digest(token), **notification)
                .on_conflict_do_update(index_elements=[identities.c.key], set_=notification)
            )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
