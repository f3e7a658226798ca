"""Filters and pages of escalations."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from slackguide.escalation.models import Escalation, EscalationState
from slackguide.escalation.resolution import ResolutionCode


@dataclass(frozen=True)
class EscalationFilter:
    """Conditions on escalations. Conditions that are None are ignored; all others must hold.

    `forms` are the forms that were filled in, `queues` the queues that the escalations are assigned to now. `person` is
    the requester or the claimant; `not_requester` and `not_claimed_by` leave a person's escalations out. `since`
    (inclusive) and `until` (exclusive) limit the time of submission. `overdue_at` matches open escalations that are
    overdue at that time. `unposted` matches escalations whose card is not posted yet.
    """

    forms: Collection[str] | None = None
    queues: Collection[str] | None = None
    states: Collection[EscalationState] | None = None
    requester: str | None = None
    claimed_by: str | None = None
    person: str | None = None
    not_requester: str | None = None
    not_claimed_by: str | None = None
    entry_id: str | None = None
    resolution_code: ResolutionCode | None = None
    since: datetime | None = None
    until: datetime | None = None
    overdue_at: datetime | None = None
    unposted: bool = False
    oldest_first: bool = False


@dataclass(frozen=True)
class PageCursor:
    """The position after the last escalation of a page. It stays valid while escalations are added."""

    created_at: datetime
    id: str


@dataclass(frozen=True)
class EscalationPage:
    """One page of escalations, and the cursor of the next page (None on the last page).

    `unreadable` is the number of rows left out because only a newer version can read them.
    """

    escalations: tuple[Escalation, ...]
    next_cursor: PageCursor | None
    unreadable: int = 0
