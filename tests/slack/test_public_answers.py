"""Clicks under an answer that everybody in a channel sees: it changes for its asker alone, and never tells more."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk import WebClient

from slackguide.guide import Guide
from slackguide.sandbox import FaultKind, InjectedFault, Message, Person, PersonRole
from slackguide.slack.button_payloads import (
    AnswerPayload,
    AnswerState,
    ChooseEntryPayload,
    EscalatePayload,
    FeedbackPayload,
    RemoveFactPayload,
    Section,
    SetFactPayload,
    UnknownFactPayload,
)
from slackguide.slack.channel_audience import CACHED_FOR
from slackguide.slack.ids import Action
from tests.slack.test_answer_actions import gated
from tests.support.app_harness import STAFF, AppHarness
from tests.support.credentials import BOT_TOKEN
from tests.support.questions import MEDIATION, team_lead_entry, unclear_question
from tests.support.rendered import elements, said, words


def public(harness: AppHarness, text: str = MEDIATION, who: str = "ana") -> Message:
    """Ask by a mention among members; the answer in the thread."""
    harness.sandbox.mention(who, STAFF, text)
    harness.settle()
    return [m for m in harness.workspace.all_messages(STAFF) if m.by_bot][-1]


def with_button(harness: AppHarness, answer: Message, action_id: str, value: str) -> Message:
    """Return a further message of ours under the same question, with this one button."""
    client = WebClient(BOT_TOKEN, base_url=harness.sandbox.api_url)
    button = {"type": "button", "action_id": action_id, "value": value, "text": {"type": "plain_text", "text": "Go"}}
    block = {"type": "actions", "elements": [button]}
    ts = client.chat_postMessage(channel=answer.channel, thread_ts=answer.thread_ts, text="Go", blocks=[block])["ts"]
    return harness.workspace.message(ts)


def copy_of(harness: AppHarness, who: str, act: Callable[[], Any]) -> Message:
    """Return what this person alone is shown in consequence."""
    before = {m.ts for m in harness.workspace.ephemerals(who)}

    def new() -> list[Message]:
        return [m for m in harness.workspace.ephemerals(who) if m.ts not in before]

    act()
    harness.until(new)
    (message,) = new()
    return message


def state_of(message: Message) -> AnswerState:
    """Return the state that the message's buttons carry."""
    return AnswerPayload.parse(elements(message)[-1]["value"]).state


ACTIONS: Mapping[str, Callable[[AnswerState], AnswerPayload]] = {
    Action.UNKNOWN_FACT: lambda state: UnknownFactPayload(state, "contract_type"),
    f"{Action.OPEN_SECTION}:steps": lambda state: AnswerPayload(replace(state, section=Section.STEPS)),
    Action.GO_BACK: AnswerPayload,
    f"{Action.FEEDBACK_REASON}:unclear": lambda state: FeedbackPayload(state, "unclear"),
    Action.NOT_THIS: AnswerPayload,
    Action.NONE_OF_THESE: AnswerPayload,
    Action.HELPFUL: AnswerPayload,
    Action.NOT_HELPFUL: AnswerPayload,
    f"{Action.CHOOSE}:0": lambda state: ChooseEntryPayload(state, "disputes/send-to-mediation"),
    f"{Action.OPEN_ALERT}:0": lambda state: ChooseEntryPayload(state, "conduct/self-harm"),
    f"{Action.SET_FACT}:0": lambda state: SetFactPayload(state, "contract_type", "hourly"),
    f"{Action.REMOVE_FACT}:contract_type": lambda state: RemoveFactPayload(state, "contract_type"),
}
"""Every action that draws a card, with its button's payload."""


@pytest.mark.parametrize("action_id", ACTIONS)
def test_the_askers_click_changes_the_message_for_all(harness: AppHarness, action_id: str) -> None:
    answer = public(harness)
    message = with_button(harness, answer, action_id, ACTIONS[action_id](state_of(answer)).encode())

    assert harness.click_message(message, action_id, "ana") != message

    assert harness.workspace.ephemerals("ana") == ()


@pytest.mark.parametrize("action_id", ACTIONS)
@pytest.mark.parametrize("who", ["ben", "lena"])
def test_anybody_elses_click_gets_a_copy_of_their_own(harness: AppHarness, action_id: str, who: str) -> None:
    answer = public(harness)
    message = with_button(harness, answer, action_id, ACTIONS[action_id](state_of(answer)).encode())

    own = copy_of(harness, who, lambda: harness.sandbox.click(who, message, action_id))

    assert harness.workspace.message(message.ts) == message
    assert own.thread_ts == answer.thread_ts, "it is in the thread, where it can be seen"
    assert words(own)


@pytest.mark.parametrize("action_id", ACTIONS)
def test_a_message_of_an_older_version_changes_for_nobody(harness: AppHarness, action_id: str) -> None:
    """Its buttons do not say who asked."""
    answer = public(harness)
    value = json.loads(ACTIONS[action_id](state_of(answer)).encode())
    old = {name: held for name, held in value.items() if name != "u"}

    message = with_button(harness, answer, action_id, json.dumps(old))

    copy_of(harness, "ana", lambda: harness.sandbox.click("ana", message, action_id))

    assert harness.workspace.message(message.ts) == message


@pytest.mark.parametrize("action_id", ACTIONS)
def test_where_a_guest_has_joined_the_message_stays_as_it_is(harness: AppHarness, action_id: str) -> None:
    answer = public(harness)
    message = with_button(harness, answer, action_id, ACTIONS[action_id](state_of(answer)).encode())
    harness.workspace.add_person(Person(name="gus", real_name="Gus Ek", role=PersonRole.GUEST), channels=(STAFF,))
    harness.pass_time(CACHED_FOR.total_seconds())

    copy_of(harness, "ana", lambda: harness.sandbox.click("ana", message, action_id))

    assert harness.workspace.message(message.ts) == message
    assert harness.workspace.ephemerals("gus") == ()


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.RATE_LIMITED, FaultKind.API_ERROR])
def test_where_slack_does_not_say_who_reads_it_the_message_stays_as_it_is(harness: AppHarness, kind: FaultKind) -> None:
    answer = public(harness)
    harness.pass_time(CACHED_FOR.total_seconds())
    harness.sandbox.inject_fault(InjectedFault(kind=kind, method="conversations.info", code="missing_scope"))

    own = copy_of(harness, "ana", lambda: harness.sandbox.click("ana", answer, f"{Action.SET_FACT}:1"))

    assert harness.workspace.message(answer.ts) == answer
    assert "HV Mediation Tier 1" in words(own)


def test_a_copy_goes_on_by_itself(harness: AppHarness) -> None:
    answer = public(harness)
    own = copy_of(harness, "ben", lambda: harness.sandbox.click("ben", answer, f"{Action.SET_FACT}:1"))

    changed = harness.click_message(own, Action.HELPFUL, "ben")

    assert "Noted as helpful" in words(changed)
    assert changed.ts == own.ts
    assert harness.workspace.message(answer.ts) == answer
    (given,) = harness.repositories.feedback.list()
    assert given.user_id == harness.workspace.person("ben").id


def test_a_copy_comes_beside_the_thread_where_slack_does_not_take_it_there(harness: AppHarness) -> None:
    answer = public(harness)
    harness.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.API_ERROR, method="chat.postEphemeral", code="user_not_in_channel")
    )

    own = copy_of(harness, "ben", lambda: harness.sandbox.click("ben", answer, f"{Action.SET_FACT}:1"))

    assert "HV Mediation Tier 1" in words(own)


@pytest.mark.parametrize("action_id", ACTIONS)
def test_no_click_shows_everybody_what_is_for_team_leads(harness: AppHarness, guide: Guide, action_id: str) -> None:
    entry = guide.knowledge.entries[team_lead_entry(guide)]
    lena = harness.workspace.person("lena").id
    answer = public(harness, entry.concerns[0], "lena")
    state = AnswerState("x", entry.concerns[0], entry=entry.id, asker=lena)
    forged = json.dumps({**json.loads(ACTIONS[action_id](state).encode()), "o": entry.id})

    shown = harness.click_message(with_button(harness, answer, action_id, forged), action_id, "lena")

    assert entry.title not in words(shown) + said(shown)


def test_a_team_leads_copy_of_an_agents_answer_holds_what_is_for_team_leads(harness: AppHarness, guide: Guide) -> None:
    entry = guide.knowledge.entries[team_lead_entry(guide)]
    answer = public(harness, entry.concerns[0])
    state = AnswerState("x", entry.concerns[0], asker=harness.workspace.person("ana").id)
    value = ChooseEntryPayload(state, entry.id).encode()

    message = with_button(harness, answer, f"{Action.CHOOSE}:0", value)

    own = copy_of(harness, "lena", lambda: harness.sandbox.click("lena", message, f"{Action.CHOOSE}:0"))

    assert entry.title in words(own)
    assert harness.workspace.message(message.ts) == message
    agents = copy_of(harness, "ben", lambda: harness.sandbox.click("ben", message, f"{Action.CHOOSE}:0"))
    assert entry.title not in words(agents) + said(agents)


def test_choices_become_the_answer_for_whoever_asked(harness: AppHarness, guide: Guide) -> None:
    choices = public(harness, unclear_question(guide))

    own = copy_of(harness, "ben", lambda: harness.sandbox.click("ben", choices, f"{Action.CHOOSE}:0"))
    assert harness.workspace.message(choices.ts) == choices
    answer = harness.click_message(choices, f"{Action.CHOOSE}:0", "ana")

    assert words(own).splitlines()[0] == words(answer).splitlines()[0]


@pytest.mark.parametrize("who", ["ana", "ben"])
def test_escalating_opens_the_form_of_whoever_clicks(harness: AppHarness, who: str) -> None:
    answer = harness.opened(public(harness), Section.MORE)

    harness.click(answer, Action.ESCALATE, who)

    assert harness.modal(who).callback_id == "escalation"
    assert harness.workspace.message(answer.ts) == answer


def test_a_gates_question_is_put_to_whoever_clicks(harness: AppHarness, guide: Guide) -> None:
    form, gate = gated(guide)
    answer = public(harness)
    title = guide.knowledge.entries[gate].title
    escalate = with_button(harness, answer, Action.ESCALATE, EscalatePayload(state_of(answer), form).encode())
    choose = with_button(harness, answer, f"{Action.CHOOSE_FORM}:0", form)

    assert title in words(copy_of(harness, "ben", lambda: harness.sandbox.click("ben", escalate, Action.ESCALATE)))
    assert title in words(
        copy_of(harness, "ana", lambda: harness.sandbox.click("ana", choose, f"{Action.CHOOSE_FORM}:0"))
    )
    assert harness.workspace.message(escalate.ts) == escalate
    assert harness.workspace.message(choose.ts) == choose

    assert title in words(harness.click_message(escalate, Action.ESCALATE, "ana"))


def test_the_words_of_a_long_question_stay_with_its_asker(harness: AppHarness) -> None:
    """They are stored under a token; a button carries the beginning alone."""
    question = f"{MEDIATION}. " + "And the xylophone. " * 60 + "Zebra."
    asked = state_of(public(harness, question))
    value = EscalatePayload(replace(asked, entry="disputes/send-to-mediation"), "ask-disputes").encode()
    message = with_button(harness, public(harness), Action.ESCALATE, value)

    harness.click(message, Action.ESCALATE, "ben")
    harness.click(message, Action.ESCALATE, "ana")

    assert "Zebra" in str(harness.modal("ana").values)
    assert "Zebra" not in str(harness.modal("ben").values)
