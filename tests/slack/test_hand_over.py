"""A hand-over: the new thread begins with who, from where and why, and the new card shows what was asked."""

from __future__ import annotations

import pytest

from slackguide.escalation.models import Escalation
from slackguide.escalation.state_machine import Ask, Claim, HandOver
from slackguide.sandbox import FaultKind, InjectedFault, Message
from slackguide.storage.outbox_admin import OutboxAdmin
from tests.support.app_harness import AppHarness
from tests.support.escalations import posted, posts, sent
from tests.support.rendered import words

QUESTION = "IN DISPUTES: is the client the one under investigation?"
REASON = "This is about content & <#C1>."


def handed_over(harness: AppHarness, escalation: Escalation) -> None:
    """Marek claims it, asks for more, and hands it over to ask-ce, all within a moment."""
    marek = harness.workspace.person("marek").id
    for command in (Claim(marek), Ask(marek, QUESTION), HandOver(marek, "ask-ce", "ask-ce", REASON)):
        harness.repositories.escalations.apply(escalation.id, command)


def replies(harness: AppHarness, post: Message) -> list[str]:
    return [words(reply) for reply in harness.workspace.messages(post.channel, thread_ts=post.ts)[1:]]


def everything_in(harness: AppHarness, channel: str) -> str:
    return "\n".join(f"{message.text}\n{words(message)}" for message in harness.workspace.all_messages(channel))


def assert_each_thread_has_its_own(harness: AppHarness) -> None:
    harness.settle()
    marek = f"<@{harness.workspace.person('marek').id}>"
    (old,), (new,) = posts(harness), posts(harness, "ask-ce")
    assert "was handed over to #ask-ce" in words(harness.workspace.message(old.ts))
    first, second = replies(harness, old)
    assert f"{marek} claimed D-1001" in first
    assert QUESTION in second
    (received,) = replies(harness, new)
    assert received.splitlines() == [f"{marek} handed D-1001 over from #ask-disputes.", REASON]
    assert f" asked: {QUESTION}" in words(new)
    assert "claimed D-1001" not in everything_in(harness, "ask-ce")
    assert REASON not in everything_in(harness, "ask-disputes")
    assert len(harness.workspace.messages("ask-ce")) == 1, "nothing at top level but the card"
    assert len(harness.workspace.messages("ask-disputes")) == 1


def test_with_slack_well(harness: AppHarness) -> None:
    escalation = sent(harness)
    posted(harness, escalation)
    handed_over(harness, escalation)
    assert_each_thread_has_its_own(harness)


def test_with_slack_down_meanwhile(harness: AppHarness) -> None:
    escalation = sent(harness)
    posted(harness, escalation)
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SERVER_ERROR))
    handed_over(harness, escalation)
    harness.until(lambda: sum(job.attempts for job in harness.pending()) > 8)
    harness.sandbox.faults.clear()
    assert_each_thread_has_its_own(harness)


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.RATE_LIMITED])
def test_before_the_old_card_is_posted(harness: AppHarness, kind: FaultKind) -> None:
    harness.sandbox.inject_fault(InjectedFault(kind=kind, method="chat.postMessage"))
    escalation = sent(harness)
    harness.until(lambda: any(job.attempts for job in harness.pending()))
    handed_over(harness, escalation)
    harness.until(lambda: sum(job.attempts for job in harness.pending()) > 4)
    harness.sandbox.faults.clear()
    assert_each_thread_has_its_own(harness)


def test_where_the_old_channel_takes_the_post_only_after_the_new_one_has_it(harness: AppHarness) -> None:
    """The bot is let into the old channel late: until then the post is a dead letter, and its replies wait."""
    harness.workspace.change_channel("ask-disputes", bot_joined=False)
    escalation = sent(harness)
    harness.settle()
    handed_over(harness, escalation)
    harness.settle()
    (new,) = posts(harness, "ask-ce")
    assert len(replies(harness, new)) == 1
    assert QUESTION not in "\n".join(replies(harness, new))

    harness.workspace.change_channel("ask-disputes", bot_joined=True)
    assert OutboxAdmin(database=harness.repositories.database, notifier=harness.repositories.notifier).retry("D-1001")
    assert_each_thread_has_its_own(harness)
