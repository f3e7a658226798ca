"""Reminders whose time has come, each given once however many processes look."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select, update

from slackguide.delivery.notifier import Notifier
from slackguide.escalation.reminders import remind
from slackguide.escalation.sla import ReminderPolicy
from slackguide.storage import homes, rows
from slackguide.storage.database import Database
from slackguide.storage.outbox import queue
from slackguide.storage.schema import escalations

AT_ONCE = 200
"""Reminders given by one call, at most; what is left is given by the next."""


class Reminders:
    """Turns due reminders into messages that are owed. `policy` gives a desk's reminders as knowledge has them now."""

    def __init__(
        self, *, database: Database, notifier: Notifier, policy: Callable[[str], ReminderPolicy | None]
    ) -> None:
        self._database = database
        self._bell = notifier
        self._policy = policy

    def give(self) -> int:
        """Give those that are due; returns how many. A reminder and what it owes are one transaction.

        Escalations that this version cannot read are left to a newer one.
        """
        given = 0
        unreadable: list[str] = []
        while given < AT_ONCE and self._due(unreadable) and (went_on := self._give_one(unreadable)) is not None:
            given += went_on
        if given:
            self._bell.notify()
        return given

    def _due(self, unreadable: Collection[str]) -> bool:
        """A look that takes no lock: mostly there is nothing."""
        with self._database.read() as connection:
            return connection.execute(_due(self._database.now(connection), unreadable)).first() is not None

    def _give_one(self, unreadable: list[str]) -> bool | None:
        """Whether one was given, None when none is left. Adds to `unreadable` the id of one that cannot be read."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            row = connection.execute(_due(now, unreadable).with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            escalation = rows.readable_escalation(row)
            if escalation is None:
                unreadable.append(row.id)
                return False
            changed = remind(escalation, now, self._policy(escalation.assigned_queue))
            if changed is None:
                _forget(connection, escalation.id)
                return True
            rows.change(connection, replace(changed.escalation, changed_at=escalation.changed_at), changed.event)
            queue(connection, now, changed.escalation, changed.messages)
            concerned = [who for who in (escalation.claimed_by, escalation.requester.user_id) if who is not None]
            queue(connection, now, None, homes.refreshes(connection, now, concerned))
            return True


def _due(now: datetime, unreadable: Collection[str]) -> Select[Any]:
    """The reminder that has been due longest."""
    return (
        select(escalations)
        .where(escalations.c.remind_at.is_not(None), escalations.c.remind_at <= now)
        .where(escalations.c.id.not_in(unreadable))
        .order_by(escalations.c.remind_at)
        .limit(1)
    )


def _forget(connection: Connection, escalation_id: str) -> None:
    connection.execute(update(escalations).where(escalations.c.id == escalation_id).values(remind_at=None))
