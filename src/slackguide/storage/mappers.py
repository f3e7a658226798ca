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
    """Field values as JSON: pairs, which keep the form's order; a date is an object, so that it comes back a date."""
    return [[name, {"date": value.isoformat()} if isinstance(value, date) else value] for name, value in values.items()]


def unpack(pairs: list[list[Any]]) -> dict[str, FieldValue]:
    """Field values from JSON."""
    return {name: _value(value) for name, value in pairs}


def _value(value: Any) -> FieldValue:
    """Raises ValueError for a type of value that this version does not know."""
    match value:
        case {"date": str(iso), **rest} if not rest:
            return date.fromisoformat(iso)
        case list() if all(isinstance(item, str) for item in value):
            return tuple(value)
        case str() | int() if not isinstance(value, bool):
            return value
        case _:
            raise ValueError("unknown type of value")


def escalation_of(row: Row[Any]) -> Escalation:
    """The escalation that a row of `escalations` holds. Raises `UnreadableRow`."""
    try:
        return _escalation_of(row)
    except (ValueError, KeyError, TypeError):
        raise UnreadableRow(f"escalation {row.id} ({row.reference})") from None


def readable_escalations(found: Iterable[Row[Any]]) -> tuple[Escalation, ...]:
    """The escalations of these rows; one that this version cannot read is left out, and named in the log once."""
    return tuple(stored for row in found if (stored := readable_escalation(row)) is not None)


def readable_escalation(row: Row[Any]) -> Escalation | None:
    """The escalation of a row; None where this version cannot read it, which the log then says once."""
    try:
        return escalation_of(row)
    except UnreadableRow as error:
        _report(error.what)
        return None


@lru_cache(maxsize=10_000)
def _report(what: str) -> None:
    """Log a row that cannot be read, once in a process."""
    log.warning("%s is left to a newer version: this one cannot read it", what)


def _escalation_of(row: Row[Any]) -> Escalation:
    advice = row.advice
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
        recommendation=Recommendation(advice["destination"], tuple(advice["because"])) if advice is not None else None,
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
    """The row of an escalation that has just been submitted."""
    advice = new_escalation.recommendation
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
        "advice": {"destination": advice.destination, "because": list(advice.because)} if advice is not None else None,
        "anyway": escalation.duplicate_reason,
        **changing(escalation),
    }


def changing(escalation: Escalation) -> dict[str, object]:
    """The columns that a press can change."""
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
    """The escalation's row, which nobody else changes until this transaction ends."""
    return connection.execute(select(escalations).where(escalations.c.id == escalation_id).with_for_update()).first()


def locked(connection: Connection, escalation_id: str) -> Escalation | None:
    """The escalation, which nobody else changes until this transaction ends. Raises `UnreadableRow`."""
    row = lock(connection, escalation_id)
    return escalation_of(row) if row is not None else None


def change(connection: Connection, escalation: Escalation, event: Event) -> None:
    """Write what a press changed, and the event, of an escalation that this transaction has locked."""
    columns = changing(escalation)
    connection.execute(update(escalations).where(escalations.c.id == escalation.id).values(columns))
    append(connection, escalation.id, event)


def append(connection: Connection, escalation_id: str, event: Event) -> None:
    """Add to the history of an escalation that this transaction has locked or made."""
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
    """The event that a row of `events` holds. Raises `UnreadableRow`."""
    try:
        return Event(row.at, row.who, EventKind(row.kind), row.words, row.about)
    except ValueError:
        raise UnreadableRow(f"event {row.number} of escalation {row.escalation_id}") from None


def readable_events(found: Iterable[Row[Any]]) -> tuple[Event, ...]:
    """The events of these rows; one that this version cannot read is left out, and named in the log once."""
    events_found = []
    for row in found:
        try:
            events_found.append(event_of(row))
        except UnreadableRow as error:
            _report(error.what)
    return tuple(events_found)
