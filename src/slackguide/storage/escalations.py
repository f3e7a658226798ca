"""The escalation repository: each change and the tasks it causes are one transaction under a row lock."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from slackguide.delivery.notifier import Notifier
from slackguide.escalation.filters import EscalationFilter, EscalationPage, PageCursor
from slackguide.escalation.messages import PostEscalation
from slackguide.escalation.models import (
    Duplicate,
    Escalation,
    EscalationState,
    Event,
    EventKind,
    NewEscalation,
    SubmissionResult,
)
from slackguide.escalation.sla import ReminderPolicy, SlaStage, start_timer
from slackguide.escalation.state_machine import Applied, Command, HandOver, Rejected, apply
from slackguide.storage import app_home, mappers, message_edits, queries
from slackguide.storage.database import Database, insert_into
from slackguide.storage.inbox import forget_event, record_event
from slackguide.storage.message_edits import SourceMessage
from slackguide.storage.outbox import enqueue
from slackguide.storage.tables import cards, cases, counters, escalations, events, notices

FIRST_NUMBER = 1001
"""The first number of each form's references, so that all have at least four digits."""

ITERATION_PAGE = 500
"""Escalations per query when all are read."""


@dataclass(frozen=True)
class PostedNotice:
    """The location of a notice, and its kind: the value of a `NoticeKind`, perhaps of a newer version."""

    channel_id: str
    ts: str
    kind: str


class SqlEscalationRepository:
    """Escalations in the database. `ids` returns unguessable ids; `notifier` wakes the workers.

    `policy` returns a queue's reminder policy. `specialists` returns the user ids of those whose App Home shows the
    queue. Every method raises `StorageError` with a message for people if the database is unavailable.
    """

    def __init__(
        self,
        *,
        database: Database,
        notifier: Notifier,
        ids: Callable[[], str],
        policy: Callable[[str], ReminderPolicy | None] = lambda _queue: None,
        specialists: Callable[[str], Collection[str]] = lambda _queue: (),
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._ids = ids
        self._policy = policy
        self._specialists = specialists

    def submit(self, new_escalation: NewEscalation) -> SubmissionResult | Duplicate:
        """Store a submitted form and queue its post, in one durable transaction, once per view id.

        Return `Duplicate`, and store nothing, if an open escalation is about one of `case_keys` and there is no
        `duplicate_reason`. The check is part of the transaction: of two submissions about one case at the same moment,
        even in two processes, one is stored and the other is a duplicate.
        """
        with self._database.write() as connection:
            _lock_cases(connection, new_escalation.case_keys)
            _lock_counter(connection, new_escalation.prefix)
            # Only under the lock: a concurrent submission of the same view has committed by now.
            stored = _one(connection, escalations.c.view_id == new_escalation.view_id)
            if stored is not None:
                return SubmissionResult(stored, created=False)
            if new_escalation.duplicate_reason is None:
                same_case = connection.execute(queries.open_about(new_escalation.case_keys))
                if duplicates := mappers.readable_escalations(same_case):
                    return Duplicate(duplicates[0])
            now = self._database.now(connection)
            escalation = self._new(new_escalation, _next_number(connection, new_escalation.prefix), now)
            connection.execute(insert(escalations).values(mappers.new_row(escalation, new_escalation)))
            for key in dict.fromkeys(new_escalation.case_keys):
                connection.execute(insert(cases).values(key=key, escalation_id=escalation.id))
            event = Event(
                now, new_escalation.requester.user_id, EventKind.SUBMITTED, details={"channel": new_escalation.channel}
            )
            mappers.append(connection, escalation.id, event)
            enqueue(connection, now, escalation, [PostEscalation(new_escalation.channel)])
            self._refresh_app_homes(connection, now, escalation)
        self._notifier.notify()
        return SubmissionResult(escalation, created=True)

    def apply(self, escalation_id: str, command: Command) -> Applied | Rejected | None:
        """Apply a command and queue its messages. Return None for an unknown id."""
        with self._database.write() as connection:
            outcome = self._apply(connection, escalation_id, command)
        self._notifier.notify()
        return outcome

    def apply_once(self, event_id: str, escalation_id: str, command: Command) -> Applied | Rejected | None:
        """Apply a command that a message caused, once per `event_id`. Return None if it was applied before.

        A rejected command leaves the event to its caller.
        """
        with self._database.write() as connection:
            now = self._database.now(connection)
            outcome = None
            if record_event(connection, event_id, now):
                outcome = self._apply(connection, escalation_id, command)
                if isinstance(outcome, Rejected):
                    forget_event(connection, event_id)
        self._notifier.notify()
        return outcome

    def is_source(self, message: SourceMessage) -> bool:
        """Return whether an escalation has taken over the text of a message."""
        with self._database.read() as connection:
            return message_edits.find_event(connection, message) is not None

    def revise(self, message: SourceMessage, text: str | None) -> None:
        """Take over the new text of a message, or erase the text if the message was deleted (None).

        Doing it twice has the same effect as once. A message that no escalation has taken over changes nothing.
        """
        with self._database.write() as connection:
            row = message_edits.find_event(connection, message)
            if row is None:
                return
            message_edits.revise(connection, row, text, self._database.now(connection))
        self._notifier.notify()

    def _apply(self, connection: Connection, escalation_id: str, command: Command) -> Applied | Rejected | None:
        escalation = mappers.locked(connection, escalation_id)
        if escalation is None:
            return None
        now = self._database.now(connection)
        queue_id = command.queue if isinstance(command, HandOver) else escalation.assigned_queue
        outcome = apply(escalation, command, now, self._policy(queue_id))
        if isinstance(outcome, Applied):
            mappers.change(connection, outcome.escalation, outcome.event)
            enqueue(connection, now, outcome.escalation, outcome.messages)
            self._refresh_app_homes(connection, now, escalation, outcome.escalation)
        return outcome

    def get(self, escalation_id: str) -> Escalation | None:
        """Return an escalation by its id."""
        with self._database.read() as connection:
            return _one(connection, escalations.c.id == escalation_id)

    def by_reference(self, reference: str) -> Escalation | None:
        """Return an escalation by its reference (`D-1042`), ignoring case."""
        with self._database.read() as connection:
            return _one(connection, escalations.c.reference == reference.strip().upper())

    def by_view(self, view_id: str) -> Escalation | None:
        """Return an escalation by the id of the submitted view."""
        with self._database.read() as connection:
            return _one(connection, escalations.c.view_id == view_id)

    def in_thread(self, channel_id: str, thread_ts: str) -> Escalation | None:
        """Return the escalation whose card or notice starts this thread. It only reads, two rows at most."""
        with self._database.read() as connection:
            for table in (cards, notices):
                here = select(table.c.escalation_id).where(table.c.channel_id == channel_id, table.c.ts == thread_ts)
                id = connection.execute(here.limit(1)).scalar_one_or_none()
                if id is not None:
                    return _one(connection, escalations.c.id == id)
        return None

    def last_notice(self, escalation_id: str, user_id: str) -> PostedNotice | None:
        """Return the last notice about an escalation to a person."""
        query = (
            select(notices)
            .where(notices.c.escalation_id == escalation_id, notices.c.user_id == user_id)
            .order_by(notices.c.posted_at.desc(), notices.c.ts.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return PostedNotice(row.channel_id, row.ts, row.kind) if row is not None else None

    def history(self, escalation_id: str) -> tuple[Event, ...]:
        """Return the events of an escalation, oldest first."""
        with self._database.read() as connection:
            query = select(events).where(events.c.escalation_id == escalation_id).order_by(events.c.number)
            return mappers.readable_events(connection.execute(query))

    def page(self, filter_: EscalationFilter, *, after: PageCursor | None = None, limit: int = 10) -> EscalationPage:
        """Return a page of escalations that starts after a cursor, in the filter's order."""
        with self._database.read() as connection:
            rows = connection.execute(queries.order_by(filter_, after).limit(limit + 1)).all()
        page = mappers.readable_escalations(rows[:limit])
        next_cursor = PageCursor(rows[limit - 1].created_at, rows[limit - 1].id) if len(rows) > limit > 0 else None
        return EscalationPage(page, next_cursor, unreadable=min(len(rows), limit) - len(page))

    def iterate(self, filter_: EscalationFilter) -> Iterator[Escalation]:
        """Iterate over all matching escalations, in one transaction per page."""
        after: PageCursor | None = None
        while True:
            page = self.page(filter_, after=after, limit=ITERATION_PAGE)
            yield from page.escalations
            if page.next_cursor is None:
                return
            after = page.next_cursor

    def count(self, filter_: EscalationFilter, *, at_most: int | None = None) -> int:
        """Return the number of matching escalations, counting up to `at_most`."""
        query = select(escalations.c.id).where(*queries.conditions(filter_)).limit(at_most)
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(query.subquery())).scalar_one())

    def record_home_view(self, user_id: str) -> None:
        """Record that a person opened their App Home, so that it is refreshed when its content changes."""
        with self._database.write() as connection:
            app_home.record_view(connection, user_id, self._database.now(connection))

    def _refresh_app_homes(self, connection: Connection, now: datetime, *versions: Escalation) -> None:
        """Queue a refresh of every App Home that shows any of these versions of an escalation."""
        user_ids = {escalation.requester.user_id for escalation in versions}
        user_ids |= {escalation.claimed_by for escalation in versions if escalation.claimed_by is not None}
        for queue_id in {escalation.assigned_queue for escalation in versions}:
            user_ids |= set(self._specialists(queue_id))
        enqueue(connection, now, None, app_home.refresh_tasks(connection, now, sorted(user_ids)))

    def _new(self, new_escalation: NewEscalation, number: int, now: datetime) -> Escalation:
        return Escalation(
            id=self._ids(),
            reference=f"{new_escalation.prefix}-{number}",
            form_id=new_escalation.form_id,
            assigned_queue=new_escalation.form_id,
            channel=new_escalation.channel,
            state=EscalationState.SENT,
            requester=new_escalation.requester,
            created_at=now,
            changed_at=now,
            values=new_escalation.values,
            entry_id=new_escalation.entry_id,
            question=new_escalation.question,
            recommendation=new_escalation.recommendation,
            duplicate_reason=new_escalation.duplicate_reason,
            sla_timer=start_timer(SlaStage.UNCLAIMED, now, self._policy(new_escalation.form_id)),
        )


def _one(connection: Connection, where: ColumnElement[bool]) -> Escalation | None:
    row = connection.execute(select(escalations).where(where)).first()
    return mappers.escalation_of(row) if row is not None else None


def _lock_cases(connection: Connection, keys: Collection[str]) -> None:
    """Serialize submissions about the same case, across all forms, until the transaction ends.

    On PostgreSQL these are advisory locks, taken in the order of their keys to avoid a deadlock. Two cases with the
    same key only wait longer than needed. SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        for lock_key in sorted({_lock_key(key) for key in keys}):
            connection.execute(select(func.pg_advisory_xact_lock(lock_key)))


def _lock_key(key: str) -> int:
    """Return the signed 64-bit key of an advisory lock."""
    return int.from_bytes(hashlib.sha256(f"case {key}".encode()).digest()[:8], "big", signed=True)


def _lock_counter(connection: Connection, prefix: str) -> None:
    initial = insert_into(connection, counters).values(prefix=prefix, last=FIRST_NUMBER - 1).on_conflict_do_nothing()
    connection.execute(initial)
    connection.execute(select(counters.c.last).where(counters.c.prefix == prefix).with_for_update())


def _next_number(connection: Connection, prefix: str) -> int:
    increment = (
        update(counters).where(counters.c.prefix == prefix).values(last=counters.c.last + 1).returning(counters.c.last)
    )
    return int(connection.execute(increment).scalar_one())
