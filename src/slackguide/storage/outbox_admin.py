"""Maintain the outbox: list, retry, drop and resync pending jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from slackguide.delivery.notifier import Notifier
from slackguide.delivery.tasks import RefreshAppHome, Task
from slackguide.escalation.messages import NoticeKind, NotifyPerson, PostEscalation, UpdateCard
from slackguide.escalation.models import Event, EventKind
from slackguide.storage import mappers, task_codec
from slackguide.storage.database import Database
from slackguide.storage.outbox import CLAIMED, DEAD_LETTERED, DROPPED, DUE, FINISHED, WAITING, enqueue
from slackguide.storage.tables import escalations, outbox

POST = task_codec.kind_of(PostEscalation)


@dataclass(frozen=True)
class PendingJob:
    """An unfinished job.

    `conversation` is `#channel`, `@user` or an id. `error_code` is the code of the last failed attempt.
    """

    id: int
    kind: str
    reference: str | None
    conversation: str
    state: str
    due_at: datetime
    attempts: int
    error_code: str | None
    created_at: datetime


class OutboxAdmin:
    """Maintenance of unfinished jobs. `name` is an escalation's reference (`D-1042`) or a job id."""

    def __init__(self, *, database: Database, notifier: Notifier) -> None:
        self._database = database
        self._notifier = notifier

    def pending(self, *, dead_lettered_only: bool = False, limit: int = 1000) -> tuple[PendingJob, ...]:
        """Return unfinished jobs, oldest first."""
        query = (
            select(outbox, escalations.c.reference)
            .join_from(outbox, escalations, outbox.c.escalation_id == escalations.c.id, isouter=True)
            .where(outbox.c.state == DEAD_LETTERED if dead_lettered_only else outbox.c.state.not_in(FINISHED))
            .order_by(outbox.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return tuple(_pending_job(row) for row in connection.execute(query))

    def counts(self) -> dict[str, int]:
        """Return the number of unfinished jobs by state."""
        query = select(outbox.c.state, func.count()).where(outbox.c.state.not_in(FINISHED)).group_by(outbox.c.state)
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def retry(self, name: str) -> int:
        """Make due the dead letters and the jobs that wait for a retry, with attempts reset. Return their number."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            jobs = self._named(connection, name, (DEAD_LETTERED, DUE))
            for row in jobs:
                reset = {"state": DUE, "due_at": now, "set_at": now, "tries": 0, "why": None}
                connection.execute(update(outbox).where(outbox.c.id == row.id).values(reset))
                if row.kind == POST:
                    mappers.append(connection, row.escalation_id, Event(now, None, EventKind.RETRIED))
        self._notifier.notify()
        return len(jobs)

    def retry_dead_lettered(self) -> int:
        """Retry all dead letters. Return their number."""
        return sum(self.retry(str(job.id)) for job in self.pending(dead_lettered_only=True))

    def drop(self, name: str) -> int:
        """Drop the jobs that are not being sent now. Return their number.

        If the post of an escalation is dropped, so are the jobs that wait for it, and the requester is notified.
        """
        with self._database.write() as connection:
            now = self._database.now(connection)
            jobs = self._named(connection, name, (DEAD_LETTERED, DUE, WAITING))
            for row in jobs:
                _drop(connection, now, outbox.c.id == row.id)
            for row in jobs:
                escalation = mappers.locked(connection, row.escalation_id) if row.kind == POST else None
                if escalation is not None:
                    mappers.append(connection, escalation.id, Event(now, None, EventKind.DROPPED))
                    waiting = (outbox.c.escalation_id == escalation.id) & (outbox.c.state == WAITING)
                    _drop(connection, now, waiting & (outbox.c.lane == row.lane))
                    notice = NotifyPerson(escalation.requester.user_id, NoticeKind.DROPPED)
                    enqueue(connection, now, escalation, [notice])
        self._notifier.notify()
        return len(jobs)

    def resync(self, reference: str) -> tuple[Task, ...]:
        """Queue an update of the escalation's card, or its post if there is no card. Return the queued tasks.

        They are empty for an unknown reference. A post that is already pending is not queued twice.
        """
        with self._database.write() as connection:
            now = self._database.now(connection)
            query = select(escalations.c.id).where(escalations.c.reference == reference.strip().upper())
            escalation_id = connection.execute(query).scalar_one_or_none()
            escalation = mappers.locked(connection, escalation_id) if escalation_id is not None else None
            if escalation is None:
                return ()
            new_tasks: tuple[Task, ...] = (PostEscalation(escalation.channel),)
            if escalation.card is not None:
                new_tasks = (UpdateCard(), RefreshAppHome(escalation.requester.user_id))
            enqueue(connection, now, escalation, new_tasks)
        self._notifier.notify()
        return new_tasks

    def _named(self, connection: Connection, name: str, states: tuple[str, ...]) -> list[Row[Any]]:
        """Return the named jobs, locked. Their escalations are locked first, in the order used everywhere."""
        name_or_id = name.strip()
        condition: ColumnElement[bool]
        if name_or_id.isascii() and name_or_id.isdigit():
            condition = outbox.c.id == int(name_or_id)
        else:
            named = select(escalations.c.id).where(escalations.c.reference == name_or_id.upper())
            condition = outbox.c.escalation_id == named.scalar_subquery()
        for escalation_id in connection.execute(select(outbox.c.escalation_id).where(condition).distinct()).scalars():
            if escalation_id is not None:
                mappers.lock(connection, escalation_id)
        jobs = select(outbox).where(condition, outbox.c.state.in_(states)).order_by(outbox.c.id).with_for_update()
        return list(connection.execute(jobs))


def _pending_job(row: Row[Any]) -> PendingJob:
    return PendingJob(
        id=row.id,
        kind=row.kind,
        reference=row.reference,
        conversation=row.lane,
        state="sending" if row.state == CLAIMED else row.state,
        due_at=row.due_at,
        attempts=row.tries,
        error_code=row.why,
        created_at=row.created_at,
    )


def _drop(connection: Connection, now: datetime, condition: ColumnElement[bool]) -> None:
    dropped: dict[str, object] = {"state": DROPPED, "payload": {}, "once_key": None, "settled_at": now}
    connection.execute(update(outbox).where(condition).values(dropped))
