"""Maintain the outbox: list, retry, drop and resync pending jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, or_, select, update

from slackguide.delivery.notifier import Notifier
from slackguide.delivery.tasks import RefreshAppHome, Task
from slackguide.errors import UnreadableRow
from slackguide.escalation.messages import NoticeKind, NotifyPerson, PostEscalation, UpdateCard
from slackguide.escalation.models import Escalation, Event, EventKind
from slackguide.storage import mappers, task_codec
from slackguide.storage.channels import forget_channel
from slackguide.storage.database import Database
from slackguide.storage.directory import forget_user
from slackguide.storage.outbox import (
    CLAIMED,
    DEAD_LETTERED,
    DROPPED,
    DUE,
    FINISHED,
    RETRIED,
    WAITING,
    decode_row,
    enqueue,
)
from slackguide.storage.tables import UNDELIVERED, escalations, lanes, outbox

FAILING_AFTER = 3
"""Attempts after which a job that waits for Slack counts as undelivered."""

POST = task_codec.kind_of(PostEscalation)


@dataclass(frozen=True)
class PendingJob:
    """An unfinished job.

    `conversation` is `#channel`, `@user` or an id. `error_code` is the code of the last failed attempt, `refused` the
    code of the last refusal of the channel or the person.
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
    refused: str | None = None


@dataclass(frozen=True)
class UndeliveredJob:
    """A job whose last attempt failed. `code` is Slack's code or the reason of the retry. `final`: it is a dead letter.

    `escalation` is None if the task does not belong to one.
    """

    id: int
    task: Task
    escalation: Escalation | None
    code: str
    final: bool


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
        """Make due the dead letters and the jobs that wait for a retry, with attempts reset. Return their number.

        What is stored about their channels and recipients is deleted, so that it is looked up again.
        """
        with self._database.write() as connection:
            jobs = self._named(connection, name, (DEAD_LETTERED, DUE))
            _retry_rows(connection, self._database.now(connection), jobs)
        self._notifier.notify()
        return len(jobs)

    def retry_dead_lettered(self) -> int:
        """Retry all dead letters. Return their number."""
        return sum(self.retry(str(job.id)) for job in self.pending(dead_lettered_only=True))

    def undelivered(self, sender: str, *, limit: int) -> tuple[UndeliveredJob, ...]:
        """Return the person's jobs that Slack refuses or that have failed repeatedly, oldest first."""
        failing = or_(outbox.c.state == DEAD_LETTERED, outbox.c.refused.is_not(None), outbox.c.tries >= FAILING_AFTER)
        query = select(outbox).where(UNDELIVERED, outbox.c.sender == sender, failing).order_by(outbox.c.id).limit(limit)
        with self._database.read() as connection:
            jobs = [_undelivered_job(connection, row) for row in connection.execute(query).all()]
            return tuple(job for job in jobs if job is not None)

    def retry_for(self, user_id: str, job_id: int) -> int:
        """Retry an undelivered job of this sender at once. Return the number of retried jobs."""
        return self._retry(and_(outbox.c.id == job_id, outbox.c.sender == user_id))

    def retry_post(self, escalation_id: str) -> int:
        """Retry the undelivered post of an escalation at once. Return the number of retried jobs."""
        return self._retry(and_(outbox.c.escalation_id == escalation_id, outbox.c.kind == POST))

    def _retry(self, condition: ColumnElement[bool]) -> int:
        with self._database.write() as connection:
            rows = self._locked(connection, and_(condition, outbox.c.why.is_not(None)), (DEAD_LETTERED, DUE))
            _retry_rows(connection, self._database.now(connection), rows)
        self._notifier.notify()
        return len(rows)

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
        return self._locked(connection, condition, states)

    @staticmethod
    def _locked(connection: Connection, condition: ColumnElement[bool], states: tuple[str, ...]) -> list[Row[Any]]:
        """Return the jobs, locked after their escalations."""
        for escalation_id in connection.execute(select(outbox.c.escalation_id).where(condition).distinct()).scalars():
            if escalation_id is not None:
                mappers.lock(connection, escalation_id)
        jobs = select(outbox).where(condition, outbox.c.state.in_(states)).order_by(outbox.c.id).with_for_update()
        return list(connection.execute(jobs))


def _retry_rows(connection: Connection, now: datetime, rows: Sequence[Row[Any]]) -> None:
    """Make jobs due, and forget what is stored about their channels and recipients."""
    for row in rows:
        connection.execute(update(outbox).where(outbox.c.id == row.id).values(**RETRIED, due_at=now, set_at=now))
        connection.execute(delete(lanes).where(lanes.c.name == row.lane))
        if row.kind == POST:
            mappers.append(connection, row.escalation_id, Event(now, None, EventKind.RETRIED))
            forget_channel(connection, str(row.payload.get("channel")))
        elif (user_id := row.payload.get("user_id")) is not None:
            forget_user(connection, str(user_id))


def _undelivered_job(connection: Connection, row: Row[Any]) -> UndeliveredJob | None:
    try:
        task, escalation = decode_row(connection, row)
    except UnreadableRow:
        return None
    return UndeliveredJob(row.id, task, escalation, row.why, row.state == DEAD_LETTERED)


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
        refused=row.refused,
    )


def _drop(connection: Connection, now: datetime, condition: ColumnElement[bool]) -> None:
    dropped: dict[str, object] = {"state": DROPPED, "payload": {}, "once_key": None, "settled_at": now}
    connection.execute(update(outbox).where(condition).values(dropped))
