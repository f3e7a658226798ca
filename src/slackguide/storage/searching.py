"""A search as SQL, worded so that the indexes of `escalations` serve it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, literal_column, or_, select, tuple_

from slackguide.escalation.escalation import State
from slackguide.escalation.search import Cursor, Search
from slackguide.storage.kinds import Moment
from slackguide.storage.schema import escalations


def ordered(search: Search, after: Cursor | None) -> Select[Any]:
    """What is found, in its order, beginning after the cursor."""
    order = (escalations.c.created_at, escalations.c.id)
    found = select(escalations).where(*conditions(search))
    if after is not None:
        last = tuple_(literal(after.created_at, Moment()), literal(after.id))
        here = tuple_(*order)
        found = found.where(here > last if search.oldest_first else here < last)
    return found.order_by(*(column if search.oldest_first else column.desc() for column in order))


def conditions(search: Search) -> list[ColumnElement[bool]]:
    """Everything that has to hold."""
    table = escalations.c
    wanted: list[ColumnElement[bool]] = []
    if search.forms is not None:
        wanted.append(table.form_id.in_(list(search.forms)))
    if search.desks is not None:
        wanted.append(table.desk.in_(list(search.desks)))
    if search.states is not None:
        # Nobody has claimed what is sent; without that state, a claimant's index serves the search.
        taken = set(search.states) - ({State.SENT} if search.claimed_by is not None else set())
        wanted.append(_in_state(taken))
    if search.requester is not None:
        wanted.append(table.requester_user == search.requester)
    if search.claimed_by is not None:
        wanted.append(table.claimed_by == search.claimed_by)
    if search.person is not None:
        wanted.append(or_(table.requester_user == search.person, table.claimed_by == search.person))
    if search.entry_id is not None:
        wanted.append(table.entry_id == search.entry_id)
    if search.ending is not None:
        wanted.append(table.ending == search.ending.value)
    if search.since is not None:
        wanted.append(table.created_at >= search.since)
    if search.until is not None:
        wanted.append(table.created_at < search.until)
    if search.overdue_at is not None:
        wanted.append(and_(table.overdue_at.is_not(None), table.overdue_at <= search.overdue_at))
    if search.unposted:
        wanted.append(table.card_ts.is_(None))
    return wanted


def _in_state(states: set[State]) -> ColumnElement[bool]:
    """States are spelt out, and in their own order, because the partial indexes are for conditions that are."""
    if states == {State.SENT}:
        return escalations.c.state == literal_column(f"'{State.SENT.value}'")
    return escalations.c.state.in_([literal_column(f"'{state.value}'") for state in State if state in states])
