"""The bot's identity (`auth.test`), stored so that the app can start while Slack is unreachable."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

from sqlalchemy import select

from slackguide.storage.database import Database, insert_into
from slackguide.storage.tables import identities


@dataclass(frozen=True)
class BotIdentity:
    """The bot's identity in its workspace. `url` is the workspace's URL, with a trailing slash."""

    team_id: str
    enterprise_id: str | None
    bot_id: str
    bot_user_id: str
    url: str


class BotIdentityRepository:
    """One identity per token, stored under a digest of the token instead of the token."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def get(self, token: str) -> BotIdentity | None:
        """Return the identity last stored for this token."""
        with self._database.read() as connection:
            row = connection.execute(select(identities).where(identities.c.key == _digest(token))).first()
        if row is None:
            return None
        return BotIdentity(row.team_id, row.enterprise_id, row.bot_id, row.bot_user_id, row.url)

    def put(self, token: str, identity: BotIdentity) -> None:
        """Store the result of `auth.test`."""
        with self._database.write() as connection:
            columns = {**asdict(identity), "kept_at": self._database.now(connection)}
            connection.execute(
                insert_into(connection, identities)
                .values(key=_digest(token), **columns)
                .on_conflict_do_update(index_elements=[identities.c.key], set_=columns)
            )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
