"""Replies that an escalation has taken over, and that their author edits or deletes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from slackguide.escalation.models import EscalationState
from slackguide.sandbox import Message
from slackguide.slack.ids import Action
from slackguide.storage.tables import outbox
from tests.slack.test_escalation_replies import ANSWER, CRITICAL, asked, assert_answered, details, last_offer
from tests.support.app_harness import AppHarness
from tests.support.escalations import kept, notices
from tests.support.rendered import words

TRANSPORTS = ("http", "socket")

CORRECTED = "no, it is the week of 9 March"


def replies(harness: AppHarness, card: Message) -> str:
    """Return everything that the thread of a card shows."""
    return "\n".join(m.text + words(m) for m in harness.workspace.messages(card.channel, thread_ts=card.ts)[1:])


def own_message(harness: AppHarness, text: str) -> Message:
    """Return the message that a person wrote."""
    everything = [*harness.workspace.all_messages("ask-disputes"), *harness.workspace.direct_messages("ana")]
    return next(message for message in everything if message.text == text and not message.by_bot)


@pytest.mark.parametrize("direct", [False, True], ids=["in the card's thread", "under the question"])
def test_an_edited_answer_is_shown_and_the_specialist_hears_of_it(harness: AppHarness, direct: bool) -> None:
    escalation, card, notice = asked(harness)
    if direct:
        harness.sandbox.message("ana", ANSWER, notice.ts)
    else:
        harness.sandbox.say("ana", "ask-disputes", ANSWER, thread_ts=card.ts)
    assert_answered(harness, escalation, card)

    exchange = harness.sandbox.edit("ana", own_message(harness, ANSWER).ts, CORRECTED)
    assert harness.send("events_api", exchange.sent).status == 200, "Slack may send it again"
    harness.settle()

    assert details(harness, escalation) == [CORRECTED]
    shown = words(harness.workspace.message(card.ts))
    assert f"answered: {CORRECTED}" in shown
    assert ANSWER not in shown
    *_, last = harness.workspace.messages(card.channel, thread_ts=card.ts)
    marek = harness.workspace.person("marek").id
    assert words(last).startswith(f"<@{marek}> ")
    assert "changed what they wrote" in words(last)
    assert (CORRECTED in words(last)) == direct, "what stands in the thread is not repeated"
    assert replies(harness, card).count("> changed what they wrote") == 1


@pytest.mark.parametrize("direct", [False, True], ids=["in the card's thread", "by a click on the offer"])
def test_a_deleted_answer_is_nowhere_any_more(harness: AppHarness, direct: bool) -> None:
    escalation, card, _ = asked(harness)
    if direct:
        harness.sandbox.message("ana", ANSWER)
        harness.click(last_offer(harness), Action.SEND_REPLY)
    else:
        harness.sandbox.say("ana", "ask-disputes", ANSWER, thread_ts=card.ts)
    assert_answered(harness, escalation, card)
    ts = own_message(harness, ANSWER).ts
    harness.end()
    harness.begin()

    harness.sandbox.delete("ana", ts)
    harness.settle()

    assert details(harness, escalation) == [None]
    assert ANSWER not in replies(harness, card)
    assert ANSWER not in words(harness.workspace.message(card.ts))
    assert "deleted what they wrote" in replies(harness, card)
    with harness.repositories.database.read() as connection:
        assert ANSWER not in str(connection.execute(select(outbox.c.payload)).all())
    assert kept(harness, escalation).state is EscalationState.CLAIMED


def test_an_edit_and_a_deletion_of_a_forwarded_reply_reach_the_requester(harness: AppHarness) -> None:
    _, card, _ = asked(harness)
    harness.sandbox.say("marek", "ask-disputes", "Week 9 only", thread_ts=card.ts)
    harness.until(lambda: harness.workspace.ephemerals("marek"))
    harness.click(harness.workspace.ephemerals("marek")[-1], Action.FORWARD_REPLY, "marek")
    harness.settle()
    mine = own_message(harness, "Week 9 only")

    harness.sandbox.edit("marek", mine.ts, "Week 10 only")
    harness.settle()
    assert "changed what they wrote" in words(notices(harness)[-1])
    assert "Week 10 only" in words(notices(harness)[-1])
    assert "told the requester: Week 10 only" in words(harness.workspace.message(card.ts))

    harness.sandbox.delete("marek", mine.ts)
    harness.settle()
    everything = "\n".join(map(words, [*notices(harness), harness.workspace.message(card.ts)]))
    assert "Week 9" not in everything
    assert "Week 10" not in everything


def test_an_edit_with_a_critical_sign_is_answered_and_not_sent_on(harness: AppHarness) -> None:
    escalation, card, _ = asked(harness)
    harness.sandbox.say("ana", "ask-disputes", ANSWER, thread_ts=card.ts)
    assert_answered(harness, escalation, card)

    harness.sandbox.edit("ana", own_message(harness, ANSWER).ts, CRITICAL)
    harness.settle()

    assert details(harness, escalation) == [ANSWER]
    assert "Threat of self-harm" in replies(harness, card)


def test_edits_and_deletions_of_other_messages_change_nothing(harness: AppHarness) -> None:
    escalation, card, _ = asked(harness)
    harness.sandbox.say("ben", "ask-disputes", "I had the same", thread_ts=card.ts)
    harness.sandbox.say("ana", "ask-disputes", ANSWER, thread_ts=card.ts)
    assert_answered(harness, escalation, card)
    bens = own_message(harness, "I had the same")
    harness.sandbox.edit("ben", bens.ts, "I had another")
    harness.sandbox.delete("ben", bens.ts)
    harness.settle()

    assert_answered(harness, escalation, card)
    assert "changed what" not in replies(harness, card)
    assert "deleted what" not in replies(harness, card)
