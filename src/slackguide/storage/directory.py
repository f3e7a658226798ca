"""The user directory: members, guests, and user groups."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from slackguide.errors import StorageError
from slackguide.storage.database import Database, insert_into
from slackguide.storage.tables import directory, group_members, people

RECHECK_SECONDS = 2.0
"""How long a snapshot is trusted before the database is asked whether it is still the latest."""


@dataclass(frozen=True)
class DirectoryUser:
    """One person. `team_id` is their workspace; `groups` are the handles of their user groups, of those kept."""

    user_id: str
    team_id: str
    name: str
    guest: bool = False
    bot: bool = False
    deleted: bool = False
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Snapshot:
    version: int
    refreshed_at: datetime | None
    users: Mapping[str, DirectoryUser]


_EMPTY = _Snapshot(-1, None, {})


class UserDirectory:
    """Read from memory, written to the database.

    Every writer raises the directory's version; a reader whose look is older than `RECHECK_SECONDS` by `ticks`
    (monotonic seconds) asks for the version, and reads everything again when it has changed.
    """

    def __init__(self, *, database: Database, monotonic: Callable[[], float]) -> None:
        self._database = database
        self._monotonic = monotonic
        self._refresh_lock = threading.Lock()
        self._snapshot = _EMPTY
        self._checked_at = float("-inf")
        self._counting = threading.Lock()
        self._writes = 0
        self._writes_seen = 0

    def find(self, user_id: str) -> DirectoryUser | None:
        """The person, None when they are not in the directory.

        While the database cannot be read, the last snapshot answers; StorageError only if there never was one.
        """
        return self._current().users.get(user_id)

    def members(self, handle: str) -> tuple[str, ...]:
        """The ids of a user group's members who are in the directory, in order."""
        return tuple(sorted(user.user_id for user in self._current().users.values() if handle in user.groups))

    def refreshed_at(self) -> datetime | None:
        """When the whole directory was last replaced; None: never."""
        return self._current().refreshed_at

    def replace(self, users: Iterable[DirectoryUser], groups: Mapping[str, Collection[str]] | None) -> None:
        """Make these the directory, in one transaction.

        `groups` are handles and the user ids in them; None keeps the groups as they are (Slack would not tell). The
        `groups` of the people given are not looked at.
        """
        with self._database.write() as connection:
            _raise_version(connection)
            now = self._database.now(connection)
            connection.execute(delete(people))
            listed = {user.user_id: _row(user, now) for user in users}
            if listed:
                connection.execute(insert(people), list(listed.values()))
            if groups is not None:
                connection.execute(delete(group_members))
                pairs = [{"handle": handle, "user_id": user} for handle, users in groups.items() for user in set(users)]
                if pairs:
                    connection.execute(insert(group_members), pairs)
            connection.execute(update(directory).values(refreshed_at=now))
        self._invalidate()

    def put(self, *persons: DirectoryUser) -> None:
        """Add or change people; everybody else and all groups stay as they are."""
        if not persons:
            return
        with self._database.write() as connection:
            _raise_version(connection)
            now = self._database.now(connection)
            added = insert_into(connection, people)
            changed = {column.name: added.excluded[column.name] for column in people.columns}
            connection.execute(
                added.on_conflict_do_update(index_elements=[people.c.user_id], set_=changed),
                [_row(user, now) for user in persons],
            )
        self._invalidate()

    def _current(self) -> _Snapshot:
        if self._writes_seen == self._writes and self._monotonic() - self._checked_at < RECHECK_SECONDS:
            return self._snapshot
        # Those who come while one is looking use what there is, unless that is nothing or lacks what we wrote.
        if not self._refresh_lock.acquire(blocking=self._snapshot is _EMPTY or self._writes_seen != self._writes):
            return self._snapshot
        try:
            self._refresh()
        finally:
            self._refresh_lock.release()
        return self._snapshot

    def _invalidate(self) -> None:
        """Invalidate the cache so that this process reads its own writes, even during a refresh."""
        with self._counting:
            self._writes += 1

    def _refresh(self) -> None:
        """Read what has changed; `_writes_seen` is how many of our own writes came before the look that the snapshot
        is of.
        """
        began, writes = self._monotonic(), self._writes
        try:
            with self._database.read() as connection:
                row = connection.execute(select(directory)).first()
                version, refreshed_at = (row.version, row.refreshed_at) if row is not None else (0, None)
                if version != self._snapshot.version:
                    self._snapshot = _Snapshot(version, refreshed_at, _load_users(connection))
        except StorageError:
            if self._snapshot is _EMPTY:
                raise
            began = self._monotonic()
        self._checked_at, self._writes_seen = began, writes


def _load_users(connection: Connection) -> dict[str, DirectoryUser]:
    groups: dict[str, set[str]] = {}
    for row in connection.execute(select(group_members)):
        groups.setdefault(row.user_id, set()).add(row.handle)
    return {
        row.user_id: DirectoryUser(
            user_id=row.user_id,
            team_id=row.team_id,
            name=row.name,
            guest=row.guest,
            bot=row.bot,
            deleted=row.deleted,
            groups=frozenset(groups.get(row.user_id, ())),
        )
        for row in connection.execute(select(people))
    }


def _row(user: DirectoryUser, now: datetime) -> dict[str, object]:
    return {
        "user_id": user.user_id,
        "team_id": user.team_id,
        "name": user.name,
        "guest": user.guest,
        "bot": user.bot,
        "deleted": user.deleted,
        "refreshed_at": now,
    }


def _raise_version(connection: Connection) -> None:
    """Also makes writers wait for each other: it is the first thing each of them does."""
    connection.execute(
        insert_into(connection, directory)
        .values(id=1, version=1)
        .on_conflict_do_update(index_elements=[directory.c.id], set_={"version": directory.c.version + 1})
    )
