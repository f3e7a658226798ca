"""The user directory: members, guests, and user groups."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from slackguide.errors import StorageError
from slackguide.storage.database import Database, insert_into
from slackguide.storage.tables import directory, group_members, people, walks
from slackguide.storage.walks import PEOPLE_WALK, Walk, save_walk

RECHECK_SECONDS = 2.0
"""How long a snapshot is used before its version is checked in the database."""


@dataclass(frozen=True)
class DirectoryUser:
    """A member of the directory. `team_id` is their workspace, `groups` the handles of their stored user groups.

    `tz` is the name of their time zone as Slack gives it, None if it is unknown. `teams` are all their workspaces of an
    Enterprise organization, of which Slack names any one in `team_id`, or the organization.
    """

    user_id: str
    team_id: str
    name: str
    guest: bool = False
    bot: bool = False
    deleted: bool = False
    groups: frozenset[str] = frozenset()
    tz: str | None = None
    teams: frozenset[str] = frozenset()

    def is_member_of(self, team_id: str) -> bool:
        """Return whether the person belongs to a workspace. Without any stored workspace they count as a member."""
        return not self.team_id or team_id == self.team_id or team_id in self.teams


@dataclass(frozen=True)
class _Snapshot:
    version: int
    refreshed_at: datetime | None
    users: Mapping[str, DirectoryUser]


_EMPTY = _Snapshot(-1, None, {})


class UserDirectory:
    """A directory cached in memory and stored in the database.

    Every write increments the directory's version. A reader whose last check is older than `RECHECK_SECONDS` checks the
    version, and reloads everything if it has changed. `monotonic` returns monotonic seconds.
    """

    def __init__(self, *, database: Database, monotonic: Callable[[], float]) -> None:
        self._database = database
        self._monotonic = monotonic
        self._refresh_lock = threading.Lock()
        self._snapshot = _EMPTY
        self._checked_at = float("-inf")
        self._write_count_lock = threading.Lock()
        self._writes = 0
        self._writes_seen = 0

    def find(self, user_id: str) -> DirectoryUser | None:
        """Return the user, or None if they are not in the directory.

        While the database is unavailable, the last snapshot is used. Raises StorageError if there is no snapshot yet.
        """
        return self._current().users.get(user_id)

    def members(self, handle: str) -> tuple[str, ...]:
        """Return the ids of the user group's members who are in the directory, sorted."""
        return tuple(sorted(user.user_id for user in self._current().users.values() if handle in user.groups))

    def refreshed_at(self) -> datetime | None:
        """Return the time of the last full refresh, or None."""
        return self._current().refreshed_at

    def replace(self, users: Iterable[DirectoryUser], groups: Mapping[str, Collection[str]] | None) -> None:
        """Replace the whole directory in one transaction.

        `groups` maps handles to user ids; None keeps the stored groups, if Slack did not return them. The `groups` of
        `users` are ignored.
        """
        with self._database.write() as connection:
            _increment_version(connection)
            now = self._database.now(connection)
            connection.execute(delete(people))
            listed = {user.user_id: _row(user, now) for user in users}
            if listed:
                connection.execute(insert(people), list(listed.values()))
            if groups is not None:
                _replace_groups(connection, groups)
            connection.execute(update(directory).values(refreshed_at=now))
        self._invalidate()

    def store_page(self, users: Sequence[DirectoryUser], walk: Walk, next_cursor: str) -> None:
        """Store one page of all users together with the progress of the walk.

        Readers see it at their next check of the version, and only if somebody has changed.
        """
        with self._database.write() as connection:
            now = self._database.now(connection)
            rows = {user.user_id: _row(user, now) for user in users}
            stored = connection.execute(select(people).where(people.c.user_id.in_(rows))).mappings()
            unchanged = {row["user_id"] for row in stored if {**row, "refreshed_at": now} == rows[row["user_id"]]}
            changed = [row for user_id, row in rows.items() if user_id not in unchanged]
            if changed:
                _increment_version(connection)
                _upsert(connection, changed)
            connection.execute(update(people).where(people.c.user_id.in_(unchanged)).values(refreshed_at=now))
            save_walk(connection, PEOPLE_WALK, walk, 0, next_cursor)

    def finish(self, walk: Walk) -> None:
        """Delete everybody whom the walk has not seen, and record the refresh."""
        with self._database.write() as connection:
            _increment_version(connection)
            now = self._database.now(connection)
            if now >= walk.started_at:
                connection.execute(delete(people).where(people.c.refreshed_at < walk.started_at))
            connection.execute(delete(walks).where(walks.c.name == PEOPLE_WALK))
            connection.execute(update(directory).values(refreshed_at=now))
        self._invalidate()

    def replace_groups(self, groups: Mapping[str, Collection[str]]) -> None:
        """Replace the members of all groups."""
        with self._database.write() as connection:
            _increment_version(connection)
            _replace_groups(connection, groups)
        self._invalidate()

    def put(self, *users: DirectoryUser) -> None:
        """Insert or update users. All other users and all groups are unchanged."""
        if not users:
            return
        with self._database.write() as connection:
            _increment_version(connection)
            now = self._database.now(connection)
            _upsert(connection, [_row(user, now) for user in users])
        self._invalidate()

    def delete(self, user_id: str) -> None:
        """Delete a person whose stored data Slack contradicts, so that they are looked up again."""
        with self._database.write() as connection:
            forget_user(connection, user_id)
        self._invalidate()

    def _current(self) -> _Snapshot:
        if self._writes_seen == self._writes and self._monotonic() - self._checked_at < RECHECK_SECONDS:
            return self._snapshot
        # While another thread refreshes, use the old snapshot, unless it is empty or lacks a write of this process.
        if not self._refresh_lock.acquire(blocking=self._snapshot is _EMPTY or self._writes_seen != self._writes):
            return self._snapshot
        try:
            self._refresh()
        finally:
            self._refresh_lock.release()
        return self._snapshot

    def _invalidate(self) -> None:
        """Invalidate the cache so that this process reads its own writes, even during a refresh."""
        with self._write_count_lock:
            self._writes += 1

    def _refresh(self) -> None:
        """Reload the snapshot if its version has changed.

        `_writes_seen` is the number of writes of this process that the snapshot includes.
        """
        checked_at, writes = self._monotonic(), self._writes
        try:
            with self._database.read() as connection:
                row = connection.execute(select(directory)).first()
                version, refreshed_at = (row.version, row.refreshed_at) if row is not None else (0, None)
                if version != self._snapshot.version:
                    self._snapshot = _Snapshot(version, refreshed_at, _load_users(connection))
        except StorageError:
            if self._snapshot is _EMPTY:
                raise
            checked_at = self._monotonic()
        self._checked_at, self._writes_seen = checked_at, writes


def _upsert(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    statement = insert_into(connection, people)
    changed = {column.name: statement.excluded[column.name] for column in people.columns}
    connection.execute(statement.on_conflict_do_update(index_elements=[people.c.user_id], set_=changed), rows)


def _replace_groups(connection: Connection, groups: Mapping[str, Collection[str]]) -> None:
    connection.execute(delete(group_members))
    pairs = [{"handle": handle, "user_id": user} for handle, ids in groups.items() for user in set(ids)]
    if pairs:
        connection.execute(insert(group_members), pairs)


def forget_user(connection: Connection, user_id: str) -> None:
    """Delete a person, so that they are looked up again."""
    _increment_version(connection)
    connection.execute(delete(people).where(people.c.user_id == user_id))


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
            tz=row.tz,
            teams=frozenset(row.teams or ()),
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
        "tz": user.tz,
        "teams": sorted(user.teams) or None,
    }


def _increment_version(connection: Connection) -> None:
    """Increment the version. As every writer's first statement, it also serializes the writers."""
    connection.execute(
        insert_into(connection, directory)
        .values(id=1, version=1)
        .on_conflict_do_update(index_elements=[directory.c.id], set_={"version": directory.c.version + 1})
    )
