"""What the outbox holds: things to say on Slack, rendered from the database when their time comes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from slackguide.escalation.escalation import Card, Escalation


class Notice(StrEnum):
    """What a message tells; the Slack side has the words for each. The values are kept in the database."""

    POSTED = "posted"
    PARKED = "parked"
    DROPPED = "dropped"
    CLAIMED = "claimed"
    RELEASED = "released"
    ASKED = "asked"
    DETAILS = "details"
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
class TellPerson:
    """A direct message to `user_id`. `who` did it (None: slackguide), `words` are theirs, or ours for `PARKED`."""

    user_id: str
    notice: Notice
    who: str | None = None
    words: str | None = None


@dataclass(frozen=True)
class ReplyInThread:
    """A reply under a card of the escalation. `who` did it (None: slackguide), `words` are theirs.

    `card` is the card under which it was said. It is None while that card is not posted yet, and in rows of 0.1.0.
    `from_channel` (a name without `#`) is where `HANDED_OVER` comes from.
    """

    notice: Notice
    who: str | None = None
    words: str | None = None
    card: Card | None = None
    from_channel: str | None = None


@dataclass(frozen=True)
class UpdateCard:
    """Redraw a card from the database; `card` None is the current one. Doing it twice does no harm."""

    card: Card | None = None


@dataclass(frozen=True)
class AnswerMessage:
    """The answer owed to a message: posted to `channel_id` under `thread_ts` (the message's own, if it began one).

    `ts` is the message's own timestamp (None in rows of an older version). `text` is as the event carried it, already
    escaped by Slack. `ext_shared` is the event's `is_ext_shared_channel`: another company reads the channel. Where not
    everybody in the channel may read the answer, it is posted to the asker's direct messages instead.
    """

    event_id: str
    channel_id: str
    thread_ts: str
    user_id: str
    team_id: str
    text: str
    ts: str | None = None
    ext_shared: bool = False


@dataclass(frozen=True)
class NoteDirectReply:
    """Say under `thread_ts`, without any content, that a question asked there was answered in a direct message."""

    channel_id: str
    thread_ts: str


@dataclass(frozen=True)
class RefreshHome:
    """Draw a person's App Home again. Doing it twice does no harm."""

    user_id: str


Task = PostEscalation | TellPerson | ReplyInThread | UpdateCard | AnswerMessage | NoteDirectReply | RefreshHome


def lane(task: Task, escalation: Escalation | None) -> str:
    """The conversation whose pace the task keeps: `#channel`, `@user`, or a conversation's id."""
    match task:
        case TellPerson(user_id=user_id):
            return f"@{user_id}"
        case RefreshHome(user_id=user_id):
            return f"home {user_id}"
        case AnswerMessage(channel_id=channel_id) | NoteDirectReply(channel_id=channel_id):
            return channel_id
        case UpdateCard(card=Card(channel_id=channel_id)):
            return channel_id
        case PostEscalation(channel=channel):
            return f"#{channel}"
        case ReplyInThread() | UpdateCard():
            if escalation is None:
                raise ValueError(f"{type(task).__name__} belongs to an escalation")
            return f"#{escalation.channel}"


def once_key(task: Task, escalation: Escalation | None) -> str | None:
    """A key that at most one unfinished job may have, for tasks of which a second one in the queue is pointless."""
    match task:
        case PostEscalation(channel=channel):
            return f"post {escalation.id if escalation else None} {channel}"
        case UpdateCard(card=card):
            # One that waits for a card in an earlier channel does not stand for the card in this one.
            where = card.ts if card is not None else lane(task, escalation)
            return f"card {escalation.id if escalation else None} {where}"
        case RefreshHome(user_id=user_id):
            return f"home {user_id}"
        case _:
            return None


def needs_card(task: Task) -> bool:
    """Whether the task has to wait until the escalation is posted."""
    return isinstance(task, ReplyInThread) or (isinstance(task, UpdateCard) and task.card is None)


def repeatable(task: Task) -> bool:
    """Whether doing it twice leaves what doing it once leaves, so that nothing has to be looked for first."""
    return isinstance(task, UpdateCard | RefreshHome)
