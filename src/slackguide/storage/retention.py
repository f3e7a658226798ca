"""Retention: erase text after a configured time and prune expired rows."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, exists, select, update

from slackguide.storage.database import Database, insert_into
from slackguide.storage.erasure import drop_jobs, erase_escalations, erase_sent
from slackguide.storage.outbox import (
    CLAIMED,
    DEAD_LETTERED,
    FINISHED,
    MAX_CLOCK_STEP_BACK,
    WAITING,
    unfinished,
)
from slackguide.storage.tables import (
    choices,
    drafts,
    escalations,
    feedback,
    inbox,
    labels,
    lanes,
    outbox,
    sent_messages,
    sweeps,
    turns,
    walks,
)
from slackguide.storage.walks import EXPIRY

log = logging.getLogger(__name__)

BATCH = 200
"""Escalations erased per transaction, so that submissions wait only briefly."""

EVENT_IDS = timedelta(days=3)
"""How long event ids are stored. Slack repeats an event for minutes, and for hours after an outage."""

TURNS = timedelta(days=7)
"""How long an earlier message of a conversation is used for later ones."""

DRAFTS = timedelta(days=1)
"""How long drafts are stored. A button whose draft is gone reports that."""

FINISHED_JOBS = timedelta(days=7)
"""How long finished jobs are stored to investigate incidents. They contain no text."""


LONGEST_STEP = timedelta(days=1)
"""Time between two sweeps above which the clock may have jumped. The service sweeps every hour."""

STEADY = timedelta(days=1)
"""How long the clock must run without a jump before anything is erased, so that somebody can correct a wrong clock."""

ANSWERS_PER_SWEEP = 1000
"""Answers that one sweep erases in Slack. The service sweeps every hour."""

LOCATIONS = timedelta(days=365)
"""How long it is stored where an answer was sent, so that it can be erased in Slack, if no retention is configured."""


class RetentionService:
    """Retention of people's text for `days` after an escalation was closed (None: forever), and pruning of old rows.

    A clock that jumped must not erase anything, so every sweep stores its time. A sweep that runs more than
    `LONGEST_STEP` after the last one, or before it, only records that. So do the first sweep and those that follow a
    jump, until the clock has been steady for `STEADY`. A day without activity is not a jump, because sweeps continue.
    """

    def __init__(self, *, database: Database, days: int | None) -> None:
        self._database = database
        self._days = days

    def sweep(self) -> int:
        """Erase and prune everything that is due. Return the number of erased escalations. Safe to run concurrently."""
        with self._database.write() as connection:
            now, steady = _record_sweep(connection, self._database)
            if self._database.is_sqlite:
                # Update outdated planner statistics. PostgreSQL does that automatically.
                connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
                connection.exec_driver_sql("PRAGMA optimize")
        if not steady:
            return 0
        self.prune(now)
        return self.erase_before(now - timedelta(days=self._days)) if self._days is not None else 0

    def erase_before(self, before: datetime) -> int:
        """Erase people's text from escalations closed before that time. Return their number.

        The people, times, form, resolution code and history remain. An open escalation is never erased. One with a
        message that is still being delivered is erased later. Its dead letters, and jobs that wait for a card, are
        dropped.
        """
        erased = 0
        while batch := self._erase_batch(before):
            erased += batch
        with self._database.write() as connection:
            old = and_(feedback.c.at < before, feedback.c.question.is_not(None))
            connection.execute(update(feedback).where(old).values(question=None))
            connection.execute(delete(choices).where(choices.c.at < before))
            connection.execute(update(labels).where(labels.c.at < before, labels.c.text.is_not(None)).values(text=None))
            connection.execute(delete(turns).where(turns.c.accepted_at < before))
            now = self._database.now(connection)
            _drop_old_answers(connection, before, now)
            answers = and_(sent_messages.c.escalation_id.is_(None), sent_messages.c.sent_at < before)
            erase_sent(connection, answers, now, limit=ANSWERS_PER_SWEEP)
        return erased

    def _erase_batch(self, before: datetime) -> int:
        unfinished_jobs = exists().where(outbox.c.escalation_id == escalations.c.id, unfinished(outbox))
        old = (
            select(escalations.c.id)
            .where(escalations.c.erased_at.is_(None), escalations.c.closed_at < before, ~unfinished_jobs)
            .order_by(escalations.c.closed_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        with self._database.write() as connection:
            now = self._database.now(connection)
            ids = list(connection.execute(old).scalars())
            if ids:
                undelivered = and_(outbox.c.escalation_id.in_(ids), outbox.c.state.in_((DEAD_LETTERED, WAITING)))
                drop_jobs(connection, undelivered, "erased", now)
                erase_escalations(connection, ids, now)
        return len(ids)

    def prune(self, now: datetime) -> None:
        """Delete event ids, turns, drafts, finished jobs, old dead letters of questions, and rate limits.

        A dead letter of a question keeps its text no longer than its conversation.
        """
        with self._database.write() as connection:
            connection.execute(delete(inbox).where(inbox.c.accepted_at < now - EVENT_IDS))
            connection.execute(delete(turns).where(turns.c.accepted_at < now - TURNS))
            connection.execute(delete(drafts).where(drafts.c.kept_at < now - DRAFTS))
            connection.execute(
                delete(outbox).where(outbox.c.state.in_(FINISHED), outbox.c.settled_at < now - FINISHED_JOBS)
            )
            _drop_old_answers(connection, now - TURNS, now)
            forgotten = and_(sent_messages.c.escalation_id.is_(None), sent_messages.c.sent_at < now - LOCATIONS)
            connection.execute(delete(sent_messages).where(forgotten))
            connection.execute(delete(walks).where(walks.c.started_at < now - EXPIRY))
            connection.execute(delete(lanes).where(lanes.c.next_at < now - timedelta(hours=1)))


def _record_sweep(connection: Connection, database: Database) -> tuple[datetime, bool]:
    """Record this sweep. Return its time, and whether the clock has been steady long enough to erase."""
    now = database.now(connection)
    first = insert_into(connection, sweeps).values(id=1, swept_at=now, steady_since=now)
    connection.execute(first.on_conflict_do_nothing())
    last = connection.execute(select(sweeps).with_for_update()).one()
    now = database.now(connection)  # another process may have swept while this one waited
    step = now - last.swept_at
    jumped = not -MAX_CLOCK_STEP_BACK <= step <= LONGEST_STEP
    since = now if jumped else last.steady_since
    connection.execute(update(sweeps).values(swept_at=now, steady_since=since))
    if jumped:
        log.warning(
            "the clock is %.1f hours %s the last sweep; nothing is erased until it has been steady for %.0f hours",
            abs(step) / timedelta(hours=1), "after" if step > timedelta() else "before", STEADY / timedelta(hours=1),
        )  # fmt: skip
    return now, now - since >= STEADY


def _drop_old_answers(connection: Connection, before: datetime, now: datetime) -> None:
    """Drop answers that could not be sent for that long, including their question."""
    stale = and_(
        outbox.c.escalation_id.is_(None),
        outbox.c.state.not_in((*FINISHED, CLAIMED)),
        outbox.c.created_at < before,
    )
    drop_jobs(connection, stale, "too old", now)
