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
    """Where an escalation stands; who owns it is `Escalation.claimed_by`."""

    SENT = "sent"
    CLAIMED = "claimed"
    AWAITING_REQUESTER = "asked"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


OPEN_STATES = frozenset({EscalationState.SENT, EscalationState.CLAIMED, EscalationState.AWAITING_REQUESTER})
"""States in which somebody still owes somebody something."""


@dataclass(frozen=True)
class Requester:
    """Who asks: Slack user id (`U…`) and the id of the workspace they belong to (`T…`)."""

    user_id: str
    team_id: str


@dataclass(frozen=True)
class Recommendation:
    """What the guide said when the form was opened: the destination's name and why."""

    destination: str
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewEscalation:
    """A form that was submitted and checked, not yet kept.

    `view_id` is the submission's identity. `prefix` and `channel` are those of the form (`D`, `ask-disputes`).
    `case_keys` are the keys of the ticket and contract it is about (`case_keys.case_keys`), and `duplicate_reason` is
    the reason given for sending it although another one about the same case is open.
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
    """A message that shows the escalation: where it is and, if known, the link to it."""

    channel_id: str
    ts: str
    permalink: str | None = None


@dataclass(frozen=True)
class Escalation:
    """An escalation as it stands, enough to draw its card without looking anywhere else.

    `reference` is what people say (`D-1042`), `id` what machines do. `form_id` is the form that was filled in,
    `assigned_queue` the form whose specialists have it now: they differ after a hand-over. `channel` is a name without
    `#`; `card` is None until it is posted there. `followers` receive the requester's notifications. All times are UTC.
    After retention has erased it, `values` is empty.
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
    """What became of a submission: the escalation, and whether this call made it (False: it was there already)."""

    escalation: Escalation
    created: bool


@dataclass(frozen=True)
class Duplicate:
    """A draft that was not stored, because `escalation`, an open one, is about the same case."""

    escalation: Escalation


class EventKind(StrEnum):
    """What can happen to an escalation; the values are kept in the database."""

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
    """One thing that happened: when (UTC), who (a Slack user id, None for slackguide itself), and what.

    `text` are a person's own and are erased by retention; `details` holds short names that stay (a channel, a reason).
    """

    at: datetime
    actor: str | None
    kind: EventKind
    text: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
