"""The life cycle of an escalation against a small model, and the messages for commands that are not allowed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from slackguide.escalation.messages import NoticeKind, NotifyPerson, PostEscalation, ReplyInThread, UpdateCard
from slackguide.escalation.models import Escalation, EscalationState, Event, EventKind, PostedCard, Requester
from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.state_machine import (
    AddDetails,
    Applied,
    Ask,
    Assign,
    Claim,
    Command,
    Follow,
    Forward,
    HandOver,
    Rejected,
    Release,
    Reopen,
    Resolve,
    Unfollow,
    Withdraw,
    apply,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CARD = PostedCard("C1", "100.1")
DECIDED = Resolution(ResolutionCode.RIGHT_PLACE, "refunded")
ASKER, ANN, BOB = "UASK", "UANN", "UBOB"


def escalation(
    state: EscalationState = EscalationState.SENT, claimed_by: str | None = None, closed_at: datetime | None = None
) -> Escalation:
    return Escalation(
        id="e1",
        reference="D-1042",
        form_id="ask-disputes",
        assigned_queue="ask-disputes",
        channel="ask-disputes",
        state=state,
        requester=Requester(ASKER, "T1"),
        created_at=NOON,
        changed_at=NOON,
        claimed_by=claimed_by,
        card=CARD,
        closed_at=closed_at,
        resolution=DECIDED if state is EscalationState.RESOLVED else None,
    )


SENT = escalation()
CLAIMED = escalation(EscalationState.CLAIMED, ANN)
ASKED = escalation(EscalationState.AWAITING_REQUESTER, ANN)
RESOLVED = escalation(EscalationState.RESOLVED, ANN, NOON)
WITHDRAWN = escalation(EscalationState.WITHDRAWN, None, NOON)


@pytest.mark.parametrize(
    ("before", "command", "state", "claimed_by"),
    [
        (SENT, Claim(ANN), EscalationState.CLAIMED, ANN),
        (SENT, AddDetails(ASKER, "more"), EscalationState.SENT, None),
        (SENT, Withdraw(ASKER), EscalationState.WITHDRAWN, None),
        (CLAIMED, Release(ANN), EscalationState.SENT, None),
        (CLAIMED, Release(BOB), EscalationState.SENT, None),
        (CLAIMED, Ask(ANN, "which"), EscalationState.AWAITING_REQUESTER, ANN),
        (CLAIMED, AddDetails(ASKER, "more"), EscalationState.CLAIMED, ANN),
        (CLAIMED, HandOver(ANN, "ask-ce", "ask-ce"), EscalationState.SENT, None),
        (CLAIMED, Resolve(ANN, DECIDED), EscalationState.RESOLVED, ANN),
        (CLAIMED, Withdraw(ASKER), EscalationState.WITHDRAWN, ANN),
        (ASKED, Ask(ANN, "and"), EscalationState.AWAITING_REQUESTER, ANN),
        (ASKED, AddDetails(ASKER, "this one"), EscalationState.CLAIMED, ANN),
        (ASKED, Resolve(ANN, DECIDED), EscalationState.RESOLVED, ANN),
        (ASKED, Release(ANN), EscalationState.SENT, None),
        (ASKED, HandOver(ANN, "ask-ce", "ask-ce"), EscalationState.SENT, None),
        (ASKED, Withdraw(ASKER), EscalationState.WITHDRAWN, ANN),
        (CLAIMED, Assign(ANN, BOB), EscalationState.CLAIMED, BOB),
        (ASKED, Assign(ANN, BOB, "off until Monday"), EscalationState.AWAITING_REQUESTER, BOB),
        (RESOLVED, Reopen(ASKER), EscalationState.CLAIMED, ANN),
        (RESOLVED, Reopen(ANN), EscalationState.CLAIMED, ANN),
        (WITHDRAWN, Reopen(ASKER), EscalationState.SENT, None),
    ],
)
def test_a_click_that_fits(
    before: Escalation, command: Command, state: EscalationState, claimed_by: str | None
) -> None:
    outcome = apply(before, command, NOON + timedelta(days=14))
    assert isinstance(outcome, Applied)
    assert (outcome.escalation.state, outcome.escalation.claimed_by) == (state, claimed_by)
    assert outcome.event.actor == command.by
    assert "D-1042" in outcome.text


@pytest.mark.parametrize(
    ("before", "command", "words"),
    [
        (CLAIMED, Claim(BOB), "D-1042 is already claimed by @UANN."),
        (ASKED, Claim(BOB), "D-1042 is already claimed by @UANN."),
        (CLAIMED, Claim(ANN), "You have already claimed D-1042."),
        (SENT, Claim(ASKER), "D-1042 is your own, so somebody else claims it."),
        (CLAIMED, Assign(BOB, BOB), "D-1042 is claimed by @UANN. Only the claimant can do that."),
        (CLAIMED, Assign(ANN, ANN), "You have D-1042 already. Choose a colleague."),
        (CLAIMED, Assign(ANN, ASKER), "D-1042 was sent by @UASK, so somebody else has to take it."),
        (SENT, Assign(ANN, BOB), "Nobody has claimed D-1042 yet. Claim it first."),
        (SENT, Release(ANN), "D-1042 is already open and unclaimed."),
        (SENT, Ask(ANN, "which"), "Nobody has claimed D-1042 yet. Claim it first."),
        (SENT, Resolve(ANN, DECIDED), "Nobody has claimed D-1042 yet. Claim it first."),
        (SENT, HandOver(ANN, "ask-ce", "ask-ce"), "Nobody has claimed D-1042 yet. Claim it first."),
        (CLAIMED, Resolve(BOB, DECIDED), "D-1042 is claimed by @UANN. Only the claimant can do that."),
        (CLAIMED, Ask(BOB, "which"), "D-1042 is claimed by @UANN. Only the claimant can do that."),
        (ASKED, HandOver(BOB, "ask-ce", "ask-ce"), "D-1042 is claimed by @UANN. Only the claimant can do that."),
        (SENT, Withdraw(ANN), "D-1042 was sent by @UASK. Only the requester can do that."),
        (ASKED, AddDetails(ANN, "more"), "D-1042 was sent by @UASK. Only the requester can do that."),
        (SENT, Reopen(ASKER), "D-1042 is already open and unclaimed."),
        (CLAIMED, Reopen(ASKER), "D-1042 is already open and claimed by @UANN."),
        (RESOLVED, Claim(BOB), "D-1042 is resolved. The requester can reopen it for 14 days."),
        (RESOLVED, Resolve(ANN, DECIDED), "D-1042 is resolved. The requester can reopen it for 14 days."),
        (RESOLVED, AddDetails(ASKER, "x"), "D-1042 is resolved. The requester can reopen it for 14 days."),
        (RESOLVED, Reopen(BOB), "D-1042 was sent by @UASK. Only the requester and the claimant can reopen it."),
        (WITHDRAWN, Claim(ANN), "D-1042 was withdrawn by @UASK."),
        (WITHDRAWN, Withdraw(ASKER), "D-1042 was withdrawn by @UASK."),
    ],
)
def test_a_click_that_does_not_fit_is_rejected_with_a_reason(before: Escalation, command: Command, words: str) -> None:
    outcome = apply(before, command, NOON)
    assert isinstance(outcome, Rejected)
    assert outcome.escalation == before
    assert outcome.render(lambda user_id: f"@{user_id}") == words


def test_after_fourteen_days_it_stays_closed() -> None:
    just, late = NOON + timedelta(days=14), NOON + timedelta(days=14, seconds=1)
    assert isinstance(apply(RESOLVED, Reopen(ASKER), just), Applied)
    outcome = apply(RESOLVED, Reopen(ASKER), late)
    assert isinstance(outcome, Rejected)
    assert outcome.render() == "D-1042 was closed more than 14 days ago. Send a new escalation that names it."


@pytest.mark.parametrize(
    ("before", "command", "tasks"),
    [
        (
            SENT,
            Claim(ANN),
            [UpdateCard(), ReplyInThread(NoticeKind.CLAIMED, ANN), NotifyPerson(ASKER, NoticeKind.CLAIMED, ANN)],
        ),
        (
            CLAIMED,
            Ask(ANN, "which"),
            [
                UpdateCard(),
                ReplyInThread(NoticeKind.DETAILS_REQUESTED, ANN, "which"),
                NotifyPerson(ASKER, NoticeKind.DETAILS_REQUESTED, ANN, "which"),
            ],
        ),
        (
            ASKED,
            AddDetails(ASKER, "this"),
            [
                UpdateCard(),
                ReplyInThread(NoticeKind.DETAILS_ADDED, ASKER, "this", reader=ANN),
            ],
        ),
        (
            ASKED,
            AddDetails(ASKER, "this", in_thread=True),
            [UpdateCard(), ReplyInThread(NoticeKind.DETAILS_ADDED, ASKER, reader=ANN)],
        ),
        (SENT, AddDetails(ASKER, "this", in_thread=True), [UpdateCard()]),
        (
            CLAIMED,
            Ask(ANN, "which", in_thread=True),
            [UpdateCard(), NotifyPerson(ASKER, NoticeKind.DETAILS_REQUESTED, ANN, "which")],
        ),
        (
            CLAIMED,
            Forward(BOB, "it is refunded"),
            [UpdateCard(), NotifyPerson(ASKER, NoticeKind.FORWARDED, BOB, "it is refunded")],
        ),
        (
            ASKED,
            Assign(ANN, BOB, "yours"),
            [
                UpdateCard(),
                ReplyInThread(NoticeKind.ASSIGNED, ANN, "yours", reader=BOB),
                NotifyPerson(ASKER, NoticeKind.ASSIGNED, ANN, "yours"),
                NotifyPerson(BOB, NoticeKind.ASSIGNED, ANN, "yours"),
            ],
        ),
        (
            CLAIMED,
            Release(BOB),
            [
                UpdateCard(),
                ReplyInThread(NoticeKind.RELEASED, BOB),
                NotifyPerson(ASKER, NoticeKind.RELEASED, BOB),
                NotifyPerson(ANN, NoticeKind.RELEASED, BOB),
            ],
        ),
        (
            CLAIMED,
            HandOver(ANN, "ask-ce", "ask-content", "theirs"),
            [
                UpdateCard(CARD),
                PostEscalation("ask-content"),
                ReplyInThread(NoticeKind.HANDED_OVER, ANN, "theirs", from_channel="ask-disputes"),
                NotifyPerson(ASKER, NoticeKind.HANDED_OVER, ANN, "theirs"),
            ],
        ),
        (
            CLAIMED,
            Resolve(ANN, DECIDED),
            [
                UpdateCard(),
                ReplyInThread(NoticeKind.RESOLVED, ANN, "refunded"),
                NotifyPerson(ASKER, NoticeKind.RESOLVED, ANN, "refunded"),
            ],
        ),
        (
            RESOLVED,
            Reopen(ASKER, "again"),
            [
                UpdateCard(),
                ReplyInThread(NoticeKind.REOPENED, ASKER, "again"),
                NotifyPerson(ANN, NoticeKind.REOPENED, ASKER, "again"),
            ],
        ),
        (
            replace(WITHDRAWN, card=None),
            Reopen(ASKER),
            [PostEscalation("ask-disputes"), UpdateCard(), ReplyInThread(NoticeKind.REOPENED, ASKER)],
        ),
    ],
)
def test_whoever_is_concerned_is_notified(before: Escalation, command: Command, tasks: list[object]) -> None:
    outcome = apply(before, command, NOON)
    assert isinstance(outcome, Applied)
    assert list(outcome.messages) == tasks


def test_followers_get_the_requesters_notifications() -> None:
    followed = apply(CLAIMED, Follow(BOB), NOON)
    assert isinstance(followed, Applied)
    assert (followed.escalation.followers, followed.messages) == ((BOB,), ())
    assert followed.text == "You follow D-1042 now. I'll DM you its updates."
    resolved = apply(followed.escalation, Resolve(ANN, DECIDED), NOON)
    assert isinstance(resolved, Applied)
    reported = [task.user_id for task in resolved.messages if isinstance(task, NotifyPerson)]
    assert reported == [ASKER, BOB]
    left = apply(resolved.escalation, Unfollow(BOB), NOON)
    assert isinstance(left, Applied)
    assert left.escalation.followers == ()


@pytest.mark.parametrize(
    ("before", "command", "words"),
    [
        (SENT, Follow(ASKER), "D-1042 is your own. You already receive its notifications."),
        (replace(SENT, followers=(BOB,)), Follow(BOB), "You already follow D-1042."),
        (SENT, Unfollow(BOB), "You do not follow D-1042."),
        (
            CLAIMED,
            HandOver(ANN, "ask-disputes", "ask-disputes"),
            "D-1042 is already in #ask-disputes. Choose another queue, or release it.",
        ),
        (RESOLVED, Follow(BOB), "D-1042 is resolved. The requester can reopen it for 14 days."),
    ],
)
def test_what_is_the_case_already_or_cannot_be(before: Escalation, command: Command, words: str) -> None:
    outcome = apply(before, command, NOON)
    assert isinstance(outcome, Rejected)
    assert outcome.render() == words


def test_a_hand_over_leaves_the_old_card_behind() -> None:
    outcome = apply(CLAIMED, HandOver(ANN, "ask-ce", "ask-content"), NOON)
    assert isinstance(outcome, Applied)
    after = outcome.escalation
    assert (after.assigned_queue, after.channel, after.card, after.form_id) == (
        "ask-ce",
        "ask-content",
        None,
        "ask-disputes",
    )


PEOPLE = st.sampled_from([ASKER, ANN, BOB])
PRESSES = st.one_of(
    PEOPLE.map(Claim),
    PEOPLE.map(Release),
    PEOPLE.map(lambda by: Ask(by, "which")),
    PEOPLE.map(lambda by: AddDetails(by, "more")),
    st.builds(lambda by, to: HandOver(by, to, to), PEOPLE, st.sampled_from(["ask-disputes", "ask-ce"])),
    st.builds(Assign, PEOPLE, PEOPLE),
    PEOPLE.map(lambda by: Resolve(by, DECIDED)),
    PEOPLE.map(Reopen),
    PEOPLE.map(Withdraw),
)


class Life(RuleBasedStateMachine):
    """Any presses by anybody in any order, beside a model that knows three things: open, owner, waiting for whom."""

    def __init__(self) -> None:
        super().__init__()
        self.it = escalation()
        self.at = NOON
        self.history: list[Event] = []
        self.open, self.owner, self.asked = True, "", False
        self.last_owner, self.desk = "", "ask-disputes"

    @rule(days=st.integers(0, 10))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule(command=PRESSES)
    def press(self, command: Command) -> None:
        expected = self.expect(command)
        outcome = apply(self.it, command, self.at)
        assert isinstance(outcome, Applied) == expected
        if isinstance(outcome, Applied):
            self.it = outcome.escalation
            self.history.append(outcome.event)
            if self.it.card is None:
                assert PostEscalation(self.it.channel) in outcome.messages
                self.it = replace(self.it, card=PostedCard("C2", str(len(self.history))))
            assert NotifyPerson(command.by, NoticeKind(outcome.event.kind.value)) not in outcome.messages
        else:
            assert outcome.escalation is self.it

    def expect(self, command: Command) -> bool:
        """Model the click: whether it counts; if so, what is true afterwards."""
        match command:
            case Claim(by=by) if self.open and not self.owner and by != ASKER:
                self.owner = by
            case Release() if self.open and self.owner:
                self.owner, self.asked = "", False
            case Ask(by=by) if self.open and self.owner == by:
                self.asked = True
            case AddDetails(by=by) if self.open and by == ASKER:
                self.asked = False
            case HandOver(by=by, queue=queue) if self.open and self.owner == by and self.desk != queue:
                self.owner, self.asked, self.desk = "", False, queue
            case Assign(by=by, to=to) if self.open and self.owner == by and to not in (by, ASKER):
                self.owner = to
            case Resolve(by=by) if self.open and self.owner == by:
                self.open, self.asked, self.last_owner = False, False, self.owner
            case Withdraw(by=by) if self.open and by == ASKER:
                self.open, self.asked, self.last_owner = False, False, self.owner
            case Reopen(by=by) if not self.open and by in (ASKER, self.last_owner):
                closed = self.it.closed_at
                assert closed is not None
                if self.at - closed > timedelta(days=14):
                    return False
                self.open, self.owner = True, self.last_owner
            case _:
                return False
        return True

    @invariant()
    def the_state_is_that_of_the_model(self) -> None:
        assert self.it.is_open == self.open
        assert (self.it.closed_at is None) == self.open
        if self.open:
            assert self.it.claimed_by == (self.owner or None)
            assert self.it.state is (
                EscalationState.AWAITING_REQUESTER
                if self.asked
                else EscalationState.CLAIMED
                if self.owner
                else EscalationState.SENT
            )
            assert self.it.resolution is None

    @invariant()
    def the_history_is_in_order(self) -> None:
        assert [event.at for event in self.history] == sorted(event.at for event in self.history)
        ends = [event for event in self.history if event.kind in (EventKind.RESOLVED, EventKind.WITHDRAWN)]
        reopened = [event for event in self.history if event.kind is EventKind.REOPENED]
        assert len(ends) - len(reopened) == (0 if self.open else 1)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
