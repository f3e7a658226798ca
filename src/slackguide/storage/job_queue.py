"""The outbox as a job queue: claim under a lease, complete once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    delete,
    func,
    literal_column,
    select,
    true,
    update,
)

from slackguide.delivery.jobs import Job
from slackguide.delivery.notifier import Notifier
from slackguide.delivery.retry import Completed, Outcome
from slackguide.delivery.tasks import Task, is_idempotent, limited_person
from slackguide.errors import UnreadableRow
from slackguide.escalation.messages import ReplyInThread
from slackguide.escalation.models import Escalation
from slackguide.storage import mappers, task_codec
from slackguide.storage.database import Database
from slackguide.storage.job_outcomes import record_outcome, resume_job
from slackguide.storage.outbox import (
    CLAIMED,
    DEAD_LETTERED,
    DONE,
    DUE,
    MAX_CLOCK_STEP_BACK,
    RETRIED,
    WAITING,
    cards_of,
    decode_row,
    enqueue,
    unfinished,
)
from slackguide.storage.send_limits import (
    MIN_POST_INTERVAL,
    PERSON_BURST,
    PERSON_INTERVAL,
    reserve_send_slot,
    use_allowance,
    within_allowance,
)
from slackguide.storage.tables import lanes, outbox

log = logging.getLogger(__name__)

LEASE_SECONDS = 15.0
"""Duration of a lease: three times the Slack client's timeout of 5 s."""

_CLAIM_ATTEMPTS = 8
"""Maximum number of conversations to try in one claim, if other workers take their turns first."""

_MAX_ROWS = 100
"""Maximum number of rows to examine in one claim, which holds SQLite's only write lock."""

UNREADABLE_FOR = timedelta(minutes=10)
"""How long a row that could not be read is skipped."""


class SqlJobQueue:
    """The job queue (`delivery.queue.JobQueue`) of one worker.

    `worker` names the process in the rows it leases. It claims the kinds in `only`, if given, and none in `without`
    (keys of `task_codec.TASK_TYPES`), so that workers of one process can divide the jobs. `due_at` of a claimed row is
    the end of its lease, after which the job is due again.
    """

    def __init__(
        self,
        *,
        database: Database,
        notifier: Notifier,
        worker: str,
        lease: float = LEASE_SECONDS,
        post_interval: float = MIN_POST_INTERVAL,
        person_interval: float = PERSON_INTERVAL,
        only: Collection[str] | None = None,
        without: Collection[str] = (),
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._worker = worker
        self._lease = timedelta(seconds=lease)
        self._post_interval = timedelta(seconds=post_interval)
        self._person_interval = timedelta(seconds=person_interval)
        included = outbox.c.kind.in_(only) if only is not None else true()
        self._claimable = and_(included, outbox.c.kind.not_in(without)) if without else included
        self._last_seen: datetime | None = None
        self._skip_lock = threading.Lock()
        self._skipped: frozenset[int] = frozenset()
        self._skip_until: datetime | None = None
        self._reported: set[int] = set()

    def claim(self) -> Job | None:
        """See `delivery.queue.JobQueue`. Without work it only reads, so that idle workers take no lock.

        A row that this version cannot read is left to a newer one: it is logged once, and skipped for `UNREADABLE_FOR`.
        """
        with self._database.read() as connection:
            now = self._database.now(connection)
            skipped = self._unreadable(now)
            clock_stepped_back = self._detect_clock_step_back(connection, now)
            if not clock_stepped_back and connection.execute(self._next_due(now, (), skipped)).first() is None:
                return None
        with self._database.write() as connection:
            now = self._database.now(connection)
            if clock_stepped_back:
                self._reschedule(connection, now)
            return self._claim_next(connection, now, skipped)

    def _claim_next(self, connection: Connection, now: datetime, skipped: Collection[int]) -> Job | None:
        """Lease the next job that is readable and whose conversation is not rate-limited."""
        tried_channels: list[str] = []
        for _ in range(_MAX_ROWS):
            query = self._next_due(now, tried_channels, skipped).with_for_update(skip_locked=True, of=outbox)
            row = connection.execute(query).first()
            if row is None or len(tried_channels) == _CLAIM_ATTEMPTS:
                return None
            try:
                task, escalation = decode_row(connection, row)
            except UnreadableRow as error:
                skipped = self._skip(row, error)
                continue
            if isinstance(task, ReplyInThread) and task.card is None:
                connection.execute(update(outbox).where(outbox.c.id == row.id).values(state=WAITING, set_at=now))
            elif reserve_send_slot(connection, row.lane, now, self._post_interval):
                if (person := limited_person(task, escalation)) is not None:
                    use_allowance(connection, person, now, self._person_interval)
                return self._lease_job(connection, row, now, task, escalation)
            else:
                tried_channels.append(row.lane)
        return None

    def _next_due(self, now: datetime, tried_channels: Sequence[str], skipped: Collection[int]) -> Select[Any]:
        allowance = self._person_interval * (PERSON_BURST - 1)
        return _next_due(now, tried_channels, and_(self._claimable, within_allowance(now + allowance)), skipped)

    def _unreadable(self, now: datetime) -> Collection[int]:
        """Return the ids of rows to skip. The list is cleared from time to time, because escalations change."""
        with self._skip_lock:
            if self._skip_until is None or now > self._skip_until:
                self._skipped, self._skip_until = frozenset(), now + UNREADABLE_FOR
            return self._skipped

    def _skip(self, row: Row[Any], error: UnreadableRow) -> Collection[int]:
        with self._skip_lock:
            if row.id not in self._reported:
                self._reported.add(row.id)
                log.warning("job %d is skipped: only a newer version can read its %s", row.id, error.what)
            self._skipped |= {row.id}
            return self._skipped

    def renew(self, job: Job) -> bool:
        """See `delivery.queue.JobQueue`."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            renewed = connection.execute(
                update(outbox).where(_is_leased(job)).values(due_at=now + self._lease, set_at=now)
            )
            return bool(renewed.rowcount)

    def release(self, job: Job) -> None:
        """See `delivery.queue.JobQueue`."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            released = {
                "state": DUE,
                "due_at": now,
                "set_at": now,
                "tries": job.attempts - 1,
                "doubtful": job.maybe_sent,
            }
            connection.execute(update(outbox).where(_is_leased(job)).values(released))
        self._notifier.notify()

    def complete(self, job: Job, decision: Outcome, *, follow_ups: Sequence[Task] = ()) -> bool:
        """See `delivery.queue.JobQueue`. A posted message is stored even if the lease was lost meanwhile."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            escalation = mappers.locked(connection, job.escalation.id) if job.escalation is not None else None
            row = connection.execute(select(outbox).where(outbox.c.id == job.id).with_for_update()).first()
            if row is None or row.state == DONE:
                return False
            if not isinstance(decision, Completed) and (row.state != CLAIMED or row.lease != job.lease):
                return False
            escalation = record_outcome(connection, now, row, decision, escalation, job.task)
            enqueue(connection, now, escalation, follow_ups)
        self._notifier.notify()
        return True

    def resume(self, codes: Collection[str]) -> int:
        """Make due the jobs that wait because of one of these codes, with attempts reset. Return their number.

        Dead letters with such a code, written by releases up to 0.1.0, are due again as well. Notices about them are
        dropped, because they no longer apply.
        """
        refused = outbox.c.why.in_(codes)
        with self._database.write() as connection:
            now = self._database.now(connection)
            reset = {**RETRIED, "due_at": now, "set_at": now}
            due = connection.execute(update(outbox).where(refused, outbox.c.state == DUE).values(reset)).rowcount
        with self._database.write() as connection:
            dead_lettered = and_(refused, outbox.c.state == DEAD_LETTERED)
            ids = connection.execute(select(outbox.c.escalation_id).where(dead_lettered).distinct()).scalars()
            for escalation_id in sorted(id for id in ids if id is not None):
                mappers.lock(connection, escalation_id)
            now = self._database.now(connection)
            rows = connection.execute(select(outbox).where(dead_lettered).order_by(outbox.c.id).with_for_update()).all()
            for row in rows:
                resume_job(connection, now, row)
        resumed = int(due) + len(rows)
        if resumed:
            log.info("%d jobs refused by Slack are due again", resumed)
            self._notifier.notify()
        return resumed

    def seconds_until_due(self) -> float:
        """See `delivery.queue.JobQueue`."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            is_active = _active(self._claimable, self._unreadable(now))
            first = connection.execute(select(func.min(outbox.c.due_at)).where(is_active)).scalar_one_or_none()
            if first is None:
                return float("inf")
            if first > now:
                return float((first - now).total_seconds())
            next_turn = select(func.min(lanes.c.next_at)).where(lanes.c.next_at > now)
            turn = connection.execute(next_turn).scalar_one_or_none()
            return float((turn - now).total_seconds()) if turn is not None else self._post_interval.total_seconds()

    def _lease_job(
        self, connection: Connection, row: Row[Any], now: datetime, task: Task, escalation: Escalation | None
    ) -> Job:
        """Lease a row that this transaction has locked. From now on its message counts as possibly sent."""
        connection.execute(
            update(outbox)
            .where(outbox.c.id == row.id)
            .values(
                state=CLAIMED,
                payload=task_codec.encode_task(task)[1],
                due_at=now + self._lease,
                set_at=now,
                tries=outbox.c.tries + 1,
                lease=outbox.c.lease + 1,
                doubtful=not is_idempotent(task),
                # An update that runs now does not include later changes, so the next update is not a duplicate.
                once_key=None if is_idempotent(task) else row.once_key,
                worker=self._worker,
            )
        )
        return Job(
            id=row.id,
            task=task,
            escalation=escalation,
            attempts=row.tries + 1,
            maybe_sent=row.doubtful,
            created_at=row.created_at,
            lease=row.lease + 1,
            known_timestamps=frozenset(card.ts for card in cards_of(connection, escalation.id))
            if escalation
            else frozenset(),
            refused=row.refused,
            refusals=row.refusals,
        )

    def _detect_clock_step_back(self, connection: Connection, now: datetime) -> bool:
        """Compare `now` with the last time seen; at the first claim, with the latest time in the table."""
        latest = self._last_seen
        if latest is None:
            latest_stored = select(func.max(outbox.c.set_at)).where(_active(self._claimable))
            latest = connection.execute(latest_stored).scalar_one_or_none() or now
        self._last_seen = now
        return bool(latest - now > MAX_CLOCK_STEP_BACK)

    def _reschedule(self, connection: Connection, now: datetime) -> None:
        """Make jobs due that were scheduled by the wrong time. Leases of other workers start anew."""
        connection.execute(delete(lanes).where(lanes.c.set_at > now + MAX_CLOCK_STEP_BACK))
        future = and_(_active(self._claimable), outbox.c.set_at > now + MAX_CLOCK_STEP_BACK)
        connection.execute(update(outbox).where(future, outbox.c.state == DUE).values(due_at=now, set_at=now))
        connection.execute(update(outbox).where(future).values(due_at=now + self._lease, set_at=now))


def _active(claimable: ColumnElement[bool], skipped: Collection[int] = ()) -> ColumnElement[bool]:
    return and_(unfinished(outbox), claimable, _not_skipped(outbox, skipped))


def _not_skipped(table: FromClause, skipped: Collection[int]) -> ColumnElement[bool]:
    return table.c.id.not_in([literal_column(str(id)) for id in sorted(skipped)]) if skipped else true()


def _is_leased(job: Job) -> ColumnElement[bool]:
    return and_(outbox.c.id == job.id, outbox.c.state == CLAIMED, outbox.c.lease == job.lease)


def _next_due(
    now: datetime, tried_channels: Sequence[str], claimable: ColumnElement[bool], skipped: Collection[int] = ()
) -> Select[Any]:
    """Select the job that has been due longest.

    Its conversation must not be rate-limited, and no earlier job of its escalation in that conversation may be pending.
    An earlier job that this version cannot read does not count: a newer version may send it later.
    """
    paused = select(lanes.c.name).where(lanes.c.next_at > now)
    earlier = outbox.alias()
    # A scalar subquery: PostgreSQL would turn NOT EXISTS into a join over the whole queue.
    first = (
        select(func.min(earlier.c.id))
        .where(
            earlier.c.escalation_id == outbox.c.escalation_id,
            earlier.c.lane == outbox.c.lane,
            unfinished(earlier),
            _not_skipped(earlier, skipped),
        )
        .scalar_subquery()
    )
    return (
        select(outbox)
        .where(_active(claimable, skipped), outbox.c.due_at <= now, outbox.c.lane.not_in(paused))
        .where(func.coalesce(first, outbox.c.id) == outbox.c.id)
        .where(outbox.c.lane.not_in(tried_channels) if tried_channels else true())
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(1)
    )
