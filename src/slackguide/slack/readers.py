"""Decide whether everybody who can read a channel may read the guides."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from slack_sdk import WebClient

from slackguide.delivery.sender import SlackRefusedError
from slackguide.slack.access import Allowed, Denial, Denied, UnknownUser
from slackguide.slack.api.calls import call_slack, paginate
from slackguide.slack.api.directory_sync import DirectorySync

log = logging.getLogger(__name__)

CACHED_FOR = timedelta(minutes=1)
"""How long a channel's members and sharing are taken as known: a guest who is added reads answers for at most so long.

What the directory knows of each member is looked at every time.
"""

MEMBER_LIMIT = 1000
"""Most members that are looked at; a larger channel counts as unknown."""

LOOKUP_LIMIT = 5
"""Most members outside the directory that are looked up for one question; more of them count as unknown."""

CACHE_SIZE = 1000
"""Most channels kept in memory; the oldest goes first."""

NOT_READERS = frozenset({Denial.BOT, Denial.DEACTIVATED})
"""Denied members that do not read. An administrator installs a bot for the workspace, ours and a ticket system's alike;
Slack takes a deactivated account out of its channels."""

SHARED = ("is_shared", "is_ext_shared", "is_org_shared", "is_pending_ext_shared")
"""Flags of `conversations.info` that say that another workspace reads the channel, or is invited to."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The members of a channel, as of `at`; None where it is shared, too large, or Slack refused to tell."""

    members: frozenset[str] | None
    at: datetime


class ChannelReaders:
    """Answer from `conversations.info`, `conversations.members` and the directory. Safe to share between threads."""

    def __init__(self, *, client: WebClient, directory: DirectorySync, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._directory = directory
        self._clock = clock
        self._cache: dict[str, _Known] = {}

    def members_only(self, channel_id: str, *, ext_shared: bool = False) -> bool:
        """Return whether only full members of our workspace read the channel; False where that is unknown.

        `ext_shared` is `is_ext_shared_channel` of an event from it. Raises `RateLimitedError` or
        `SlackUnreachableError` where Slack does not answer now, `StorageError` where a member who was looked up cannot
        be stored.
        """
        if ext_shared:
            self._store(channel_id, None)
            return False
        members = self._members(channel_id)
        return bool(members) and self._all_may_read(members or frozenset())

    def _members(self, channel_id: str) -> frozenset[str] | None:
        known = self._cache.get(channel_id)
        if known is not None and timedelta() <= self._clock() - known.at < CACHED_FOR:
            return known.members
        members = self._fetch(channel_id)
        self._store(channel_id, members)
        return members

    def _fetch(self, channel_id: str) -> frozenset[str] | None:
        try:
            info = call_slack(lambda: self._client.conversations_info(channel=channel_id, include_num_members=True))
            channel = info.get("channel") or {}
            if _is_shared(channel) or int(channel.get("num_members") or 0) > MEMBER_LIMIT:
                return None
            listed = paginate(self._client, "conversations.members", "members", {"channel": channel_id})
            members = frozenset(str(member) for member in islice(listed, MEMBER_LIMIT + 1))
        except SlackRefusedError as error:
            log.warning("the readers of a channel are unknown: %s", error.code)
            return None
        return members if len(members) <= MEMBER_LIMIT else None

    def _store(self, channel_id: str, members: frozenset[str] | None) -> None:
        self._cache.pop(channel_id, None)
        self._cache[channel_id] = _Known(members, self._clock())
        if len(self._cache) > CACHE_SIZE:
            self._cache.pop(next(iter(self._cache)), None)

    def _all_may_read(self, members: frozenset[str]) -> bool:
        known = {member: self._directory.known(member) for member in members}
        if any(isinstance(found, Denied) and not _harmless(found) for found in known.values()):
            return False
        unknown = sorted(member for member, found in known.items() if isinstance(found, UnknownUser))
        return len(unknown) <= LOOKUP_LIMIT and all(self._may_read(member) for member in unknown)

    def _may_read(self, user_id: str) -> bool:
        """Look up a member who is not in the directory."""
        try:
            return _harmless(self._directory.fetch(user_id))
        except SlackRefusedError as error:
            log.warning("a member of a channel could not be looked up: %s", error.code)
            return False


def _harmless(found: Allowed | Denied) -> bool:
    return isinstance(found, Allowed) or found.reason in NOT_READERS


def _is_shared(channel: Mapping[str, Any]) -> bool:
    """Return whether other workspaces read the channel; True where Slack does not say."""
    return "is_ext_shared" not in channel or any(channel.get(flag) for flag in SHARED)
