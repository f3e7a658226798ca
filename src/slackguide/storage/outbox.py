"""The outbox table as a job queue: enqueue with the change that causes a job, claim under a lease, complete once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
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
    or_,
    select,
    true,
    update,
)

from slackguide.delivery.jobs import Job
from slackguide.delivery.notifier import Notifier
from slackguide.delivery.retry import Completed, DeadLettered, Dropped, Outcome, Retry
from slackguide.delivery.sender import PostedMessage
from slackguide.delivery.tasks import (
    AnswerMessage,
    EraseMessage,
    Task,
    dedupe_key,
    is_idempotent,
    limited_person,
    needs_card,
    partition_key,
    sender_of,
)
from slackguide.errors import UnreadableRow
from slackguide.escalation.messages import NoticeKind, NotifyPerson, PostEscalation, ReplyInThread, UpdateCard
from slackguide.escalation.models import Escalation, Event, EventKind, PostedCard
from slackguide.storage import app_home, mappers, sent_messages, task_codec, turns
from slackguide.storage.database import Database, insert_into
from slackguide.storage.tables import cards, escalations, lanes, notices, outbox

log = logging.getLogger(__name__)

LEASE_SECONDS = 15.0
"""Duration of a lease: three times the Slack client's timeout of 5 s."""

MIN_POST_INTERVAL = 1.0
"""Seconds between two messages to one conversation (docs.slack.dev: about one per second and channel)."""

PERSON_INTERVAL = 3.0
"""Seconds between two posts or notices that one person causes, once `PERSON_BURST` of them came at once."""

PERSON_BURST = 20
"""Posts and notices that one person may cause at once: more than the work on any one escalation causes."""

MAX_CLOCK_STEP_BACK = timedelta(seconds=60)
"""If the clock steps back by more than this, reschedule pending jobs."""

DUE, CLAIMED, WAITING, DEAD_LETTERED, DONE, DROPPED = "due", "claimed", "waiting", "parked", "done", "dropped"
"""States of a job. `waiting`: for the escalation's card. `parked` (a stored value): a dead letter."""

FINISHED = (DONE, DROPPED)

LIMITED = tuple(task_codec.kind_of(task) for task in (PostEscalation, NotifyPerson, ReplyInThread))
"""Kinds that count against the allowance of the person who causes them (`delivery.tasks.limited_person`)."""

RETRIED: dict[str, object] = {"state": DUE, "tries": 0, "why": None, "refused": None, "refusals": 0}
"""Columns of a job that is retried from the beginning."""

_CLAIM_ATTEMPTS = 8
"""Maximum number of conversations to try in one claim, if other workers take their turns first."""

_MAX_ROWS = 100
"""Maximum number of rows to examine in one claim, which holds SQLite's only write lock."""

UNREADABLE_FOR = timedelta(minutes=10)
"""How long a row that could not be read is skipped."""


def enqueue(
    connection: Connection,
    now: datetime,
    escalation: Escalation | None,
    new_tasks: Sequence[Task],
    *,
    delay: timedelta = timedelta(),
) -> None:
    """Add jobs in the caller's transaction, due after `delay`.

    Skip a job whose dedupe key an unfinished job already has.

    A reply is bound to the escalation's current card, or else to the next card in its current channel.
    """
    for task in new_tasks:
        if isinstance(task, ReplyInThread) and task.card is None and escalation is not None:
            task = replace(task, card=escalation.card)
        kind, payload = task_codec.encode_task(task)
        is_waiting = needs_card(task) and escalation is not None and escalation.card is None
        connection.execute(
            insert_into(connection, outbox)
            .values(
                kind=kind,
                payload=payload,
                escalation_id=escalation.id if escalation is not None else None,
                lane=partition_key(task, escalation),
                once_key=dedupe_key(task, escalation),
                sender=sender_of(task, escalation),
                state=WAITING if is_waiting else DUE,
                due_at=now + delay,
                set_at=now,
                created_at=now,
            )
            .on_conflict_do_nothing()
        )


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
            elif _reserve_send_slot(connection, row.lane, now, self._post_interval):
                if (person := limited_person(task, escalation)) is not None:
                    _use_allowance(connection, person, now, self._person_interval)
                return self._lease_job(connection, row, now, task, escalation)
            else:
                tried_channels.append(row.lane)
        return None

    def _next_due(self, now: datetime, tried_channels: Sequence[str], skipped: Collection[int]) -> Select[Any]:
        allowance = self._person_interval * (PERSON_BURST - 1)
        return _next_due(now, tried_channels, and_(self._claimable, _within_allowance(now + allowance)), skipped)

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
            escalation = _record_outcome(connection, now, row, decision, escalation, job.task)
            enqueue(connection, now, escalation, follow_ups)
        self._notifier.notify()
        return True

    def resume(self, codes: Collection[str]) -> int:
        """Make due the jobs that wait because of one of these codes, with attempts reset. Return their number.

        Dead letters with such a code, written by releases up to 0.1.0, are due again as well. Notices about them are
        dropped, because they no longer apply.
        """
        reset = {**RETRIED}
        refused = outbox.c.why.in_(codes)
        with self._database.write() as connection:
            now = self._database.now(connection)
            reset |= {"due_at": now, "set_at": now}
            due = connection.execute(update(outbox).where(refused, outbox.c.state == DUE).values(reset)).rowcount
        with self._database.write() as connection:
            dead_lettered = and_(refused, outbox.c.state == DEAD_LETTERED)
            ids = connection.execute(select(outbox.c.escalation_id).where(dead_lettered).distinct()).scalars()
            for escalation_id in sorted(id for id in ids if id is not None):
                mappers.lock(connection, escalation_id)
            now = self._database.now(connection)
            rows = connection.execute(select(outbox).where(dead_lettered).order_by(outbox.c.id).with_for_update()).all()
            for row in rows:
                _resume(connection, now, row)
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
            known_timestamps=frozenset(card.ts for card in _cards(connection, escalation.id))
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


def unfinished(table: FromClause) -> ColumnElement[bool]:
    """Return the condition for due and claimed jobs, written literally as in the partial index."""
    return table.c.state.in_([literal_column(f"'{DUE}'"), literal_column(f"'{CLAIMED}'")])


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


def decode_row(connection: Connection, row: Row[Any]) -> tuple[Task, Escalation | None]:
    """Return the task and the escalation of a row, with a reply bound to its card if any. Raises `UnreadableRow`."""
    task = task_codec.decode_task(row.kind, row.payload)
    if row.escalation_id is None:
        return task, None
    stored = connection.execute(select(escalations).where(escalations.c.id == row.escalation_id)).one()
    escalation = mappers.escalation_of(stored)
    if isinstance(task, ReplyInThread) and task.card is None:
        task = replace(task, card=_card_of(connection, row, escalation))
    return task, escalation


def _card_of(connection: Connection, row: Row[Any], escalation: Escalation) -> PostedCard | None:
    """Return the card of a reply that version 0.1.0 queued without naming one; None if it is not posted yet.

    The row's lane is the escalation's channel at that time. If it was handed over since, the card is the latest one
    before the row, or else the first one after it.
    """
    if row.lane == f"#{escalation.channel}":
        return escalation.card
    current = escalation.card.ts if escalation.card is not None else None
    others = [card for card in _cards(connection, escalation.id) if card.ts != current]
    earlier = [card for card in others if card.posted_at <= row.created_at]
    row_card = earlier[-1] if earlier else others[0] if others else None
    return PostedCard(row_card.channel_id, row_card.ts, row_card.permalink) if row_card is not None else None


def _cards(connection: Connection, escalation_id: str) -> Sequence[Row[Any]]:
    """Return all cards that the escalation has had, oldest first."""
    return connection.execute(
        select(cards).where(cards.c.escalation_id == escalation_id).order_by(cards.c.posted_at)
    ).all()


def _reserve_send_slot(connection: Connection, name: str, now: datetime, post_interval: timedelta) -> bool:
    """Reserve the conversation for `post_interval`. Return whether that succeeded."""
    turn = (
        insert_into(connection, lanes)
        .values(name=name, next_at=now + post_interval, set_at=now)
        .on_conflict_do_update(
            index_elements=[lanes.c.name],
            set_={"next_at": now + post_interval, "set_at": now},
            where=lanes.c.next_at <= now,
        )
        .returning(lanes.c.name)
    )
    return connection.execute(turn).first() is not None


def _allowance(person: str) -> str:
    """Return the name of the row of `lanes` that limits a person. It differs from every conversation's."""
    return f"by {person}"


def _within_allowance(exhausted_at: datetime) -> ColumnElement[bool]:
    """Return the condition for jobs of people who have not used up their allowance, and for those without a limit."""
    exhausted = select(lanes.c.name).where(lanes.c.next_at > exhausted_at)
    limited = outbox.c.kind.in_(LIMITED)
    return or_(~limited, func.coalesce(literal_column("'by '").concat(outbox.c.sender), "").not_in(exhausted))


def _use_allowance(connection: Connection, person: str, now: datetime, interval: timedelta) -> None:
    """Count a message against a person's allowance.

    The row's time is when the whole allowance is available again. A message moves it by `interval`, and none is sent
    while it is more than `PERSON_BURST - 1` intervals away (the generic cell rate algorithm).
    """
    name = _allowance(person)
    used = connection.execute(select(lanes.c.next_at).where(lanes.c.name == name).with_for_update()).scalar()
    until = max(now, used or now) + interval
    connection.execute(
        insert_into(connection, lanes)
        .values(name=name, next_at=until, set_at=now)
        .on_conflict_do_update(index_elements=[lanes.c.name], set_={"next_at": until, "set_at": now})
    )


def _pause_channel(connection: Connection, name: str, now: datetime, seconds: float) -> None:
    until = now + timedelta(seconds=seconds)
    connection.execute(
        insert_into(connection, lanes)
        .values(name=name, next_at=until, set_at=now)
        .on_conflict_do_update(
            index_elements=[lanes.c.name], set_={"next_at": until, "set_at": now}, where=lanes.c.next_at < until
        )
    )


def _record_outcome(
    connection: Connection,
    now: datetime,
    row: Row[Any],
    decision: Outcome,
    escalation: Escalation | None,
    task: Task,
) -> Escalation | None:
    """Store the outcome of an attempt. Return the updated escalation."""
    change = update(outbox).where(outbox.c.id == row.id)
    if row.sender is not None and (row.refused is not None or _is_refused(decision)):
        enqueue(connection, now, None, app_home.refresh_tasks(connection, now, [row.sender]))
    finished: dict[str, object] = {"settled_at": now, "once_key": None, "payload": {}}
    match decision:
        case Completed(posted=posted):
            done = {"state": DONE, "channel_id": posted.channel_id, "ts": posted.ts, "why": None}
            connection.execute(change.values(**finished, **done))
            if escalation is not None and escalation.erased_at is not None and sent_messages.has_text(task):
                enqueue(connection, now, None, [EraseMessage(posted.channel_id, posted.ts)])
            else:
                sent_messages.record(connection, now, task, row.escalation_id, posted)
            if isinstance(task, AnswerMessage) and posted.ts:
                _redraw_if_edited(connection, now, task, posted)
            if escalation is not None and isinstance(task, PostEscalation):
                return _record_post(connection, now, escalation, task, posted)
            if escalation is not None and isinstance(task, NotifyPerson):
                _record_notice(connection, now, escalation, task, posted)
        case Dropped(code=code):
            connection.execute(change.values(**finished, state=DROPPED, why=code))
        case Retry(after=after, partition_pause=pause, maybe_sent=maybe_sent, reason=reason, refused=refused):
            retried: dict[str, object] = {"state": DUE, "due_at": now + timedelta(seconds=after), "set_at": now}
            if refused is not None:
                repeated = refused == row.refused
                retried |= {"refused": refused, "refusals": row.refusals + 1 if repeated else 1}
            connection.execute(change.values(**retried, doubtful=maybe_sent, why=reason))
            if pause > 0:
                _pause_channel(connection, row.lane, now, pause)
        case DeadLettered(code=code, maybe_sent=maybe_sent):
            connection.execute(change.values(state=DEAD_LETTERED, doubtful=maybe_sent, why=code, refused=code))
            if escalation is not None and isinstance(task, PostEscalation):
                details = {"code": code, "channel": task.channel}
                mappers.append(connection, escalation.id, Event(now, None, EventKind.DEAD_LETTERED, details=details))
    return escalation


def _redraw_if_edited(connection: Connection, now: datetime, task: AnswerMessage, posted: PostedMessage) -> None:
    """Queue a new drawing of an answer whose message was edited while the answer was being sent."""
    text = turns.edited_text(connection, task)
    if text is not None:
        enqueue(connection, now, None, [replace(task, text=text, card=PostedCard(posted.channel_id, posted.ts))])


def _is_refused(decision: Outcome) -> bool:
    return isinstance(decision, DeadLettered) or (isinstance(decision, Retry) and decision.refused is not None)


def _resume(connection: Connection, now: datetime, row: Row[Any]) -> None:
    """Make a dead letter due again. Drop it if it is a notice about a dead letter."""
    change = update(outbox).where(outbox.c.id == row.id)
    if row.kind == task_codec.kind_of(NotifyPerson) and row.payload.get("notice") == NoticeKind.DEAD_LETTERED:
        connection.execute(change.values(state=DROPPED, settled_at=now, once_key=None, payload={}))
        return
    connection.execute(change.values(**RETRIED, due_at=now, set_at=now))
    if row.kind == task_codec.kind_of(PostEscalation):
        mappers.append(connection, row.escalation_id, Event(now, None, EventKind.RETRIED))


def _record_post(
    connection: Connection, now: datetime, escalation: Escalation, task: PostEscalation, posted: PostedMessage
) -> Escalation:
    """Store the posted card and release the jobs that waited for it.

    If the escalation has been handed over meanwhile, update the card to show that.
    """
    card = PostedCard(posted.channel_id, posted.ts, posted.permalink)
    connection.execute(
        insert_into(connection, cards)
        .values(
            escalation_id=escalation.id,
            channel_id=card.channel_id,
            ts=card.ts,
            permalink=card.permalink,
            posted_at=now,
        )
        .on_conflict_do_nothing()
    )
    event = Event(now, None, EventKind.POSTED, details={"channel": task.channel})
    _release_waiting(connection, now, escalation.id, task, card)
    if task.channel != escalation.channel:
        mappers.append(connection, escalation.id, event)
        enqueue(connection, now, escalation, [UpdateCard(card)])
        return escalation
    posted_escalation = replace(escalation, card=card)
    mappers.change(connection, posted_escalation, event)
    enqueue(connection, now, None, app_home.refresh_tasks(connection, now, [escalation.requester.user_id]))
    return posted_escalation


def _record_notice(
    connection: Connection, now: datetime, escalation: Escalation, task: NotifyPerson, posted: PostedMessage
) -> None:
    """Store the location of a notice: replies in its thread belong to the escalation, a later notice may edit it."""
    latest = {"kind": task.notice.value, "posted_at": now}
    connection.execute(
        insert_into(connection, notices)
        .values(
            channel_id=posted.channel_id,
            ts=posted.ts,
            escalation_id=escalation.id,
            user_id=task.user_id,
            **latest,
        )
        .on_conflict_do_update(index_elements=[notices.c.channel_id, notices.c.ts], set_=latest)
    )


def _release_waiting(
    connection: Connection, now: datetime, escalation_id: str, task: PostEscalation, card: PostedCard
) -> None:
    """Make the jobs due that waited for a card in this channel, and bind waiting replies to it."""
    waiting = and_(
        outbox.c.escalation_id == escalation_id, outbox.c.state == WAITING, outbox.c.lane == partition_key(task, None)
    )
    for row in connection.execute(select(outbox.c.id, outbox.c.kind, outbox.c.payload).where(waiting)).all():
        payload = row.payload
        if row.kind == task_codec.kind_of(ReplyInThread) and payload.get("card") is None:
            payload = {**payload, "card": asdict(card)}
        due = {"state": DUE, "due_at": now, "set_at": now, "payload": payload}
        connection.execute(update(outbox).where(outbox.c.id == row.id).values(due))
