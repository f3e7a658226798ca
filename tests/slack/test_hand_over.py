"""A hand-over: what was said under the old card stays there, and the new thread begins with who, from where and why."""

from __future__ import annotations

import pytest

from slackguide.escalation.models import Escalation
from slackguide.escalation.state_machine import Ask, Claim, HandOver
from slackguide.sandbox import FaultKind, InjectedFault, Message
from slackguide.storage.outbox_admin import OutboxAdmin
from tests.slack.escalating import posted, posts, sent
from tests.slack.reading import words
from tests.trial import Workplace

QUESTION = "FOR DISPUTES ONLY: is the client the one under investigation?"
REASON = "This is about content & <#C1>."


def handed_over(work: Workplace, escalation: Escalation) -> None:
    """Marek claims it, asks for more, and hands it over to ask-ce, all within a moment."""
    marek = work.workspace.person("marek").id
    for command in (Claim(marek), Ask(marek, QUESTION), HandOver(marek, "ask-ce", "ask-ce", REASON)):
        work.stores.escalations.apply(escalation.id, command)


def replies(work: Workplace, post: Message) -> list[str]:
    return [words(reply) for reply in work.workspace.messages(post.channel, thread_ts=post.ts)[1:]]


def everything_in(work: Workplace, channel: str) -> str:
    return "\n".join(f"{message.text}\n{words(message)}" for message in work.workspace.all_messages(channel))


def assert_each_thread_has_its_own(work: Workplace) -> None:
    work.settle()
    marek = f"<@{work.workspace.person('marek').id}>"
    (old,), (new,) = posts(work), posts(work, "ask-ce")
    assert "was handed over to #ask-ce" in words(work.workspace.message(old.ts))
    first, second = replies(work, old)
    assert f"{marek} claimed D-1001" in first
    assert QUESTION in second
    (received,) = replies(work, new)
    assert received.splitlines() == [f"{marek} handed D-1001 over from #ask-disputes.", REASON]
    assert "FOR DISPUTES ONLY" not in everything_in(work, "ask-ce")
    assert "claimed D-1001" not in everything_in(work, "ask-ce")
    assert REASON not in everything_in(work, "ask-disputes")
    assert len(work.workspace.messages("ask-ce")) == 1, "nothing at top level but the card"
    assert len(work.workspace.messages("ask-disputes")) == 1


def test_with_slack_well(work: Workplace) -> None:
    escalation = sent(work)
    posted(work, escalation)
    handed_over(work, escalation)
    assert_each_thread_has_its_own(work)


def test_with_slack_down_meanwhile(work: Workplace) -> None:
    escalation = sent(work)
    posted(work, escalation)
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.FAILING))
    handed_over(work, escalation)
    work.until(lambda: sum(job.attempts for job in work.owed()) > 8)
    work.sandbox.faults.clear()
    assert_each_thread_has_its_own(work)


@pytest.mark.parametrize("kind", [FaultKind.FAILING, FaultKind.RATE_LIMITED])
def test_before_the_old_card_is_posted(work: Workplace, kind: FaultKind) -> None:
    work.sandbox.inject_fault(InjectedFault(kind=kind, method="chat.postMessage"))
    escalation = sent(work)
    work.until(lambda: any(job.attempts for job in work.owed()))
    handed_over(work, escalation)
    work.until(lambda: sum(job.attempts for job in work.owed()) > 4)
    work.sandbox.faults.clear()
    assert_each_thread_has_its_own(work)


def test_where_the_old_channel_takes_the_post_only_after_the_new_one_has_it(work: Workplace) -> None:
    """The bot is let into the old channel late: until then the post is a dead letter, and its replies wait."""
    work.workspace.change_channel("ask-disputes", bot_joined=False)
    escalation = sent(work)
    work.settle()
    handed_over(work, escalation)
    work.settle()
    (new,) = posts(work, "ask-ce")
    assert len(replies(work, new)) == 1
    assert "FOR DISPUTES ONLY" not in everything_in(work, "ask-ce")

    work.workspace.change_channel("ask-disputes", bot_joined=True)
    assert OutboxAdmin(database=work.stores.database, notifier=work.stores.notifier).retry("D-1001")
    assert_each_thread_has_its_own(work)
