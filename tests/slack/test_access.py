"""Who may ask, and who sees what: guests, people of other companies, strangers, team leads."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from slackguide.guide import Guide
from slackguide.sandbox import FaultKind, InjectedFault, Person, PersonRole
from slackguide.slack.button_payloads import AnswerPayload, AnswerState, ChooseEntryPayload, EscalatePayload, Section
from slackguide.slack.ids import ASK_TEXT, Action, Callback
from tests.support.app_harness import STAFF, AppHarness
from tests.support.forged_requests import answer_to, press_payload
from tests.support.questions import MEDIATION, team_lead_entry
from tests.support.rendered import said, words
from tests.support.waiting import WAIT_SECONDS

REFUSED = {"gil": "you are a guest here", "olga": "your account belongs to another"}
PLACES = {"gil": "general", "olga": "partner-desk"}


def refusal(harness: AppHarness, who: str, before: set[str]) -> str:
    """Wait for new text that this person sees, and return it."""

    def new() -> list[Any]:
        return [m for m in harness.workspace.ephemerals(who) if m.ts not in before]

    harness.until(lambda: any(REFUSED[who] in m.text for m in new()))
    return "\n".join(m.text for m in new())


@pytest.mark.parametrize("who", REFUSED)
@pytest.mark.parametrize("text", [MEDIATION, "", "help", "escalate", "escalate ask-disputes"])
def test_a_command_of_a_guest_or_an_outsider_is_rejected_with_a_message(
    harness: AppHarness, who: str, text: str
) -> None:
    before = {message.ts for message in harness.workspace.ephemerals(who)}

    assert harness.command(text, who, PLACES[who]).ok

    assert "Mediation" not in refusal(harness, who, before)
    assert harness.workspace.views.stack(harness.workspace.person(who).id) == ()


@pytest.mark.parametrize("who", REFUSED)
def test_a_direct_message_of_theirs_is_rejected_with_a_message(harness: AppHarness, who: str) -> None:
    answer = harness.ask(MEDIATION, who)

    assert REFUSED[who] in said(answer)
    assert "HV Mediation" not in words(answer)


@pytest.mark.parametrize("who", REFUSED)
def test_a_mention_of_theirs_is_rejected_with_a_message(harness: AppHarness, who: str) -> None:
    harness.sandbox.mention(who, PLACES[who], MEDIATION)
    harness.settle()

    (answer,) = [m for m in harness.workspace.all_messages(PLACES[who]) if m.by_bot]
    assert REFUSED[who] in said(answer)


@pytest.mark.parametrize("who", REFUSED)
def test_a_click_of_theirs_is_rejected_with_a_message_and_changes_nothing(harness: AppHarness, who: str) -> None:
    """A public answer in a channel that they joined since."""
    harness.sandbox.mention("ana", STAFF, MEDIATION)
    harness.settle()
    (answer,) = [m for m in harness.workspace.all_messages(STAFF) if m.by_bot]
    answer = harness.opened(answer, Section.MORE)
    members = harness.workspace.conversation(STAFF).members
    harness.workspace.change_channel(STAFF, members=members | {harness.workspace.person(who).id})

    for action in (Action.HELPFUL, Action.NOT_THIS, Action.UNKNOWN_FACT, Action.ESCALATE):
        before = {message.ts for message in harness.workspace.ephemerals(who)}
        harness.click(answer, action, who)
        assert refusal(harness, who, before)

    assert harness.workspace.message(answer.ts) == answer
    assert harness.repositories.feedback.list() == ()
    assert harness.workspace.views.stack(harness.workspace.person(who).id) == ()


@pytest.mark.parametrize("who", REFUSED)
def test_a_message_shortcut_of_theirs_is_rejected_with_a_message(harness: AppHarness, who: str) -> None:
    question = harness.sandbox.say("ana", PLACES[who], MEDIATION)
    assert question.sent
    message = harness.workspace.messages(PLACES[who])[-1]
    before = {message.ts for message in harness.workspace.ephemerals(who)}

    assert harness.sandbox.message_shortcut(who, message.ts, Callback.MESSAGE_SHORTCUT).ok

    assert refusal(harness, who, before)


@pytest.mark.parametrize("who", REFUSED)
@pytest.mark.parametrize("callback", [Callback.ESCALATION, Callback.ASK, Callback.RESOLVE, Callback.ADD_DETAILS])
def test_a_form_of_theirs_is_rejected_with_a_message_and_keeps_nothing(
    harness: AppHarness, who: str, callback: str
) -> None:
    """A form that is open when somebody becomes a guest."""
    harness.command("", "ana")
    form = harness.modal()
    person = harness.workspace.person(who)
    view = {
        "id": form.id, "callback_id": callback, "private_metadata": '{"form":"ask-disputes"}', "type": "modal",
        "hash": form.hash, "blocks": form.blocks,
        "state": {"values": {
            ASK_TEXT: {ASK_TEXT: {"type": "plain_text_input", "value": MEDIATION}},
            "words": {"words": {"type": "plain_text_input", "value": "more"}},
            "ending": {"ending": {"type": "static_select", "selected_option": {"value": "in_guide"}}},
            "decided": {"decided": {"type": "plain_text_input", "value": "yes"}},
        }},
    }  # fmt: skip
    payload = {"type": "view_submission", "user": {"id": person.id}, "team": {"id": "T"}, "view": view}

    reply = harness.send("interactive", payload)

    assert reply.status == 200
    assert REFUSED[who] in reply.body
    assert harness.pending() == ()


@pytest.mark.parametrize("who", REFUSED)
def test_a_form_of_theirs_without_a_field_turns_into_the_refusal(harness: AppHarness, who: str) -> None:
    """An error has no field to stand on."""
    person = harness.workspace.person(who)
    view = {"id": "V0", "callback_id": Callback.ASK, "type": "modal", "blocks": [], "state": {"values": {}}}

    reply = harness.send(
        "interactive", {"type": "view_submission", "user": {"id": person.id}, "team": {"id": "T"}, "view": view}
    )

    answer = json.loads(reply.body)
    assert answer["response_action"] == "update"
    assert REFUSED[who] in json.dumps(answer["view"])


@pytest.mark.parametrize("who", ["gil", "olga", "nora", "ana"])
def test_a_menu_that_asks_for_options_gets_none(harness: AppHarness, who: str) -> None:
    """slackguide has no such menu; Nora is not in the directory."""
    harness.workspace.add_person(Person(name="nora", real_name="Nora Vik", role=PersonRole.AGENT))
    payload = {
        "type": "block_suggestion", "action_id": "a", "block_id": "b", "value": "x", "team": {"id": "T"},
        "user": {"id": harness.workspace.person(who).id},
    }  # fmt: skip

    reply = harness.send("interactive", payload)

    assert (reply.status, json.loads(reply.body)) == (200, {"options": []})


def test_a_link_that_a_guest_follows_is_acknowledged_without_a_message(harness: AppHarness) -> None:
    payload = press_payload(harness, Action.LINK, "x", "gil")
    before = harness.workspace.ephemerals("gil")

    assert harness.send("interactive", payload).status == 200

    assert harness.workspace.ephemerals("gil") == before


def test_a_stranger_is_looked_up_first_and_answered_by_the_response_url(harness: AppHarness) -> None:
    harness.workspace.add_person(Person(name="nora", real_name="Nora Vik", role=PersonRole.AGENT))
    calls = len(harness.workspace.calls)

    exchange = harness.command(MEDIATION, "nora")

    assert "looking you up" in exchange.messages[0].text
    harness.until(lambda: any("Send a case to Mediation" in m.text for m in harness.workspace.ephemerals("nora")))
    assert "users.info" in [call.method for call in harness.workspace.calls[calls:]]

    calls = len(harness.workspace.calls)
    assert "Send a case to Mediation" in harness.route(MEDIATION, "nora").text
    assert len(harness.workspace.calls) == calls, "known from now on"


@pytest.mark.parametrize("text", ["", "escalate", "escalate ask-disputes"])
def test_a_stranger_who_wants_a_window_is_asked_to_type_it_again(harness: AppHarness, text: str) -> None:
    harness.workspace.add_person(Person(name="nora", real_name="Nora Vik", role=PersonRole.AGENT))

    harness.command(text, "nora")

    harness.until(lambda: any("I know you now" in m.text for m in harness.workspace.ephemerals("nora")))
    assert harness.command("escalate ask-disputes", "nora").ok
    assert harness.modal("nora").callback_id == "escalation"


def test_a_click_of_a_stranger_is_acknowledged_before_they_are_looked_up(harness: AppHarness) -> None:
    harness.sandbox.mention("ana", STAFF, MEDIATION)
    harness.settle()
    (answer,) = [m for m in harness.workspace.all_messages(STAFF) if m.by_bot]
    answer = harness.opened(answer, Section.MORE)
    harness.workspace.add_person(Person(name="nora", real_name="Nora Vik", role=PersonRole.AGENT), channels=(STAFF,))
    harness.sandbox.inject_fault(InjectedFault(kind=FaultKind.SLOW, method="users.info", seconds=WAIT_SECONDS, times=1))

    assert harness.sandbox.click("nora", answer, Action.HELPFUL).ok

    assert harness.repositories.feedback.list() == ()
    harness.sandbox.faults.clear()  # only now does the look-up get its answer
    harness.until(lambda: harness.repositories.feedback.list())
    assert harness.repositories.feedback.list()[0].user_id == harness.workspace.person("nora").id


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.CONNECTION_RESET, FaultKind.RATE_LIMITED])
def test_with_an_empty_directory_and_slack_down_everybody_gets_words(
    make_harness: Callable[..., AppHarness], kind: FaultKind
) -> None:
    harness = make_harness(known=False)
    for method in ("auth.test", "users.info", "users.list"):
        harness.sandbox.inject_fault(InjectedFault(kind=kind, method=method))

    exchange = harness.command(MEDIATION)

    assert exchange.ok
    assert "looking you up" in exchange.messages[0].text
    harness.until(lambda: any("could not look you up" in m.text for m in harness.workspace.ephemerals("ana")))
    assert "could not look you up" in answer_to(
        harness, Action.HELPFUL, AnswerPayload(AnswerState("x", "refund")).encode()
    )

    harness.sandbox.faults.clear()
    harness.command(MEDIATION)
    harness.until(lambda: any("Send a case to Mediation" in m.text for m in harness.workspace.ephemerals("ana")))


def test_with_an_empty_directory_and_no_database_everybody_gets_words(make_harness: Callable[..., AppHarness]) -> None:
    harness = make_harness(known=False)
    harness.database.rename(harness.database.with_suffix(".away"))
    try:
        harness.command(MEDIATION)
        harness.until(lambda: any("database" in m.text for m in harness.workspace.ephemerals("ana")))
        assert "database" in answer_to(harness, Action.HELPFUL, AnswerPayload(AnswerState("x", "refund")).encode())
    finally:
        harness.database.with_suffix(".away").rename(harness.database)


# -- roles ------------------------------------------------------------------------------------------------------------


def team_lead_question(guide: Guide) -> str:
    """Words that name the entry that agents do not see."""
    return guide.knowledge.entries[team_lead_entry(guide)].concerns[0]


def test_a_team_lead_by_user_group_sees_what_is_for_team_leads(harness: AppHarness, guide: Guide) -> None:
    title = guide.knowledge.entries[team_lead_entry(guide)].title

    assert title in words(harness.route(team_lead_question(guide), "lena"))
    assert title in words(harness.ask(team_lead_question(guide), "lena"))


def test_an_agent_does_not_see_it_however_they_ask(harness: AppHarness, guide: Guide) -> None:
    entry_id = team_lead_entry(guide)
    title = guide.knowledge.entries[entry_id].title

    message = harness.route(team_lead_question(guide))
    assert title not in words(message) + said(message)
    answer = harness.ask(team_lead_question(guide))
    assert title not in words(answer) + said(answer)
    assert title not in answer_to(
        harness, f"{Action.CHOOSE}:0", ChooseEntryPayload(AnswerState("x", "ban"), entry_id).encode()
    )
    asked = AnswerState("x", team_lead_question(guide), entry=entry_id)
    for action in (Action.HELPFUL, Action.UNKNOWN_FACT, Action.NOT_THIS, Action.NONE_OF_THESE, Action.ESCALATE):
        assert title not in answer_to(harness, action, EscalatePayload(asked, "ask-disputes").encode()), action


def test_a_team_lead_by_configuration_sees_it(make_harness: Callable[..., AppHarness], guide: Guide) -> None:
    probe = make_harness()
    harness = make_harness(environment={"SLACKGUIDE_TEAM_LEADS": f"U0NOBODY,{probe.workspace.person('ben').id}"})
    title = guide.knowledge.entries[team_lead_entry(guide)].title

    assert title in words(harness.route(team_lead_question(guide), "ben"))
    assert title not in words(harness.route(team_lead_question(guide), "ana"))


def test_somebody_who_became_a_guest_is_refused_after_the_next_look(harness: AppHarness) -> None:
    harness.workspace.change_person("ben", role=PersonRole.GUEST)
    harness.end()
    harness.begin()

    assert "you are a guest here" in harness.route(MEDIATION, "ben").text
