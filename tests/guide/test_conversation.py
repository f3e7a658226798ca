"""Conversations in the core: what each turn is taken for, and what is known after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from slackguide.guide import (
    TURN_CHARACTERS,
    TURNS,
    Answer,
    Asker,
    Choices,
    Click,
    ConversationState,
    Guide,
    NoAnswer,
    Reply,
    Social,
    Turn,
    TurnKind,
    recent_turns,
)
from tests.support.questions import unclear_question

TODAY = date(2026, 3, 4)
CASE = "CL wants mediation, hourly, ended, paid 12 days ago, for work"
ESCROW_ASKED = "FL was never paid on his fixed price contract and wants us to step in"
MEDIATION = "disputes/send-to-mediation"


def replies(guide: Guide, *turns: Turn) -> list[Reply]:
    conversation, found = ConversationState(), []
    for turn in turns:
        found.append(guide.reply(conversation, turn, Asker(), today=TODAY))
        conversation = found[-1].conversation
    return found


def last(guide: Guide, *turns: Turn) -> Reply:
    return replies(guide, *turns)[-1]


def values(reply: Reply) -> dict[str, object]:
    return {**reply.conversation.topic.values}


def entry(reply: Reply) -> str:
    assert isinstance(reply.outcome, Answer), reply.outcome
    return reply.outcome.entry.id


@pytest.mark.parametrize(
    ("turn", "fact", "value"),
    [
        ("mid market", "client_segment", "mid_market"),
        ("its a MM client", "client_segment", "mid_market"),
        ("VSB+", "client_segment", "vsb_plus"),
        ("I think it's small biz", "client_segment", "small_business"),
    ],
)
def test_an_answer_to_the_open_question(guide: Guide, turn: str, fact: str, value: str) -> None:
    first, answer = replies(guide, CASE, turn)

    assert first.conversation.topic.asked == fact
    assert entry(answer) == MEDIATION
    assert values(answer)[fact] == value
    assert answer.conversation.topic.asked != fact


@pytest.mark.parametrize("turn", ["12", "12 days", "about 12 i think", "twelve"])
def test_a_bare_number_answers_a_question_about_days(guide: Guide, turn: str) -> None:
    first, answer = replies(guide, "client wants mediation, hourly, ended, mid market, for work", turn)

    assert first.conversation.topic.asked == "days_since_last_payment" or isinstance(first.outcome, Choices)
    assert values(answer)["days_since_last_payment"] == 12


@pytest.mark.parametrize(
    ("turn", "value"),
    [
        ("just checked, yes", "yes"),
        ("the notes say yes", "yes"),
        ("it does", "yes"),
        ("yes, all of them", "yes"),
        ("looks like it", "yes"),
        ("he hasn't", "no"),
        ("I don't think so", "no"),
        ("not as far as I can see", "no"),
        ("doubt it", "no"),
        ("none of them", "no"),
        ("it's empty", "no"),
    ],
)
def test_a_yes_or_no_in_other_words(guide: Guide, turn: str, value: str) -> None:
    first, answer = replies(guide, ESCROW_ASKED, turn)

    assert first.conversation.topic.asked == "funds_in_escrow"
    assert values(answer)["funds_in_escrow"] == value
    assert entry(answer) == entry(first)


def test_words_beside_a_yes_that_say_more_are_not_passed_over(guide: Guide) -> None:
    assert last(guide, ESCROW_ASKED, "the freelancer hasn't answered me").kind is not TurnKind.ANSWER


@pytest.mark.parametrize(("turn", "value"), [("closed already", "ended"), ("still running", "active")])
def test_an_answer_that_does_not_name_its_subject(guide: Guide, turn: str, value: str) -> None:
    before, answer = replies(guide, "Last payment more than 30 days ago", *["no idea"] * 4, turn)[-2:]

    assert before.conversation.topic.asked == "contract_status"
    assert values(answer)["contract_status"] == value


def test_a_search_for_another_topic_in_an_open_case(guide: Guide) -> None:
    after = last(guide, CASE, "mid market", "duplicate account")

    assert isinstance(after.outcome, Choices)
    assert "ce/duplicate-accounts-own" in {match.id for match in after.outcome.matches[: after.outcome.offered]}


@pytest.mark.parametrize(
    "turn", ["client has screenshots of the chat", "can I promise a refund", "freelancer says he delivered everything"]
)
def test_what_is_said_of_the_case_is_no_other_concern(guide: Guide, turn: str) -> None:
    before, after = replies(guide, CASE, "mid market", turn)[1:]

    assert entry(after) == entry(before)
    assert values(after) == values(before)


def test_a_long_message_about_something_else_is_another_concern(guide: Guide) -> None:
    after = last(guide, CASE, "mid market", "freelancer wants me to confirm that her new client is a real company")

    assert entry(after) == "conduct/is-user-legitimate"


def test_what_the_person_does_not_know_is_not_asked_again(guide: Guide) -> None:
    first, answer = replies(guide, CASE, "no idea")

    asked = first.conversation.topic.asked
    assert asked is not None
    assert answer.kind is TurnKind.ANSWER
    assert answer.conversation.topic.asked != asked


@pytest.mark.parametrize(
    ("turn", "fact", "value"),
    [
        ("40 days, not 12", "days_since_last_payment", 40),
        ("and if it was 40 days ago?", "days_since_last_payment", 40),
        ("40?", "days_since_last_payment", 40),
        ("no, 9 days", "days_since_last_payment", 9),
        ("what about fixed price?", "contract_type", "fixed_price"),
        ("no, I meant the freelancer", "reporter", "freelancer"),
        ("sorry, it's still active", "contract_status", "active"),
        ("I said 12 but it's 40", "days_since_last_payment", 40),
        ("it is fixed price rather than hourly", "contract_type", "fixed_price"),
        ("forget mid market, it's enterprise", "client_segment", "enterprise"),
        ("if it were 40 days, would that change things?", "days_since_last_payment", 40),
        ("oh it's the FL who writes", "reporter", "freelancer"),
        ("it's the other way round", "reporter", "freelancer"),
        ("what if the freelancer is the one asking", "reporter", "freelancer"),
    ],
)
def test_a_correction_replaces_the_fact_and_says_so(guide: Guide, turn: str, fact: str, value: object) -> None:
    before, after = replies(guide, CASE, "mid market", turn)[1:]

    (change,) = [change for change in after.changes if change.fact == fact]
    assert (change.old, change.new) == (values(before)[fact], value)
    assert values(after)[fact] == value
    assert after.outcome.facts[fact] == value


@pytest.mark.parametrize(
    ("turn", "fact"),
    [
        ("it was longer ago than that", "days_since_last_payment"),
        ("a few weeks ago actually", "days_since_last_payment"),
        ("it's not hourly", "contract_type"),
        ("not 12 days", "days_since_last_payment"),
        ("hourly was wrong", "contract_type"),
        ("not sure it is hourly after all", "contract_type"),
        ("the payment date is wrong", "days_since_last_payment"),
        ("hm OBO shows a newer payment", "days_since_last_payment"),
        ("i was looking at the wrong contract", "contract_type"),
    ],
)
def test_a_fact_that_a_turn_changes_in_a_way_that_is_not_understood_is_dropped(
    guide: Guide, turn: str, fact: str
) -> None:
    after = last(guide, CASE, turn)

    assert fact not in values(after)
    assert fact not in after.outcome.facts
    assert any(change.fact == fact and change.new is None for change in after.changes)


@pytest.mark.parametrize(
    ("answer", "turn", "left"),
    [
        ("yes", "the client took it out just now", None),
        ("no", "client just funded it", "yes"),
        ("yes", "what if there was none", "no"),
        ("no", "and if there was", "yes"),
        ("yes", "client sent me a screenshot", "yes"),
    ],
)
def test_news_after_a_yes_or_no(guide: Guide, answer: str, turn: str, left: str | None) -> None:
    assert values(last(guide, ESCROW_ASKED, answer, turn)).get("funds_in_escrow") == left


def test_taking_back_takes_back_what_was_said_last(guide: Guide) -> None:
    after = last(guide, CASE, "mid market", "scratch that")

    assert "client_segment" not in values(after)
    assert values(after)["days_since_last_payment"] == 12


def test_several_facts_of_one_turn_may_answer_and_change(guide: Guide) -> None:
    after = last(guide, CASE, "mid market, and if it was 40 days ago?")

    assert values(after)["client_segment"] == "mid_market"
    assert values(after)["days_since_last_payment"] == 40


def test_the_note_holds_the_fact_as_it_is_now(guide: Guide) -> None:
    after = last(guide, CASE, "mid market", "paid 20 days ago, not 12")

    assert isinstance(after.outcome, Answer)
    assert after.outcome.note is not None
    assert "20 days" in after.outcome.note
    assert "12 days" not in after.outcome.note


@pytest.mark.parametrize(
    ("turn", "subject"),
    [
        ("where do I send it?", "destination"),
        ("which queue", "destination"),
        ("and the notes?", "note"),
        ("what do i tell the client", "script"),
        ("how long does it take?", "duration"),
        ("what are the steps", "steps"),
        ("why", "reason"),
    ],
)
def test_a_question_about_the_case(guide: Guide, turn: str, subject: str) -> None:
    before, after = replies(guide, CASE, "mid market", turn)[1:]

    assert (after.kind, after.subject) == (TurnKind.QUESTION, subject)
    assert entry(after) == entry(before)
    assert values(after) == values(before)


def test_passages_are_of_the_entry(guide: Guide) -> None:
    after = last(guide, CASE, "mid market", "how long does it take?")

    assert isinstance(after.outcome, Answer)
    assert after.passages
    assert {*after.passages} <= {
        *after.outcome.decision.path,
        *after.outcome.decision.warnings,
        *after.outcome.decision.cautions,
    }


def test_what_the_entry_does_not_say_has_no_passage(guide: Guide) -> None:
    assert last(guide, CASE, "paid 40 days ago, not 12", "what do i tell the client").passages == ()


@pytest.mark.parametrize("turn", ["escalate it", "pls escalate", "open the form", "ok, escalate this please"])
def test_an_action(guide: Guide, turn: str) -> None:
    after = last(guide, CASE, "mid market", turn)

    assert after.kind is TurnKind.ACTION
    assert entry(after) == MEDIATION


@pytest.mark.parametrize("turn", ["client wants to escalate", "where do i escalate it", "should i send it to them?"])
def test_no_action(guide: Guide, turn: str) -> None:
    assert last(guide, CASE, "mid market", turn).kind is not TurnKind.ACTION


@pytest.mark.parametrize(
    "turn", ["thanks", "thx!!", "ok", "bye", "that's all", "i see", "let me check", "👍", "noted thanks"]
)
def test_small_talk_within_a_case(guide: Guide, turn: str) -> None:
    before, after = replies(guide, CASE, turn)

    assert isinstance(after.outcome, Social)
    assert values(after) == values(before)
    assert after.outcome.facts == values(before)


@pytest.mark.parametrize("turn", ["asdf qwer", "???", "lkjlkj", "what's the capital of France"])
def test_what_is_not_understood_has_no_answer_and_keeps_the_facts(guide: Guide, turn: str) -> None:
    before, after = replies(guide, CASE, turn)

    assert isinstance(after.outcome, NoAnswer)
    assert after.kind is TurnKind.UNCLEAR
    assert values(after) == values(before)
    assert after.outcome.facts == values(before)
    assert entry(last(guide, CASE, turn, "where do i send it?")) == entry(before)


def test_picks(guide: Guide) -> None:
    text = unclear_question(guide)
    first = last(guide, text)
    assert isinstance(first.outcome, Choices)
    one, two = (match.id for match in first.outcome.matches[:2])

    assert entry(last(guide, text, "the second one")) == two
    assert entry(last(guide, text, "1")) == one
    assert entry(last(guide, text, "the second one", "no, the other one")) == one
    assert isinstance(last(guide, text, "none of these").outcome, NoAnswer)


def test_another_case_has_its_own_facts_and_the_first_can_be_gone_back_to(guide: Guide) -> None:
    turns = (
        CASE,
        "mid market",
        "another one: user cannot get through the video verification",
        "back to the mediation case",
    )
    _, before, other, after = replies(guide, *turns)

    assert entry(other) == "ce/video-verification"
    assert values(other) == {}
    assert entry(after) == MEDIATION
    assert values(after) == values(before)


def test_a_sign_of_danger_is_answered_first(guide: Guide) -> None:
    assert entry(last(guide, CASE, "he says he will kill himself")) == "conduct/self-harm"


def test_a_click_counts_like_words_and_is_the_origin_of_its_fact(guide: Guide) -> None:
    click = Click(fact="client_segment", value="mid_market", about=MEDIATION)
    clicked, changed = replies(guide, CASE, click, "and if it was 40 days ago?")[1:]

    origin = clicked.conversation.topic.facts["client_segment"]
    assert (origin.value, origin.turn, origin.span) == ("mid_market", 1, "")
    assert values(changed)["client_segment"] == "mid_market"
    assert values(changed)["days_since_last_payment"] == 40


def test_a_click_on_the_card_of_another_case_changes_nothing_here(guide: Guide) -> None:
    click = Click(fact="client_segment", value="mid_market", about="ce/video-verification")

    assert values(last(guide, CASE, click)) == values(last(guide, CASE))


def test_a_fact_names_the_turn_and_the_words_that_stated_it(guide: Guide) -> None:
    facts = last(guide, CASE, "mid market").conversation.topic.facts

    assert (facts["days_since_last_payment"].turn, facts["days_since_last_payment"].span) == (0, "paid 12 days ago")
    assert (facts["client_segment"].turn, facts["client_segment"].span) == (1, "mid market")


def test_the_same_turns_give_the_same_replies(guide: Guide) -> None:
    turns = (CASE, "mid market", "and if it was 40 days ago?", "thanks")

    assert replies(guide, *turns) == replies(guide, *turns)
    assert list(guide.replies(turns, Asker(), today=TODAY)) == replies(guide, *turns)


def test_only_the_last_turns_count(guide: Guide) -> None:
    many = [f"turn {number}" for number in range(TURNS + 5)]

    assert recent_turns(many) == tuple(many[-TURNS:])
    assert _length(recent_turns(["x" * 5_000, "y" * 5_000])) == TURN_CHARACTERS
    assert recent_turns(["old", "y" * TURN_CHARACTERS]) == ("y" * TURN_CHARACTERS,)


def _length(turns: Sequence[Turn]) -> int:
    return sum(len(turn) for turn in turns if isinstance(turn, str))


def test_a_long_conversation_is_answered_like_its_last_turns(guide: Guide) -> None:
    turns = [CASE, *["thanks"] * TURNS, "mid market"]

    assert guide.replies(turns, Asker(), today=TODAY)[-1] == guide.reply_to(turns[:-1], turns[-1], Asker(), today=TODAY)
    assert "days_since_last_payment" not in values(guide.replies(turns, Asker(), today=TODAY)[-1])


def test_an_entry_hidden_from_the_role_is_not_reached(guide: Guide) -> None:
    hidden = guide.knowledge.hidden_from(*Asker().roles)
    for id in hidden:
        reply = guide.reply(ConversationState(), Click(entry=id), Asker(), today=TODAY)
        assert isinstance(reply.outcome, NoAnswer)
