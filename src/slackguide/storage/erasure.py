"""Erase people's text: from the database at once, from Slack through the outbox."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, false, func, or_, select, update

from slackguide.delivery.notifier import Notifier
from slackguide.delivery.tasks import AlertTeamLead, AnswerMessage, EraseMessage, OfferReply, RefreshAppHome, Task
from slackguide.escalation.messages import NotifyPerson, ReplyInThread, UpdateCard
from slackguide.escalation.models import OPEN_STATES, Event, EventKind, PostedCard
from slackguide.escalation.resolution import ResolutionCode, is_reference
from slackguide.storage import mappers, task_codec
from slackguide.storage.database import Database
from slackguide.storage.outbox import CLAIMED, DEAD_LETTERED, DROPPED, DUE, WAITING, enqueue
from slackguide.storage.tables import (
    cards,
    cases,
    choices,
    drafts,
    escalations,
    events,
    feedback,
    labels,
    notices,
    outbox,
    sent_messages,
    turns,
)

UPDATE_INTERVAL = timedelta(seconds=2)
"""Time between two updates in Slack, so that erasing many messages does not use up the rate limit."""

TEXT_KINDS = tuple(
    task_codec.kind_of(task) for task in (NotifyPerson, ReplyInThread, AnswerMessage, AlertTeamLead, OfferReply)
)
"""Kinds of jobs whose payload holds people's text or ids of who wrote it."""

PENDING = (DUE, WAITING, DEAD_LETTERED)


@dataclass(frozen=True)
class Erasure:
    """What an erasure concerns. `open_references` are those of `references` that are not closed yet.

    `sending` is the number of messages that are being sent now: they are not erased.
    """

    references: tuple[str, ...]
    open_references: tuple[str, ...]
    comments: int
    questions: int
    pending: int
    messages: int
    sending: int


@dataclass(frozen=True)
class _Concerned:
    """The rows that an erasure concerns."""

    owned: Sequence[Row[Any]]
    resolved: tuple[str, ...]
    comments: ColumnElement[bool]
    pending: tuple[int, ...]
    sending: int
    sent: ColumnElement[bool]


class ErasureService:
    """Erases the text of one person or of one escalation. With `dry_run`, only reports what that would be."""

    def __init__(self, *, database: Database, notifier: Notifier) -> None:
        self._database = database
        self._notifier = notifier

    def erase_escalation(self, reference: str, *, dry_run: bool) -> Erasure | None:
        """Erase an escalation, open or closed. Return None if there is none of that reference."""
        with self._database.write() as connection:
            condition = escalations.c.reference == reference.strip().upper()
            owned = connection.execute(select(escalations).where(condition)).all()
            if not owned:
                return None
            return self._erase(connection, owned, None, dry_run=dry_run)

    def erase_person(self, user_id: str, *, dry_run: bool) -> Erasure:
        """Erase what a person wrote: their escalations, comments, resolutions, questions and conversations."""
        with self._database.write() as connection:
            owned = connection.execute(select(escalations).where(escalations.c.requester_user == user_id)).all()
            return self._erase(connection, owned, user_id, dry_run=dry_run)

    def _erase(
        self, connection: Connection, owned: Sequence[Row[Any]], user_id: str | None, *, dry_run: bool
    ) -> Erasure:
        rows = _find(connection, owned, user_id)
        erasure = _describe(connection, rows, user_id)
        if dry_run:
            return erasure
        now = self._database.now(connection)
        for id in sorted({*(row.id for row in owned), *rows.resolved}):
            mappers.lock(connection, id)
        drop_jobs(connection, outbox.c.id.in_(rows.pending), "erased", now)
        connection.execute(update(events).where(rows.comments).values(words=None))
        connection.execute(update(escalations).where(escalations.c.id.in_(rows.resolved)).values(decided=None))
        erase_escalations(connection, [row.id for row in owned if row.erased_at is None], now)
        erase_from_slack(connection, set(rows.resolved) - {row.id for row in owned}, now)
        erase_sent(connection, rows.sent, now)
        if user_id is not None:
            _erase_questions(connection, user_id, [row.question for row in owned])
            connection.execute(delete(turns).where(turns.c.user_id == user_id))
            connection.execute(delete(drafts).where(drafts.c.user_id == user_id))
            enqueue(connection, now, None, [RefreshAppHome(user_id)])
        self._notifier.notify()
        return erasure


def _erase_questions(connection: Connection, user_id: str, asked: Sequence[str | None]) -> None:
    """Erase a person's questions where they are feedback, choices, and labels made from these and from escalations."""
    texts = {text for text in asked if text}
    for table in (feedback, choices):
        texts |= set(connection.execute(select(table.c.question).where(table.c.user_id == user_id)).scalars()) - {None}
    connection.execute(update(labels).where(labels.c.text.in_(sorted(texts))).values(text=None))
    connection.execute(update(feedback).where(feedback.c.user_id == user_id).values(question=None))
    connection.execute(delete(choices).where(choices.c.user_id == user_id))


def _find(connection: Connection, owned: Sequence[Row[Any]], user_id: str | None) -> _Concerned:
    ids = [row.id for row in owned]
    resolved_by = and_(events.c.kind == EventKind.RESOLVED.value, events.c.who == user_id)
    resolved = (
        connection.execute(select(events.c.escalation_id).where(resolved_by).distinct()).scalars() if user_id else ()
    )
    comments = or_(events.c.escalation_id.in_(ids), events.c.who == user_id if user_id else false())
    sent = or_(sent_messages.c.escalation_id.in_(ids), sent_messages.c.user_id == user_id if user_id else false())
    jobs = [
        row
        for row in connection.execute(
            select(outbox).where(outbox.c.state.in_((*PENDING, CLAIMED)), outbox.c.kind.in_(TEXT_KINDS))
        )
        if row.escalation_id in ids or (user_id is not None and user_id in (row.sender, _author(row)))
    ]
    pending = tuple(row.id for row in jobs if row.state != CLAIMED)
    with_text = and_(events.c.words.is_not(None), comments)
    return _Concerned(owned, tuple(resolved), with_text, pending, len(jobs) - len(pending), sent)


def _author(row: Row[Any]) -> object:
    """Return the user id of whose text a job holds. Its payload may be that of a newer version."""
    payload = row.payload if isinstance(row.payload, dict) else {}
    name = {"answer_message": "user_id", "alert_team_lead": "asker_id"}.get(row.kind, "who")
    return payload.get(name)


def _describe(connection: Connection, rows: _Concerned, user_id: str | None) -> Erasure:
    def count(query: Any) -> int:
        return int(connection.execute(query).scalar_one())

    unerased = [row for row in rows.owned if row.erased_at is None]
    ids = [row.id for row in rows.owned]
    asked = and_(feedback.c.user_id == user_id, feedback.c.question.is_not(None)) if user_id else false()
    own_turns = turns.c.user_id == user_id if user_id else false()
    return Erasure(
        references=tuple(row.reference for row in unerased),
        open_references=tuple(row.reference for row in unerased if row.state in OPEN_STATES),
        comments=count(select(func.count()).select_from(events).where(rows.comments)),
        questions=count(select(func.count()).select_from(feedback).where(asked))
        + count(select(func.count()).select_from(turns).where(own_turns)),
        pending=len(rows.pending),
        messages=count(select(func.count()).select_from(sent_messages).where(rows.sent))
        + count(select(func.count()).select_from(cards).where(cards.c.escalation_id.in_([*ids, *rows.resolved]))),
        sending=rows.sending,
    )


def erase_escalations(connection: Connection, ids: Sequence[str], now: datetime) -> None:
    """Erase the text of escalations, which this transaction has locked. The people, times and history remain."""
    erased: dict[str, object] = {"fields": [], "question": None, "anyway": None, "decided": None, "erased_at": now}
    _erase_targets(connection, ids)
    connection.execute(update(escalations).where(escalations.c.id.in_(ids)).values(erased))
    connection.execute(update(events).where(events.c.escalation_id.in_(ids)).values(words=None))
    connection.execute(delete(cases).where(cases.c.escalation_id.in_(ids)))
    connection.execute(delete(notices).where(notices.c.escalation_id.in_(ids)))
    for escalation_id in ids:
        mappers.append(connection, escalation_id, Event(now, None, EventKind.ERASED))
    erase_from_slack(connection, ids, now)
    erase_sent(connection, sent_messages.c.escalation_id.in_(ids), now)


def _erase_targets(connection: Connection, ids: Collection[str]) -> None:
    """Erase the target of a duplicate if it is not a reference: releases up to 0.1.0 accepted any text."""
    duplicates = and_(escalations.c.id.in_(ids), escalations.c.ending == ResolutionCode.DUPLICATE.value)
    for row in connection.execute(select(escalations.c.id, escalations.c.which).where(duplicates)).all():
        if not is_reference(row.which or ""):
            connection.execute(update(escalations).where(escalations.c.id == row.id).values(which=None))
    resolved = and_(events.c.escalation_id.in_(ids), events.c.kind == EventKind.RESOLVED.value)
    for event in connection.execute(select(events).where(resolved)).all():
        about = dict(event.about)
        if about.get("ending") == ResolutionCode.DUPLICATE.value and not is_reference(about.get("which", "")):
            about.pop("which", None)
            key = and_(events.c.escalation_id == event.escalation_id, events.c.number == event.number)
            connection.execute(update(events).where(key).values(about=about))


def erase_from_slack(connection: Connection, ids: Collection[str], now: datetime) -> None:
    """Queue updates of all cards of these escalations, which the database no longer has text for."""
    query = select(cards).where(cards.c.escalation_id.in_(ids)).order_by(cards.c.posted_at)
    for number, card in enumerate(connection.execute(query).all()):
        row = mappers.lock(connection, card.escalation_id)
        escalation = mappers.readable_escalation(row) if row is not None else None
        if escalation is not None:  # else a newer version has it, and erases it
            task = UpdateCard(PostedCard(card.channel_id, card.ts, card.permalink))
            enqueue(connection, now, escalation, [task], delay=number * UPDATE_INTERVAL)


def erase_sent(connection: Connection, which: ColumnElement[bool], now: datetime, *, limit: int | None = None) -> None:
    """Queue the erasure of sent messages in Slack, and forget where they are."""
    rows = connection.execute(select(sent_messages).where(which).order_by(sent_messages.c.sent_at).limit(limit)).all()
    for number, row in enumerate(rows):
        task: Task = EraseMessage(row.channel_id, row.ts)
        enqueue(connection, now, None, [task], delay=number * UPDATE_INTERVAL)
        key = and_(sent_messages.c.channel_id == row.channel_id, sent_messages.c.ts == row.ts)
        connection.execute(delete(sent_messages).where(key))


def drop_jobs(connection: Connection, condition: ColumnElement[bool], reason: str, now: datetime) -> None:
    """Drop jobs with their text."""
    dropped: dict[str, object] = {"state": DROPPED, "why": reason, "payload": {}, "once_key": None, "settled_at": now}
    connection.execute(update(outbox).where(condition).values(dropped))
