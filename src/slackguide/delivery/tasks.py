"""Tasks of the outbox: messages that are rendered from the database when they are due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from slackguide.escalation.messages import NotifyPerson, PostEscalation, ReplyInThread, UpdateCard
from slackguide.escalation.models import Escalation, PostedCard


@dataclass(frozen=True)
class AnswerMessage:
    """The answer to a message, posted to `channel_id` under `thread_ts` (the message's own, if it starts a thread).

    `ts` is the message's own timestamp (None in rows of an older version). `text` is the message's text in mrkdwn.
    `ext_shared` is the event's `is_ext_shared_channel`: members of another company read the channel. If not everybody
    in the channel may read the answer, it is posted to the asker's direct messages instead. `card` is the earlier
    answer to this message, which is updated because the message was edited.
    """

    event_id: str
    channel_id: str
    thread_ts: str
    user_id: str
    team_id: str
    text: str
    ts: str | None = None
    ext_shared: bool = False
    card: PostedCard | None = None


@dataclass(frozen=True)
class NoteDirectReply:
    """A note under `thread_ts`, without content, that the question was answered in a direct message."""

    channel_id: str
    thread_ts: str


@dataclass(frozen=True)
class OfferReply:
    """The offer to send a message to an escalation as a detail, posted where `message` was written.

    `answered`: the message was answered as well, because it shows a sign of a critical concern.
    """

    message: AnswerMessage
    answered: bool = False


@dataclass(frozen=True)
class RefreshAppHome:
    """An update of a person's App Home. Idempotent."""

    user_id: str


@dataclass(frozen=True)
class AlertTeamLead:
    """A direct message to a team lead about a critical concern: who asks, the entry and the ticket, no other words."""

    user_id: str
    asker_id: str
    entry_id: str
    ticket_url: str | None = None


@dataclass(frozen=True)
class EraseMessage:
    """The replacement of a sent message by a note that its content was erased. Idempotent."""

    channel_id: str
    ts: str


Task = (
    AlertTeamLead
    | PostEscalation
    | NotifyPerson
    | ReplyInThread
    | UpdateCard
    | AnswerMessage
    | NoteDirectReply
    | EraseMessage
    | OfferReply
    | RefreshAppHome
)


def partition_key(task: Task, escalation: Escalation | None) -> str:
    """Return the conversation whose rate limit the task counts against: `#channel`, `@user`, or a conversation's id."""
    match task:
        case NotifyPerson(user_id=user_id) | AlertTeamLead(user_id=user_id):
            return f"@{user_id}"
        case RefreshAppHome(user_id=user_id):
            return f"home {user_id}"
        case (
            AnswerMessage(channel_id=channel_id)
            | NoteDirectReply(channel_id=channel_id)
            | EraseMessage(channel_id=channel_id)
            | OfferReply(message=AnswerMessage(channel_id=channel_id))
        ):
            return channel_id
        case UpdateCard(card=PostedCard(channel_id=channel_id)):
            return channel_id
        case PostEscalation(channel=channel):
            return f"#{channel}"
        case ReplyInThread() | UpdateCard():
            if escalation is None:
                raise ValueError(f"{type(task).__name__} belongs to an escalation")
            return f"#{escalation.channel}"


def sender_of(task: Task, escalation: Escalation | None) -> str | None:
    """Return the id of the person whose message the task delivers, None for slackguide's own messages."""
    match task:
        case PostEscalation():
            return escalation.requester.user_id if escalation is not None else None
        case NotifyPerson(who=who) | ReplyInThread(who=who):
            return who
        case (
            AnswerMessage(user_id=user_id)
            | OfferReply(message=AnswerMessage(user_id=user_id))
            | AlertTeamLead(asker_id=user_id)
        ):
            return user_id
        case UpdateCard() | NoteDirectReply() | RefreshAppHome() | EraseMessage():
            return None
        case other:
            assert_never(other)


def limited_person(task: Task, escalation: Escalation | None) -> str | None:
    """Return the id of the person whose allowance of posts and notices the task uses, None for all other tasks."""
    return sender_of(task, escalation) if isinstance(task, PostEscalation | NotifyPerson | ReplyInThread) else None


def dedupe_key(task: Task, escalation: Escalation | None) -> str | None:
    """Return a key that at most one unfinished job may have, for tasks that need not be queued twice."""
    match task:
        case PostEscalation(channel=channel):
            return f"post {escalation.id if escalation else None} {channel}"
        case UpdateCard(card=card):
            # An update that waits for a card in an earlier channel does not update the card in this one.
            location = card.ts if card is not None else partition_key(task, escalation)
            return f"card {escalation.id if escalation else None} {location}"
        case RefreshAppHome(user_id=user_id):
            return f"home {user_id}"
        case EraseMessage(channel_id=channel_id, ts=ts):
            return f"erase {channel_id} {ts}"
        case _:
            return None


def needs_card(task: Task) -> bool:
    """Return whether the task has to wait until the escalation is posted."""
    return isinstance(task, ReplyInThread) or (isinstance(task, UpdateCard) and task.card is None)


def is_idempotent(task: Task) -> bool:
    """Return whether running the task twice has the same effect as once, so that no lookup is needed before a retry."""
    if isinstance(task, AnswerMessage):
        return task.card is not None
    return isinstance(task, UpdateCard | RefreshAppHome | EraseMessage)
