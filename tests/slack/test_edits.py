"""A message that is edited keeps one answer, which is drawn anew."""

from __future__ import annotations

from slackguide.sandbox import FaultKind, InjectedFault, Message
from tests.support.app_harness import STAFF, AppHarness
from tests.support.questions import MEDIATION

TRANSPORTS = ("http", "socket")

OTHER = "client wants to close his account"


def answers(harness: AppHarness, channel: str | None = None, who: str = "ana") -> list[Message]:
    harness.settle()
    messages = harness.workspace.all_messages(channel) if channel else harness.workspace.direct_messages(who)
    return [message for message in messages if message.by_bot]


def asked(harness: AppHarness, text: str, channel: str | None = None, who: str = "ana") -> Message:
    """Send a direct message, or mention slackguide; return the question."""
    exchange = harness.sandbox.mention(who, channel, text) if channel else harness.sandbox.message(who, text)
    harness.settle()
    return harness.workspace.message(exchange.sent["event"]["ts"])


def fresh(harness: AppHarness, text: str) -> str:
    """Return the answer to a text that is not edited."""
    asked(harness, text, who="ben")
    return answers(harness, who="ben")[-1].text


def test_an_edited_direct_message_redraws_its_answer(harness: AppHarness) -> None:
    question = asked(harness, MEDIATION)
    (before,) = answers(harness)
    harness.sandbox.edit("ana", question.ts, OTHER)
    (after,) = answers(harness)
    assert after.ts == before.ts
    assert after.text == fresh(harness, OTHER) != before.text


def test_an_edited_mention_is_answered_once(harness: AppHarness) -> None:
    question = asked(harness, MEDIATION, STAFF)
    (before,) = answers(harness, STAFF)
    for number in range(3):
        harness.sandbox.edit("ana", question.ts, f"@slackguide {OTHER}{'!' * number}")
    (after,) = answers(harness, STAFF)
    assert (after.ts, after.thread_ts) == (before.ts, question.ts)
    assert after.text != before.text


def test_a_mention_that_was_added_by_editing_is_answered(harness: AppHarness) -> None:
    harness.sandbox.say("ana", STAFF, MEDIATION)
    harness.settle()
    ts = harness.workspace.all_messages(STAFF)[-1].ts
    assert answers(harness, STAFF) == []
    harness.sandbox.edit("ana", ts, f"@slackguide {MEDIATION}")
    assert len(answers(harness, STAFF)) == 1


def test_an_answer_in_a_direct_message_to_a_mention_is_redrawn_there(harness: AppHarness) -> None:
    question = asked(harness, MEDIATION, "general")  # a guest reads it
    (before,) = answers(harness)
    harness.sandbox.edit("ana", question.ts, f"@slackguide {OTHER}")
    (after,) = answers(harness)
    assert after.ts == before.ts
    assert after.text != before.text
    assert len(answers(harness, "general")) == 1


def test_an_edit_before_the_answer_changes_what_is_answered(harness: AppHarness) -> None:
    harness.ask("hello")
    harness.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.RATE_LIMITED, method="chat.postMessage", seconds=5, times=1)
    )
    ts = harness.sandbox.message("ana", MEDIATION).sent["event"]["ts"]
    harness.until(lambda: any(job.attempts and job.state == "due" for job in harness.pending()))
    harness.sandbox.edit("ana", ts, OTHER)
    assert answers(harness)[-1].text == fresh(harness, OTHER)
    assert len(answers(harness)) == 2


def test_what_does_not_change_the_text_changes_nothing(harness: AppHarness) -> None:
    question = asked(harness, MEDIATION)
    harness.sandbox.edit("ana", question.ts, MEDIATION)
    answers(harness)
    assert [call for call in harness.workspace.calls if call.method == "chat.update"] == []


def test_one_message_with_two_event_ids_is_answered_once(harness: AppHarness) -> None:
    payload = harness.sandbox.mention("ana", STAFF, MEDIATION).sent
    answers(harness)
    payload["event_id"] = "EvAnother"
    assert harness.send("events_api", payload).status == 200
    assert len(answers(harness, STAFF)) == 1


def test_a_follow_up_reads_the_edited_text(harness: AppHarness) -> None:
    question = asked(harness, MEDIATION)
    harness.sandbox.edit("ana", question.ts, f"{MEDIATION}, fixed-price")
    answers(harness)
    stored = harness.repositories.database
    with stored.read() as connection:
        texts = connection.exec_driver_sql("SELECT text FROM turns").scalars().all()
    assert texts == [f"{MEDIATION}, fixed-price"]


def test_the_answer_of_somebody_else_is_not_touched(harness: AppHarness) -> None:
    asked(harness, MEDIATION)
    mine = asked(harness, MEDIATION, who="ben")
    before = answers(harness)
    harness.sandbox.edit("ben", mine.ts, OTHER)
    assert answers(harness) == before


def test_an_edit_while_the_answer_is_being_sent_is_drawn_after_it(harness: AppHarness) -> None:
    harness.ask("hello")
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SLOW, method="chat.postMessage", seconds=1, times=1))
    ts = harness.sandbox.message("ana", MEDIATION).sent["event"]["ts"]
    harness.until(lambda: any(job.state == "sending" for job in harness.pending()))
    harness.until(lambda: [call for call in harness.workspace.calls if call.method == "chat.postMessage"][1:])
    harness.sandbox.edit("ana", ts, OTHER)
    assert answers(harness)[-1].text == fresh(harness, OTHER)
    assert len(answers(harness)) == 2
