"""The life of an escalation against a small model, and the words for presses that do not fit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from slackguide.escalation.escalation import Card, Escalation, Event, EventKind, Requester, State
from slackguide.escalation.lifecycle import (
    AddDetails,
    Ask,
    Changed,
    Claim,
    Follow,
    HandOver,
    Press,
    Refusal,
    Release,
    Reopen,
    Resolve,
    Unfollow,
    Withdraw,
    press_on,
)
from slackguide.escalation.resolution import Ending, Resolution
from slackguide.escalation.task import Notice, PostEscalation, ReplyInThread, TellPerson, UpdateCard

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CARD = Card("C1", "100.1")
DECIDED = Resolution(Ending.RIGHT_PLACE, "refunded")
ASKER, ANN, BOB = "UASK", "UANN", "UBOB"


def escalation(
    state: State = State.SENT, claimed_by: str | None = None, closed_at: datetime | None = None
) -> Escalation:
    return Escalation(
        id="e1",
        reference="D-1042",
        form_id="ask-disputes",
        desk="ask-disputes",
        channel="ask-disputes",
        state=state,
        requester=Requester(ASKER, "T1"),
        created_at=NOON,
        changed_at=NOON,
        claimed_by=claimed_by,
        card=CARD,
        closed_at=closed_at,
        resolution=DECIDED if state is State.RESOLVED else None,
    )


SENT = escalation()
CLAIMED = escalation(State.CLAIMED, ANN)
ASKED = escalation(State.ASKED, ANN)
RESOLVED = escalation(State.RESOLVED, ANN, NOON)
WITHDRAWN = escalation(State.WITHDRAWN, None, NOON)


@pytest.mark.parametrize(
    ("before", "press", "state", "claimed_by"),
    [
        (SENT, Claim(ANN), State.CLAIMED, ANN),
        (SENT, AddDetails(ASKER, "more"), State.SENT, None),
        (SENT, Withdraw(ASKER), State.WITHDRAWN, None),
        (CLAIMED, Release(ANN), State.SENT, None),
        (CLAIMED, Release(BOB), State.SENT, None),
        (CLAIMED, Ask(ANN, "which"), State.ASKED, ANN),
        (CLAIMED, AddDetails(ASKER, "more"), State.CLAIMED, ANN),
        (CLAIMED, HandOver(ANN, "ask-ce", "ask-ce"), State.SENT, None),
        (CLAIMED, Resolve(ANN, DECIDED), State.RESOLVED, ANN),
        (CLAIMED, Withdraw(ASKER), State.WITHDRAWN, ANN),
        (ASKED, Ask(ANN, "and"), State.ASKED, ANN),
        (ASKED, AddDetails(ASKER, "this one"), State.CLAIMED, ANN),
        (ASKED, Resolve(ANN, DECIDED), State.RESOLVED, ANN),
        (ASKED, Release(ANN), State.SENT, None),
        (ASKED, HandOver(ANN, "ask-ce", "ask-ce"), State.SENT, None),
        (ASKED, Withdraw(ASKER), State.WITHDRAWN, ANN),
        (RESOLVED, Reopen(ASKER), State.SENT, None),
        (RESOLVED, Reopen(ANN), State.SENT, None),
        (WITHDRAWN, Reopen(ASKER), State.SENT, None),
    ],
)
def test_a_press_that_fits(before: Escalation, press: Press, state: State, claimed_by: str | None) -> None:
    outcome = press_on(before, press, NOON + timedelta(days=14))
    assert isinstance(outcome, Changed)
    assert (outcome.escalation.state, outcome.escalation.claimed_by) == (state, claimed_by)
    assert outcome.event.who == press.by
    assert "D-1042" in outcome.words


@pytest.mark.parametrize(
    ("before", "press", "words"),
    [
        (CLAIMED, Claim(BOB), "D-1042 was claimed by @UANN already."),
        (ASKED, Claim(BOB), "D-1042 was claimed by @UANN already."),
        (CLAIMED, Claim(ANN), "D-1042 is yours already."),
        (SENT, Release(ANN), "D-1042 is open and unclaimed already."),
        (SENT, Ask(ANN, "which"), "Nobody has claimed D-1042 yet. Claim it first."),
        (SENT, Resolve(ANN, DECIDED), "Nobody has claimed D-1042 yet. Claim it first."),
        (SENT, HandOver(ANN, "ask-ce", "ask-ce"), "Nobody has claimed D-1042 yet. Claim it first."),
        (CLAIMED, Resolve(BOB, DECIDED), "D-1042 is with @UANN, who has to do that."),
        (CLAIMED, Ask(BOB, "which"), "D-1042 is with @UANN, who has to do that."),
        (ASKED, HandOver(BOB, "ask-ce", "ask-ce"), "D-1042 is with @UANN, who has to do that."),
        (SENT, Withdraw(ANN), "D-1042 was sent by @UASK, who has to do that."),
        (ASKED, AddDetails(ANN, "more"), "D-1042 was sent by @UASK, who has to do that."),
        (SENT, Reopen(ASKER), "D-1042 is open and unclaimed already."),
        (CLAIMED, Reopen(ASKER), "D-1042 is open already, with @UANN."),
        (RESOLVED, Claim(BOB), "D-1042 is resolved. The requester can reopen it for 14 days."),
        (RESOLVED, Resolve(ANN, DECIDED), "D-1042 is resolved. The requester can reopen it for 14 days."),
        (RESOLVED, AddDetails(ASKER, "x"), "D-1042 is resolved. The requester can reopen it for 14 days."),
        (RESOLVED, Reopen(BOB), "D-1042 was sent by @UASK, who has to do that."),
        (WITHDRAWN, Claim(ANN), "D-1042 was withdrawn by @UASK."),
        (WITHDRAWN, Withdraw(ASKER), "D-1042 was withdrawn by @UASK."),
    ],
)
def test_a_press_that_does_not_fit_is_told_why(before: Escalation, press: Press, words: str) -> None:
    outcome = press_on(before, press, NOON)
    assert isinstance(outcome, Refusal)
    assert outcome.escalation == before
    assert outcome.say(lambda user_id: f"@{user_id}") == words


def test_after_fourteen_days_it_stays_closed() -> None:
    just, late = NOON + timedelta(days=14), NOON + timedelta(days=14, seconds=1)
    assert isinstance(press_on(RESOLVED, Reopen(ASKER), just), Changed)
    outcome = press_on(RESOLVED, Reopen(ASKER), late)
    assert isinstance(outcome, Refusal)
    assert outcome.say() == "D-1042 was closed more than 14 days ago. Send a new escalation that names it."


@pytest.mark.parametrize(
    ("before", "press", "tasks"),
    [
        (
            SENT,
            Claim(ANN),
            [UpdateCard(), ReplyInThread(Notice.CLAIMED, ANN), TellPerson(ASKER, Notice.CLAIMED, ANN)],
        ),
        (
            CLAIMED,
            Ask(ANN, "which"),
            [UpdateCard(), ReplyInThread(Notice.ASKED, ANN, "which"), TellPerson(ASKER, Notice.ASKED, ANN, "which")],
        ),
        (
            ASKED,
            AddDetails(ASKER, "this"),
            [
                UpdateCard(),
                ReplyInThread(Notice.DETAILS, ASKER, "this"),
                TellPerson(ANN, Notice.DETAILS, ASKER, "this"),
            ],
        ),
        (
            CLAIMED,
            Release(BOB),
            [
                UpdateCard(),
                ReplyInThread(Notice.RELEASED, BOB),
                TellPerson(ASKER, Notice.RELEASED, BOB),
                TellPerson(ANN, Notice.RELEASED, BOB),
            ],
        ),
        (
            CLAIMED,
            HandOver(ANN, "ask-ce", "ask-content", "theirs"),
            [
                UpdateCard(CARD),
                PostEscalation("ask-content"),
                ReplyInThread(Notice.HANDED_OVER, ANN, "theirs", from_channel="ask-disputes"),
                TellPerson(ASKER, Notice.HANDED_OVER, ANN, "theirs"),
            ],
        ),
        (
            CLAIMED,
            Resolve(ANN, DECIDED),
            [
                UpdateCard(),
                ReplyInThread(Notice.RESOLVED, ANN, "refunded"),
                TellPerson(ASKER, Notice.RESOLVED, ANN, "refunded"),
            ],
        ),
        (
            RESOLVED,
            Reopen(ASKER, "again"),
            [
                UpdateCard(),
                ReplyInThread(Notice.REOPENED, ASKER, "again"),
                TellPerson(ANN, Notice.REOPENED, ASKER, "again"),
            ],
        ),
        (
            replace(WITHDRAWN, card=None),
            Reopen(ASKER),
            [PostEscalation("ask-disputes"), UpdateCard(), ReplyInThread(Notice.REOPENED, ASKER)],
        ),
    ],
)
def test_whoever_is_concerned_is_told(before: Escalation, press: Press, tasks: list[object]) -> None:
    outcome = press_on(before, press, NOON)
    assert isinstance(outcome, Changed)
    assert list(outcome.tasks) == tasks


def test_followers_are_told_what_the_requester_is_told() -> None:
    followed = press_on(CLAIMED, Follow(BOB), NOON)
    assert isinstance(followed, Changed)
    assert (followed.escalation.followers, followed.tasks) == ((BOB,), ())
    assert followed.words == "You follow D-1042 now: I tell you what changes."
    resolved = press_on(followed.escalation, Resolve(ANN, DECIDED), NOON)
    assert isinstance(resolved, Changed)
    told = [task.user_id for task in resolved.tasks if isinstance(task, TellPerson)]
    assert told == [ASKER, BOB]
    left = press_on(resolved.escalation, Unfollow(BOB), NOON)
    assert isinstance(left, Changed)
    assert left.escalation.followers == ()


@pytest.mark.parametrize(
    ("before", "press", "words"),
    [
        (SENT, Follow(ASKER), "D-1042 is your own: you are told anyway."),
        (replace(SENT, followers=(BOB,)), Follow(BOB), "You follow D-1042 already."),
        (SENT, Unfollow(BOB), "You do not follow D-1042."),
        (
            CLAIMED,
            HandOver(ANN, "ask-disputes", "ask-disputes"),
            "D-1042 is in #ask-disputes already. Choose another place, or release it.",
        ),
        (RESOLVED, Follow(BOB), "D-1042 is resolved. The requester can reopen it for 14 days."),
    ],
)
def test_what_is_the_case_already_or_cannot_be(before: Escalation, press: Press, words: str) -> None:
    outcome = press_on(before, press, NOON)
    assert isinstance(outcome, Refusal)
    assert outcome.say() == words


def test_a_hand_over_leaves_the_old_card_behind() -> None:
    outcome = press_on(CLAIMED, HandOver(ANN, "ask-ce", "ask-content"), NOON)
    assert isinstance(outcome, Changed)
    after = outcome.escalation
    assert (after.desk, after.channel, after.card, after.form_id) == ("ask-ce", "ask-content", None, "ask-disputes")


PEOPLE = st.sampled_from([ASKER, ANN, BOB])
PRESSES = st.one_of(
    PEOPLE.map(Claim),
    PEOPLE.map(Release),
    PEOPLE.map(lambda by: Ask(by, "which")),
    PEOPLE.map(lambda by: AddDetails(by, "more")),
    st.builds(lambda by, to: HandOver(by, to, to), PEOPLE, st.sampled_from(["ask-disputes", "ask-ce"])),
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

    @rule(press=PRESSES)
    def press(self, press: Press) -> None:
        expected = self.expect(press)
        outcome = press_on(self.it, press, self.at)
        assert isinstance(outcome, Changed) == expected
        if isinstance(outcome, Changed):
            self.it = outcome.escalation
            self.history.append(outcome.event)
            if self.it.card is None:
                assert PostEscalation(self.it.channel) in outcome.tasks
                self.it = replace(self.it, card=Card("C2", str(len(self.history))))
            assert TellPerson(press.by, Notice(outcome.event.kind.value)) not in outcome.tasks
        else:
            assert outcome.escalation is self.it

    def expect(self, press: Press) -> bool:
        """The model: whether the press counts; if so, what is true afterwards."""
        match press:
            case Claim(by=by) if self.open and not self.owner:
                self.owner = by
            case Release() if self.open and self.owner:
                self.owner, self.asked = "", False
            case Ask(by=by) if self.open and self.owner == by:
                self.asked = True
            case AddDetails(by=by) if self.open and by == ASKER:
                self.asked = False
            case HandOver(by=by, desk=desk) if self.open and self.owner == by and self.desk != desk:
                self.owner, self.asked, self.desk = "", False, desk
            case Resolve(by=by) if self.open and self.owner == by:
                self.open, self.asked, self.last_owner = False, False, self.owner
            case Withdraw(by=by) if self.open and by == ASKER:
                self.open, self.asked, self.last_owner = False, False, self.owner
            case Reopen(by=by) if not self.open and by in (ASKER, self.last_owner):
                closed = self.it.closed_at
                assert closed is not None
                if self.at - closed > timedelta(days=14):
                    return False
                self.open, self.owner = True, ""
            case _:
                return False
        return True

    @invariant()
    def the_state_is_that_of_the_model(self) -> None:
        assert self.it.is_open == self.open
        assert (self.it.closed_at is None) == self.open
        if self.open:
            assert self.it.claimed_by == (self.owner or None)
            assert self.it.state is (State.ASKED if self.asked else State.CLAIMED if self.owner else State.SENT)
            assert self.it.resolution is None

    @invariant()
    def the_history_is_in_order(self) -> None:
        assert [event.at for event in self.history] == sorted(event.at for event in self.history)
        ends = [event for event in self.history if event.kind in (EventKind.RESOLVED, EventKind.WITHDRAWN)]
        reopened = [event for event in self.history if event.kind is EventKind.REOPENED]
        assert len(ends) - len(reopened) == (0 if self.open else 1)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
