"""Filters and pages of escalations."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from slackguide.escalation.models import Escalation, EscalationState
from slackguide.escalation.resolution import ResolutionCode


@dataclass(frozen=True)
class EscalationFilter:
    """Every condition that is not None has to hold; no condition at all finds everything.

    `forms` are those filled in, `queues` those whose specialists have it now. `person` is requester or claimant.
    `since` is included and `until` is not; both are about when it was sent. `overdue_at` finds what is open and was
    to be dealt with by that time. `unposted` finds what is not on Slack yet.
    """

    forms: Collection[str] | None = None
    queues: Collection[str] | None = None
    states: Collection[EscalationState] | None = None
    requester: str | None = None
    claimed_by: str | None = None
    person: str | None = None
    entry_id: str | None = None
    resolution_code: ResolutionCode | None = None
    since: datetime | None = None
    until: datetime | None = None
    overdue_at: datetime | None = None
    unposted: bool = False
    oldest_first: bool = False


@dataclass(frozen=True)
class PageCursor:
    """Where a page ended: pages stay right while escalations are added."""

    created_at: datetime
    id: str


@dataclass(frozen=True)
class EscalationPage:
    """Some of what was found, and where to go on (None: that was all).

    `unreadable` is how many are left out because only a newer version can read them.
    """

    escalations: tuple[Escalation, ...]
    next_cursor: PageCursor | None
    unreadable: int = 0
