"""Direct messages, mentions and the message shortcut: answered once, whatever Slack and our process do meanwhile."""

from __future__ import annotations

import copy
import json

import pytest

from slackguide.guide import Guide
from slackguide.sandbox import FaultKind, InjectedFault, Message
from slackguide.slack.ids import Action, Callback
from tests.slack.asking import MEDIATION, UNKNOWN, question_for
from tests.slack.reading import fields, labels, live, said, words
from tests.slack.test_route import STRANGE
from tests.trial import STAFF, Workplace


def answers(work: Workplace, who: str = "ana") -> list[Message]:
    """What slackguide wrote to this person."""
    return [message for message in work.workspace.direct_messages(who) if message.by_bot]


def test_a_direct_message_is_answered_in_its_thread(work: Workplace) -> None:
    answer = work.ask(MEDIATION)

    question = work.workspace.direct_messages("ana")[0]
    assert answer.thread_ts == question.ts
    assert "Send a case to Mediation" in words(answer)
    assert {"Not this", "Helpful", "Not helpful"} <= labels(answer).keys()


def test_a_message_that_slack_sends_again_is_answered_once(work: Workplace) -> None:
    exchange = work.sandbox.message("ana", MEDIATION)
    for _ in range(3):
        assert work.send("events_api", exchange.sent).status == 200
    work.settle()
    assert work.send("events_api", exchange.sent).status == 200
    work.settle()

    assert len(answers(work)) == 1


def test_a_message_that_came_while_we_were_away_is_answered_once_we_are_back(work: Workplace) -> None:
    work.end()
    assert work.sandbox.message("ana", MEDIATION).status == 503
    work.begin()

    work.pass_time(60)
    work.until(lambda: answers(work))
    work.pass_time(300)
    work.settle()

    assert len(answers(work)) == 1


def test_a_process_that_dies_between_taking_and_answering_owes_the_answer(work: Workplace) -> None:
    work.end()
    work.begin(known=False, delivering=False)
    assert work.sandbox.message("ana", MEDIATION).status == 200
    assert answers(work) == []
    work.end()

    work.begin()
    work.settle()

    assert len(answers(work)) == 1


def test_an_answer_whose_acknowledgement_by_slack_is_lost_is_not_given_twice(work: Workplace) -> None:
    """`chat.postMessage` does what was asked and never answers: five seconds until we give up on it."""
    work.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_ANSWER, method="chat.postMessage", times=1))
    work.sandbox.message("ana", MEDIATION)
    work.settle()

    assert len(answers(work)) == 1


def test_facts_that_follow_in_the_thread_move_the_triage_on(work: Workplace) -> None:
    first = work.ask(MEDIATION)
    assert "Goes to:" not in words(first)

    second = work.ask("it was a payment for work", thread_ts=first.thread_ts)
    third = work.ask("a mid-market client", thread_ts=first.thread_ts)

    assert "Goes to:" not in words(second)
    assert "Goes to: HV Mediation Tier 1" in words(third)
    assert third.thread_ts == first.thread_ts


def test_another_concern_in_the_same_thread_is_answered_for_itself(work: Workplace, guide: Guide) -> None:
    first = work.ask(MEDIATION)
    entry = guide.knowledge.entries["conduct/overly-chatty"]

    second = work.ask(question_for(guide, entry.id), thread_ts=first.thread_ts)

    assert entry.title in words(second)


def test_a_later_message_does_not_count_for_an_earlier_one(work: Workplace) -> None:
    """Two in a row while nothing is delivered: the first is answered by what was said up to it."""
    first = work.ask(MEDIATION)
    work.end()
    work.begin(known=False, delivering=False)
    work.sandbox.message("ana", "it was a payment for work", first.thread_ts)
    work.sandbox.message("ana", "a mid-market client", first.thread_ts)
    work.end()
    work.begin()
    work.settle()

    _, *both = answers(work)
    assert sorted("Goes to: HV Mediation Tier 1" in words(answer) for answer in both) == [False, True]


def test_what_is_no_message_of_a_person_is_left_alone(work: Workplace) -> None:
    sent = work.sandbox.message("ana", MEDIATION).sent
    work.settle()
    question = work.workspace.direct_messages("ana")[0]
    before = len(answers(work))

    work.sandbox.edit("ana", question.ts, "refund instead")
    for number, changes in enumerate(
        (
            {"subtype": "bot_message", "bot_id": "B1"},
            {"bot_id": "B1"},
            {"bot_profile": {"id": "B1"}},
            {"subtype": "channel_join"},
            {"subtype": "message_deleted", "hidden": True},
            {"subtype": "message_replied", "hidden": True},
            {"user": work.workspace.app.user_id, "bot_id": work.workspace.app.bot_id},
            {"channel_type": "channel"},
            {"type": "reaction_added"},
        )
    ):
        other = copy.deepcopy(sent)
        other["event"] |= changes
        other["event_id"] = f"Ev{number}"
        assert work.send("events_api", other).status == 200
    work.settle()

    assert len(answers(work)) == before


def test_its_own_answers_are_not_answered(work: Workplace) -> None:
    work.ask(MEDIATION)
    work.settle()
    work.pass_time(400)
    work.settle()

    assert len(answers(work)) == 1


@pytest.mark.parametrize("changes", [{"text": ""}, {"text": "", "subtype": "file_share"}, {"text": " \n "}])
def test_a_message_without_words_is_answered_in_words(work: Workplace, changes: dict[str, str]) -> None:
    payload = copy.deepcopy(work.sandbox.message("ana", MEDIATION).sent)
    work.settle()
    payload["event_id"] = "EvEmpty"
    payload["event"] |= changes

    assert work.send("events_api", payload).status == 200
    work.settle()

    assert "no words in that" in answers(work)[-1].text


@pytest.mark.parametrize("text", [text for text in STRANGE.values() if text.strip("\x01")])
def test_everything_that_can_be_written_is_answered_and_nothing_of_it_comes_alive(work: Workplace, text: str) -> None:
    answer = work.ask(text)

    assert words(answer).strip()
    assert answer.text.strip()
    assert live(answer) == set()


def test_a_lone_surrogate_and_a_nul_are_taken(work: Workplace) -> None:
    payload = copy.deepcopy(work.sandbox.message("ana", UNKNOWN).sent)
    work.settle()
    payload["event_id"] = "EvOdd"
    payload["event"]["text"] = "client wants a refund \ud83d \x00 please"
    payload["event"]["blocks"] = []
    reply = work.send_raw("application/json", json.dumps(payload))

    assert reply.status == 200
    work.settle()
    assert len(answers(work)) == 2


def test_a_mention_in_a_channel_is_answered_in_a_thread_there(work: Workplace) -> None:
    work.sandbox.mention("ana", STAFF, MEDIATION)
    work.settle()

    question, *replies = work.workspace.all_messages(STAFF)
    (answer,) = replies
    assert answer.thread_ts == question.ts
    assert "Send a case to Mediation" in words(answer)
    assert live(answer) == set()


def test_a_mention_among_other_words_does_not_get_into_the_question(work: Workplace) -> None:
    work.sandbox.say("ana", STAFF, f"hey @{work.workspace.app.name} {MEDIATION} https://x.zendesk.com/tickets/4711")
    work.settle()
    (answer,) = [m for m in work.workspace.all_messages(STAFF) if m.by_bot]

    work.click(answer, Action.ESCALATE)

    known = fields(work.modal())
    assert work.workspace.app.user_id not in known["summary"]
    assert known["summary"].endswith("https://x.zendesk.com/tickets/4711")
    assert known["ticket_url"] == "https://x.zendesk.com/tickets/4711"


def test_a_mention_alone_is_asked_for_words_and_help_is_help(work: Workplace) -> None:
    work.sandbox.mention("ana", STAFF, "")
    work.settle()
    work.sandbox.mention("ana", STAFF, "help")
    work.settle()

    empty, helped = [m for m in work.workspace.all_messages(STAFF) if m.by_bot]
    assert "no words in that" in empty.text
    assert "/route escalate" in said(helped)


def test_a_mention_in_a_thread_is_answered_in_that_thread(work: Workplace) -> None:
    work.sandbox.say("ben", STAFF, "who knows this one?")
    root = work.workspace.messages(STAFF)[0]

    work.sandbox.mention("ana", STAFF, MEDIATION, thread_ts=root.ts)
    work.settle()

    (answer,) = [m for m in work.workspace.all_messages(STAFF) if m.by_bot]
    assert answer.thread_ts == root.ts


def test_the_message_shortcut_answers_that_message_in_a_window(work: Workplace) -> None:
    work.sandbox.say("ben", "general", MEDIATION)
    message = work.workspace.messages("general")[0]

    exchange = work.sandbox.message_shortcut("ana", message.ts, Callback.MESSAGE_SHORTCUT)

    assert exchange.ok
    assert "Send a case to Mediation" in words(work.modal())
    assert work.workspace.messages("general") == (message,), "nobody else sees it"

    work.click(work.modal(), Action.ESCALATE)
    assert fields(work.modal())["summary"] == MEDIATION


def test_a_press_under_a_direct_message_changes_it_in_place(work: Workplace) -> None:
    answer = work.ask(MEDIATION)

    changed = work.click_message(answer, Action.SKIP_FACT)

    assert changed.ts == answer.ts
    assert "HV Mediation Tier 1" in words(changed)
    work.settle()
    assert len(answers(work)) == 1


def test_while_the_database_is_away_slack_is_told_to_send_the_message_again(work: Workplace) -> None:
    away = work.database.with_suffix(".away")
    work.database.rename(away)
    assert work.sandbox.message("ana", MEDIATION).status == 500
    away.rename(work.database)

    work.pass_time(61)
    work.until(lambda: answers(work))
    work.pass_time(400)
    work.settle()

    assert len(answers(work)) == 1
