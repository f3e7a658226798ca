"""A conversation with the bot, in direct messages and in threads: every way in which a message goes on with a case."""

from __future__ import annotations

import pytest

from slackguide.guide import Answer, Asker, Choices, Guide
from slackguide.sandbox import Message
from slackguide.slack.button_payloads import Section
from slackguide.slack.ids import Action
from slackguide.slack.views.conversation_card import NOT_SAID, NOT_UNDERSTOOD
from tests.support.app_harness import STAFF, WEDNESDAY, AppHarness
from tests.support.questions import unclear_question
from tests.support.rendered import fields, headline, labels, words

CASE = "CL wants mediation, hourly, ended, paid 12 days ago, for work"
DAY = 24 * 3600


def talk(harness: AppHarness, *texts: str) -> Message:
    """Write these direct messages at top level, and return the answer to the last one."""
    return [harness.ask(text) for text in texts][-1]


def test_a_case_goes_on_at_top_level(harness: AppHarness) -> None:
    answer = talk(harness, CASE, "mid market")

    assert headline(answer) == "HV Mediation Tier 1"
    assert answer.thread_ts is None


def test_a_reply_under_the_answer_goes_on_with_what_was_said_at_top_level(harness: AppHarness) -> None:
    first = harness.ask(CASE)
    answer = harness.ask("mid market", thread_ts=first.ts)
    after = harness.ask("and the notes?")

    assert headline(answer) == "HV Mediation Tier 1"
    assert answer.thread_ts == first.ts
    assert "Internal note" in words(after), "and the top level goes on with what was said in the thread"


def test_a_supposition_changes_the_fact_and_the_card_says_so(harness: AppHarness) -> None:
    answer = talk(harness, CASE, "mid market", "and if it was 40 days ago?")

    assert headline(answer) == "Client Retention Tier 2"
    assert "Changed: 12 days → 40 days." in words(answer)
    assert "HV Mediation" not in words(answer)


def test_a_fact_that_is_changed_in_a_way_that_is_not_understood_is_asked_again(harness: AppHarness) -> None:
    answer = talk(harness, CASE, "mid market", "no, it was longer ago than that")

    assert "No longer taken: 12 days." in words(answer)
    assert headline(answer).startswith("How many days ago was the last payment")


def test_a_click_counts_for_what_is_written_afterwards(harness: AppHarness) -> None:
    question = harness.ask(CASE)
    clicked = harness.click_message(question, f"{Action.SET_FACT}:3")
    assert headline(clicked) == "HV Mediation Tier 1"

    answer = harness.ask("and if it was 40 days ago?")

    assert headline(answer) == "Client Retention Tier 2"
    assert "Mid-Market" in words(answer)


def test_a_fact_removed_by_a_click_stays_removed(harness: AppHarness) -> None:
    question = harness.ask(CASE)
    removed = next(id for id in _fact_buttons(harness, question) if "12 days" in _fact_buttons(harness, question)[id])
    harness.click_message(question, removed)

    answer = harness.ask("mid market")

    assert "12 days" not in words(answer).replace("12 days ago, for work", "")


def _fact_buttons(harness: AppHarness, card: Message) -> dict[str, str]:
    shown = harness.opened(harness.opened(card, Section.MORE), Section.FACTS)
    return {action_id: label for label, action_id in labels(shown).items() if action_id.startswith(Action.REMOVE_FACT)}


@pytest.mark.parametrize("text", ["thanks!", "thank you, bye", "ok"])
def test_small_talk_gets_one_line(harness: AppHarness, text: str) -> None:
    answer = talk(harness, CASE, text)

    assert len(words(answer).split()) < 15
    assert not labels(answer)


def test_a_question_is_answered_by_the_steps_that_say_it(harness: AppHarness) -> None:
    answer = talk(harness, CASE, "mid market", "what do i tell the client")
    silent = talk(harness, "and if it was 40 days ago?", "what do i tell the client")

    assert "Mediation emails both parties" in words(answer)
    assert answer.text.startswith("HV Mediation Tier 1.")
    assert NOT_SAID in words(silent)


def test_the_note_and_the_steps_are_opened(harness: AppHarness) -> None:
    note = talk(harness, CASE, "mid market", "and the notes?")
    steps = talk(harness, "what are the steps")

    assert "Hide the note" in labels(note)
    assert "Hide the steps" in labels(steps)


def test_escalating_in_words_offers_the_form_with_what_is_known(harness: AppHarness) -> None:
    offered = talk(harness, CASE, "mid market", "escalate it please")

    assert labels(offered)["Ask #ask-disputes"] == Action.ESCALATE
    harness.click(offered, Action.ESCALATE)
    assert fields(harness.modal())["summary"] == CASE


def test_a_choice_from_the_list_can_be_made_and_changed_in_words(harness: AppHarness, guide: Guide) -> None:
    text = unclear_question(guide)
    (reply,) = guide.replies([text], Asker(), today=WEDNESDAY.date())
    first, second = (guide.knowledge.entries[match.id].title for match in reply.outcome.matches[:2])
    listed = talk(harness, text)
    chosen = talk(harness, "the second one")
    other = talk(harness, "no, the other one")

    assert "Which one?" in listed.text
    assert second in words(chosen)
    assert first in words(other)


def test_what_is_not_understood_is_said_and_the_case_stays(harness: AppHarness) -> None:
    puzzled = talk(harness, CASE, "mid market", "asdf qwer zxcv")
    after = talk(harness, "where do I send it?")

    assert NOT_UNDERSTOOD in words(puzzled)
    assert "12 days" in words(puzzled)
    assert headline(after) == "HV Mediation Tier 1"


def test_a_top_level_message_after_a_day_starts_anew(harness: AppHarness) -> None:
    talk(harness, CASE)
    harness.pass_time(DAY + 60)

    answer = harness.ask("mid market")

    assert "12 days" not in words(answer)
    assert "HV Mediation Tier 1" not in answer.text


def test_a_restart_between_turns_loses_nothing(harness: AppHarness) -> None:
    talk(harness, CASE)
    harness.end()
    harness.begin()

    assert headline(harness.ask("mid market")) == "HV Mediation Tier 1"


def test_another_case_does_not_take_over_the_facts(harness: AppHarness) -> None:
    answer = talk(harness, CASE, "different one now: client wants mediation, fixed price, paid 20 days ago")

    assert "Hourly" not in words(answer)


def test_a_sign_of_danger_is_answered_first_within_a_case(harness: AppHarness) -> None:
    answer = talk(harness, CASE, "now he says he will kill himself")

    assert "Executive Escalations" in words(answer)
    assert "HV Mediation" not in words(answer)


def test_a_thread_in_a_channel_is_a_conversation(harness: AppHarness) -> None:
    harness.sandbox.mention("ana", STAFF, CASE)
    harness.settle()
    root = harness.workspace.messages(STAFF)[0]
    for text in ("mid market", "and if it was 40 days ago?"):
        harness.sandbox.mention("ana", STAFF, text, thread_ts=root.ts)
        harness.settle()

    answer = [message for message in harness.workspace.all_messages(STAFF) if message.by_bot][-1]
    assert answer.thread_ts == root.ts
    assert "Changed: 12 days → 40 days." in words(answer)


CONVERSATIONS = [
    [CASE, "mid market", "and if it was 40 days ago?", "where do i send it?", "thanks"],
    ["client wants mediation, hourly", "12", "vsb", "not hourly", "fixed price", "escalate it"],
    ["refund", "the second one", "no, the other one", "asdf qwer"],
    ["client says he wants to kill himself", "no immediate danger", "who do i send it to"],
    [f"{CASE} {number}" for number in range(3)] + ["mid market"],
]


@pytest.mark.parametrize("turns", CONVERSATIONS, ids=lambda turns: turns[0][:30])
def test_direct_messages_are_answered_like_the_turns_of_a_batch(
    harness: AppHarness, guide: Guide, turns: list[str]
) -> None:
    replies = guide.replies(turns, Asker(), today=WEDNESDAY.date())

    for text, reply in zip(turns, replies, strict=True):
        card = harness.ask(text)
        outcome = reply.outcome
        if isinstance(outcome, Answer) and outcome.decision.destination is not None:
            assert outcome.decision.destination.name in card.text, text
        elif isinstance(outcome, Answer):
            assert card.text.startswith(guide.knowledge.facts[outcome.decision.missing[0]].ask), text
        elif isinstance(outcome, Choices):
            assert all(match.title in words(card) for match in outcome.matches[: outcome.offered]), text
        else:
            assert not labels(card), text
