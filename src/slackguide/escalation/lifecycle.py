"""The life of an escalation: which press is allowed where and to whom, what it changes, and who is told.

Pure: an escalation, a press and a time go in; the changed escalation, its event and the messages owed come out, or
words that say why nothing changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from slackguide.escalation.escalation import Escalation, Event, EventKind, State
from slackguide.escalation.resolution import Resolution
from slackguide.escalation.task import Notice, PostEscalation, ReplyInThread, Task, TellPerson, UpdateCard
from slackguide.escalation.watch import Policy, Stage, begin, snoozed, stopped

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
    words: str


@dataclass(frozen=True)
class AddDetails:
    """The requester answers, or adds something unasked."""

    by: str
    words: str


@dataclass(frozen=True)
class HandOver:
    """The claimant passes it to another form's specialists (`desk`) in that form's `channel` (a name without `#`)."""

    by: str
    desk: str
    channel: str
    words: str | None = None


@dataclass(frozen=True)
class Resolve:
    """The claimant closes it."""

    by: str
    resolution: Resolution


@dataclass(frozen=True)
class Reopen:
    """The requester, or whoever resolved it, opens it again."""

    by: str
    words: str | None = None


@dataclass(frozen=True)
class Withdraw:
    """The requester no longer needs it."""

    by: str
    words: str | None = None


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
    """Anybody: be told what the requester is told, such as when their own case is the same."""

    by: str


@dataclass(frozen=True)
class Unfollow:
    """No more of that."""

    by: str


Press = (
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

TRANSITIONS: dict[tuple[State, type[Press]], State] = {
    (State.SENT, Claim): State.CLAIMED,
    (State.SENT, AddDetails): State.SENT,
    (State.SENT, Withdraw): State.WITHDRAWN,
    (State.CLAIMED, Release): State.SENT,
    (State.CLAIMED, Ask): State.ASKED,
    (State.CLAIMED, AddDetails): State.CLAIMED,
    (State.CLAIMED, HandOver): State.SENT,
    (State.CLAIMED, Resolve): State.RESOLVED,
    (State.CLAIMED, Withdraw): State.WITHDRAWN,
    (State.ASKED, Release): State.SENT,
    (State.ASKED, Ask): State.ASKED,
    (State.ASKED, AddDetails): State.CLAIMED,
    (State.ASKED, HandOver): State.SENT,
    (State.ASKED, Resolve): State.RESOLVED,
    (State.ASKED, Withdraw): State.WITHDRAWN,
    (State.RESOLVED, Reopen): State.SENT,
    (State.WITHDRAWN, Reopen): State.SENT,
    (State.SENT, Snooze): State.SENT,
    (State.CLAIMED, Snooze): State.CLAIMED,
    (State.ASKED, Snooze): State.ASKED,
    (State.SENT, StopReminders): State.SENT,
    (State.CLAIMED, StopReminders): State.CLAIMED,
    (State.ASKED, StopReminders): State.ASKED,
    (State.SENT, Follow): State.SENT,
    (State.CLAIMED, Follow): State.CLAIMED,
    (State.ASKED, Follow): State.ASKED,
    (State.SENT, Unfollow): State.SENT,
    (State.CLAIMED, Unfollow): State.CLAIMED,
    (State.ASKED, Unfollow): State.ASKED,
    (State.RESOLVED, Unfollow): State.RESOLVED,
    (State.WITHDRAWN, Unfollow): State.WITHDRAWN,
}
"""Where each press leads; a pair that is not here changes nothing and is answered in words."""


@dataclass(frozen=True)
class Changed:
    """The escalation after the press, the event to append, the messages owed, and words for whoever pressed."""

    escalation: Escalation
    event: Event
    tasks: tuple[Task, ...]
    words: str


@dataclass(frozen=True)
class Refusal:
    """Nothing changed. `words` say why, with `{who}` where the name of `who` belongs."""

    escalation: Escalation
    words: str
    who: str | None = None

    def say(self, name: Callable[[str], str] = str) -> str:
        """The words with the person named: pass a function that turns a user id into a mention."""
        return self.words.replace("{who}", name(self.who) if self.who is not None else "someone")


def stage_of(state: State) -> Stage | None:
    """What an escalation in this state waits for; None when it is closed."""
    match state:
        case State.SENT:
            return Stage.UNCLAIMED
        case State.CLAIMED | State.ASKED:
            return Stage.UNRESOLVED
        case State.RESOLVED | State.WITHDRAWN:
            return None


def press_on(escalation: Escalation, press: Press, at: datetime, policy: Policy | None = None) -> Changed | Refusal:
    """What `press` at `at` does to the escalation; `policy` are the reminders of the desk that has it afterwards."""
    state = TRANSITIONS.get((escalation.state, type(press)))
    if state is None:
        return _out_of_place(escalation, press)
    refusal = _not_theirs(escalation, press) or _too_late(escalation, press, at) or _as_it_is(escalation, press)
    if refusal is not None:
        return refusal
    after = _after(replace(escalation, state=state, changed_at=at), press, at)
    if stage_of(state) is not stage_of(escalation.state):
        after = replace(after, watch=begin(stage_of(state), at, policy, quiet=escalation.watch.quiet))
    event = _event(press, at)
    tasks = _owed(escalation, after, press, event)
    return Changed(after, event, tasks, _DONE[type(press)].format(escalation.reference))


_DONE: dict[type[Press], str] = {
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


def _out_of_place(escalation: Escalation, press: Press) -> Refusal:
    """Words for a press that the state does not allow: an old card, a second press, somebody who was faster."""
    name = escalation.reference
    match escalation.state:
        case State.CLAIMED | State.ASKED if isinstance(press, Claim):
            if escalation.claimed_by == press.by:
                return Refusal(escalation, f"{name} is yours already.")
            return Refusal(escalation, f"{name} was claimed by {{who}} already.", escalation.claimed_by)
        case State.CLAIMED | State.ASKED:
            return Refusal(escalation, f"{name} is open already, with {{who}}.", escalation.claimed_by)
        case State.SENT if isinstance(press, _CLAIMANT_ONLY):
            return Refusal(escalation, f"Nobody has claimed {name} yet. Claim it first.")
        case State.SENT:
            return Refusal(escalation, f"{name} is open and unclaimed already.")
        case State.RESOLVED:
            return Refusal(escalation, f"{name} is resolved. The requester can reopen it for 14 days.")
        case State.WITHDRAWN:
            return Refusal(escalation, f"{name} was withdrawn by {{who}}.", escalation.requester.user_id)


def _not_theirs(escalation: Escalation, press: Press) -> Refusal | None:
    name = escalation.reference
    if isinstance(press, _CLAIMANT_ONLY) and press.by != escalation.claimed_by:
        return Refusal(escalation, f"{name} is with {{who}}, who has to do that.", escalation.claimed_by)
    requester = escalation.requester.user_id
    if isinstance(press, _REQUESTER_ONLY) and press.by != requester:
        return Refusal(escalation, f"{name} was sent by {{who}}, who has to do that.", requester)
    if isinstance(press, Reopen) and press.by not in (requester, escalation.claimed_by):
        return Refusal(escalation, f"{name} was sent by {{who}}, who has to do that.", requester)
    return None


def _too_late(escalation: Escalation, press: Press, at: datetime) -> Refusal | None:
    if isinstance(press, Reopen) and escalation.erased_at is not None:
        return Refusal(
            escalation, f"What was written in {escalation.reference} was erased. Send a new escalation that names it."
        )
    closed = escalation.closed_at
    if isinstance(press, Reopen) and closed is not None and at - closed > REOPEN_WITHIN:
        return Refusal(
            escalation, f"{escalation.reference} was closed more than 14 days ago. Send a new escalation that names it."
        )
    return None


def _as_it_is(escalation: Escalation, press: Press) -> Refusal | None:
    """Words for a press that asks for what is the case already."""
    name = escalation.reference
    if isinstance(press, Follow) and press.by == escalation.requester.user_id:
        return Refusal(escalation, f"{name} is your own: you are told anyway.")
    if isinstance(press, Follow) and press.by in escalation.followers:
        return Refusal(escalation, f"You follow {name} already.")
    if isinstance(press, Unfollow) and press.by not in escalation.followers:
        return Refusal(escalation, f"You do not follow {name}.")
    if isinstance(press, HandOver) and (press.desk, press.channel) == (escalation.desk, escalation.channel):
        return Refusal(escalation, f"{name} is in #{press.channel} already. Choose another place, or release it.")
    return None


def _after(escalation: Escalation, press: Press, at: datetime) -> Escalation:
    """The fields beside the state. Whoever resolved it stays its claimant, so that it can be seen and reopened."""
    match press:
        case Claim(by=by):
            return replace(escalation, claimed_by=by)
        case Release():
            return replace(escalation, claimed_by=None)
        case Ask() | AddDetails():
            return escalation
        case HandOver(desk=desk, channel=channel):
            return replace(escalation, claimed_by=None, desk=desk, channel=channel, card=None)
        case Resolve(resolution=resolution):
            return replace(escalation, resolution=resolution, closed_at=at)
        case Withdraw():
            return replace(escalation, closed_at=at)
        case Reopen():
            return replace(escalation, claimed_by=None, resolution=None, closed_at=None)
        case Snooze(until=until):
            return replace(escalation, watch=snoozed(escalation.watch, until))
        case StopReminders():
            return replace(escalation, watch=stopped(escalation.watch))
        case Follow(by=by):
            return replace(escalation, followers=(*escalation.followers, by))
        case Unfollow(by=by):
            return replace(escalation, followers=tuple(who for who in escalation.followers if who != by))
        case other:
            assert_never(other)


def _event(press: Press, at: datetime) -> Event:
    match press:
        case Claim(by=by):
            return Event(at, by, EventKind.CLAIMED)
        case Release(by=by):
            return Event(at, by, EventKind.RELEASED)
        case Ask(by=by, words=words):
            return Event(at, by, EventKind.ASKED, words)
        case AddDetails(by=by, words=words):
            return Event(at, by, EventKind.DETAILS, words)
        case HandOver(by=by, desk=desk, channel=channel, words=said):
            return Event(at, by, EventKind.HANDED_OVER, said, {"desk": desk, "channel": channel})
        case Resolve(by=by, resolution=resolution):
            about = {"ending": resolution.ending.value}
            if resolution.which is not None:
                about["which"] = resolution.which
            return Event(at, by, EventKind.RESOLVED, resolution.decided, about)
        case Reopen(by=by, words=said):
            return Event(at, by, EventKind.REOPENED, said)
        case Withdraw(by=by, words=said):
            return Event(at, by, EventKind.WITHDRAWN, said)
        case Snooze(by=by, until=until):
            return Event(at, by, EventKind.SNOOZED, about={"until": until.isoformat()})
        case StopReminders(by=by):
            return Event(at, by, EventKind.QUIETED)
        case Follow(by=by):
            return Event(at, by, EventKind.FOLLOWED)
        case Unfollow(by=by):
            return Event(at, by, EventKind.UNFOLLOWED)
        case other:
            assert_never(other)


def _owed(before: Escalation, after: Escalation, press: Press, event: Event) -> tuple[Task, ...]:
    """The card is redrawn, the thread keeps the story, and whoever is concerned and did not press is told.

    Handed over, the new thread begins with who did it, from where and why; nothing else of the old one is repeated.
    """
    if isinstance(press, Snooze | StopReminders | Follow | Unfollow):
        return ()
    notice, words, who = Notice(event.kind.value), event.words, press.by
    tasks: list[Task] = []
    if isinstance(press, HandOver):
        if before.card is not None:
            tasks.append(UpdateCard(before.card))
        tasks.append(PostEscalation(after.channel))
        tasks.append(ReplyInThread(notice, who, words, from_channel=before.channel))
    else:
        if isinstance(press, Reopen) and before.card is None:
            tasks.append(PostEscalation(after.channel))
        tasks += [UpdateCard(), ReplyInThread(notice, who, words)]
    concerned = (before.requester.user_id, before.claimed_by, after.claimed_by, *before.followers)
    told = dict.fromkeys(person for person in concerned if person is not None and person != who)
    tasks += [TellPerson(person, notice, who, words) for person in told]
    return tuple(tasks)
