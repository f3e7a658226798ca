"""Messages that an escalation sends to its channel, to its thread and to people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from slackguide.escalation.models import PostedCard


class NoticeKind(StrEnum):
    """Kinds of notice. `slack.views` has the text for each. The values are stored in the database."""

    POSTED = "posted"
    DEAD_LETTERED = "parked"
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
    UNCLAIMED = "unclaimed"
    UNRESOLVED = "unresolved"
    CLAIMANT_LEFT = "claimant_left"
    REQUESTER_LEFT = "requester_left"
    UNDELIVERED = "undelivered"
    DETAILS_CHANGED = "details_changed"
    DETAILS_DELETED = "details_deleted"


@dataclass(frozen=True)
class PostEscalation:
    """A post of the escalation's card in `channel` (a name without `#`)."""

    channel: str


@dataclass(frozen=True)
class NotifyPerson:
    """A direct message to `user_id`.

    `who` is the actor (None: slackguide). `words` is the actor's text, or slackguide's own for `DEAD_LETTERED`.
    """

    user_id: str
    notice: NoticeKind
    who: str | None = None
    words: str | None = None


@dataclass(frozen=True)
class ReplyInThread:
    """A reply in the thread of one of the escalation's cards.

    `who` is the actor (None: slackguide), `words` is the actor's text. For `UNDELIVERED`, `who` is the person who has
    not received a message, and `words` slackguide's explanation. `card` is the card that the reply belongs to. It is
    None while the card is not posted yet, and in rows of version 0.1.0. `from_channel` (a name without `#`) is the
    previous channel, for `HANDED_OVER`. `reader` is the user id of the person whom the reply mentions, so
    that Slack notifies them.
    """

    notice: NoticeKind
    who: str | None = None
    words: str | None = None
    card: PostedCard | None = None
    from_channel: str | None = None
    reader: str | None = None


@dataclass(frozen=True)
class UpdateCard:
    """An update of a card from the database. `card` is None for the current card. Idempotent."""

    card: PostedCard | None = None


EscalationMessage = PostEscalation | NotifyPerson | ReplyInThread | UpdateCard
"""Any message that an escalation can send. `delivery.tasks.Task` is the wider union."""
