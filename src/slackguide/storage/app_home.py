"""Users who opened their App Home lately, whose Home has to be redrawn when it changes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from slackguide.delivery.tasks import RefreshAppHome
from slackguide.storage.database import insert_into
from slackguide.storage.tables import homes

ACTIVE_WITHIN = timedelta(days=3)
"""Whoever has not looked for longer gets theirs drawn when they open it again."""


def record_view(connection: Connection, user_id: str, now: datetime) -> None:
    """The person looks at their Home."""
    connection.execute(
        insert_into(connection, homes)
        .values(user_id=user_id, seen_at=now)
        .on_conflict_do_update(index_elements=[homes.c.user_id], set_={"seen_at": now})
    )


def refresh_tasks(connection: Connection, now: datetime, user_ids: Collection[str]) -> list[RefreshAppHome]:
    """Refresh tasks for those of them who looked lately."""
    if not user_ids:
        return []
    lately = select(homes.c.user_id).where(homes.c.user_id.in_(user_ids), homes.c.seen_at > now - ACTIVE_WITHIN)
    return [RefreshAppHome(user_id) for user_id in sorted(connection.execute(lately).scalars())]
