"""Messages that an escalation sends: to its channel, its thread, and the people concerned."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from slackguide.escalation.models import PostedCard


class NoticeKind(StrEnum):
    """What a message tells; the Slack side has the words for each. The values are kept in the database."""

    POSTED = "posted"
    DEAD_LETTERED = "parked"
    DROPPED = "dropped"
    CLAIMED = "claimed"
    RELEASED = "released"
    DETAILS_REQUESTED = "asked"
    DETAILS_ADDED = "details"
    HANDED_OVER = "handed_over"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    UNCLAIMED = "unclaimed"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True)
class PostEscalation:
    """Post the escalation's card to `channel` (a name without `#`)."""

    channel: str


@dataclass(frozen=True)
class NotifyPerson:
    """A direct message to `user_id`.

    `who` did it (None: slackguide), `words` are theirs, or ours for `DEAD_LETTERED`.
    """

    user_id: str
    notice: NoticeKind
    who: str | None = None
    words: str | None = None


@dataclass(frozen=True)
class ReplyInThread:
    """A reply under a card of the escalation. `who` did it (None: slackguide), `words` are theirs.

    `card` is the card under which it was said. It is None while that card is not posted yet, and in rows of 0.1.0.
    `from_channel` (a name without `#`) is where `HANDED_OVER` comes from.
    """

    notice: NoticeKind
    who: str | None = None
    words: str | None = None
    card: PostedCard | None = None
    from_channel: str | None = None


@dataclass(frozen=True)
class UpdateCard:
    """Redraw a card from the database; `card` None is the current one. Doing it twice does no harm."""

    card: PostedCard | None = None


EscalationMessage = PostEscalation | NotifyPerson | ReplyInThread | UpdateCard
"""What an escalation can send; `delivery.tasks.Task` is the wider union."""
