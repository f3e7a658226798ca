"""The event inbox: accept each Slack event once, together with the tasks that answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, func, select, update

from slackguide.delivery.notifier import Notifier
from slackguide.delivery.tasks import AnswerMessage, Task
from slackguide.escalation.models import Escalation, PostedCard
from slackguide.storage.database import Database, insert_into
from slackguide.storage.outbox import DUE, enqueue
from slackguide.storage.tables import inbox, outbox, sent_messages, turns
from slackguide.storage.task_codec import kind_of
from slackguide.storage.turns import TURN_LIMIT, store_turn, turn_of

NEW_CONVERSATION = timedelta(days=1)
"""The time after which a top-level message in a direct message begins a new conversation."""

DIRECT_FACTOR = 4
"""Rows to read per turn in a direct message, where the threads of other conversations are left out."""


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
        """Store the event's id and its tasks. Return False if it, or another event of its message, was accepted before.

        With `again_after`, an event that was accepted that long ago is accepted again. `escalation` is the one that the
        tasks belong to: those for the same conversation are then sent in order.

        The data is durable when this returns. A message to answer is also stored as a turn of its conversation. Answer
        200 only after this; on StorageError Slack sends the event again.
        """
        with self._database.write() as connection:
            now = self._database.now(connection)
            if not record_event(connection, event_id, now, again_after):
                return False
            if any(_is_answered(connection, task) for task in new_tasks):
                return False
            enqueue(connection, now, escalation, new_tasks)
            for task in new_tasks:
                if isinstance(task, AnswerMessage) and task.ts is not None:
                    store_turn(connection, now, task, task.ts)
        if new_tasks:
            self._notifier.notify()
        return True

    def accept_edit(self, answer: AnswerMessage) -> bool:
        """Store that a message was edited. Return False if the message was never accepted.

        An answer that is not sent yet is prepared from the new text. One that is sent is drawn anew in place; one that
        is being sent, as soon as it is sent. An edit that does not change the text, such as a link that Slack unfurls,
        changes nothing.
        """
        with self._database.write() as connection:
            now = self._database.now(connection)
            stored = connection.execute(select(turns.c.text).where(turn_of(answer))).scalar_one_or_none()
            if stored is None:
                return False
            if stored == answer.text[:TURN_LIMIT]:
                return True
            connection.execute(update(turns).where(turn_of(answer)).values(text=answer.text[:TURN_LIMIT]))
            if not _change_pending(connection, answer):
                sent = (sent_messages.c.user_id == answer.user_id, sent_messages.c.question_ts == answer.ts)
                row = connection.execute(select(sent_messages).where(*sent)).first()
                if row is not None:
                    enqueue(connection, now, None, [replace(answer, card=PostedCard(row.channel_id, row.ts))])
        self._notifier.notify()
        return True

    def last_accepted(self) -> datetime | None:
        """Return when the latest event was accepted, None if there is none within the stored days."""
        with self._database.read() as connection:
            return connection.execute(select(func.max(inbox.c.accepted_at))).scalar_one_or_none()

    def previous_turns(self, task: AnswerMessage, *, direct: bool, at_most: int) -> tuple[str, ...]:
        """Return the user's last `at_most` earlier turns of the same conversation, oldest first, as they were stored.

        In a channel, a thread is a conversation. In a `direct` message it goes on at top level and in threads, until a
        top-level message comes more than a day after the turn before it.
        """
        earlier = (
            select(turns.c.ts, turns.c.thread_ts, turns.c.text)
            .where(
                turns.c.channel_id == task.channel_id,
                turns.c.user_id == task.user_id,
                turns.c.ts < (task.ts or ""),
            )
            .order_by(turns.c.ts.desc())
            .limit(at_most * DIRECT_FACTOR if direct else at_most)
        )
        if not direct:
            earlier = earlier.where(turns.c.thread_ts == task.thread_ts)
        with self._database.read() as connection:
            rows = [_StoredTurn(*row) for row in connection.execute(earlier)]
        kept = _same_conversation(rows, task) if direct else rows
        return tuple(turn.text for turn in reversed(kept[:at_most]))

    def add_turn(self, channel_id: str, thread_ts: str, user_id: str, ts: str, text: str) -> None:
        """Store a turn that asks for no answer: a click."""
        task = AnswerMessage("", channel_id, thread_ts, user_id, "", text, ts)
        with self._database.write() as connection:
            store_turn(connection, self._database.now(connection), task, ts)


@dataclass(frozen=True, slots=True)
class _StoredTurn:
    ts: str
    thread_ts: str
    text: str

    @property
    def is_top_level(self) -> bool:
        return self.ts == self.thread_ts


def _same_conversation(rows: Sequence[_StoredTurn], task: AnswerMessage) -> list[_StoredTurn]:
    """Return those of the earlier turns in a direct message, newest first, that belong to the conversation of a task.

    A reply in a thread goes on with the thread, and with what was said at top level before the message it is under. A
    top-level message goes on with the top level, and with the threads under the last message there and its answer.
    """
    last = next((row.ts for row in rows if row.is_top_level), "")
    replying = task.ts != task.thread_ts
    newer = task.thread_ts if replying else task.ts or ""
    kept: list[_StoredTurn] = []
    for row in rows:
        if row.is_top_level:
            if replying and row.ts > task.thread_ts:
                continue
            if _seconds(newer) - _seconds(row.ts) > NEW_CONVERSATION.total_seconds():
                break
            newer = row.ts
        elif row.thread_ts != task.thread_ts and (replying or row.thread_ts < last):
            continue
        elif not replying and not kept:
            if _seconds(newer) - _seconds(row.ts) > NEW_CONVERSATION.total_seconds():
                break
            newer = row.ts
        kept.append(row)
    return kept


def _seconds(ts: str) -> float:
    """Return the time of a message's id."""
    try:
        return float(ts)
    except ValueError:
        return 0.0


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


def _is_answered(connection: Connection, task: Task) -> bool:
    """Return whether a message was accepted with another event id."""
    if not isinstance(task, AnswerMessage) or task.ts is None:
        return False
    return connection.execute(select(turns.c.ts).where(turn_of(task))).first() is not None


def _change_pending(connection: Connection, answer: AnswerMessage) -> bool:
    """Give an answer that waits to be sent the new text. Return whether there is one."""
    waiting = and_(outbox.c.kind == kind_of(AnswerMessage), outbox.c.state == DUE, outbox.c.lane == answer.channel_id)
    for row in connection.execute(select(outbox.c.id, outbox.c.payload).where(waiting).with_for_update()).all():
        if row.payload.get("ts") == answer.ts and row.payload.get("user_id") == answer.user_id:
            payload = {**row.payload, "text": answer.text}
            connection.execute(update(outbox).where(outbox.c.id == row.id).values(payload=payload))
            return True
    return False
