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
"""How long a channel's members and sharing are cached. A guest who is added reads answers for at most that long.

The directory's data about each member is not cached.
"""

MEMBER_LIMIT = 1000
"""Maximum number of members checked. A larger channel counts as unknown."""

LOOKUP_LIMIT = 5
"""Maximum number of members outside the directory that are looked up per question. With more, the channel is unknown.
"""

CACHE_SIZE = 1000
"""Maximum number of cached channels. The oldest is removed first."""

NOT_READERS = frozenset({Denial.BOT, Denial.DEACTIVATED})
"""Denied members that do not read.

An administrator installs a bot for the workspace, whether slackguide or a ticket system. Slack removes a deactivated
account from its channels.
"""

SHARED = ("is_shared", "is_ext_shared", "is_org_shared", "is_pending_ext_shared")
"""Fields of `conversations.info` that are true if another workspace reads the channel or is invited to."""


@dataclass(frozen=True, slots=True)
class _CachedMembers:
    """The members of a channel at the time `at`; None if it is shared, too large, or Slack refused."""

    members: frozenset[str] | None
    at: datetime


class ChannelAudience:
    """The readers of channels, according to Slack and the directory. Safe to share between threads.

    It uses `conversations.info` and `conversations.members`.
    """

    def __init__(self, *, client: WebClient, directory: DirectorySync, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._directory = directory
        self._clock = clock
        self._cache: dict[str, _CachedMembers] = {}

    def members_only(self, channel_id: str, *, ext_shared: bool = False) -> bool:
        """Return whether only full members of our workspace read the channel; False if that is unknown.

        `ext_shared` is the field `is_ext_shared_channel` of an event. Raises `RateLimitedError` or
        `SlackUnreachableError` if Slack does not answer, `StorageError` if a member who was looked up cannot be stored.
        """
        if ext_shared:
            self._store(channel_id, None)
            return False
        members = self._members(channel_id)
        return bool(members) and self._all_may_read(members or frozenset())

    def _members(self, channel_id: str) -> frozenset[str] | None:
        cached = self._cache.get(channel_id)
        if cached is not None and timedelta() <= self._clock() - cached.at < CACHED_FOR:
            return cached.members
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
        self._cache[channel_id] = _CachedMembers(members, self._clock())
        if len(self._cache) > CACHE_SIZE:
            self._cache.pop(next(iter(self._cache)), None)

    def _all_may_read(self, members: frozenset[str]) -> bool:
        decisions = {member: self._directory.known(member) for member in members}
        if any(isinstance(decision, Denied) and not _may_read(decision) for decision in decisions.values()):
            return False
        unknown = sorted(member for member, decision in decisions.items() if isinstance(decision, UnknownUser))
        return len(unknown) <= LOOKUP_LIMIT and all(self._look_up(member) for member in unknown)

    def _look_up(self, user_id: str) -> bool:
        """Look up a member who is not in the directory. Return whether the member may read."""
        try:
            return _may_read(self._directory.fetch(user_id))
        except SlackRefusedError as error:
            log.warning("a member of a channel could not be looked up: %s", error.code)
            return False


def _may_read(decision: Allowed | Denied) -> bool:
    return isinstance(decision, Allowed) or decision.reason in NOT_READERS


def _is_shared(channel: Mapping[str, Any]) -> bool:
    """Return whether other workspaces read the channel; True if Slack does not say."""
    return "is_ext_shared" not in channel or any(channel.get(flag) for flag in SHARED)
