"""The event inbox: accept each Slack event once, together with the tasks that answer it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from slackguide.delivery.notifier import Notifier
from slackguide.delivery.tasks import AnswerMessage, Task
from slackguide.escalation.models import Escalation
from slackguide.storage.database import Database, insert_into
from slackguide.storage.outbox import enqueue
from slackguide.storage.tables import inbox, turns

TURN_LIMIT = 8000
"""Maximum number of characters stored of a turn, as Slack escapes them. A question is truncated to the same length."""


class EventInbox:
    """An inbox of events. Their answers are delivered as jobs, so that they survive a crash."""

    def __init__(self, *, database: Database, notifier: Notifier) -> None:
        self._database = database
        self._notifier = notifier

    def accept(
        self,
        event_id: str,
        *new_tasks: Task,
        again_after: timedelta | None = None,
        escalation: Escalation | None = None,
    ) -> bool:
        """Store the event's id and its tasks. Return False if the event was accepted before.

        With `again_after`, an event that was accepted that long ago is accepted again. `escalation` is the one that the
        tasks belong to: those for the same conversation are then sent in order.

        The data is durable when this returns. A message to answer is also stored as a turn of its conversation. Answer
        200 only after this; on StorageError Slack sends the event again.
        """
        with self._database.write() as connection:
            now = self._database.now(connection)
            if not record_event(connection, event_id, now, again_after):
                return False
            enqueue(connection, now, escalation, new_tasks)
            for task in new_tasks:
                if isinstance(task, AnswerMessage) and task.ts is not None:
                    _store_turn(connection, now, task, task.ts)
        if new_tasks:
            self._notifier.notify()
        return True

    def previous_turns(self, task: AnswerMessage, *, at_most: int) -> tuple[str, ...]:
        """Return the user's last `at_most` earlier messages in the same thread, oldest first, as Slack escapes them."""
        earlier = (
            select(turns.c.text)
            .where(
                turns.c.channel_id == task.channel_id,
                turns.c.thread_ts == task.thread_ts,
                turns.c.user_id == task.user_id,
                turns.c.ts < (task.ts or ""),
            )
            .order_by(turns.c.ts.desc())
            .limit(at_most)
        )
        with self._database.read() as connection:
            return tuple(reversed(connection.execute(earlier).scalars().all()))


def record_event(connection: Connection, event_id: str, now: datetime, again_after: timedelta | None = None) -> bool:
    """Store the event's id in the caller's transaction. Return False if it was stored before."""
    statement = insert_into(connection, inbox).values(event_id=event_id, accepted_at=now)
    if again_after is None:
        statement = statement.on_conflict_do_nothing()
    else:
        statement = statement.on_conflict_do_update(
            index_elements=[inbox.c.event_id],
            set_={"accepted_at": now},
            where=inbox.c.accepted_at <= now - again_after,
        )
    return connection.execute(statement.returning(inbox.c.event_id)).first() is not None


def forget_event(connection: Connection, event_id: str) -> None:
    """Remove the event's id in the caller's transaction, so that the event can be accepted after all."""
    connection.execute(delete(inbox).where(inbox.c.event_id == event_id))


def _store_turn(connection: Connection, now: datetime, task: AnswerMessage, ts: str) -> None:
    connection.execute(
        insert_into(connection, turns)
        .values(
            channel_id=task.channel_id,
            thread_ts=task.thread_ts,
            user_id=task.user_id,
            ts=ts,
            text=task.text[:TURN_LIMIT],
            accepted_at=now,
        )
        .on_conflict_do_nothing()
    )
