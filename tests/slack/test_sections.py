"""The buttons of a card that open a section, ask another question, or tell somebody."""

from __future__ import annotations

from slackguide.guide import Asker, Choices, Concern, Guide
from slackguide.sandbox import Message
from slackguide.slack.button_payloads import Section
from slackguide.slack.ids import ASK_TEXT, Action
from slackguide.slack.team_lead_alerts import ALREADY_NOTIFIED, NOBODY, NOTIFIED
from slackguide.storage.feedback import Verdict
from tests.support.app_harness import STAFF, AppHarness
from tests.support.questions import MEDIATION, TODAY, UNKNOWN, unclear_question
from tests.support.rendered import fields, headline, labels, live, words

DECIDED = "send to mediation: client asks, hourly contract ended, last paid 12 days ago, mid-market client"
SELF_HARM = "client wrote that he wants to kill himself, ticket https://x.zendesk.com/agent/tickets/4711"


def opener(section: Section) -> str:
    """Return the action id of the button that opens a section."""
    return f"{Action.OPEN_SECTION}:{section}"


def test_one_section_is_open_at_a_time_and_closes_again(harness: AppHarness, guide: Guide) -> None:
    closed = harness.route(DECIDED)
    step = guide.knowledge.entries["disputes/send-to-mediation"].path[-1].text

    steps = harness.click_message(closed, opener(Section.STEPS))
    assert headline(steps) == headline(closed) == "HV Mediation Tier 1"
    note = harness.click_message(steps, opener(Section.NOTE))
    again = harness.click_message(note, opener(Section.NOTE))

    assert step in words(steps)
    assert "Hide the steps" in labels(steps)
    assert step not in words(note)
    assert "copy and fill in" in words(note)
    assert words(again) == words(closed)


def test_the_queue_stands_alone_to_be_copied(harness: AppHarness) -> None:
    card = harness.click_message(harness.route(DECIDED), opener(Section.NOTE))

    preformatted = [
        "".join(part["text"] for part in element["elements"])
        for block in card.blocks
        if block["type"] == "rich_text"
        for element in block["elements"]
        if element["type"] == "rich_text_preformatted"
    ]
    assert preformatted[0] == "HV Mediation Tier 1"
    assert len(preformatted) == 2


def test_not_helpful_asks_for_a_reason_and_confirms_in_place(harness: AppHarness) -> None:
    card = harness.click_message(harness.route(DECIDED), Action.NOT_HELPFUL)
    (stored,) = harness.repositories.feedback.list()
    assert (stored.verdict, stored.reason) == (Verdict.NOT_HELPFUL, None), "stored without an answer to the question"
    assert "What was wrong?" in words(card)

    thanked = harness.click_message(card, labels(card)["Out of date"])

    (stored,) = harness.repositories.feedback.list()
    assert (stored.verdict, stored.reason) == (Verdict.NOT_HELPFUL, "out_of_date")
    assert "Thank you" in words(thanked)
    assert "What was wrong?" not in words(thanked)


def test_a_person_who_chose_can_go_back_to_the_list(harness: AppHarness, guide: Guide) -> None:
    listed = harness.route(unclear_question(guide))
    chosen = harness.click_message(listed, f"{Action.CHOOSE}:1")
    assert "confidence" not in words(chosen)

    back = harness.click_message(chosen, labels(chosen)["Back"])

    assert words(back) == words(listed)


def test_who_does_not_know_one_fact_is_asked_another(harness: AppHarness) -> None:
    card = harness.route(MEDIATION)
    asked: list[str] = []
    while headline(card).endswith("?"):
        asked.append(headline(card))
        card = harness.click_message(card, Action.UNKNOWN_FACT)

    assert len(asked) == len(set(asked)) >= 2
    assert headline(card) == "It depends"
    assert "Possible destinations" in words(card)


def alerts(harness: AppHarness, who: str) -> list[Message]:
    """Return the alerts that a team lead got."""
    return [message for message in harness.workspace.direct_messages(who) if message.by_bot]


def test_a_critical_card_notifies_the_team_leads_without_the_words(harness: AppHarness) -> None:
    card = harness.route(SELF_HARM)

    told = harness.click_message(card, Action.TELL_TEAM_LEAD)
    harness.settle()

    assert NOTIFIED in words(told)
    (alert,) = alerts(harness, "lena")
    assert "Threat of self-harm" in words(alert)
    assert "https://x.zendesk.com/agent/tickets/4711" in words(alert)
    assert "kill" not in words(alert) + alert.text
    assert f"<@{harness.workspace.person('ana').id}>" in live(alert)


def test_a_second_click_within_an_hour_notifies_nobody_again(harness: AppHarness) -> None:
    harness.click_message(harness.route(SELF_HARM), Action.TELL_TEAM_LEAD)
    second = harness.click_message(harness.route(f"{SELF_HARM}, please help"), Action.TELL_TEAM_LEAD)
    harness.settle()
    assert ALREADY_NOTIFIED in words(second)
    assert len(alerts(harness, "lena")) == 1

    harness.pass_time(3601)
    harness.click_message(harness.route(SELF_HARM), Action.TELL_TEAM_LEAD)
    harness.settle()
    assert len(alerts(harness, "lena")) == 2

    other = harness.route(SELF_HARM, "ben")
    harness.click_message(other, Action.TELL_TEAM_LEAD, "ben")
    harness.settle()
    assert len(alerts(harness, "lena")) == 3, "somebody else's case is another one"


def test_an_alert_survives_a_restart(harness: AppHarness) -> None:
    card = harness.route(SELF_HARM)
    harness.end()
    harness.begin(delivering=False)
    harness.click_message(card, Action.TELL_TEAM_LEAD)
    harness.end()

    harness.begin()
    harness.settle()

    assert len(alerts(harness, "lena")) == 1


def test_a_team_lead_alone_is_told_that_nobody_was_notified(harness: AppHarness) -> None:
    card = harness.route(SELF_HARM, "lena")

    told = harness.click_message(card, Action.TELL_TEAM_LEAD, "lena")

    assert NOBODY in words(told)


def test_a_public_card_tells_each_person_for_themselves(harness: AppHarness) -> None:
    harness.sandbox.mention("ana", STAFF, SELF_HARM)
    harness.settle()
    (card,) = [message for message in harness.workspace.all_messages(STAFF) if message.by_bot]

    own = harness.notified(card, Action.TELL_TEAM_LEAD, "ben")
    harness.settle()

    assert NOTIFIED in words(own)
    (alert,) = alerts(harness, "lena")
    assert f"<@{harness.workspace.person('ben').id}>" in live(alert)


def test_the_ask_form_keeps_the_question_while_nothing_is_certain(harness: AppHarness, guide: Guide) -> None:
    harness.command("")
    harness.submit({ASK_TEXT: unclear_question(guide)})
    unsure = harness.modal()
    assert fields(unsure)[ASK_TEXT] == unclear_question(guide)
    assert "Which one?" in words(unsure)

    harness.submit({ASK_TEXT: UNKNOWN})
    assert fields(harness.modal())[ASK_TEXT] == UNKNOWN
    assert "Not in these guides" in words(harness.modal())

    harness.submit({ASK_TEXT: DECIDED})
    assert headline(harness.modal()) == "HV Mediation Tier 1"
    assert ASK_TEXT not in fields(harness.modal())


def test_a_choice_in_the_ask_form_leads_to_the_answer_and_back(harness: AppHarness, guide: Guide) -> None:
    harness.command("")
    harness.submit({ASK_TEXT: unclear_question(guide)})
    listed = harness.modal()

    harness.click(listed, f"{Action.CHOOSE}:0")
    harness.until(lambda: harness.modal().hash != listed.hash)
    chosen = harness.modal()
    assert ASK_TEXT not in fields(chosen)
    harness.click(chosen, Action.GO_BACK)
    harness.until(lambda: harness.modal().hash != chosen.hash)

    assert fields(harness.modal())[ASK_TEXT] == unclear_question(guide)


TWO = (
    "FL is suspended by payment risk, sent his passport twice. "
    "Separately, the client wants to know if the call is recorded"
)


def test_two_concerns_are_shown_as_two_and_each_opens_with_its_own_words(harness: AppHarness, guide: Guide) -> None:
    outcome = guide.answer(Concern(TWO), Asker(), today=TODAY)
    assert isinstance(outcome, Choices)
    assert len(outcome.concerns) == 2

    listed = harness.route(TWO)
    assert headline(listed) == "I see two things."
    assert all(f"“{concern.text}”" in words(listed) for concern in outcome.concerns)

    second = harness.click_message(listed, f"{Action.CHOOSE}:1")
    assert guide.knowledge.entries[outcome.concerns[1].entry.id].title in words(second)
    assert "You asked: Separately" in words(second)
    assert "passport" not in words(second)

    assert words(harness.click_message(second, Action.GO_BACK)) == words(listed)


def test_a_label_of_one_of_two_concerns_has_its_words_alone(harness: AppHarness, guide: Guide) -> None:
    outcome = guide.answer(Concern(TWO), Asker(), today=TODAY)
    assert isinstance(outcome, Choices)
    second = outcome.concerns[1]
    opened = harness.click_message(harness.route(TWO), f"{Action.CHOOSE}:1")
    harness.until(harness.repositories.labels.clicks)
    harness.pass_time(1)
    harness.click_message(opened, Action.HELPFUL)
    (only,) = harness.repositories.labels.clicks()
    assert (only.text, only.source.value, only.ids) == (second.text, "helpful", (second.entry.id,))
