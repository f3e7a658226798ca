"""Recent viewers of App Home, whose Home is refreshed when its content changes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from slackguide.delivery.tasks import RefreshAppHome
from slackguide.storage.database import insert_into
from slackguide.storage.tables import homes

ACTIVE_WITHIN = timedelta(days=3)
"""How recent a view must be. Older ones are refreshed when the person opens App Home again."""


def record_view(connection: Connection, user_id: str, now: datetime) -> None:
    """Record that a person opened their App Home."""
    connection.execute(
        insert_into(connection, homes)
        .values(user_id=user_id, seen_at=now)
        .on_conflict_do_update(index_elements=[homes.c.user_id], set_={"seen_at": now})
    )


def refresh_tasks(connection: Connection, now: datetime, user_ids: Collection[str]) -> list[RefreshAppHome]:
    """Return refresh tasks for the recent viewers among `user_ids`."""
    if not user_ids:
        return []
    recent = select(homes.c.user_id).where(homes.c.user_id.in_(user_ids), homes.c.seen_at > now - ACTIVE_WITHIN)
    return [RefreshAppHome(user_id) for user_id in sorted(connection.execute(recent).scalars())]
