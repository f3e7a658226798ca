"""Answers, posts and notices have workers of their own: none of them waits for another that hangs."""

from __future__ import annotations

from collections.abc import Callable

from slackguide.sandbox import FaultKind, InjectedFault
from tests.support.app_harness import AppHarness
from tests.support.escalations import kept, notices, posts, sent
from tests.support.questions import MEDIATION
from tests.support.rendered import words


def hang(harness: AppHarness, method: str, calls: int) -> None:
    """Keep the next calls of a method without an answer, until the faults are cleared."""
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SLOW, method=method, seconds=600, times=calls))


def passing(harness: AppHarness, met: Callable[[], bool]) -> None:
    """Wait for `met()` while time passes, although jobs are being sent."""

    def later() -> bool:
        harness.pass_time(0.5)
        return met()

    harness.until(later)


def taken(harness: AppHarness) -> bool:
    return not harness.sandbox.faults.faults


def test_hanging_notices_delay_neither_posts_nor_answers(harness: AppHarness) -> None:
    """Both workers of notices wait for Slack, which opens no direct message."""
    hang(harness, "conversations.open", 2)
    for number, who in enumerate(("ana", "ben")):
        sent(harness, who, ticket_url=f"https://x.zendesk.com/agent/tickets/{number}", contract_id=f"1111{number}")
        harness.pass_time(1)
    harness.until(lambda: taken(harness))

    third = sent(harness, "lena", ticket_url="https://x.zendesk.com/agent/tickets/9", contract_id="11119")
    passing(harness, lambda: kept(harness, third).card is not None)
    assert "Send a case to Mediation" in words(harness.ask(MEDIATION, "lena"))
    assert notices(harness, "ana") == []

    harness.sandbox.faults.clear()
    harness.settle()
    assert len(posts(harness)) == 3
    assert "(D-1001, #ask-disputes)" in words(notices(harness, "ana")[-1])


def test_hanging_answers_delay_neither_posts_nor_notices(harness: AppHarness) -> None:
    hang(harness, "chat.postMessage", 2)
    for who in ("lena", "ben"):
        harness.sandbox.message(who, MEDIATION)
    harness.until(lambda: taken(harness))

    escalation = sent(harness)
    passing(harness, lambda: len(notices(harness)) == 1)

    assert kept(harness, escalation).card is not None
    harness.sandbox.faults.clear()
    harness.settle()
    assert "Send a case to Mediation" in words(notices(harness, "ben")[-1])
