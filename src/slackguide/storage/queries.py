"""Translate an escalation filter to SQL, phrased so that the indexes of `escalations` serve it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, literal_column, or_, select, tuple_

from slackguide.escalation.filters import EscalationFilter, PageCursor
from slackguide.escalation.models import EscalationState
from slackguide.storage.column_types import UtcDateTime
from slackguide.storage.tables import escalations


def order_by(filter_: EscalationFilter, after: PageCursor | None) -> Select[Any]:
    """What is found, in its order, beginning after the cursor."""
    order = (escalations.c.created_at, escalations.c.id)
    found = select(escalations).where(*conditions(filter_))
    if after is not None:
        last = tuple_(literal(after.created_at, UtcDateTime()), literal(after.id))
        here = tuple_(*order)
        found = found.where(here > last if filter_.oldest_first else here < last)
    return found.order_by(*(column if filter_.oldest_first else column.desc() for column in order))


def conditions(filter_: EscalationFilter) -> list[ColumnElement[bool]]:
    """Everything that has to hold."""
    table = escalations.c
    name_or_id: list[ColumnElement[bool]] = []
    if filter_.forms is not None:
        name_or_id.append(table.form_id.in_(list(filter_.forms)))
    if filter_.queues is not None:
        name_or_id.append(table.desk.in_(list(filter_.queues)))
    if filter_.states is not None:
        # Nobody has claimed what is sent; without that state, a claimant's index serves the search.
        taken = set(filter_.states) - ({EscalationState.SENT} if filter_.claimed_by is not None else set())
        name_or_id.append(_in_state(taken))
    if filter_.requester is not None:
        name_or_id.append(table.requester_user == filter_.requester)
    if filter_.claimed_by is not None:
        name_or_id.append(table.claimed_by == filter_.claimed_by)
    if filter_.person is not None:
        name_or_id.append(or_(table.requester_user == filter_.person, table.claimed_by == filter_.person))
    if filter_.entry_id is not None:
        name_or_id.append(table.entry_id == filter_.entry_id)
    if filter_.resolution_code is not None:
        name_or_id.append(table.ending == filter_.resolution_code.value)
    if filter_.since is not None:
        name_or_id.append(table.created_at >= filter_.since)
    if filter_.until is not None:
        name_or_id.append(table.created_at < filter_.until)
    if filter_.overdue_at is not None:
        name_or_id.append(and_(table.overdue_at.is_not(None), table.overdue_at <= filter_.overdue_at))
    if filter_.unposted:
        name_or_id.append(table.card_ts.is_(None))
    return name_or_id


def _in_state(states: set[EscalationState]) -> ColumnElement[bool]:
    """States are spelt out, and in their own order, because the partial indexes are for conditions that are."""
    if states == {EscalationState.SENT}:
        return escalations.c.state == literal_column(f"'{EscalationState.SENT.value}'")
    return escalations.c.state.in_([literal_column(f"'{state.value}'") for state in EscalationState if state in states])
