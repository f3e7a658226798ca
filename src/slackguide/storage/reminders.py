"""Send due reminders, each once even if several processes run."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select, update

from slackguide.delivery.notifier import Notifier
from slackguide.escalation.reminders import remind
from slackguide.escalation.sla import ReminderPolicy
from slackguide.storage import app_home, mappers
from slackguide.storage.database import Database
from slackguide.storage.outbox import enqueue
from slackguide.storage.tables import escalations

BATCH_SIZE = 200
"""Maximum number of reminders per call. The next call sends the rest."""


class ReminderService:
    """The sender of due reminders.

    `policy` returns a queue's current reminder policy, `has_left` whether a person can no longer be reached.
    """

    def __init__(
        self,
        *,
        database: Database,
        notifier: Notifier,
        policy: Callable[[str], ReminderPolicy | None],
        has_left: Callable[[str], bool] = lambda _user: False,
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._policy = policy
        self._has_left = has_left

    def send_due(self) -> int:
        """Send the due reminders. Return their number.

        A reminder and its messages are stored in one transaction. Escalations that this version cannot read are
        skipped.
        """
        count = 0
        unreadable: list[str] = []
        while count < BATCH_SIZE and self._is_due(unreadable) and (sent := self._send_one(unreadable)) is not None:
            count += sent
        if count:
            self._notifier.notify()
        return count

    def _is_due(self, unreadable: Collection[str]) -> bool:
        """Return whether a reminder is due. It takes no lock, because usually there is none."""
        with self._database.read() as connection:
            return connection.execute(_due(self._database.now(connection), unreadable)).first() is not None

    def _send_one(self, unreadable: list[str]) -> bool | None:
        """Send one reminder. Return None if there is none, or False if its escalation cannot be read.

        Adds the id of an escalation that cannot be read to `unreadable`.
        """
        with self._database.write() as connection:
            now = self._database.now(connection)
            row = connection.execute(_due(now, unreadable).with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            escalation = mappers.readable_escalation(row)
            if escalation is None:
                unreadable.append(row.id)
                return False
            changed = remind(escalation, now, self._policy(escalation.assigned_queue), self._has_left)
            if changed is None:
                _clear_reminder(connection, escalation.id)
                return True
            mappers.change(connection, replace(changed.escalation, changed_at=escalation.changed_at), changed.event)
            enqueue(connection, now, changed.escalation, changed.messages)
            participants = [user for user in (escalation.claimed_by, escalation.requester.user_id) if user is not None]
            enqueue(connection, now, None, app_home.refresh_tasks(connection, now, participants))
            return True


def _due(now: datetime, unreadable: Collection[str]) -> Select[Any]:
    """Select the escalation whose reminder has been due longest."""
    return (
        select(escalations)
        .where(escalations.c.remind_at.is_not(None), escalations.c.remind_at <= now)
        .where(escalations.c.id.not_in(unreadable))
        .order_by(escalations.c.remind_at)
        .limit(1)
    )


def _clear_reminder(connection: Connection, escalation_id: str) -> None:
    connection.execute(update(escalations).where(escalations.c.id == escalation_id).values(remind_at=None))
