"""Replies: every way in which a requester's answer reaches the specialist, and a specialist's reply the requester."""

from __future__ import annotations

import copy
import logging
from dataclasses import replace
from typing import Any

import pytest
from slack_bolt import BoltRequest
from sqlalchemy import event, func, select

from slackguide.escalation.models import Escalation, EscalationState, EventKind
from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.state_machine import Ask, Claim, Resolve
from slackguide.sandbox import BotApp, Message
from slackguide.slack.ids import Action
from slackguide.slack.manifest import manifest
from slackguide.storage.tables import inbox, outbox, turns
from tests.support.app_harness import AppHarness
from tests.support.escalations import kept, notices, posted, sent, thread
from tests.support.forged_requests import press_value
from tests.support.questions import MEDIATION
from tests.support.rendered import labels, value_of, words

ANSWER = "It is the week of 2 March, and the one before"
CRITICAL = "the freelancer says he wants to kill himself tonight"


def asked(harness: AppHarness, question: str = "Which week?", **changes: Any) -> tuple[Escalation, Message, Message]:
    """Marek claims an escalation of Ana's and asks her; return it, its card, and the question in her messages."""
    escalation = sent(harness, **changes)
    card = posted(harness, escalation)
    marek = harness.workspace.person("marek").id
    for command in (Claim(marek), Ask(marek, question)):
        harness.repositories.escalations.apply(escalation.id, command)
    harness.settle()
    (notice,) = [found for found in notices(harness) if question in words(found)]
    return escalation, card, notice


def details(harness: AppHarness, escalation: Escalation) -> list[str | None]:
    """Return the details that were added."""
    history = harness.repositories.escalations.history(escalation.id)
    return [event.text for event in history if event.kind is EventKind.DETAILS_ADDED]


def assert_answered(harness: AppHarness, escalation: Escalation, card: Message, answer: str = ANSWER) -> None:
    """Assert that the answer is stored once and shown, and that a mention notified the specialist."""
    harness.settle()
    assert details(harness, escalation) == [answer]
    assert kept(harness, escalation).state is EscalationState.CLAIMED
    assert f"answered: {answer}" in words(harness.workspace.message(card.ts))
    marek = harness.workspace.person("marek").id
    mentions = [m for m in harness.workspace.messages(card.channel, thread_ts=card.ts)[1:] if f"<@{marek}>" in words(m)]
    assert words(mentions[-1]).startswith(f"<@{marek}> ")


def last_offer(harness: AppHarness, who: str = "ana") -> Message:
    """Return the last message that offers to send something on."""
    harness.settle()
    return [m for m in notices(harness, who) if "Send" in labels(m)][-1]


# -- in the thread of the card ----------------------------------------------------------------------------------------


def test_the_requesters_reply_in_the_cards_thread_is_the_answer(harness: AppHarness) -> None:
    escalation, card, _ = asked(harness)

    harness.sandbox.say("ana", "ask-disputes", ANSWER, thread_ts=card.ts)

    assert_answered(harness, escalation, card)
    assert thread(harness, card).count(ANSWER) == 1, "what stands there is not repeated"
    assert "answered above" in words(harness.workspace.messages(card.channel, thread_ts=card.ts)[-1])


def test_a_reply_that_slack_sends_again_counts_once_even_after_a_restart(harness: AppHarness) -> None:
    escalation, card, _ = asked(harness)
    exchange = harness.sandbox.say("ana", "ask-disputes", ANSWER, thread_ts=card.ts)
    assert harness.send("events_api", exchange.sent).status == 200
    harness.end()
    harness.begin()
    assert harness.send("events_api", exchange.sent).status == 200

    assert_answered(harness, escalation, card)


def test_a_reply_while_we_are_away_is_taken_once_we_are_back(harness: AppHarness) -> None:
    escalation, card, _ = asked(harness)
    harness.end()
    assert harness.sandbox.say("ana", "ask-disputes", ANSWER, thread_ts=card.ts).status == 503
    assert harness.sandbox.events.wait_until_empty(), "the first retry, which Slack sends at once"
    harness.begin()
    harness.pass_time(61)
    harness.until(lambda: details(harness, escalation))

    assert_answered(harness, escalation, card)


def test_others_replies_are_no_answer(harness: AppHarness) -> None:
    escalation, card, _ = asked(harness)
    harness.sandbox.say("ben", "ask-disputes", "I had the same", thread_ts=card.ts)
    harness.sandbox.say("marek", "ask-disputes", "hm", thread_ts=card.ts)
    harness.settle()
    assert details(harness, escalation) == []

    harness.sandbox.say("ana", "ask-disputes", ANSWER, thread_ts=card.ts)
    assert_answered(harness, escalation, card)


def test_without_an_open_question_replies_in_the_thread_are_theirs_alone(harness: AppHarness) -> None:
    escalation = sent(harness)
    card = posted(harness, escalation)
    harness.sandbox.say("ana", "ask-disputes", "by the way", thread_ts=card.ts)
    harness.settle()

    assert details(harness, escalation) == []
    assert len(harness.workspace.messages(card.channel, thread_ts=card.ts)) == 2


def test_a_reply_that_mentions_us_is_a_question_to_us(harness: AppHarness) -> None:
    escalation, card, _ = asked(harness)
    harness.sandbox.mention("ana", "ask-disputes", MEDIATION, thread_ts=card.ts)
    harness.settle()

    assert details(harness, escalation) == []
    answers = [words(m) for m in harness.workspace.messages(card.channel, thread_ts=card.ts)]
    assert "Send a case to Mediation" in answers[-1]


def test_a_critical_reply_in_the_thread_is_answered_and_not_forwarded_unasked(harness: AppHarness) -> None:
    escalation, card, _ = asked(harness)
    harness.sandbox.say("ana", "ask-disputes", CRITICAL, thread_ts=card.ts)
    harness.settle()

    assert details(harness, escalation) == []
    *_, answer, offer = harness.workspace.messages(card.channel, thread_ts=card.ts)
    assert "Threat of self-harm" in words(answer)
    assert list(labels(offer)) == ["Send", "Don't send"]

    harness.click(offer, Action.SEND_REPLY, "marek")
    assert details(harness, escalation) == [], "only the requester sends it"
    harness.click(offer, Action.SEND_REPLY)
    assert_answered(harness, escalation, card, CRITICAL)


# -- by direct message ------------------------------------------------------------------------------------------------


def test_a_reply_under_the_question_is_the_answer(harness: AppHarness) -> None:
    escalation, card, notice = asked(harness)

    harness.sandbox.message("ana", ANSWER, notice.ts)

    assert_answered(harness, escalation, card)
    assert ANSWER in thread(harness, card)
    assert "Send a case" not in "\n".join(words(m) for m in notices(harness)), "it is not answered as a question too"


def test_a_direct_message_while_one_question_is_open_is_offered_first(harness: AppHarness) -> None:
    escalation, card, _ = asked(harness)

    harness.sandbox.message("ana", ANSWER)
    offer = last_offer(harness)

    marek = harness.workspace.person("marek").id
    assert f"Send this to <@{marek}> for D-1001?" in words(offer)
    assert offer.thread_ts is None, "where it was written"
    assert list(labels(offer)) == ["Send", "New question"]
    assert details(harness, escalation) == []
    harness.click(offer, Action.SEND_REPLY)
    assert_answered(harness, escalation, card)
    assert words(harness.workspace.message(offer.ts)) == f"Sent to <@{marek}> for D-1001."


def test_a_new_question_is_answered_instead(harness: AppHarness) -> None:
    escalation, _, _ = asked(harness)
    harness.sandbox.message("ana", MEDIATION)

    harness.click(last_offer(harness), Action.ASK_REPLY)
    harness.settle()

    assert "Send a case to Mediation" in words(notices(harness)[-1])
    assert not [m for m in notices(harness) if "New question" in labels(m)], "the offer is gone"
    assert details(harness, escalation) == []


def test_a_second_click_and_the_other_button_do_nothing_more(harness: AppHarness) -> None:
    escalation, card, _ = asked(harness)
    harness.sandbox.message("ana", ANSWER)
    offer = last_offer(harness)
    value = value_of(offer, Action.SEND_REPLY)
    for action in (Action.SEND_REPLY, Action.SEND_REPLY, Action.ASK_REPLY):
        assert press_value(harness, action, value).status == 200

    assert_answered(harness, escalation, card)
    assert "Send a case" not in words(notices(harness)[-1])


def test_a_long_answer_is_sent_whole(harness: AppHarness) -> None:
    escalation, card, _ = asked(harness)
    long = "The hours of week 9 are wrong. " * 80
    harness.sandbox.message("ana", long)

    harness.click(last_offer(harness), Action.SEND_REPLY)
    harness.settle()

    assert details(harness, escalation) == [long.strip()]
    assert "answered: The hours of week 9 are wrong." in words(harness.workspace.message(card.ts))


def test_thanks_is_answered_in_a_line_and_not_offered(harness: AppHarness) -> None:
    escalation, _, notice = asked(harness)
    harness.sandbox.message("ana", "thanks!")
    harness.settle()

    assert "welcome" in words(notices(harness)[-1])
    assert details(harness, escalation) == []
    del notice


def test_with_two_open_questions_a_direct_message_is_an_ordinary_one(harness: AppHarness) -> None:
    first, _, _ = asked(harness)
    second, card, notice = asked(
        harness, "Which milestone?", ticket_url="https://x.zendesk.com/agent/tickets/9", contract_id="99999"
    )
    harness.sandbox.message("ana", MEDIATION)
    harness.settle()
    assert "Send a case to Mediation" in words(notices(harness)[-1])

    harness.sandbox.message("ana", ANSWER, notice.ts)
    assert_answered(harness, second, card)
    assert details(harness, first) == []


@pytest.mark.parametrize("in_thread", [True, False], ids=["under the question", "at top level"])
def test_a_critical_message_is_answered_first(harness: AppHarness, in_thread: bool) -> None:
    escalation, card, notice = asked(harness)
    harness.sandbox.message("ana", CRITICAL, notice.ts if in_thread else None)
    offer = last_offer(harness)

    *_, answer, last = notices(harness)
    assert last.ts == offer.ts
    assert "Threat of self-harm" in words(answer)
    assert details(harness, escalation) == []
    assert harness.sandbox.click("ana", offer, Action.DISMISS_REPLY).ok
    harness.until(lambda: offer.ts not in {message.ts for message in notices(harness)})
    assert details(harness, escalation) == []
    assert kept(harness, escalation).state is EscalationState.AWAITING_REQUESTER
    del card


def test_a_reply_under_another_notice_is_offered_while_it_is_open(harness: AppHarness) -> None:
    escalation = sent(harness)
    card = posted(harness, escalation)
    notice = notices(harness)[-1]

    harness.sandbox.message("ana", ANSWER, notice.ts)
    offer = last_offer(harness)
    assert "Send this to #ask-disputes for D-1001?" in words(offer)
    assert offer.thread_ts == notice.ts
    harness.click(offer, Action.SEND_REPLY)
    harness.settle()

    assert details(harness, escalation) == [ANSWER]
    assert f"answered: {ANSWER}" in words(harness.workspace.message(card.ts))


def test_a_reply_under_a_question_about_a_closed_one_is_an_ordinary_message(harness: AppHarness) -> None:
    escalation, _, notice = asked(harness)
    marek = harness.workspace.person("marek").id
    resolved = Resolve(marek, Resolution(ResolutionCode.RIGHT_PLACE, "done"))
    harness.repositories.escalations.apply(escalation.id, resolved)
    harness.settle()

    harness.sandbox.message("ana", MEDIATION, notice.ts)
    harness.settle()

    assert "Send a case to Mediation" in words(notices(harness)[-1])


def test_somebody_who_became_a_guest_adds_nothing(harness: AppHarness) -> None:
    escalation, card, notice = asked(harness)
    found = harness.repositories.directory.find(harness.workspace.person("ana").id)
    assert found is not None
    harness.repositories.directory.put(replace(found, guest=True))

    harness.sandbox.say("ana", "ask-disputes", ANSWER, thread_ts=card.ts)
    harness.sandbox.message("ana", ANSWER, notice.ts)
    harness.settle()

    assert details(harness, escalation) == []
    assert "you are a guest here" in notices(harness)[-1].text


# -- from a specialist to the requester -------------------------------------------------------------------------------


def test_a_specialists_reply_is_forwarded_by_one_click(harness: AppHarness) -> None:
    escalation, card, _ = asked(harness)
    harness.sandbox.say("marek", "ask-disputes", "Week 9 only, <!here>", thread_ts=card.ts)
    harness.until(lambda: harness.workspace.ephemerals("marek"))
    offer = harness.workspace.ephemerals("marek")[-1]
    assert offer.thread_ts == card.ts
    assert notices(harness)[-1].text.count("Week 9") == 0

    harness.click(offer, Action.FORWARD_REPLY, "marek")
    harness.settle()

    assert "Week 9 only" in words(notices(harness)[-1])
    assert "writes about it" in words(notices(harness)[-1])
    assert kept(harness, escalation).state is EscalationState.AWAITING_REQUESTER, "nothing else changes"
    assert "told the requester: Week 9 only" in words(harness.workspace.message(card.ts))
    assert thread(harness, card).count("Week 9 only") == 1


def test_a_specialists_reply_can_be_a_question(harness: AppHarness) -> None:
    escalation = sent(harness)
    card = posted(harness, escalation)
    harness.click(card, Action.CLAIM, "marek")
    harness.settle()
    harness.sandbox.say("marek", "ask-disputes", "Which week?", thread_ts=card.ts)
    harness.until(lambda: harness.workspace.ephemerals("marek"))

    harness.click(harness.workspace.ephemerals("marek")[-1], Action.FORWARD_QUESTION, "marek")
    harness.settle()

    assert kept(harness, escalation).state is EscalationState.AWAITING_REQUESTER
    harness.sandbox.message("ana", ANSWER, notices(harness)[-1].ts)
    assert_answered(harness, escalation, card)


def test_others_are_not_offered_to_forward(harness: AppHarness) -> None:
    _, card, _ = asked(harness)
    harness.sandbox.say("ben", "ask-disputes", "I had the same", thread_ts=card.ts)
    harness.settle()
    assert harness.workspace.ephemerals("ben") == ()


# -- what is not ours -------------------------------------------------------------------------------------------------


def test_ten_thousand_foreign_messages_cost_no_write_and_are_logged_nowhere(
    harness: AppHarness, caplog: pytest.LogCaptureFixture
) -> None:
    _, card, _ = asked(harness)
    exchange = harness.sandbox.say("ben", "ask-disputes", "SECRET talk", thread_ts=card.ts)
    harness.settle()
    app = harness.service.app if harness.service else None
    assert app is not None
    writes: list[str] = []
    engine = harness.repositories.database._engine
    event.listen(engine, "before_cursor_execute", lambda *call: writes.append(call[2]) if _is_write(call[2]) else None)
    rows = _rows(harness)
    caplog.set_level(logging.DEBUG, logger="slackguide")
    for number in range(10_000):
        foreign = copy.deepcopy(exchange.sent)
        foreign["event_id"] = f"EvForeign{number}"
        foreign["event"] |= {"ts": f"{number}.000200", "client_msg_id": str(number)}
        if number % 2:
            foreign["event"].pop("thread_ts")
        else:
            foreign["event"]["thread_ts"] = f"{number}.000100"
        if number % 3 == 0:
            foreign["event"] |= {"channel_type": "group", "channel": "G1"}
        assert dispatch(app, foreign) == 200

    assert writes == []
    assert _rows(harness) == rows
    assert "SECRET" not in caplog.text


def _is_write(statement: str) -> bool:
    return statement.split()[0].upper() in ("INSERT", "UPDATE", "DELETE", "REPLACE")


def dispatch(app: Any, payload: dict[str, Any]) -> int:
    """Send an event through the app without the network; return the status."""

    return int(app.dispatch(BoltRequest(body=payload, mode="socket_mode")).status)


def _rows(harness: AppHarness) -> list[int]:
    with harness.repositories.database.read() as connection:
        return [
            int(connection.execute(select(func.count()).select_from(table)).scalar_one())
            for table in (inbox, outbox, turns)
        ]


@pytest.fixture
def older_manifest() -> BotApp:
    """Return an installation whose manifest lacks the channel events."""
    app = BotApp.from_manifest(manifest())
    return replace(app, events=app.events - {"message.channels", "message.groups"})


def test_with_an_older_manifest_the_buttons_and_direct_messages_remain(
    make_harness: Any, older_manifest: BotApp
) -> None:
    harness = make_harness(app=older_manifest)
    escalation, card, notice = asked(harness)
    harness.sandbox.say("ana", "ask-disputes", ANSWER, thread_ts=card.ts)
    harness.settle()
    assert details(harness, escalation) == []

    harness.click(notice, Action.ADD_DETAILS)
    assert harness.submit({"words": ANSWER}).ok

    assert_answered(harness, escalation, card)
