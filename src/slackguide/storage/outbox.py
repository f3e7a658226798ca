"""The outbox table: its states, and jobs that are queued with the change that causes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, literal_column, select

from slackguide.delivery.tasks import Task, dedupe_key, needs_card, partition_key, sender_of
from slackguide.escalation.messages import ReplyInThread
from slackguide.escalation.models import Escalation, PostedCard
from slackguide.storage import mappers, task_codec
from slackguide.storage.database import insert_into
from slackguide.storage.tables import cards, escalations, outbox

MAX_CLOCK_STEP_BACK = timedelta(seconds=60)
"""If the clock steps back by more than this, reschedule pending jobs."""

DUE, CLAIMED, WAITING, DEAD_LETTERED, DONE, DROPPED = "due", "claimed", "waiting", "parked", "done", "dropped"
"""States of a job. `waiting`: for the escalation's card. `parked` (a stored value): a dead letter."""

FINISHED = (DONE, DROPPED)

RETRIED: dict[str, object] = {"state": DUE, "tries": 0, "why": None, "refused": None, "refusals": 0}
"""Columns of a job that is retried from the beginning."""


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


def unfinished(table: FromClause) -> ColumnElement[bool]:
    """Return the condition for due and claimed jobs, written literally as in the partial index."""
    return table.c.state.in_([literal_column(f"'{DUE}'"), literal_column(f"'{CLAIMED}'")])


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
    others = [card for card in cards_of(connection, escalation.id) if card.ts != current]
    earlier = [card for card in others if card.posted_at <= row.created_at]
    row_card = earlier[-1] if earlier else others[0] if others else None
    return PostedCard(row_card.channel_id, row_card.ts, row_card.permalink) if row_card is not None else None


def cards_of(connection: Connection, escalation_id: str) -> Sequence[Row[Any]]:
    """Return all cards that the escalation has had, oldest first."""
    return connection.execute(
        select(cards).where(cards.c.escalation_id == escalation_id).order_by(cards.c.posted_at)
    ).all()
