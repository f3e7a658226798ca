"""What comes of a try, case by case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackguide.escalation.decision import LONGEST_DELAY, Decision, Dropped, Parked, Retry, judge
from slackguide.escalation.escalation import Card
from slackguide.escalation.poster import DeliveryError, Denied, RateLimited, RefusalScope, Refused, Unreachable
from slackguide.escalation.task import (
    AnswerMessage,
    Notice,
    PostEscalation,
    RefreshHome,
    Task,
    TellPerson,
    UpdateCard,
)

POST = PostEscalation("ask-disputes")
TELL = TellPerson("U1", Notice.POSTED)
REDRAW = UpdateCard()
ANSWER = AnswerMessage("E1", "D1", "1.0", "U1", "T1", "where")
GONE = Refused("message_gone", RefusalScope.MESSAGE, target_gone=True)
LOST = Unreachable(ambiguous=True)
REFUSED_CONNECTION = Unreachable(ambiguous=False)


@pytest.mark.parametrize(
    ("task", "fault", "tries", "doubtful", "decision"),
    [
        (POST, RateLimited(30), 1, False, Retry(30.5, 30, False, "rate limited")),
        (POST, RateLimited(0), 9, True, Retry(1.5, 1, True, "rate limited")),
        (POST, RateLimited(86_400), 1, False, Retry(600.5, 600, False, "rate limited")),
        (POST, LOST, 1, False, Retry(0.75, 0.75, True, "unreachable")),
        (POST, LOST, 4, False, Retry(6.0, 5.0, True, "unreachable")),
        (POST, LOST, 500, False, Retry(45.0, 5.0, True, "unreachable")),
        (POST, REFUSED_CONNECTION, 2, False, Retry(1.5, 1.5, False, "unreachable")),
        (POST, REFUSED_CONNECTION, 2, True, Retry(1.5, 1.5, True, "unreachable")),
        (REDRAW, LOST, 1, False, Retry(0.75, 0.75, False, "unreachable")),
        (POST, Refused("unwell", RefusalScope.SERVICE), 1, False, Retry(0.75, 0.75, True, "unwell")),
        (POST, Refused("unwell", RefusalScope.SERVICE), 99, False, Retry(45.0, 5.0, True, "unwell")),
        (POST, Refused("archived", RefusalScope.PLACE), 1, False, Parked("archived")),
        (POST, Refused("too_long", RefusalScope.MESSAGE), 1, True, Parked("too_long", doubtful=True)),
        (POST, Refused("left", RefusalScope.PERSON), 1, False, Parked("left")),
        (POST, Refused("revoked", RefusalScope.INSTALLATION), 1, False, Retry(60.5, 5.0, False, "revoked")),
        (POST, Refused("revoked", RefusalScope.INSTALLATION), 10_000, True, Retry(60.5, 5.0, True, "revoked")),
        (TELL, Refused("revoked", RefusalScope.INSTALLATION), 10_000, False, Retry(60.5, 5.0, False, "revoked")),
        (REDRAW, Refused("revoked", RefusalScope.INSTALLATION), 99, True, Retry(60.5, 5.0, False, "revoked")),
        (POST, Refused("never_heard_of_it"), 5, False, Retry(12.0, 0.0, False, "never_heard_of_it")),
        (POST, Refused("never_heard_of_it"), 6, False, Parked("never_heard_of_it")),
        (TELL, Refused("never_heard_of_it"), 3, False, Parked("never_heard_of_it")),
        (TELL, Refused("left", RefusalScope.PERSON), 1, False, Dropped("left")),
        (RefreshHome("U1"), Refused("left", RefusalScope.PERSON), 1, False, Dropped("left")),
        (ANSWER, Refused("left", RefusalScope.PERSON), 1, False, Dropped("left")),
        (TELL, Denied("guest"), 1, False, Dropped("guest")),
        (REDRAW, GONE, 1, False, Dropped("message_gone")),
        (UpdateCard(Card("C1", "1.0")), GONE, 1, False, Dropped("message_gone")),
        (TELL, GONE, 1, False, Parked("message_gone")),
        (POST, None, 1, True, Retry(0.75, 0.0, True, "internal")),
        (POST, None, 6, True, Parked("internal", doubtful=True)),
    ],
)
def test_decision(task: Task, fault: DeliveryError | None, tries: int, doubtful: bool, decision: Decision) -> None:
    assert judge(task, fault, tries=tries, doubtful=doubtful, chance=0.5) == decision


@given(tries=st.integers(1, 10_000), chance=st.floats(0, 1))
def test_a_delay_is_never_too_short_nor_too_long(tries: int, chance: float) -> None:
    decision = judge(POST, LOST, tries=tries, doubtful=False, chance=chance)
    assert isinstance(decision, Retry)
    assert 0.5 <= decision.after <= LONGEST_DELAY
    assert decision.lane_rest <= decision.after


def test_chance_spreads_the_delays() -> None:
    delays = [judge(POST, LOST, tries=5, doubtful=False, chance=chance) for chance in (0.0, 1.0)]
    assert [decision.after for decision in delays if isinstance(decision, Retry)] == [8.0, 16.0]
