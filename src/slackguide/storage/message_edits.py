"""Change or erase the text that an escalation took over from a message which was edited or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select, update

from slackguide.delivery.tasks import EraseMessage
from slackguide.escalation.messages import NotifyPerson, ReplyInThread
from slackguide.escalation.models import Event
from slackguide.escalation.revisions import SOURCE, revision_messages, source_of
from slackguide.storage import mappers, task_codec
from slackguide.storage.erasure import PENDING, drop_jobs
from slackguide.storage.outbox import DONE, enqueue
from slackguide.storage.tables import cards, escalations, events, notices, outbox

EDITED = "edited"
"""The detail of an event that holds the times of its edits, in ISO format, separated by spaces."""


@dataclass(frozen=True, slots=True)
class SourceMessage:
    """A message that an escalation may have taken over. `direct`: it is a direct message."""

    channel_id: str
    thread_ts: str
    ts: str
    author: str
    direct: bool

    @property
    def name(self) -> str:
        """Its name in the history of the escalation."""
        return source_of(self.channel_id, self.ts)


_COPIES = tuple(task_codec.kind_of(task) for task in (NotifyPerson, ReplyInThread))


def find_event(connection: Connection, message: SourceMessage) -> Row[Any] | None:
    """Return the event with the text of a message.

    It belongs to the escalation whose card or notice is the message's thread, or, for a direct message, to one of its
    author's: only the requester's own are taken over from there.
    """
    in_thread = [
        select(table.c.escalation_id).where(table.c.channel_id == message.channel_id, table.c.ts == message.thread_ts)
        for table in (cards, notices)
    ]
    own = [select(escalations.c.id).where(escalations.c.requester_user == message.author)] if message.direct else []
    for ids in (*in_thread, *own):
        taken = and_(events.c.escalation_id.in_(ids), events.c.who == message.author)
        source = events.c.about[SOURCE].as_string() == message.name
        found = connection.execute(select(events).where(taken, source)).first()
        if found is not None:
            return found
    return None


def revise(connection: Connection, row: Row[Any], text: str | None, now: datetime) -> None:
    """Give an event the new text, or none, and queue what its escalation sends about it.

    The copies of a deleted text in slackguide's own messages are erased.
    """
    escalation = mappers.locked(connection, row.escalation_id)
    if escalation is None or escalation.erased_at is not None or row.words == text or row.words is None:
        return
    event = mappers.event_of(row)
    copies = _copies(connection, row, event)
    pending = outbox.c.id.in_([copy.id for copy in copies if copy.state in PENDING])
    if text is None:
        drop_jobs(connection, pending, "deleted", now)
        tasks = [EraseMessage(copy.channel_id, copy.ts) for copy in copies if copy.state == DONE and copy.ts]
        enqueue(connection, now, None, tasks)
    edits = " ".join([*event.details.get(EDITED, "").split(), now.isoformat()])
    key = and_(events.c.escalation_id == row.escalation_id, events.c.number == row.number)
    connection.execute(update(events).where(key).values(words=text, about={**row.about, EDITED: edits}))
    enqueue(connection, now, escalation, revision_messages(escalation, event, text))


def _copies(connection: Connection, row: Row[Any], event: Event) -> Sequence[Row[Any]]:
    """Return the jobs that sent or send the text on: those that were queued together with the event and its edits."""
    edits = event.details.get(EDITED, "").split()
    times = [event.at, *(datetime.fromisoformat(edit) for edit in edits)]
    queued: ColumnElement[bool] = and_(
        outbox.c.escalation_id == row.escalation_id, outbox.c.kind.in_(_COPIES), outbox.c.created_at.in_(times)
    )
    return connection.execute(select(outbox).where(queued).with_for_update()).all()
