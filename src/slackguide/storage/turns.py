"""The stored text of the messages of a conversation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select

from slackguide.delivery.tasks import AnswerMessage
from slackguide.storage.database import insert_into
from slackguide.storage.tables import turns

TURN_LIMIT = 8000
"""Maximum number of characters stored of a turn, as Slack escapes them. A question is truncated to the same length."""


def turn_of(task: AnswerMessage) -> ColumnElement[bool]:
    """Return the condition for the turn of a message."""
    return and_(
        turns.c.channel_id == task.channel_id, turns.c.thread_ts == task.thread_ts, turns.c.user_id == task.user_id,
        turns.c.ts == task.ts,
    )  # fmt: skip


def store_turn(connection: Connection, now: datetime, task: AnswerMessage, ts: str) -> None:
    """Store a message as a turn, unless it is stored."""
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


def edited_text(connection: Connection, task: AnswerMessage) -> str | None:
    """Return the text of a message that was edited since its answer was prepared; None if it was not."""
    text = connection.execute(select(turns.c.text).where(turn_of(task))).scalar_one_or_none()
    return text if text != task.text[:TURN_LIMIT] else None
