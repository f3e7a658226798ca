"""Counts of the outbox's unfinished jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from slackguide.storage import task_codec
from slackguide.storage.database import Database
from slackguide.storage.outbox import CLAIMED, DEAD_LETTERED, DUE, FINISHED, WAITING
from slackguide.storage.tables import outbox

STATE_NAMES = {DUE: "due", CLAIMED: "sending", WAITING: "waiting", DEAD_LETTERED: "dead_letter"}
"""Names of the states for people."""


@dataclass(frozen=True)
class OutboxCount:
    """Unfinished jobs of one kind and state. `overdue_seconds` is how long the oldest of them has been due."""

    kind: str
    state: str
    count: int
    overdue_seconds: float


class OutboxCounts:
    """Counts of the unfinished jobs of all processes."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def read(self) -> list[OutboxCount]:
        """Return the counts. Raises StorageError. A kind of a newer version counts as `unknown`."""
        query = (
            select(outbox.c.kind, outbox.c.state, func.count(), func.min(outbox.c.due_at))
            .where(outbox.c.state.not_in(FINISHED))
            .group_by(outbox.c.kind, outbox.c.state)
            .order_by(outbox.c.kind, outbox.c.state)
        )
        with self._database.read() as connection:
            now = self._database.now(connection)
            return [
                OutboxCount(_kind(kind), STATE_NAMES.get(state, "unknown"), count, _overdue(state, due_at, now))
                for kind, state, count, due_at in connection.execute(query)
            ]


def _kind(name: str) -> str:
    return name if name in task_codec.TASK_TYPES else "unknown"


def _overdue(state: str, due_at: datetime, now: datetime) -> float:
    return max(0.0, (now - due_at).total_seconds()) if state == DUE else 0.0
