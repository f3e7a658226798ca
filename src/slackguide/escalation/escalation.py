"""The nouns: what is submitted (Draft), what is kept (Escalation), and its history (Event)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from slackguide.escalation.fields import Value
from slackguide.escalation.resolution import Resolution
from slackguide.escalation.watch import UNWATCHED, Watch


class State(StrEnum):
    """Where an escalation stands; who owns it is `Escalation.claimed_by`."""

    SENT = "sent"
    CLAIMED = "claimed"
    ASKED = "asked"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({State.SENT, State.CLAIMED, State.ASKED})
"""States in which somebody still owes somebody something."""


@dataclass(frozen=True)
class Requester:
    """Who asks: Slack user id (`U…`) and the id of the workspace they belong to (`T…`)."""

    user_id: str
    team_id: str


@dataclass(frozen=True)
class Advice:
    """What the guide said when the form was opened: the destination's name and why."""

    destination: str
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A form that was submitted and checked, not yet kept.

    `view_id` is the submission's identity. `prefix` and `channel` are those of the form (`D`, `ask-disputes`).
    `cases` are the keys of the ticket and contract it is about (`cases.case_keys`), and `anyway` is the reason given
    for sending it although another one about the same case is open.
    """

    view_id: str
    form_id: str
    prefix: str
    channel: str
    requester: Requester
    values: Mapping[str, Value]
    entry_id: str | None = None
    question: str | None = None
    advice: Advice | None = None
    cases: tuple[str, ...] = ()
    anyway: str | None = None


@dataclass(frozen=True)
class Card:
    """A message that shows the escalation: where it is and, if known, the link to it."""

    channel_id: str
    ts: str
    permalink: str | None = None


@dataclass(frozen=True)
class Escalation:
    """An escalation as it stands, enough to draw its card without looking anywhere else.

    `reference` is what people say (`D-1042`), `id` what machines do. `form_id` is the form that was filled in, `desk`
    the form whose specialists have it now: they differ after a hand-over. `channel` is a name without `#`; `card` is
    None until it is posted there. `followers` are told what the requester is told. All times are UTC. After retention
    has erased it, `values` is empty.
    """

    id: str
    reference: str
    form_id: str
    desk: str
    channel: str
    state: State
    requester: Requester
    created_at: datetime
    changed_at: datetime
    values: Mapping[str, Value] = field(default_factory=dict)
    entry_id: str | None = None
    question: str | None = None
    advice: Advice | None = None
    anyway: str | None = None
    claimed_by: str | None = None
    card: Card | None = None
    resolution: Resolution | None = None
    closed_at: datetime | None = None
    erased_at: datetime | None = None
    watch: Watch = UNWATCHED
    followers: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it is neither resolved nor withdrawn."""
        return self.state in OPEN


@dataclass(frozen=True)
class Submitted:
    """What became of a submission: the escalation, and whether this call made it (False: it was there already)."""

    escalation: Escalation
    new: bool


@dataclass(frozen=True)
class Duplicate:
    """A draft that was not stored, because `escalation`, an open one, is about the same case."""

    escalation: Escalation


class EventKind(StrEnum):
    """What can happen to an escalation; the values are kept in the database."""

    SUBMITTED = "submitted"
    POSTED = "posted"
    PARKED = "parked"
    RETRIED = "retried"
    DROPPED = "dropped"
    CLAIMED = "claimed"
    RELEASED = "released"
    ASKED = "asked"
    DETAILS = "details"
    HANDED_OVER = "handed_over"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    REMINDED = "reminded"
    SNOOZED = "snoozed"
    QUIETED = "quieted"
    FOLLOWED = "followed"
    UNFOLLOWED = "unfollowed"
    ERASED = "erased"


@dataclass(frozen=True)
class Event:
    """One thing that happened: when (UTC), who (a Slack user id, None for slackguide itself), and what.

    `words` are a person's own and are erased by retention; `about` holds short names that stay (a channel, a reason).
    """

    at: datetime
    who: str | None
    kind: EventKind
    words: str | None = None
    about: Mapping[str, str] = field(default_factory=dict)
