"""Which escalations somebody wants to see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from slackguide.escalation.escalation import Escalation, State
from slackguide.escalation.resolution import Ending


@dataclass(frozen=True)
class Search:
    """Every condition that is not None has to hold; no condition at all finds everything.

    `forms` are those filled in, `desks` those whose specialists have it now. `person` is requester or claimant.
    `since` is included and `until` is not; both are about when it was sent. `overdue_at` finds what is open and was
    to be dealt with by that time. `unposted` finds what is not on Slack yet.
    """

    forms: Collection[str] | None = None
    desks: Collection[str] | None = None
    states: Collection[State] | None = None
    requester: str | None = None
    claimed_by: str | None = None
    person: str | None = None
    entry_id: str | None = None
    ending: Ending | None = None
    since: datetime | None = None
    until: datetime | None = None
    overdue_at: datetime | None = None
    unposted: bool = False
    oldest_first: bool = False


@dataclass(frozen=True)
class Cursor:
    """Where a page ended: pages stay right while escalations are added."""

    created_at: datetime
    id: str


@dataclass(frozen=True)
class Page:
    """Some of what was found, and where to go on (None: that was all).

    `unreadable` is how many are left out because only a newer version can read them.
    """

    escalations: tuple[Escalation, ...]
    following: Cursor | None
    unreadable: int = 0
