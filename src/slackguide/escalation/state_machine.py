"""The state machine of an escalation: the commands allowed in each state and for each person, and their effects.

Pure functions. They take an escalation, a command and a time, and return the changed escalation with its event and the
messages to send, or the reason for a rejection.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from slackguide.escalation.messages import (
    EscalationMessage,
    NoticeKind,
    NotifyPerson,
    PostEscalation,
    ReplyInThread,
    UpdateCard,
)
from slackguide.escalation.models import Escalation, EscalationState, Event, EventKind
from slackguide.escalation.resolution import Resolution
from slackguide.escalation.revisions import SOURCE
from slackguide.escalation.sla import ReminderPolicy, SlaStage, snooze, start_timer, stop_reminders

REOPEN_WITHIN = timedelta(days=14)
"""How long after it was closed an escalation can be reopened (house rule)."""


@dataclass(frozen=True)
class Claim:
    """A person taking responsibility for the escalation."""

    by: str


@dataclass(frozen=True)
class Release:
    """The return of a claimed escalation to its queue. Anybody may release it, because the claimant may be absent."""

    by: str


@dataclass(frozen=True)
class Ask:
    """A question from the claimant to the requester. `in_thread`: its text is in the card's thread already.

    `message` names the message that it was written in, if it was one.
    """

    by: str
    text: str
    in_thread: bool = False
    message: str | None = None


@dataclass(frozen=True)
class AddDetails:
    """Details from the requester. `in_thread`: their text is in the card's thread already. `message`: as in `Ask`."""

    by: str
    text: str
    in_thread: bool = False
    message: str | None = None


@dataclass(frozen=True)
class Forward:
    """A specialist's reply in the card's thread, sent to the requester. `message`: as in `Ask`. It awaits no answer."""

    by: str
    text: str
    message: str | None = None


@dataclass(frozen=True)
class HandOver:
    """A hand-over by the claimant to another form's `queue` and `channel` (a name without `#`)."""

    by: str
    queue: str
    channel: str
    text: str | None = None


@dataclass(frozen=True)
class Assign:
    """A hand-over by the claimant to a colleague, `to`. An open question to the requester stays open."""

    by: str
    to: str
    text: str | None = None


@dataclass(frozen=True)
class Resolve:
    """A resolution by the claimant."""

    by: str
    resolution: Resolution


@dataclass(frozen=True)
class Reopen:
    """A reopening by the requester or the claimant of a closed escalation. Its claimant has it again."""

    by: str
    text: str | None = None


@dataclass(frozen=True)
class Withdraw:
    """A withdrawal by the requester."""

    by: str
    text: str | None = None


@dataclass(frozen=True)
class Snooze:
    """A pause of the reminders until `until`, by anybody."""

    by: str
    until: datetime


@dataclass(frozen=True)
class StopReminders:
    """The end of the escalation's reminders, by anybody."""

    by: str


@dataclass(frozen=True)
class Follow:
    """A subscription to the requester's notifications, by anybody, for example because of an equal case."""

    by: str


@dataclass(frozen=True)
class Unfollow:
    """The end of a subscription."""

    by: str


Command = (
    Claim
    | Release
    | Ask
    | AddDetails
    | Forward
    | HandOver
    | Assign
    | Resolve
    | Reopen
    | Withdraw
    | Snooze
    | StopReminders
    | Follow
    | Unfollow
)
"""Any command. `by` is the user id of the actor."""

TRANSITIONS: dict[tuple[EscalationState, type[Command]], EscalationState] = {
    (EscalationState.SENT, Claim): EscalationState.CLAIMED,
    (EscalationState.SENT, AddDetails): EscalationState.SENT,
    (EscalationState.SENT, Forward): EscalationState.SENT,
    (EscalationState.SENT, Withdraw): EscalationState.WITHDRAWN,
    (EscalationState.CLAIMED, Release): EscalationState.SENT,
    (EscalationState.CLAIMED, Ask): EscalationState.AWAITING_REQUESTER,
    (EscalationState.CLAIMED, AddDetails): EscalationState.CLAIMED,
    (EscalationState.CLAIMED, Forward): EscalationState.CLAIMED,
    (EscalationState.CLAIMED, HandOver): EscalationState.SENT,
    (EscalationState.CLAIMED, Assign): EscalationState.CLAIMED,
    (EscalationState.CLAIMED, Resolve): EscalationState.RESOLVED,
    (EscalationState.CLAIMED, Withdraw): EscalationState.WITHDRAWN,
    (EscalationState.AWAITING_REQUESTER, Release): EscalationState.SENT,
    (EscalationState.AWAITING_REQUESTER, Ask): EscalationState.AWAITING_REQUESTER,
    (EscalationState.AWAITING_REQUESTER, AddDetails): EscalationState.CLAIMED,
    (EscalationState.AWAITING_REQUESTER, Forward): EscalationState.AWAITING_REQUESTER,
    (EscalationState.AWAITING_REQUESTER, HandOver): EscalationState.SENT,
    (EscalationState.AWAITING_REQUESTER, Assign): EscalationState.AWAITING_REQUESTER,
    (EscalationState.AWAITING_REQUESTER, Resolve): EscalationState.RESOLVED,
    (EscalationState.AWAITING_REQUESTER, Withdraw): EscalationState.WITHDRAWN,
    (EscalationState.RESOLVED, Reopen): EscalationState.SENT,
    (EscalationState.WITHDRAWN, Reopen): EscalationState.SENT,
    (EscalationState.SENT, Snooze): EscalationState.SENT,
    (EscalationState.CLAIMED, Snooze): EscalationState.CLAIMED,
    (EscalationState.AWAITING_REQUESTER, Snooze): EscalationState.AWAITING_REQUESTER,
    (EscalationState.SENT, StopReminders): EscalationState.SENT,
    (EscalationState.CLAIMED, StopReminders): EscalationState.CLAIMED,
    (EscalationState.AWAITING_REQUESTER, StopReminders): EscalationState.AWAITING_REQUESTER,
    (EscalationState.SENT, Follow): EscalationState.SENT,
    (EscalationState.CLAIMED, Follow): EscalationState.CLAIMED,
    (EscalationState.AWAITING_REQUESTER, Follow): EscalationState.AWAITING_REQUESTER,
    (EscalationState.SENT, Unfollow): EscalationState.SENT,
    (EscalationState.CLAIMED, Unfollow): EscalationState.CLAIMED,
    (EscalationState.AWAITING_REQUESTER, Unfollow): EscalationState.AWAITING_REQUESTER,
    (EscalationState.RESOLVED, Unfollow): EscalationState.RESOLVED,
    (EscalationState.WITHDRAWN, Unfollow): EscalationState.WITHDRAWN,
}
"""The next state for each allowed pair of state and command. All other pairs are rejected with a message.

A reopened escalation that had a claimant is claimed again.
"""


@dataclass(frozen=True)
class Applied:
    """The escalation after the command, the event to append, the messages to send, and the confirmation text."""

    escalation: Escalation
    event: Event
    messages: tuple[EscalationMessage, ...]
    text: str


@dataclass(frozen=True)
class Rejected:
    """A command without any effect. `text` gives the reason, with `{who}` in place of the name of `person`.

    `{people}` stands for the names of `people`.
    """

    escalation: Escalation
    text: str
    person: str | None = None
    people: tuple[str, ...] = ()

    def render(self, name: Callable[[str], str] = str) -> str:
        """Return the text with the names of people. `name` turns a user id into a name or a mention."""
        text = self.text.replace("{who}", name(self.person) if self.person is not None else "someone")
        return text.replace("{people}", ", ".join(name(person) for person in self.people))


def stage_of(state: EscalationState) -> SlaStage | None:
    """Return the SLA stage of an escalation in this state, or None if it is closed."""
    match state:
        case EscalationState.SENT:
            return SlaStage.UNCLAIMED
        case EscalationState.CLAIMED | EscalationState.AWAITING_REQUESTER:
            return SlaStage.UNRESOLVED
        case EscalationState.RESOLVED | EscalationState.WITHDRAWN:
            return None


def apply(
    escalation: Escalation, command: Command, at: datetime, policy: ReminderPolicy | None = None
) -> Applied | Rejected:
    """Apply `command` at `at`. `policy` is the reminder policy of the queue assigned afterwards."""
    rejection = check(escalation, command, at)
    if rejection is not None:
        return rejection
    state = TRANSITIONS[escalation.state, type(command)]
    if isinstance(command, Reopen) and escalation.claimed_by is not None:
        state = EscalationState.CLAIMED
    after = _updated(replace(escalation, state=state, changed_at=at), command, at)
    if stage_of(state) is not stage_of(escalation.state) or isinstance(command, Assign):
        after = replace(after, sla_timer=start_timer(stage_of(state), at, policy, muted=escalation.sla_timer.muted))
    event = _event(command, at)
    messages = _messages(escalation, after, command, event)
    return Applied(after, event, messages, _CONFIRMATIONS[type(command)].format(escalation.reference))


def check(escalation: Escalation, command: Command, at: datetime) -> Rejected | None:
    """Return why the command is refused at `at`, or None if it is not."""
    if (escalation.state, type(command)) not in TRANSITIONS:
        return _reject_for_state(escalation, command)
    return (
        _reject_for_person(escalation, command)
        or _reject_for_age(escalation, command, at)
        or _reject_without_effect(escalation, command)
    )


_CONFIRMATIONS: dict[type[Command], str] = {
    Claim: "You have claimed {}.",
    Release: "{} is unclaimed again.",
    Ask: "{} is waiting for details from the requester.",
    AddDetails: "Your details are added to {}.",
    Forward: "Sent to the requester of {}.",
    HandOver: "{} is handed over.",
    Assign: "{} is handed over.",
    Resolve: "{} is resolved.",
    Reopen: "{} is open again.",
    Withdraw: "{} is withdrawn.",
    Snooze: "Reminders for {} are snoozed.",
    StopReminders: "Reminders for {} are off.",
    Follow: "You follow {} now. I'll DM you its updates.",
    Unfollow: "You do not follow {} any more.",
}

_CLAIMANT_ONLY = (Ask, HandOver, Assign, Resolve)
_REQUESTER_ONLY = (AddDetails, Withdraw)


def _reject_for_state(escalation: Escalation, command: Command) -> Rejected:
    """Explain why the state does not allow the command: an outdated card, a double click, or somebody was faster."""
    name = escalation.reference
    match escalation.state:
        case EscalationState.CLAIMED | EscalationState.AWAITING_REQUESTER if isinstance(command, Claim):
            if escalation.claimed_by == command.by:
                return Rejected(escalation, f"You have already claimed {name}.")
            return Rejected(escalation, f"{name} is already claimed by {{who}}.", escalation.claimed_by)
        case EscalationState.CLAIMED | EscalationState.AWAITING_REQUESTER:
            return Rejected(escalation, f"{name} is already open and claimed by {{who}}.", escalation.claimed_by)
        case EscalationState.SENT if isinstance(command, _CLAIMANT_ONLY):
            return Rejected(escalation, f"Nobody has claimed {name} yet. Claim it first.")
        case EscalationState.SENT:
            return Rejected(escalation, f"{name} is already open and unclaimed.")
        case EscalationState.RESOLVED:
            return Rejected(escalation, f"{name} is resolved. The requester can reopen it for 14 days.")
        case EscalationState.WITHDRAWN:
            return Rejected(escalation, f"{name} was withdrawn by {{who}}.", escalation.requester.user_id)


def _reject_for_person(escalation: Escalation, command: Command) -> Rejected | None:
    name = escalation.reference
    if isinstance(command, _CLAIMANT_ONLY) and command.by != escalation.claimed_by:
        return Rejected(
            escalation, f"{name} is claimed by {{who}}. Only the claimant can do that.", escalation.claimed_by
        )
    requester = escalation.requester.user_id
    if isinstance(command, Claim) and command.by == requester:
        return Rejected(escalation, f"{name} is your own, so somebody else claims it.")
    if isinstance(command, Assign) and command.to == requester:
        return Rejected(escalation, f"{name} was sent by {{who}}, so somebody else has to take it.", requester)
    if isinstance(command, _REQUESTER_ONLY) and command.by != requester:
        return Rejected(escalation, f"{name} was sent by {{who}}. Only the requester can do that.", requester)
    if isinstance(command, Reopen) and command.by not in (requester, escalation.claimed_by):
        text = f"{name} was sent by {{who}}. Only the requester and the claimant can reopen it."
        return Rejected(escalation, text, requester)
    return None


def _reject_for_age(escalation: Escalation, command: Command, at: datetime) -> Rejected | None:
    if isinstance(command, Reopen) and escalation.erased_at is not None:
        return Rejected(
            escalation, f"The text of {escalation.reference} was erased. Send a new escalation that names it."
        )
    closed = escalation.closed_at
    if isinstance(command, Reopen) and closed is not None and at - closed > REOPEN_WITHIN:
        return Rejected(
            escalation, f"{escalation.reference} was closed more than 14 days ago. Send a new escalation that names it."
        )
    return None


def _reject_without_effect(escalation: Escalation, command: Command) -> Rejected | None:
    """Reject a command whose effect is already in place."""
    name = escalation.reference
    if isinstance(command, Follow) and command.by == escalation.requester.user_id:
        return Rejected(escalation, f"{name} is your own. You already receive its notifications.")
    if isinstance(command, Follow) and command.by in escalation.followers:
        return Rejected(escalation, f"You already follow {name}.")
    if isinstance(command, Unfollow) and command.by not in escalation.followers:
        return Rejected(escalation, f"You do not follow {name}.")
    if isinstance(command, Assign) and command.to == escalation.claimed_by:
        return Rejected(escalation, f"You have {name} already. Choose a colleague.")
    if isinstance(command, HandOver) and (command.queue, command.channel) == (
        escalation.assigned_queue,
        escalation.channel,
    ):
        return Rejected(escalation, f"{name} is already in #{command.channel}. Choose another queue, or release it.")
    return None


def _updated(escalation: Escalation, command: Command, at: datetime) -> Escalation:
    """Apply the command to the fields other than the state. The claimant of a resolved escalation can reopen it."""
    match command:
        case Claim(by=by):
            return replace(escalation, claimed_by=by)
        case Release():
            return replace(escalation, claimed_by=None)
        case Ask() | AddDetails() | Forward():
            return escalation
        case HandOver(queue=queue, channel=channel):
            return replace(escalation, claimed_by=None, assigned_queue=queue, channel=channel, card=None)
        case Assign(to=to):
            return replace(escalation, claimed_by=to)
        case Resolve(resolution=resolution):
            return replace(escalation, resolution=resolution, closed_at=at)
        case Withdraw():
            return replace(escalation, closed_at=at)
        case Reopen():
            return replace(escalation, resolution=None, closed_at=None)
        case Snooze(until=until):
            return replace(escalation, sla_timer=snooze(escalation.sla_timer, until))
        case StopReminders():
            return replace(escalation, sla_timer=stop_reminders(escalation.sla_timer))
        case Follow(by=by):
            return replace(escalation, followers=(*escalation.followers, by))
        case Unfollow(by=by):
            return replace(escalation, followers=tuple(follower for follower in escalation.followers if follower != by))
        case other:
            assert_never(other)


def _event(command: Command, at: datetime) -> Event:
    match command:
        case Claim(by=by):
            return Event(at, by, EventKind.CLAIMED)
        case Release(by=by):
            return Event(at, by, EventKind.RELEASED)
        case Ask(by=by, text=text, message=message):
            return Event(at, by, EventKind.DETAILS_REQUESTED, text, _source(message))
        case AddDetails(by=by, text=text, message=message):
            return Event(at, by, EventKind.DETAILS_ADDED, text, _source(message))
        case Forward(by=by, text=text, message=message):
            return Event(at, by, EventKind.FORWARDED, text, _source(message))
        case HandOver(by=by, queue=queue, channel=channel, text=comment):
            return Event(at, by, EventKind.HANDED_OVER, comment, {"desk": queue, "channel": channel})
        case Assign(by=by, to=to, text=comment):
            return Event(at, by, EventKind.ASSIGNED, comment, {"to": to})
        case Resolve(by=by, resolution=resolution):
            details = {"ending": resolution.code.value}
            if resolution.target is not None:
                details["which"] = resolution.target
            return Event(at, by, EventKind.RESOLVED, resolution.note, details)
        case Reopen(by=by, text=comment):
            return Event(at, by, EventKind.REOPENED, comment)
        case Withdraw(by=by, text=comment):
            return Event(at, by, EventKind.WITHDRAWN, comment)
        case Snooze(by=by, until=until):
            return Event(at, by, EventKind.SNOOZED, details={"until": until.isoformat()})
        case StopReminders(by=by):
            return Event(at, by, EventKind.REMINDERS_STOPPED)
        case Follow(by=by):
            return Event(at, by, EventKind.FOLLOWED)
        case Unfollow(by=by):
            return Event(at, by, EventKind.UNFOLLOWED)
        case other:
            assert_never(other)


def _source(message: str | None) -> dict[str, str]:
    return {SOURCE: message} if message is not None else {}


def _messages(before: Escalation, after: Escalation, command: Command, event: Event) -> tuple[EscalationMessage, ...]:
    """Update the card, reply in the thread, and notify everybody concerned except the actor.

    After a hand-over, the new thread starts with the actor, the previous channel and the comment. The old thread is not
    copied.
    """
    if isinstance(command, Snooze | StopReminders | Follow | Unfollow):
        return ()
    notice, text, who = NoticeKind(event.kind.value), event.text, command.by
    messages: list[EscalationMessage] = []
    if isinstance(command, HandOver):
        if before.card is not None:
            messages.append(UpdateCard(before.card))
        messages.append(PostEscalation(after.channel))
        messages.append(ReplyInThread(notice, who, text, from_channel=before.channel))
    else:
        if isinstance(command, Reopen) and before.card is None:
            messages.append(PostEscalation(after.channel))
        messages.append(UpdateCard())
        messages += _replies(after, command, notice)
    participants = [before.requester.user_id, before.claimed_by, after.claimed_by, *before.followers]
    if isinstance(command, AddDetails | Forward):  # the reply in the thread mentions the claimant
        participants = [person for person in participants if person not in (before.claimed_by, after.claimed_by)]
    recipients = dict.fromkeys(person for person in participants if person is not None and person != who)
    messages += [NotifyPerson(person, notice, who, text) for person in recipients]
    return tuple(messages)


def _replies(after: Escalation, command: Command, notice: NoticeKind) -> tuple[EscalationMessage, ...]:
    """Return the reply in the card's thread. What somebody wrote there is not repeated."""
    text = getattr(command, "text", None)
    match command:
        case Forward():
            return ()
        case Ask(in_thread=True):
            return ()
        case AddDetails(in_thread=True) if after.claimed_by is None:
            return ()
        case AddDetails(in_thread=in_thread):
            return (ReplyInThread(notice, command.by, None if in_thread else text, reader=after.claimed_by),)
        case Assign(to=to):
            return (ReplyInThread(notice, command.by, text, reader=to),)
        case Resolve(resolution=resolution):
            return (ReplyInThread(notice, command.by, resolution.note),)
        case _:
            return (ReplyInThread(notice, command.by, text),)
