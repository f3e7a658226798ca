"""Store the outcome of an attempt, with what follows from it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, select, update

from slackguide.delivery.retry import Completed, DeadLettered, Dropped, Outcome, Retry
from slackguide.delivery.sender import PostedMessage
from slackguide.delivery.tasks import AnswerMessage, EraseMessage, Task, partition_key
from slackguide.escalation.messages import NoticeKind, NotifyPerson, PostEscalation, ReplyInThread, UpdateCard
from slackguide.escalation.models import Escalation, Event, EventKind, PostedCard
from slackguide.storage import app_home, mappers, sent_messages, task_codec, turns
from slackguide.storage.database import insert_into
from slackguide.storage.outbox import DEAD_LETTERED, DONE, DROPPED, DUE, RETRIED, WAITING, enqueue
from slackguide.storage.send_limits import pause_channel
from slackguide.storage.tables import cards, notices, outbox


def record_outcome(
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
                pause_channel(connection, row.lane, now, pause)
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


def resume_job(connection: Connection, now: datetime, row: Row[Any]) -> None:
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
