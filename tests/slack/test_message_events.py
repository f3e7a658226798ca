"""Direct messages, mentions and the message shortcut: answered once, whatever Slack and our process do meanwhile."""

from __future__ import annotations

import copy
import json

import pytest

from slackguide.guide import Guide
from slackguide.sandbox import FaultKind, InjectedFault, Message
from slackguide.slack.ids import Action, Callback
from tests.slack.test_route import STRANGE
from tests.support.app_harness import STAFF, AppHarness
from tests.support.questions import MEDIATION, UNKNOWN, question_for
from tests.support.rendered import fields, headline, labels, live, said, words


def silent(harness: AppHarness) -> str:
    """Post a direct message whose event is not sent; return its timestamp."""
    ana = harness.workspace.person("ana").id
    channel = harness.workspace.direct_message(ana).id
    return harness.workspace.post(Message(channel=channel, ts=harness.workspace.next_ts(), user=ana, text="-")).ts


def answers(harness: AppHarness, who: str = "ana") -> list[Message]:
    """Return what slackguide wrote to this person."""
    return [message for message in harness.workspace.direct_messages(who) if message.by_bot]


def test_a_direct_message_is_answered_at_top_level_and_a_reply_in_its_thread(harness: AppHarness) -> None:
    answer = harness.ask(MEDIATION)
    reply = harness.ask("it was a payment for work", thread_ts=answer.ts)

    assert answer.thread_ts is None
    assert reply.thread_ts == answer.ts
    assert "Send a case to Mediation" in words(answer)
    assert {"VSB+", "More"} <= labels(answer).keys()


def test_a_message_that_slack_sends_again_is_answered_once(harness: AppHarness) -> None:
    exchange = harness.sandbox.message("ana", MEDIATION)
    for _ in range(3):
        assert harness.send("events_api", exchange.sent).status == 200
    harness.settle()
    assert harness.send("events_api", exchange.sent).status == 200
    harness.settle()

    assert len(answers(harness)) == 1


def test_a_message_that_came_while_we_were_away_is_answered_once_we_are_back(harness: AppHarness) -> None:
    harness.end()
    assert harness.sandbox.message("ana", MEDIATION).status == 503
    assert harness.sandbox.events.wait_until_empty(), "the first retry, which Slack sends at once"
    harness.begin()

    harness.pass_time(60)
    harness.until(lambda: answers(harness))
    harness.pass_time(300)
    harness.settle()

    assert len(answers(harness)) == 1


def test_a_process_that_dies_between_taking_and_answering_owes_the_answer(harness: AppHarness) -> None:
    harness.end()
    harness.begin(known=False, delivering=False)
    assert harness.sandbox.message("ana", MEDIATION).status == 200
    assert answers(harness) == []
    harness.end()

    harness.begin()
    harness.settle()

    assert len(answers(harness)) == 1


def test_an_answer_whose_acknowledgement_by_slack_is_lost_is_not_given_twice(harness: AppHarness) -> None:
    """`chat.postMessage` does what was asked and never answers: five seconds until we give up on it."""
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_RESPONSE, method="chat.postMessage", times=1))
    harness.sandbox.message("ana", MEDIATION)
    harness.settle()

    assert len(answers(harness)) == 1


def test_facts_that_follow_in_the_thread_move_the_triage_on(harness: AppHarness) -> None:
    first = harness.ask(MEDIATION)
    assert headline(first).endswith("?")

    second = harness.ask("it was a payment for work", thread_ts=first.thread_ts)
    third = harness.ask("a mid-market client", thread_ts=first.thread_ts)

    assert headline(second).endswith("?")
    assert headline(third) == "HV Mediation Tier 1"
    assert third.thread_ts == first.thread_ts


def test_another_concern_in_the_same_thread_is_answered_for_itself(harness: AppHarness, guide: Guide) -> None:
    first = harness.ask(MEDIATION)
    entry = guide.knowledge.entries["conduct/overly-chatty"]

    second = harness.ask(question_for(guide, entry.id), thread_ts=first.thread_ts)

    assert entry.title in words(second)


def test_a_later_message_does_not_count_for_an_earlier_one(harness: AppHarness) -> None:
    """Two in a row while nothing is delivered: the first is answered by what was said up to it."""
    first = harness.ask(MEDIATION)
    harness.end()
    harness.begin(known=False, delivering=False)
    harness.sandbox.message("ana", "it was a payment for work", first.thread_ts)
    harness.sandbox.message("ana", "a mid-market client", first.thread_ts)
    harness.end()
    harness.begin()
    harness.settle()

    _, *both = answers(harness)
    assert sorted(headline(answer) == "HV Mediation Tier 1" for answer in both) == [False, True]


def test_what_is_no_message_of_a_person_is_left_alone(harness: AppHarness) -> None:
    sent = harness.sandbox.message("ana", MEDIATION).sent
    harness.settle()
    question = harness.workspace.direct_messages("ana")[0]
    before = len(answers(harness))

    harness.sandbox.edit("ana", question.ts, "refund instead")
    for number, changes in enumerate(
        (
            {"subtype": "bot_message", "bot_id": "B1"},
            {"bot_id": "B1"},
            {"bot_profile": {"id": "B1"}},
            {"subtype": "channel_join"},
            {"subtype": "message_deleted", "hidden": True},
            {"subtype": "message_replied", "hidden": True},
            {"user": harness.workspace.app.user_id, "bot_id": harness.workspace.app.bot_id},
            {"channel_type": "channel"},
            {"type": "reaction_added"},
        )
    ):
        other = copy.deepcopy(sent)
        other["event"] |= changes
        other["event_id"] = f"Ev{number}"
        assert harness.send("events_api", other).status == 200
    harness.settle()

    assert len(answers(harness)) == before


def test_its_own_answers_are_not_answered(harness: AppHarness) -> None:
    harness.ask(MEDIATION)
    harness.settle()
    harness.pass_time(400)
    harness.settle()

    assert len(answers(harness)) == 1


@pytest.mark.parametrize("changes", [{"text": ""}, {"text": "", "subtype": "file_share"}, {"text": " \n "}])
def test_a_message_without_words_is_answered_with_a_message(harness: AppHarness, changes: dict[str, str]) -> None:
    payload = copy.deepcopy(harness.sandbox.message("ana", MEDIATION).sent)
    harness.settle()
    payload["event_id"] = "EvEmpty"
    payload["event"] |= {"blocks": [], "ts": silent(harness), **changes}

    assert harness.send("events_api", payload).status == 200
    harness.settle()

    assert "That message has no text" in answers(harness)[-1].text


@pytest.mark.parametrize("text", [text for text in STRANGE.values() if text.strip("\x01")])
def test_everything_that_can_be_written_is_answered_and_nothing_of_it_is_rendered_as_markup(
    harness: AppHarness, text: str
) -> None:
    answer = harness.ask(text)

    assert words(answer).strip()
    assert answer.text.strip()
    assert live(answer) == set()


def test_a_lone_surrogate_and_a_nul_are_taken(harness: AppHarness) -> None:
    payload = copy.deepcopy(harness.sandbox.message("ana", UNKNOWN).sent)
    harness.settle()
    payload["event_id"] = "EvOdd"
    payload["event"]["text"] = "client wants a refund \ud83d \x00 please"
    payload["event"] |= {"blocks": [], "ts": silent(harness)}
    reply = harness.send_raw("application/json", json.dumps(payload))

    assert reply.status == 200
    harness.settle()
    assert len(answers(harness)) == 2


def test_a_mention_in_a_channel_is_answered_in_a_thread_there(harness: AppHarness) -> None:
    harness.sandbox.mention("ana", STAFF, MEDIATION)
    harness.settle()

    question, *replies = harness.workspace.all_messages(STAFF)
    (answer,) = replies
    assert answer.thread_ts == question.ts
    assert "Send a case to Mediation" in words(answer)
    assert live(answer) == set()


def test_a_mention_among_other_words_does_not_get_into_the_question(harness: AppHarness) -> None:
    harness.sandbox.say(
        "ana", STAFF, f"hey @{harness.workspace.app.name} {MEDIATION} https://x.zendesk.com/tickets/4711"
    )
    harness.settle()
    (answer,) = [m for m in harness.workspace.all_messages(STAFF) if m.by_bot]

    harness.click(answer, Action.ESCALATE)

    known = fields(harness.modal())
    assert harness.workspace.app.user_id not in known["summary"]
    assert known["summary"].endswith("https://x.zendesk.com/tickets/4711")
    assert known["ticket_url"] == "https://x.zendesk.com/tickets/4711"


def test_a_mention_alone_is_asked_for_words_and_help_is_help(harness: AppHarness) -> None:
    harness.sandbox.mention("ana", STAFF, "")
    harness.settle()
    harness.sandbox.mention("ana", STAFF, "help")
    harness.settle()

    empty, helped = [m for m in harness.workspace.all_messages(STAFF) if m.by_bot]
    assert "That message has no text" in empty.text
    assert "/route escalate" in said(helped)


def test_a_mention_in_a_thread_is_answered_in_that_thread(harness: AppHarness) -> None:
    harness.sandbox.say("ben", STAFF, "who knows this one?")
    root = harness.workspace.messages(STAFF)[0]

    harness.sandbox.mention("ana", STAFF, MEDIATION, thread_ts=root.ts)
    harness.settle()

    (answer,) = [m for m in harness.workspace.all_messages(STAFF) if m.by_bot]
    assert answer.thread_ts == root.ts


def test_the_message_shortcut_answers_that_message_in_a_window(harness: AppHarness) -> None:
    harness.sandbox.say("ben", "general", MEDIATION)
    message = harness.workspace.messages("general")[0]

    exchange = harness.sandbox.message_shortcut("ana", message.ts, Callback.MESSAGE_SHORTCUT)

    assert exchange.ok
    assert "Send a case to Mediation" in words(harness.modal())
    assert harness.workspace.messages("general") == (message,), "nobody else sees it"

    harness.click(harness.modal(), Action.ESCALATE)
    assert fields(harness.modal())["summary"] == MEDIATION


def test_a_click_under_a_direct_message_changes_it_in_place(harness: AppHarness) -> None:
    answer = harness.ask(MEDIATION)

    changed = harness.click_message(answer, Action.UNKNOWN_FACT)

    assert changed.ts == answer.ts
    assert "HV Mediation Tier 1" in words(changed)
    harness.settle()
    assert len(answers(harness)) == 1


def test_while_the_database_is_away_slack_is_asked_to_send_the_message_again(harness: AppHarness) -> None:
    away = harness.database.with_suffix(".away")
    harness.database.rename(away)
    assert harness.sandbox.message("ana", MEDIATION).status == 500
    assert harness.sandbox.events.wait_until_empty(), "the first retry, which Slack sends at once"
    away.rename(harness.database)

    harness.pass_time(61)
    harness.until(lambda: answers(harness))
    harness.pass_time(400)
    harness.settle()

    assert len(answers(harness)) == 1
