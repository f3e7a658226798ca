"""Presses under an answer: each changes the message in place, and none is left without an answer."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from slackguide.guide import CALIBRATION_VERSION, Answer, Asker, Concern, Guide
from slackguide.knowledge.conditions import FactValue
from slackguide.matching.scoring import shipped_weights
from slackguide.sandbox import Message
from slackguide.slack.button_payloads import (
    AnswerPayload,
    AnswerState,
    ChooseEntryPayload,
    EscalatePayload,
    Section,
    SetFactPayload,
)
from slackguide.slack.ids import ASK_TEXT, Action
from slackguide.storage.feedback import Verdict
from tests.support.app_harness import STAFF, AppHarness
from tests.support.forged_requests import answer_to, press_payload, press_value
from tests.support.questions import MEDIATION, TODAY, UNKNOWN, question_for, unclear_question
from tests.support.rendered import elements, fields, headline, labels, said, value_of, words

MORE = f"{Action.OPEN_SECTION}:{Section.MORE}"


def offered(harness: AppHarness, question: str) -> dict[str, str]:
    """Return the titles that choices offer, each with the action id of its button."""
    return titles_of(harness.route(question))


def titles_of(message: Message) -> dict[str, str]:
    """Return the titles of the rows of a list, each with the action id of its button."""
    rows = [block for block in message.blocks if "accessory" in block and block["text"]["text"].startswith("*")]
    return {row["text"]["text"].split("*")[1]: row["accessory"]["action_id"] for row in rows}


def state_of(shown: Message, action_id: str) -> AnswerState:
    """Return the state that a button carries."""
    return AnswerPayload.parse(value_of(shown, action_id)).state


def test_a_choice_becomes_the_answer_in_place(harness: AppHarness, guide: Guide) -> None:
    message = harness.route(unclear_question(guide))
    title, action_id = next(iter(offered(harness, unclear_question(guide)).items()))

    answer = harness.click_message(message, action_id)

    assert title in words(answer)
    assert "Back" in labels(answer)
    assert state_of(answer, Action.GO_BACK).answer == state_of(message, action_id).answer


def test_what_people_choose_and_judge_becomes_labels(harness: AppHarness, guide: Guide) -> None:
    question = unclear_question(guide)
    message = harness.route(question)
    entries = [ChooseEntryPayload.parse(value_of(message, f"{Action.CHOOSE}:{n}")).entry_id for n in range(2)]

    def collected() -> list[tuple[str | None, str, tuple[str, ...]]]:
        return [(one.text, one.source.value, one.ids) for one in harness.repositories.labels.clicks()]

    first = harness.click_message(message, f"{Action.CHOOSE}:0")
    harness.until(lambda: collected() == [(question, "chosen", (entries[0],))])
    back = harness.click_message(first, Action.GO_BACK)
    second = harness.click_message(back, f"{Action.CHOOSE}:1")
    harness.until(lambda: collected() == [(question, "chosen", (entries[1],))])
    harness.pass_time(1)
    harness.click_message(second, Action.HELPFUL)
    assert collected() == [(question, "helpful", (entries[1],))]
    harness.pass_time(1)
    harness.click_message(harness.route(question), Action.NONE_OF_THESE)
    assert collected()[1:] == [(question, "none_of_these", ())]


def test_a_long_question_is_a_label_with_its_whole_text(harness: AppHarness, guide: Guide) -> None:
    question = f"{unclear_question(guide)} {'and so on ' * 100}".strip()
    answer = harness.route(question)
    listed = answer if titles_of(answer) else harness.click_message(answer, Action.NOT_THIS)
    harness.click_message(listed, f"{Action.CHOOSE}:0")
    harness.until(harness.repositories.labels.clicks)
    assert harness.repositories.labels.clicks()[-1].text == question


def test_the_entry_of_an_alert_and_the_clicks_of_others_are_no_choices(harness: AppHarness, guide: Guide) -> None:
    message = harness.route(unclear_question(guide))
    payload = ChooseEntryPayload.parse(value_of(message, f"{Action.CHOOSE}:0"))
    by_another = replace(payload, state=replace(payload.state, asker="U0000000"))
    answer_to(harness, f"{Action.OPEN_ALERT}:0", payload.encode())
    answer_to(harness, f"{Action.CHOOSE}:0", by_another.encode())
    without_text = replace(payload, state=replace(payload.state, text=""))
    answer_to(harness, f"{Action.CHOOSE}:0", without_text.encode())
    harness.click_message(message, f"{Action.CHOOSE}:1")
    harness.until(harness.repositories.labels.clicks)
    (only,) = harness.repositories.labels.clicks()
    assert only.ids != (payload.entry_id,)


def test_a_version_in_use_shifts_the_confidence_until_it_is_undone(harness: AppHarness, guide: Guide) -> None:
    harness.reload(guide.with_calibration(shipped_weights().calibration))
    labels = harness.repositories.labels

    def confidence() -> float:
        harness.guide.refresh_labels()
        return harness.guide().match(MEDIATION, Asker()).confidence

    without = confidence()
    number = labels.add_version((), method=CALIBRATION_VERSION, shift=-20.0)
    assert confidence() == without, "a version is not in use by itself"
    labels.use(number)
    harness.pass_time(1)
    lowered = confidence()
    assert lowered < without
    assert titles_of(harness.route(MEDIATION)), "less certain, so choices"
    assert titles_of(harness.ask(MEDIATION)), "in a conversation, too"
    assert harness.guide.reload()
    assert harness.guide().match(MEDIATION, Asker()).confidence == lowered
    labels.undo()
    assert confidence() == without
    assert not titles_of(harness.route(MEDIATION))


def test_none_of_these_says_what_to_do_instead(harness: AppHarness, guide: Guide) -> None:
    message = harness.route(unclear_question(guide))

    after = harness.click_message(message, Action.NONE_OF_THESE)

    assert "Noted: none of these." in words(after)
    assert "Team Lead" in words(after)
    assert not any(action.startswith(Action.CHOOSE) for action in labels(after).values())
    (stored,) = harness.repositories.feedback.list()
    assert (stored.verdict, stored.entry_id) == (Verdict.NOT_THIS, None)


def test_not_this_offers_the_next_matches_and_in_the_end_says_so(harness: AppHarness, guide: Guide) -> None:
    answer = harness.route(MEDIATION)

    listed = harness.click_message(answer, Action.NOT_THIS)

    assert "that was not it" in words(listed)
    assert titles_of(listed)
    assert "Send a case to Mediation" not in titles_of(listed), "what was not it is not offered again"

    chosen = harness.click_message(listed, f"{Action.CHOOSE}:0")
    back = harness.click_message(chosen, Action.GO_BACK)
    assert "Send a case to Mediation" not in titles_of(back)

    rejecting = replace(state_of(answer, MORE), rejected_entries=tuple(guide.knowledge.entries))
    none_left = answer_to(harness, Action.NOT_THIS, AnswerPayload(rejecting).encode())
    assert none_left.startswith("Not in these guides")


def test_a_verdict_is_stored_once_a_person_and_answer(harness: AppHarness) -> None:
    message = harness.route(MEDIATION)

    message = harness.click_message(message, Action.HELPFUL)
    message = harness.click_message(message, Action.HELPFUL)

    assert "Thank you" in words(message)
    (stored,) = harness.repositories.feedback.list()
    assert (stored.verdict, stored.entry_id, stored.question, stored.user_id) == (
        Verdict.HELPFUL, "disputes/send-to-mediation", MEDIATION, harness.workspace.person("ana").id,
    )  # fmt: skip

    harness.click_message(message, Action.NOT_HELPFUL)

    (stored,) = harness.repositories.feedback.list()
    assert stored.verdict is Verdict.NOT_HELPFUL

    harness.click_message(harness.route(MEDIATION), Action.HELPFUL)
    assert len(harness.repositories.feedback.list()) == 2, "the same question again is another answer"


def test_two_people_judge_the_same_answer_each_for_themselves(harness: AppHarness) -> None:
    harness.sandbox.mention("ana", STAFF, MEDIATION)
    harness.settle()
    (message,) = [m for m in harness.workspace.all_messages(STAFF) if m.by_bot]

    harness.click_message(message, Action.HELPFUL, "ana")
    own = harness.notified(message, f"{Action.OPEN_SECTION}:{Section.MORE}", "ben")
    thanks = harness.click_message(own, Action.NOT_HELPFUL, "ben")

    assert "What was wrong?" in words(thanks)
    stored = {feedback.user_id: feedback.verdict for feedback in harness.repositories.feedback.list()}
    assert stored == {
        harness.workspace.person("ana").id: Verdict.HELPFUL,
        harness.workspace.person("ben").id: Verdict.NOT_HELPFUL,
    }


def test_the_answer_to_a_question_leads_to_the_high_value_queue(harness: AppHarness) -> None:
    message = harness.route(MEDIATION)
    assert headline(message).endswith("?")
    assert "Bonus" not in labels(message), "a payment for work is taken for granted"

    message = harness.click_message(message, labels(message)["Mid-Market"])

    assert headline(message) == "HV Mediation Tier 1"
    assert not any(action.startswith(Action.SET_FACT) for action in labels(message).values())


def test_a_fact_can_be_taken_back_and_stated_otherwise(harness: AppHarness) -> None:
    message = harness.opened(harness.opened(harness.route(MEDIATION), Section.MORE), Section.FACTS)
    notified = [label for label in labels(message) if "12 days" in label]
    assert len(notified) == 1

    message = harness.click_message(message, labels(message)[notified[0]])

    assert "· 12 days" not in words(message), "although the words still say so"
    usual = {"payment_kind": "work", "funds_in_escrow": "no", "client_segment": "mid_market"}
    told_again = None
    while told_again is None:
        question = [e for e in elements(message) if e["action_id"].startswith(Action.SET_FACT)]
        carried = {e["action_id"]: SetFactPayload.parse(e["value"]) for e in question}
        chosen = [
            action_id for action_id, payload in carried.items()
            if payload.name == "days_since_last_payment" or payload.value == usual.get(payload.name)
        ]  # fmt: skip
        told_again = carried[chosen[0]] if carried[chosen[0]].name == "days_since_last_payment" else None
        message = harness.click_message(message, chosen[0])
    assert state_of(message, MORE).facts["days_since_last_payment"] == told_again.value


def test_every_answer_of_every_question_can_be_clicked(harness: AppHarness) -> None:
    """Each button of each question on the way carries a fact that the next card shows, or the decision itself."""
    asked = AnswerState("answer", entry="disputes/send-to-mediation")
    answer_to(harness, f"{Action.CHOOSE}:0", ChooseEntryPayload(asked, "disputes/send-to-mediation").encode())
    message = harness.workspace.ephemerals("ana")[-1]
    for _ in range(8):
        question = [e for e in elements(message) if e["action_id"].startswith(Action.SET_FACT)]
        if not question:
            break
        for element in question:
            after = answer_to(harness, element["action_id"], element["value"])
            assert "for its buttons" not in after, element
            assert after, element
        message = harness.click_message(message, question[0]["action_id"])
    assert not headline(message).endswith("?")


def test_who_does_not_know_sees_every_possibility(harness: AppHarness) -> None:
    message = harness.click_message(harness.route(MEDIATION), Action.UNKNOWN_FACT)

    shown = words(message)
    for queue in ("HV Mediation Tier 1", "Mediation_Tier_1_CX420", "Dispute_Enterprise_CX420"):
        assert queue in shown


def test_a_number_of_zero_can_be_stated(harness: AppHarness) -> None:
    asked = AnswerState("answer", entry="disputes/send-to-mediation", facts={"contract_type": "hourly"})

    shown = answer_to(harness, f"{Action.SET_FACT}:0", SetFactPayload(asked, "days_since_last_payment", 0).encode())

    assert "for its buttons" not in shown
    assert "Send a case to Mediation" in shown


def test_escalate_opens_the_form_with_what_is_known(harness: AppHarness) -> None:
    question = f"{MEDIATION}, contract 34567890, https://x.zendesk.com/agent/tickets/4711 please"
    message = harness.route(question)

    harness.click(message, Action.ESCALATE)

    form = harness.modal()
    known = fields(form)
    assert form.callback_id == "escalation"
    assert known["summary"] == question
    assert known["dispute_type"] == "hourly"
    assert known["last_payment_days"] == "12"
    assert known["contract_id"] == "34567890"
    assert known["ticket_url"] == "https://x.zendesk.com/agent/tickets/4711"
    assert known["client_username"] is None, "shown all the same, though nothing is known"
    assert "Send a case to Mediation" in words(form)


def test_escalate_carries_a_question_of_8000_characters(harness: AppHarness) -> None:
    question = (f"{MEDIATION}. " + 'He said "no" \\ and <left> & never came back. ' * 200)[:8000]
    message = harness.route(question)
    asked = AnswerPayload.parse(elements(message)[-1]["value"]).state

    state = replace(asked, entry="disputes/send-to-mediation")
    press_value(harness, Action.ESCALATE, EscalatePayload(state, "ask-disputes").encode())

    assert fields(harness.modal())["summary"] == f"{question[:2999]}…"


def test_an_answer_in_a_window_works_like_one_in_a_message(harness: AppHarness) -> None:
    harness.command("")
    harness.submit({ASK_TEXT: MEDIATION})

    harness.click(harness.modal(), Action.HELPFUL)
    assert "Thank you" in words(harness.modal())
    (stored,) = harness.repositories.feedback.list()
    assert stored.question == MEDIATION

    harness.click(harness.modal(), Action.UNKNOWN_FACT)
    assert "HV Mediation Tier 1" in words(harness.modal())

    answer = harness.modal()
    harness.click(answer, Action.ESCALATE)
    assert harness.modal().callback_id == "escalation"
    harness.sandbox.close_view("ana", harness.modal().id)
    assert harness.modal().id == answer.id, "the form lay on top of the answer"


def test_words_in_a_window_do_not_take_the_answer_away(harness: AppHarness) -> None:
    harness.command("")
    harness.submit({ASK_TEXT: MEDIATION})
    answer = harness.modal()

    reply = press_value(harness, Action.HELPFUL, "garbled", where=answer)

    assert reply.status == 200
    harness.until(lambda: harness.modal().id != answer.id)
    assert "too old" in words(harness.modal())
    harness.sandbox.close_view("ana", harness.modal().id)
    assert words(harness.modal()) == words(answer)


def test_an_alert_stays_whatever_is_clicked(harness: AppHarness, guide: Guide) -> None:
    """Answers beside an alert keep it: after “Not this”, “None of these”, and a verdict."""
    signs = [entry for entry in guide.knowledge.entries.values() if entry.signs and entry.signs.weak]
    asked = None
    for entry in signs:
        assert entry.signs is not None
        for weak in entry.signs.weak:
            message = harness.route(f"{MEDIATION}. {weak}")
            if f"{Action.OPEN_ALERT}:0" in labels(message).values() and "More" in labels(message):
                asked = message
                break
    assert asked is not None, "no weak sign raises an alert beside an answer"
    assert entry.signs is not None
    assert f"⚠ {entry.title}? {entry.signs.message}" in words(asked), "what it is about"
    (opens,) = [element for element in elements(asked) if element["action_id"] == f"{Action.OPEN_ALERT}:0"]
    assert opens["accessibility_label"] == f"Open: {entry.title}"
    assert said(asked).endswith(f"Alert: {entry.title}.")

    after = harness.click_message(asked, Action.NOT_THIS)
    assert f"⚠ {entry.title}?" in words(after)
    after = harness.click_message(after, Action.NONE_OF_THESE)
    assert f"⚠ {entry.title}?" in words(after)

    opened = harness.click_message(after, f"{Action.OPEN_ALERT}:0")
    assert headline(opened)


GARBLED = {
    "nothing at all": None,
    "empty": "",
    "no JSON": "disputes/send-to-mediation",
    "a number": "7",
    "null": "null",
    "a list": "[]",
    "an empty object": "{}",
    "no answer": '{"q":"refund","o":"disputes/send-to-mediation"}',
    "an answer that is no text": '{"a":1}',
    "an entry that is a list": '{"a":"x","e":["disputes"],"o":["disputes"]}',
    "a token that is an object": '{"a":"x","q":"refund","t":{"a":1}}',
    "a token of nobody": '{"a":"x","q":"refund","t":"nobody"}',
    "facts in a list": '{"a":"x","q":"refund","f":[1]}',
    "a fact that is a list": '{"a":"x","q":"refund","f":{"contract_type":["hourly"]}}',
    "an unknown fact": '{"a":"x","q":"refund","n":"weather","v":"rain","d":"weather","o":"ce/none","m":"no-form"}',
    "an unknown value": '{"a":"x","e":"disputes/send-to-mediation","n":"contract_type","v":"barter"}',
    "a value that is an object": '{"a":"x","e":"disputes/send-to-mediation","n":"contract_type","v":{"x":1}}',
    "a negative number": '{"a":"x","e":"disputes/send-to-mediation","n":"days_since_last_payment","v":-1}',
    "an entry that is gone": '{"a":"x","e":"disputes/gone","o":"disputes/gone","n":"x","v":"y","d":"z","m":"gone"}',
    "another kind of id": "V0123456",
    "deeply nested": "[" * 1999,
    "a page of nowhere": '{"list":"nowhere","after":["yesterday"]}',
}


@pytest.mark.parametrize("value", GARBLED.values(), ids=GARBLED.keys())
def test_old_foreign_and_garbled_values_are_answered_with_a_message(harness: AppHarness, value: str | None) -> None:
    for action in Action:
        if action in (Action.LINK, Action.CHECKLIST, Action.HOME_PAGE):
            # A link and a tick need no answer; a page is drawn anew on the Home tab, where no message would be seen.
            continue
        assert answer_to(harness, f"{action}:0", value), (action, value)


@pytest.mark.parametrize("action_id", ["answer_teleport", "helpful", "🙂", "escalation_claims", "answer_helpfully"])
def test_an_unknown_button_is_answered_with_a_message(harness: AppHarness, action_id: str) -> None:
    assert "another version" in answer_to(harness, action_id, "x")


def test_every_button_there_is_is_known(harness: AppHarness) -> None:
    """No action id falls through to the words for unknown ones."""
    for action in Action:
        reply = harness.send("interactive", press_payload(harness, action, AnswerPayload(AnswerState("x")).encode()))
        assert reply.status == 200
    harness.settle()

    assert not [m for m in harness.workspace.ephemerals("ana") if "another version" in m.text]


def test_a_button_clicked_by_somebody_else_does_not_show_them_the_words(harness: AppHarness) -> None:
    secret = "client wants mediation for the xylophone " * 40
    asked = state_of(harness.route(secret), next(iter(labels(harness.route(secret)).values())))
    assert asked.token is not None

    shown = answer_to(harness, Action.NOT_THIS, AnswerPayload(asked).encode(), "ben")

    assert shown
    assert harness.repositories.drafts.get(asked.token, harness.workspace.person("ben").id) is None


def test_an_unknown_window_is_answered_with_a_message(harness: AppHarness) -> None:
    harness.command("")
    form = harness.modal()
    payload = harness.sandbox.submit("ana", form.id, {ASK_TEXT: UNKNOWN}).sent
    payload["view"]["callback_id"] = "of another version"

    answer = json.loads(harness.send("interactive", payload).body)
    assert "another version" in answer["errors"][ASK_TEXT]

    payload["view"]["blocks"] = []
    answer = json.loads(harness.send("interactive", payload).body)
    assert "another version" in json.dumps(answer["view"])


def test_an_unknown_shortcut_is_answered_with_a_message(harness: AppHarness) -> None:
    workspace = harness.workspace
    person = workspace.person("ana")
    payload = {
        "type": "shortcut", "callback_id": "of another version", "user": {"id": person.id}, "team": {"id": "T"},
        "trigger_id": workspace.views.trigger(person.id), "action_ts": "1.2",
    }  # fmt: skip

    assert harness.send("interactive", payload).status == 200

    harness.until(lambda: workspace.views.top(person.id))
    assert "another version" in words(harness.modal())


def test_a_question_for_a_form_that_is_gone_says_so(harness: AppHarness) -> None:
    state = AnswerState("x", "refund", entry="disputes/send-to-mediation")
    value = EscalatePayload(state, "ask-nobody").encode()

    assert "no longer exists" in answer_to(harness, Action.ESCALATE, value)


def test_the_form_of_the_entry_that_was_chosen_is_opened(harness: AppHarness, guide: Guide) -> None:
    entry = next(e for e in guide.knowledge.entries.values() if e.form == "ask-disputes" and not e.rules[1:])
    message = harness.route(question_for(guide, entry.id))

    harness.click(message, Action.ESCALATE)

    assert harness.modal().title == guide.knowledge.forms["ask-disputes"].title


# -- a form with a gate -----------------------------------------------------------------------------------------------


def gated(guide: Guide) -> tuple[str, str]:
    """Return a form with a gate, and the entry that decides who gets through."""
    return next((id, form.gate) for id, form in guide.knowledge.forms.items() if form.gate)


def test_a_gate_asks_its_questions_before_its_form_opens(harness: AppHarness, guide: Guide) -> None:
    form, gate = gated(guide)

    message = harness.route(f"escalate {form}")

    assert harness.workspace.views.stack(harness.workspace.person("ana").id) == ()
    assert guide.knowledge.entries[gate].title in words(message)
    assert Action.ESCALATE not in labels(message).values(), "not before the case is known to be one for it"


def test_through_the_gate_the_form_opens(harness: AppHarness, guide: Guide) -> None:
    form, gate = gated(guide)
    facts = through(guide, form, gate)

    state = AnswerState("x", "CE does not answer", facts=facts)
    press_value(harness, Action.ESCALATE, EscalatePayload(state, form).encode())

    assert harness.modal().title == guide.knowledge.forms[form].title


def test_the_wrong_side_of_the_gate_gets_the_entry_and_no_form(harness: AppHarness, guide: Guide) -> None:
    form, gate = gated(guide)

    shown = answer_to(harness, f"{Action.CHOOSE_FORM}:1", form)

    assert "only for certain cases" in shown or guide.knowledge.entries[gate].title in shown
    assert harness.workspace.views.stack(harness.workspace.person("ana").id) == ()


def through(guide: Guide, form: str, gate: str) -> dict[str, FactValue]:
    """Facts with which the gate's entry offers the form, found by trying the answers to its questions."""
    tried: list[dict[str, FactValue]] = [{}]
    for facts in tried:
        outcome = guide.answer(Concern("", facts, gate), Asker(), today=TODAY)
        assert isinstance(outcome, Answer)
        if outcome.decision.destination and outcome.decision.form == form:
            return facts
        for name in outcome.decision.missing[:1]:
            fact = guide.knowledge.facts[name]
            notified = (
                [cell.sample_value for cell in guide.triage.cells(gate, name)]
                if fact.kind == "number"
                else fact.choices
            )
            tried += [{**facts, name: value} for value in notified]
    raise AssertionError(f"nothing leads through the gate of {form}")
