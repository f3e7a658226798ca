"""Map escalations and their events to rows and back."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from slackguide.errors import UnreadableRow
from slackguide.escalation.form_validation import FieldValue
from slackguide.escalation.models import (
    Escalation,
    EscalationState,
    Event,
    EventKind,
    NewEscalation,
    PostedCard,
    Recommendation,
    Requester,
)
from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.sla import SlaTimer
from slackguide.storage.tables import escalations, events

log = logging.getLogger(__name__)


def pack(values: Mapping[str, FieldValue]) -> list[list[object]]:
    """Encode field values as JSON pairs, which keep the form's order. A date is an object, to decode it as a date."""
    return [[name, {"date": value.isoformat()} if isinstance(value, date) else value] for name, value in values.items()]


def unpack(pairs: list[list[Any]]) -> dict[str, FieldValue]:
    """Decode field values from JSON."""
    return {name: _value(value) for name, value in pairs}


def _value(value: Any) -> FieldValue:
    """Decode one value. Raises ValueError for an unknown type."""
    match value:
        case {"date": str(iso), **rest} if not rest:
            return date.fromisoformat(iso)
        case list() if all(isinstance(item, str) for item in value):
            return tuple(value)
        case str() | int() if not isinstance(value, bool):
            return value
        case _:
            raise ValueError("unknown value type")


def escalation_of(row: Row[Any]) -> Escalation:
    """Return the escalation of a row. Raises `UnreadableRow`."""
    try:
        return _escalation_of(row)
    except (ValueError, KeyError, TypeError):
        raise UnreadableRow(f"escalation {row.id} ({row.reference})") from None


def readable_escalations(rows: Iterable[Row[Any]]) -> tuple[Escalation, ...]:
    """Return the escalations of these rows. Omit rows that this version cannot read and log each of them once."""
    return tuple(escalation for row in rows if (escalation := readable_escalation(row)) is not None)


def readable_escalation(row: Row[Any]) -> Escalation | None:
    """Return the escalation of a row. Return None and log it once if this version cannot read it."""
    try:
        return escalation_of(row)
    except UnreadableRow as error:
        _log_unreadable(error.what)
        return None


@lru_cache(maxsize=10_000)
def _log_unreadable(what: str) -> None:
    """Log a row that this version cannot read, once per process."""
    log.warning("%s is skipped: only a newer version can read it", what)


def _escalation_of(row: Row[Any]) -> Escalation:
    recommendation = row.advice
    return Escalation(
        id=row.id,
        reference=row.reference,
        form_id=row.form_id,
        assigned_queue=row.desk,
        channel=row.channel,
        state=EscalationState(row.state),
        requester=Requester(row.requester_user, row.requester_team),
        created_at=row.created_at,
        changed_at=row.changed_at,
        values=unpack(row.fields),
        entry_id=row.entry_id,
        question=row.question,
        recommendation=Recommendation(recommendation["destination"], tuple(recommendation["because"]))
        if recommendation is not None
        else None,
        duplicate_reason=row.anyway,
        claimed_by=row.claimed_by,
        card=PostedCard(row.card_channel, row.card_ts, row.card_permalink) if row.card_ts is not None else None,
        resolution=Resolution(ResolutionCode(row.ending), row.decided, row.which) if row.ending is not None else None,
        closed_at=row.closed_at,
        erased_at=row.erased_at,
        sla_timer=SlaTimer(row.overdue_at, row.remind_at, row.reminded, row.quiet),
        followers=tuple(row.followers),
    )


def new_row(escalation: Escalation, new_escalation: NewEscalation) -> dict[str, object]:
    """Return the row of a new escalation."""
    recommendation = new_escalation.recommendation
    return {
        "id": escalation.id,
        "reference": escalation.reference,
        "view_id": new_escalation.view_id,
        "form_id": escalation.form_id,
        "requester_user": escalation.requester.user_id,
        "requester_team": escalation.requester.team_id,
        "created_at": escalation.created_at,
        "fields": pack(escalation.values),
        "entry_id": escalation.entry_id,
        "question": escalation.question,
        "advice": {"destination": recommendation.destination, "because": list(recommendation.because)}
        if recommendation is not None
        else None,
        "anyway": escalation.duplicate_reason,
        **mutable_columns(escalation),
    }


def mutable_columns(escalation: Escalation) -> dict[str, object]:
    """Return the columns that a command can change."""
    card, resolution = escalation.card, escalation.resolution
    return {
        "desk": escalation.assigned_queue,
        "channel": escalation.channel,
        "state": escalation.state.value,
        "changed_at": escalation.changed_at,
        "closed_at": escalation.closed_at,
        "claimed_by": escalation.claimed_by,
        "card_channel": card.channel_id if card is not None else None,
        "card_ts": card.ts if card is not None else None,
        "card_permalink": card.permalink if card is not None else None,
        "ending": resolution.code.value if resolution is not None else None,
        "decided": resolution.note if resolution is not None else None,
        "which": resolution.target if resolution is not None else None,
        "overdue_at": escalation.sla_timer.overdue_at,
        "remind_at": escalation.sla_timer.remind_at,
        "reminded": escalation.sla_timer.reminder_count,
        "quiet": escalation.sla_timer.muted,
        "followers": list(escalation.followers),
    }


def lock(connection: Connection, escalation_id: str) -> Row[Any] | None:
    """Lock the escalation's row until the transaction ends, and return it."""
    return connection.execute(select(escalations).where(escalations.c.id == escalation_id).with_for_update()).first()


def locked(connection: Connection, escalation_id: str) -> Escalation | None:
    """Lock the escalation until the transaction ends, and return it. Raises `UnreadableRow`."""
    row = lock(connection, escalation_id)
    return escalation_of(row) if row is not None else None


def change(connection: Connection, escalation: Escalation, event: Event) -> None:
    """Store a changed escalation, which this transaction has locked, and append the event."""
    columns = mutable_columns(escalation)
    connection.execute(update(escalations).where(escalations.c.id == escalation.id).values(columns))
    append(connection, escalation.id, event)


def append(connection: Connection, escalation_id: str, event: Event) -> None:
    """Append an event to the history of an escalation that this transaction has locked or created."""
    number = connection.execute(
        update(escalations)
        .where(escalations.c.id == escalation_id)
        .values(events=escalations.c.events + 1)
        .returning(escalations.c.events)
    ).scalar_one()
    connection.execute(
        insert(events).values(
            escalation_id=escalation_id,
            number=number,
            at=event.at,
            who=event.actor,
            kind=event.kind.value,
            words=event.text,
            about=dict(event.details),
        )
    )


def event_of(row: Row[Any]) -> Event:
    """Return the event of a row. Raises `UnreadableRow`."""
    try:
        return Event(row.at, row.who, EventKind(row.kind), row.words, row.about)
    except ValueError:
        raise UnreadableRow(f"event {row.number} of escalation {row.escalation_id}") from None


def readable_events(rows: Iterable[Row[Any]]) -> tuple[Event, ...]:
    """Return the events of these rows. Omit rows that this version cannot read and log each of them once."""
    readable = []
    for row in rows:
        try:
            readable.append(event_of(row))
        except UnreadableRow as error:
            _log_unreadable(error.what)
    return tuple(readable)
