"""Models of an escalation: the submitted form (`NewEscalation`), the stored `Escalation`, and its history (`Event`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from slackguide.escalation.form_validation import FieldValue
from slackguide.escalation.resolution import Resolution
from slackguide.escalation.sla import NO_TIMER, SlaTimer


class EscalationState(StrEnum):
    """The state of an escalation. Its owner is `Escalation.claimed_by`."""

    SENT = "sent"
    CLAIMED = "claimed"
    AWAITING_REQUESTER = "asked"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


OPEN_STATES = frozenset({EscalationState.SENT, EscalationState.CLAIMED, EscalationState.AWAITING_REQUESTER})
"""States in which an escalation still needs action."""


@dataclass(frozen=True)
class Requester:
    """The Slack user id of the requester (`U…`) and the id of their workspace (`T…`)."""

    user_id: str
    team_id: str


@dataclass(frozen=True)
class Recommendation:
    """The guide's recommendation when the form was opened: the name of the destination and the reasons."""

    destination: str
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewEscalation:
    """A submitted and validated form that is not stored yet.

    `view_id` identifies the submission. `prefix` and `channel` are those of the form (`A`, `ask-billing`). `case_keys`
    are the keys of its case (`case_keys.case_keys`). `duplicate_reason` is the reason given for
    submitting it although another escalation about the same case is open.
    """

    view_id: str
    form_id: str
    prefix: str
    channel: str
    requester: Requester
    values: Mapping[str, FieldValue]
    entry_id: str | None = None
    question: str | None = None
    recommendation: Recommendation | None = None
    case_keys: tuple[str, ...] = ()
    duplicate_reason: str | None = None


@dataclass(frozen=True)
class PostedCard:
    """A posted message that shows the escalation: its location and, if known, its permalink."""

    channel_id: str
    ts: str
    permalink: str | None = None


@dataclass(frozen=True)
class Escalation:
    """The current state of an escalation. It holds everything that its card shows.

    `reference` is the number for people (`D-1042`), `id` the internal id. `form_id` is the submitted form,
    `assigned_queue` the form whose specialists are responsible now: they differ after a hand-over. `channel` is a name
    without `#`. `card` is None until it is posted there. `followers` receive the same notifications as the requester.
    All times are UTC. `values` is empty after retention has erased it.
    """

    id: str
    reference: str
    form_id: str
    assigned_queue: str
    channel: str
    state: EscalationState
    requester: Requester
    created_at: datetime
    changed_at: datetime
    values: Mapping[str, FieldValue] = field(default_factory=dict)
    entry_id: str | None = None
    question: str | None = None
    recommendation: Recommendation | None = None
    duplicate_reason: str | None = None
    claimed_by: str | None = None
    card: PostedCard | None = None
    resolution: Resolution | None = None
    closed_at: datetime | None = None
    erased_at: datetime | None = None
    sla_timer: SlaTimer = NO_TIMER
    followers: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it is neither resolved nor withdrawn."""
        return self.state in OPEN_STATES


@dataclass(frozen=True)
class SubmissionResult:
    """The stored escalation, and whether this call created it (False: it was stored before)."""

    escalation: Escalation
    created: bool


@dataclass(frozen=True)
class Duplicate:
    """A submission that was not stored because `escalation`, which is open, is about the same case."""

    escalation: Escalation


class EventKind(StrEnum):
    """Kinds of events in an escalation's history. The values are stored in the database."""

    SUBMITTED = "submitted"
    POSTED = "posted"
    DEAD_LETTERED = "parked"
    RETRIED = "retried"
    DROPPED = "dropped"
    CLAIMED = "claimed"
    RELEASED = "released"
    DETAILS_REQUESTED = "asked"
    DETAILS_ADDED = "details"
    HANDED_OVER = "handed_over"
    ASSIGNED = "assigned"
    FORWARDED = "forwarded"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    REMINDED = "reminded"
    SNOOZED = "snoozed"
    REMINDERS_STOPPED = "quieted"
    FOLLOWED = "followed"
    UNFOLLOWED = "unfollowed"
    ERASED = "erased"


@dataclass(frozen=True)
class Event:
    """One event: time (UTC), actor (a Slack user id, or None for slackguide) and kind.

    `text` is what a person wrote; retention erases it. `details` holds short values that remain, such as a channel or a
    reason code.
    """

    at: datetime
    actor: str | None
    kind: EventKind
    text: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
