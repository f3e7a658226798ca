"""The current day of a person: relative dates such as “yesterday” are resolved against it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, tzinfo

from slackguide.errors import StorageError
from slackguide.storage.directory import UserDirectory
from slackguide.time_zones import find_zone


class AskerClock:
    """A clock that shows each person the time of their own zone, as Slack knows it.

    `default_zone` returns the zone of a person whose zone is unknown.
    """

    def __init__(
        self, *, clock: Callable[[], datetime], directory: UserDirectory, default_zone: Callable[[], tzinfo]
    ) -> None:
        self._clock = clock
        self._directory = directory
        self._default_zone = default_zone

    def today(self, user_id: str) -> date:
        """Return the current day of a person."""
        return self._clock().astimezone(self._zone(user_id)).date()

    def _zone(self, user_id: str) -> tzinfo:
        try:
            user = self._directory.find(user_id)
            if user is not None and user.tz is not None:
                return find_zone(user.tz)
        except (StorageError, ValueError):
            pass
        return self._default_zone()
