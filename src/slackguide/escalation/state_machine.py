"""The state machine of an escalation: which command is allowed in which state and for whom, and its effects.

Pure: an escalation, a command and a time go in; the changed escalation, its event and the messages to send come out, or
the reason why nothing changed.
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
from slackguide.escalation.sla import ReminderPolicy, SlaStage, snooze, start_timer, stop_reminders

REOPEN_WITHIN = timedelta(days=14)
"""How long after it was closed an escalation can be opened again (house rule)."""


@dataclass(frozen=True)
class Claim:
    """`by` takes it on."""

    by: str


@dataclass(frozen=True)
class Release:
    """It goes back to everybody. Anyone may: whoever claimed it may be away."""

    by: str


@dataclass(frozen=True)
class Ask:
    """The claimant wants to know more from the requester."""

    by: str
    text: str


@dataclass(frozen=True)
class AddDetails:
    """The requester answers, or adds something unasked."""

    by: str
    text: str


@dataclass(frozen=True)
class HandOver:
    """The claimant passes it to another form's specialists (`queue`) in that form's `channel` (a name without `#`)."""

    by: str
    queue: str
    channel: str
    text: str | None = None


@dataclass(frozen=True)
class Resolve:
    """The claimant closes it."""

    by: str
    resolution: Resolution


@dataclass(frozen=True)
class Reopen:
    """The requester, or whoever resolved it, opens it again."""

    by: str
    text: str | None = None


@dataclass(frozen=True)
class Withdraw:
    """The requester no longer needs it."""

    by: str
    text: str | None = None


@dataclass(frozen=True)
class Snooze:
    """Anybody: no reminder before `until`."""

    by: str
    until: datetime


@dataclass(frozen=True)
class StopReminders:
    """Anybody: no more reminders of this one."""

    by: str


@dataclass(frozen=True)
class Follow:
    """Anybody: receive the requester's notifications, such as when their own case is the same."""

    by: str


@dataclass(frozen=True)
class Unfollow:
    """No more of that."""

    by: str


Command = (
    Claim
    | Release
    | Ask
    | AddDetails
    | HandOver
    | Resolve
    | Reopen
    | Withdraw
    | Snooze
    | StopReminders
    | Follow
    | Unfollow
)

TRANSITIONS: dict[tuple[EscalationState, type[Command]], EscalationState] = {
    (EscalationState.SENT, Claim): EscalationState.CLAIMED,
    (EscalationState.SENT, AddDetails): EscalationState.SENT,
    (EscalationState.SENT, Withdraw): EscalationState.WITHDRAWN,
    (EscalationState.CLAIMED, Release): EscalationState.SENT,
    (EscalationState.CLAIMED, Ask): EscalationState.AWAITING_REQUESTER,
    (EscalationState.CLAIMED, AddDetails): EscalationState.CLAIMED,
    (EscalationState.CLAIMED, HandOver): EscalationState.SENT,
    (EscalationState.CLAIMED, Resolve): EscalationState.RESOLVED,
    (EscalationState.CLAIMED, Withdraw): EscalationState.WITHDRAWN,
    (EscalationState.AWAITING_REQUESTER, Release): EscalationState.SENT,
    (EscalationState.AWAITING_REQUESTER, Ask): EscalationState.AWAITING_REQUESTER,
    (EscalationState.AWAITING_REQUESTER, AddDetails): EscalationState.CLAIMED,
    (EscalationState.AWAITING_REQUESTER, HandOver): EscalationState.SENT,
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
"""Where each press leads; a pair that is not here changes nothing and is answered in words."""


@dataclass(frozen=True)
class Applied:
    """The escalation after the command, the event to append, the messages to send, and the confirmation text."""

    escalation: Escalation
    event: Event
    messages: tuple[EscalationMessage, ...]
    text: str


@dataclass(frozen=True)
class Rejected:
    """Nothing changed. `text` say why, with `{person}` where the name of `person` belongs."""

    escalation: Escalation
    text: str
    person: str | None = None

    def render(self, name: Callable[[str], str] = str) -> str:
        """The words with the person named: pass a function that turns a user id into a mention."""
        return self.text.replace("{who}", name(self.person) if self.person is not None else "someone")


def stage_of(state: EscalationState) -> SlaStage | None:
    """What an escalation in this state waits for; None when it is closed."""
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
    """What `command` at `at` does to the escalation; `policy` are the reminders of the desk that has it afterwards."""
    state = TRANSITIONS.get((escalation.state, type(command)))
    if state is None:
        return _reject_for_state(escalation, command)
    refusal = (
        _reject_for_person(escalation, command)
        or _reject_for_age(escalation, command, at)
        or _reject_without_effect(escalation, command)
    )
    if refusal is not None:
        return refusal
    after = _updated(replace(escalation, state=state, changed_at=at), command, at)
    if stage_of(state) is not stage_of(escalation.state):
        after = replace(after, sla_timer=start_timer(stage_of(state), at, policy, muted=escalation.sla_timer.muted))
    event = _event(command, at)
    messages = _messages(escalation, after, command, event)
    return Applied(after, event, messages, _CONFIRMATIONS[type(command)].format(escalation.reference))


_CONFIRMATIONS: dict[type[Command], str] = {
    Claim: "{} is yours now.",
    Release: "{} is open to everybody again.",
    Ask: "{} is waiting for the requester, who has been asked.",
    AddDetails: "{} is up to date with what you added.",
    HandOver: "{} is handed over.",
    Resolve: "{} is resolved.",
    Reopen: "{} is open again.",
    Withdraw: "{} is withdrawn.",
    Snooze: "{} is quiet for a while.",
    StopReminders: "{} is not going to be reminded of again.",
    Follow: "You follow {} now: I tell you what changes.",
    Unfollow: "You do not follow {} any more.",
}

_CLAIMANT_ONLY = (Ask, HandOver, Resolve)
_REQUESTER_ONLY = (AddDetails, Withdraw)


def _reject_for_state(escalation: Escalation, command: Command) -> Rejected:
    """Words for a press that the state does not allow: an old card, a second press, somebody who was faster."""
    name = escalation.reference
    match escalation.state:
        case EscalationState.CLAIMED | EscalationState.AWAITING_REQUESTER if isinstance(command, Claim):
            if escalation.claimed_by == command.by:
                return Rejected(escalation, f"{name} is yours already.")
            return Rejected(escalation, f"{name} was claimed by {{who}} already.", escalation.claimed_by)
        case EscalationState.CLAIMED | EscalationState.AWAITING_REQUESTER:
            return Rejected(escalation, f"{name} is open already, with {{who}}.", escalation.claimed_by)
        case EscalationState.SENT if isinstance(command, _CLAIMANT_ONLY):
            return Rejected(escalation, f"Nobody has claimed {name} yet. Claim it first.")
        case EscalationState.SENT:
            return Rejected(escalation, f"{name} is open and unclaimed already.")
        case EscalationState.RESOLVED:
            return Rejected(escalation, f"{name} is resolved. The requester can reopen it for 14 days.")
        case EscalationState.WITHDRAWN:
            return Rejected(escalation, f"{name} was withdrawn by {{who}}.", escalation.requester.user_id)


def _reject_for_person(escalation: Escalation, command: Command) -> Rejected | None:
    name = escalation.reference
    if isinstance(command, _CLAIMANT_ONLY) and command.by != escalation.claimed_by:
        return Rejected(escalation, f"{name} is with {{who}}, who has to do that.", escalation.claimed_by)
    requester = escalation.requester.user_id
    if isinstance(command, _REQUESTER_ONLY) and command.by != requester:
        return Rejected(escalation, f"{name} was sent by {{who}}, who has to do that.", requester)
    if isinstance(command, Reopen) and command.by not in (requester, escalation.claimed_by):
        return Rejected(escalation, f"{name} was sent by {{who}}, who has to do that.", requester)
    return None


def _reject_for_age(escalation: Escalation, command: Command, at: datetime) -> Rejected | None:
    if isinstance(command, Reopen) and escalation.erased_at is not None:
        return Rejected(
            escalation, f"What was written in {escalation.reference} was erased. Send a new escalation that names it."
        )
    closed = escalation.closed_at
    if isinstance(command, Reopen) and closed is not None and at - closed > REOPEN_WITHIN:
        return Rejected(
            escalation, f"{escalation.reference} was closed more than 14 days ago. Send a new escalation that names it."
        )
    return None


def _reject_without_effect(escalation: Escalation, command: Command) -> Rejected | None:
    """Words for a press that asks for what is the case already."""
    name = escalation.reference
    if isinstance(command, Follow) and command.by == escalation.requester.user_id:
        return Rejected(escalation, f"{name} is your own: you are notified anyway.")
    if isinstance(command, Follow) and command.by in escalation.followers:
        return Rejected(escalation, f"You follow {name} already.")
    if isinstance(command, Unfollow) and command.by not in escalation.followers:
        return Rejected(escalation, f"You do not follow {name}.")
    if isinstance(command, HandOver) and (command.queue, command.channel) == (
        escalation.assigned_queue,
        escalation.channel,
    ):
        return Rejected(escalation, f"{name} is in #{command.channel} already. Choose another place, or release it.")
    return None


def _updated(escalation: Escalation, command: Command, at: datetime) -> Escalation:
    """The fields beside the state. Whoever resolved it stays its claimant, so that it can be seen and reopened."""
    match command:
        case Claim(by=by):
            return replace(escalation, claimed_by=by)
        case Release():
            return replace(escalation, claimed_by=None)
        case Ask() | AddDetails():
            return escalation
        case HandOver(queue=queue, channel=channel):
            return replace(escalation, claimed_by=None, assigned_queue=queue, channel=channel, card=None)
        case Resolve(resolution=resolution):
            return replace(escalation, resolution=resolution, closed_at=at)
        case Withdraw():
            return replace(escalation, closed_at=at)
        case Reopen():
            return replace(escalation, claimed_by=None, resolution=None, closed_at=None)
        case Snooze(until=until):
            return replace(escalation, sla_timer=snooze(escalation.sla_timer, until))
        case StopReminders():
            return replace(escalation, sla_timer=stop_reminders(escalation.sla_timer))
        case Follow(by=by):
            return replace(escalation, followers=(*escalation.followers, by))
        case Unfollow(by=by):
            return replace(escalation, followers=tuple(who for who in escalation.followers if who != by))
        case other:
            assert_never(other)


def _event(command: Command, at: datetime) -> Event:
    match command:
        case Claim(by=by):
            return Event(at, by, EventKind.CLAIMED)
        case Release(by=by):
            return Event(at, by, EventKind.RELEASED)
        case Ask(by=by, text=text):
            return Event(at, by, EventKind.DETAILS_REQUESTED, text)
        case AddDetails(by=by, text=text):
            return Event(at, by, EventKind.DETAILS_ADDED, text)
        case HandOver(by=by, queue=queue, channel=channel, text=comment):
            return Event(at, by, EventKind.HANDED_OVER, comment, {"desk": queue, "channel": channel})
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


def _messages(before: Escalation, after: Escalation, command: Command, event: Event) -> tuple[EscalationMessage, ...]:
    """Update the card, reply in the thread, and notify everybody concerned but the actor.

    Handed over, the new thread begins with who did it, from where and why; nothing else of the old one is repeated.
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
        messages += [UpdateCard(), ReplyInThread(notice, who, text)]
    concerned = (before.requester.user_id, before.claimed_by, after.claimed_by, *before.followers)
    recipients = dict.fromkeys(person for person in concerned if person is not None and person != who)
    messages += [NotifyPerson(person, notice, who, text) for person in recipients]
    return tuple(messages)
