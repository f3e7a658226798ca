"""The decision after an attempt, case by case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackguide.delivery.retry import LONGEST_DELAY, DeadLettered, Dropped, Outcome, Retry, decide_retry
from slackguide.delivery.sender import (
    DeliveryError,
    ErrorCategory,
    RateLimitedError,
    RecipientDeniedError,
    SlackRefusedError,
    SlackUnreachableError,
)
from slackguide.delivery.tasks import AnswerMessage, RefreshAppHome, Task
from slackguide.escalation.messages import NoticeKind, NotifyPerson, PostEscalation, UpdateCard
from slackguide.escalation.models import PostedCard

POST = PostEscalation("ask-disputes")
TELL = NotifyPerson("U1", NoticeKind.POSTED)
REDRAW = UpdateCard()
ANSWER = AnswerMessage("E1", "D1", "1.0", "U1", "T1", "where")
GONE = SlackRefusedError("message_gone", ErrorCategory.MESSAGE, target_gone=True)
LOST = SlackUnreachableError(ambiguous=True)
REFUSED_CONNECTION = SlackUnreachableError(ambiguous=False)


@pytest.mark.parametrize(
    ("task", "fault", "attempts", "maybe_sent", "decision"),
    [
        (POST, RateLimitedError(30), 1, False, Retry(30.5, 30, False, "rate limited")),
        (POST, RateLimitedError(0), 9, True, Retry(1.5, 1, True, "rate limited")),
        (POST, RateLimitedError(86_400), 1, False, Retry(600.5, 600, False, "rate limited")),
        (POST, LOST, 1, False, Retry(0.75, 0.75, True, "unreachable")),
        (POST, LOST, 4, False, Retry(6.0, 5.0, True, "unreachable")),
        (POST, LOST, 500, False, Retry(45.0, 5.0, True, "unreachable")),
        (POST, REFUSED_CONNECTION, 2, False, Retry(1.5, 1.5, False, "unreachable")),
        (POST, REFUSED_CONNECTION, 2, True, Retry(1.5, 1.5, True, "unreachable")),
        (REDRAW, LOST, 1, False, Retry(0.75, 0.75, False, "unreachable")),
        (POST, SlackRefusedError("unwell", ErrorCategory.SERVICE), 1, False, Retry(0.75, 0.75, True, "unwell")),
        (POST, SlackRefusedError("unwell", ErrorCategory.SERVICE), 99, False, Retry(45.0, 5.0, True, "unwell")),
        (
            POST,
            SlackRefusedError("too_long", ErrorCategory.MESSAGE),
            1,
            True,
            DeadLettered("too_long", maybe_sent=True),
        ),
        (POST, SlackRefusedError("revoked", ErrorCategory.INSTALLATION), 1, False, Retry(60.5, 5.0, False, "revoked")),
        (
            POST,
            SlackRefusedError("revoked", ErrorCategory.INSTALLATION),
            10_000,
            True,
            Retry(60.5, 5.0, True, "revoked"),
        ),
        (
            TELL,
            SlackRefusedError("revoked", ErrorCategory.INSTALLATION),
            10_000,
            False,
            Retry(60.5, 5.0, False, "revoked"),
        ),
        (
            REDRAW,
            SlackRefusedError("revoked", ErrorCategory.INSTALLATION),
            99,
            True,
            Retry(60.5, 5.0, False, "revoked"),
        ),
        (POST, SlackRefusedError("never_heard_of_it"), 5, False, Retry(12.0, 0.0, False, "never_heard_of_it")),
        (POST, SlackRefusedError("never_heard_of_it"), 6, False, DeadLettered("never_heard_of_it")),
        (TELL, SlackRefusedError("never_heard_of_it"), 3, False, DeadLettered("never_heard_of_it")),
        (TELL, RecipientDeniedError("guest"), 1, False, Dropped("guest")),
        (REDRAW, GONE, 1, False, Dropped("message_gone")),
        (UpdateCard(PostedCard("C1", "1.0")), GONE, 1, False, Dropped("message_gone")),
        (TELL, GONE, 1, False, DeadLettered("message_gone")),
        (POST, None, 1, True, Retry(0.75, 0.0, True, "internal")),
        (POST, None, 6, True, DeadLettered("internal", maybe_sent=True)),
    ],
)
def test_decision(task: Task, fault: DeliveryError | None, attempts: int, maybe_sent: bool, decision: Outcome) -> None:
    assert decide_retry(task, fault, attempts=attempts, maybe_sent=maybe_sent, jitter=0.5) == decision


ARCHIVED = SlackRefusedError("archived", ErrorCategory.CHANNEL)
LEFT = SlackRefusedError("left", ErrorCategory.USER)


@pytest.mark.parametrize(
    ("task", "error", "refusals", "decision"),
    [
        (POST, ARCHIVED, 1, Retry(60.5, 0.0, False, "archived", refused="archived")),
        (POST, ARCHIVED, 3, Retry(240.5, 0.0, False, "archived", refused="archived")),
        (POST, ARCHIVED, 29, Retry(3600.5, 0.0, False, "archived", refused="archived")),
        (POST, ARCHIVED, 30, DeadLettered("archived")),
        (TELL, ARCHIVED, 30, DeadLettered("archived")),
        (POST, LEFT, 1, Retry(60.5, 0.0, False, "left", refused="left")),
        (POST, LEFT, 7, DeadLettered("left")),
        (TELL, LEFT, 1, Retry(60.5, 0.0, False, "left", refused="left")),
        (TELL, LEFT, 6, Retry(1920.5, 0.0, False, "left", refused="left")),
        (TELL, LEFT, 7, Dropped("left")),
        (RefreshAppHome("U1"), LEFT, 7, Dropped("left")),
        (ANSWER, LEFT, 7, Dropped("left")),
        (POST, SlackRefusedError("too_long", ErrorCategory.MESSAGE), 1, DeadLettered("too_long")),
    ],
)
def test_only_a_refusal_of_the_message_is_final_at_once(
    task: Task, error: DeliveryError, refusals: int, decision: Outcome
) -> None:
    assert decide_retry(task, error, attempts=99, maybe_sent=False, jitter=0.5, refusals=refusals) == decision


@given(attempts=st.integers(1, 10_000), jitter=st.floats(0, 1))
def test_a_delay_is_never_too_short_nor_too_long(attempts: int, jitter: float) -> None:
    decision = decide_retry(POST, LOST, attempts=attempts, maybe_sent=False, jitter=jitter)
    assert isinstance(decision, Retry)
    assert 0.5 <= decision.after <= LONGEST_DELAY
    assert decision.partition_pause <= decision.after


def test_chance_spreads_the_delays() -> None:
    delays = [decide_retry(POST, LOST, attempts=5, maybe_sent=False, jitter=jitter) for jitter in (0.0, 1.0)]
    assert [decision.after for decision in delays if isinstance(decision, Retry)] == [8.0, 16.0]
