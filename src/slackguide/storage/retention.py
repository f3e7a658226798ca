"""Forgetting: people's words after a configured time, and what nobody needs any more after days."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, exists, select, update

from slackguide.escalation.escalation import Event, EventKind
from slackguide.storage import rows
from slackguide.storage.database import Database
from slackguide.storage.outbox import CLAIMED, DROPPED, FINISHED
from slackguide.storage.schema import cases, drafts, escalations, events, feedback, inbox, lanes, outbox

BATCH = 200
"""Escalations erased by one transaction, so that submissions do not wait for a long one."""

EVENT_IDS = timedelta(days=3)
"""Slack repeats an event for minutes, and after an outage for hours."""

DRAFTS = timedelta(days=1)
"""A button whose draft is gone says so; a day is more than anybody leaves a question open."""

FINISHED_JOBS = timedelta(days=7)
"""Delivered jobs hold no words; they stay for whoever looks into an incident."""


class Retention:
    """Erases and prunes. `days`: how long people's words are kept after the last change; None is for ever."""

    def __init__(self, *, database: Database, days: int | None) -> None:
        self._database = database
        self._days = days

    def sweep(self) -> int:
        """Everything that is due; returns how many escalations were erased."""
        with self._database.read() as connection:
            now = self._database.now(connection)
        self.prune(now)
        return self.erase_before(now - timedelta(days=self._days)) if self._days is not None else 0

    def erase_before(self, before: datetime) -> int:
        """Erase people's words from what has not changed since; returns how many escalations that were.

        Who, when, which form, how it ended and the history stay. An escalation that still owes Slack a message is left
        until it is delivered or dropped: its words are the only copy.
        """
        erased = 0
        while batch := self._erase_some(before):
            erased += batch
        with self._database.write() as connection:
            old = and_(feedback.c.at < before, feedback.c.question.is_not(None))
            connection.execute(update(feedback).where(old).values(question=None))
            _drop_old_answers(connection, before, self._database.now(connection))
        return erased

    def _erase_some(self, before: datetime) -> int:
        owes = exists().where(outbox.c.escalation_id == escalations.c.id, outbox.c.state.not_in(FINISHED))
        old = (
            select(escalations.c.id)
            .where(escalations.c.erased_at.is_(None), escalations.c.changed_at < before, ~owes)
            .order_by(escalations.c.changed_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        with self._database.write() as connection:
            now = self._database.now(connection)
            ids = list(connection.execute(old).scalars())
            if ids:
                _erase(connection, ids, now)
        return len(ids)

    def prune(self, now: datetime) -> None:
        """Forget event ids, drafts, delivered jobs and conversations' paces that no longer matter."""
        with self._database.write() as connection:
            connection.execute(delete(inbox).where(inbox.c.accepted_at < now - EVENT_IDS))
            connection.execute(delete(drafts).where(drafts.c.kept_at < now - DRAFTS))
            connection.execute(
                delete(outbox).where(outbox.c.state.in_(FINISHED), outbox.c.settled_at < now - FINISHED_JOBS)
            )
            connection.execute(delete(lanes).where(lanes.c.next_at < now - timedelta(hours=1)))
            if self._database.is_sqlite:
                # The planner's statistics, where they are out of date; PostgreSQL sees to its own.
                connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
                connection.exec_driver_sql("PRAGMA optimize")


def _erase(connection: Connection, ids: list[str], now: datetime) -> None:
    nothing: dict[str, object] = {"fields": [], "question": None, "anyway": None, "decided": None, "erased_at": now}
    connection.execute(update(escalations).where(escalations.c.id.in_(ids)).values(nothing))
    connection.execute(update(events).where(events.c.escalation_id.in_(ids)).values(words=None))
    connection.execute(delete(cases).where(cases.c.escalation_id.in_(ids)))
    for escalation_id in ids:
        rows.append(connection, escalation_id, Event(now, None, EventKind.ERASED))


def _drop_old_answers(connection: Connection, before: datetime, now: datetime) -> None:
    """Answers that could not be given for so long are not owed any more; the question goes with them."""
    stale = and_(
        outbox.c.escalation_id.is_(None),
        outbox.c.state.not_in((*FINISHED, CLAIMED)),
        outbox.c.created_at < before,
    )
    connection.execute(
        update(outbox).where(stale).values(state=DROPPED, why="too old", payload={}, once_key=None, settled_at=now)
    )
