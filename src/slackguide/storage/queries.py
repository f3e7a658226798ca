"""Translate an escalation filter to SQL that uses the indexes of `escalations`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, literal_column, or_, select, tuple_

from slackguide.escalation.filters import EscalationFilter, PageCursor
from slackguide.escalation.models import OPEN_STATES, EscalationState
from slackguide.storage.column_types import UtcDateTime
from slackguide.storage.tables import cases, escalations


def order_by(filter_: EscalationFilter, after: PageCursor | None) -> Select[Any]:
    """Return the filtered and sorted query, starting after the cursor."""
    order = (escalations.c.created_at, escalations.c.id)
    query = select(escalations).where(*conditions(filter_))
    if after is not None:
        last_row = tuple_(literal(after.created_at, UtcDateTime()), literal(after.id))
        this_row = tuple_(*order)
        query = query.where(this_row > last_row if filter_.oldest_first else this_row < last_row)
    return query.order_by(*(column if filter_.oldest_first else column.desc() for column in order))


def conditions(filter_: EscalationFilter) -> list[ColumnElement[bool]]:
    """Return the filter's conditions, which must all hold."""
    table = escalations.c
    clauses: list[ColumnElement[bool]] = []
    if filter_.forms is not None:
        clauses.append(table.form_id.in_(list(filter_.forms)))
    if filter_.queues is not None:
        clauses.append(table.desk.in_(list(filter_.queues)))
    if filter_.states is not None:
        # A sent escalation has no claimant. Without that state the query can use the claimant's index.
        taken = set(filter_.states) - ({EscalationState.SENT} if filter_.claimed_by is not None else set())
        clauses.append(_in_state(taken))
    if filter_.requester is not None:
        clauses.append(table.requester_user == filter_.requester)
    if filter_.claimed_by is not None:
        clauses.append(table.claimed_by == filter_.claimed_by)
    if filter_.person is not None:
        clauses.append(or_(table.requester_user == filter_.person, table.claimed_by == filter_.person))
    if filter_.not_requester is not None:
        clauses.append(table.requester_user != filter_.not_requester)
    if filter_.not_claimed_by is not None:
        clauses.append(or_(table.claimed_by.is_(None), table.claimed_by != filter_.not_claimed_by))
    if filter_.entry_id is not None:
        clauses.append(table.entry_id == filter_.entry_id)
    if filter_.resolution_code is not None:
        clauses.append(table.ending == filter_.resolution_code.value)
    if filter_.since is not None:
        clauses.append(table.created_at >= filter_.since)
    if filter_.until is not None:
        clauses.append(table.created_at < filter_.until)
    if filter_.overdue_at is not None:
        clauses.append(and_(table.overdue_at.is_not(None), table.overdue_at <= filter_.overdue_at))
    if filter_.unposted:
        clauses.append(table.card_ts.is_(None))
    return clauses


def _in_state(states: set[EscalationState]) -> ColumnElement[bool]:
    """Return the condition on the state, with literal values in a fixed order as in the partial indexes."""
    if states == {EscalationState.SENT}:
        return escalations.c.state == literal_column(f"'{EscalationState.SENT.value}'")
    return escalations.c.state.in_([literal_column(f"'{state.value}'") for state in EscalationState if state in states])


def open_about(keys: Collection[str]) -> Select[Any]:
    """Select the open escalations about any of these cases, oldest first."""
    matches = select(cases.c.escalation_id).where(cases.c.key.in_(keys))
    return (
        select(escalations)
        .where(escalations.c.id.in_(matches), escalations.c.state.in_([state.value for state in OPEN_STATES]))
        .order_by(escalations.c.created_at, escalations.c.id)
    )
