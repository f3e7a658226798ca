"""Events that Slack sent: each is accepted once, together with the answer it is owed."""

from __future__ import annotations

from slackguide.escalation.bell import Bell
from slackguide.escalation.task import Task
from slackguide.storage.database import Database, insert_into
from slackguide.storage.outbox import queue
from slackguide.storage.schema import inbox


class Inbox:
    """Accepts events. What they are owed is delivered like every other job: after a crash too, and once."""

    def __init__(self, *, database: Database, bell: Bell) -> None:
        self._database = database
        self._bell = bell

    def accept(self, event_id: str, *owed: Task) -> bool:
        """Keep the event's id and what is owed for it, on disk when this returns; False if it was accepted before.

        Answer 200 only after this; raises StorageError, in which case Slack sends the event again.
        """
        with self._database.write() as connection:
            now = self._database.now(connection)
            first = (
                insert_into(connection, inbox)
                .values(event_id=event_id, accepted_at=now)
                .on_conflict_do_nothing()
                .returning(inbox.c.event_id)
            )
            if connection.execute(first).first() is None:
                return False
            queue(connection, now, None, owed)
        if owed:
            self._bell.ring()
        return True
