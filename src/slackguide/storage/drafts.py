"""Short-lived state that is too large for a button's value (2,000 characters), stored under a token in the button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import insert, select

from slackguide.storage.database import Database
from slackguide.storage.tables import drafts


class DraftRepository:
    """One JSON object per token, private to one user. `ids` returns unguessable tokens."""

    def __init__(self, *, database: Database, ids: Callable[[], str]) -> None:
        self._database = database
        self._ids = ids

    def put(self, user_id: str, content: Mapping[str, Any]) -> str:
        """Store the object and return its token."""
        token = self._ids()
        with self._database.write() as connection:
            now = self._database.now(connection)
            connection.execute(insert(drafts).values(token=token, user_id=user_id, content=dict(content), kept_at=now))
        return token

    def get(self, token: str, user_id: str) -> dict[str, Any] | None:
        """Return the user's object for the token, or None if it was pruned or belongs to somebody else."""
        with self._database.read() as connection:
            query = select(drafts.c.content).where(drafts.c.token == token, drafts.c.user_id == user_id)
            content = connection.execute(query).scalar_one_or_none()
        return dict(content) if content is not None else None
