"""Limits on sending: one message a second to a conversation, and an allowance of posts and notices a person."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, literal_column, or_, select

from slackguide.escalation.messages import NotifyPerson, PostEscalation, ReplyInThread
from slackguide.storage import task_codec
from slackguide.storage.database import insert_into
from slackguide.storage.tables import lanes, outbox

MIN_POST_INTERVAL = 1.0
"""Seconds between two messages to one conversation (docs.slack.dev: about one per second and channel)."""

PERSON_INTERVAL = 3.0
"""Seconds between two posts or notices that one person causes, once `PERSON_BURST` of them came at once."""

PERSON_BURST = 20
"""Posts and notices that one person may cause at once: more than the work on any one escalation causes."""

LIMITED = tuple(task_codec.kind_of(task) for task in (PostEscalation, NotifyPerson, ReplyInThread))
"""Kinds that count against the allowance of the person who causes them (`delivery.tasks.limited_person`)."""


def reserve_send_slot(connection: Connection, name: str, now: datetime, post_interval: timedelta) -> bool:
    """Reserve the conversation for `post_interval`. Return whether that succeeded."""
    turn = (
        insert_into(connection, lanes)
        .values(name=name, next_at=now + post_interval, set_at=now)
        .on_conflict_do_update(
            index_elements=[lanes.c.name],
            set_={"next_at": now + post_interval, "set_at": now},
            where=lanes.c.next_at <= now,
        )
        .returning(lanes.c.name)
    )
    return connection.execute(turn).first() is not None


def pause_channel(connection: Connection, name: str, now: datetime, seconds: float) -> None:
    until = now + timedelta(seconds=seconds)
    connection.execute(
        insert_into(connection, lanes)
        .values(name=name, next_at=until, set_at=now)
        .on_conflict_do_update(
            index_elements=[lanes.c.name], set_={"next_at": until, "set_at": now}, where=lanes.c.next_at < until
        )
    )


def _allowance(person: str) -> str:
    """Return the name of the row of `lanes` that limits a person. It differs from every conversation's."""
    return f"by {person}"


def within_allowance(exhausted_at: datetime) -> ColumnElement[bool]:
    """Return the condition for jobs of people who have not used up their allowance, and for those without a limit."""
    exhausted = select(lanes.c.name).where(lanes.c.next_at > exhausted_at)
    limited = outbox.c.kind.in_(LIMITED)
    return or_(~limited, func.coalesce(literal_column("'by '").concat(outbox.c.sender), "").not_in(exhausted))


def use_allowance(connection: Connection, person: str, now: datetime, interval: timedelta) -> None:
    """Count a message against a person's allowance.

    The row's time is when the whole allowance is available again. A message moves it by `interval`, and none is sent
    while it is more than `PERSON_BURST - 1` intervals away (the generic cell rate algorithm).
    """
    name = _allowance(person)
    used = connection.execute(select(lanes.c.next_at).where(lanes.c.name == name).with_for_update()).scalar()
    until = max(now, used or now) + interval
    connection.execute(
        insert_into(connection, lanes)
        .values(name=name, next_at=until, set_at=now)
        .on_conflict_do_update(index_elements=[lanes.c.name], set_={"next_at": until, "set_at": now})
    )
