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
from slackguide.slack.button_state import AnswerState, decode
from slackguide.slack.ids import Action
from slackguide.slack.readers import CACHED_FOR
from tests.slack.asking import MEDIATION, team_lead_entry, unclear_question
from tests.slack.reading import elements, said, words
from tests.slack.test_presses import gated
from tests.trial import STAFF, TOKEN, Workplace


def public(work: Workplace, text: str = MEDIATION, who: str = "ana") -> Message:
    """Ask by a mention among members; the answer in the thread."""
    work.sandbox.mention(who, STAFF, text)
    work.settle()
    return [m for m in work.workspace.all_messages(STAFF) if m.by_bot][-1]


def with_button(work: Workplace, answer: Message, action_id: str, value: str) -> Message:
    """A further message of ours under the same question, with this one button."""
    client = WebClient(TOKEN, base_url=work.sandbox.api_url)
    button = {"type": "button", "action_id": action_id, "value": value, "text": {"type": "plain_text", "text": "Go"}}
    block = {"type": "actions", "elements": [button]}
    ts = client.chat_postMessage(channel=answer.channel, thread_ts=answer.thread_ts, text="Go", blocks=[block])["ts"]
    return work.workspace.message(ts)


def copy_of(work: Workplace, who: str, act: Callable[[], Any]) -> Message:
    """What this person alone is shown in consequence."""
    before = {m.ts for m in work.workspace.ephemerals(who)}

    def new() -> list[Message]:
        return [m for m in work.workspace.ephemerals(who) if m.ts not in before]

    act()
    work.until(new)
    (message,) = new()
    return message


def state_of(message: Message) -> AnswerState:
    """The state that the message's buttons carry."""
    return decode(elements(message)[-1]["value"])[0]


ACTIONS: Mapping[str, Mapping[str, Any]] = {
    Action.SKIP_FACT: {},
    Action.NOT_THIS: {},
    Action.NONE_OF_THESE: {},
    Action.HELPFUL: {},
    Action.NOT_HELPFUL: {},
    f"{Action.CHOOSE}:0": {"o": "disputes/send-to-mediation"},
    f"{Action.OPEN_ALERT}:0": {"o": "conduct/self-harm"},
    f"{Action.SET_FACT}:0": {"n": "contract_type", "v": "hourly"},
    f"{Action.REMOVE_FACT}:contract_type": {"d": "contract_type"},
}
"""Every action that draws a card, with what its button adds."""


@pytest.mark.parametrize("action_id", ACTIONS)
def test_the_askers_click_changes_the_message_for_all(work: Workplace, action_id: str) -> None:
    answer = public(work)
    message = with_button(work, answer, action_id, state_of(answer).encode(**ACTIONS[action_id]))

    assert work.click_message(message, action_id, "ana") != message

    assert work.workspace.ephemerals("ana") == ()


@pytest.mark.parametrize("action_id", ACTIONS)
@pytest.mark.parametrize("who", ["ben", "lena"])
def test_anybody_elses_click_gets_a_copy_of_their_own(work: Workplace, action_id: str, who: str) -> None:
    answer = public(work)
    message = with_button(work, answer, action_id, state_of(answer).encode(**ACTIONS[action_id]))

    own = copy_of(work, who, lambda: work.sandbox.click(who, message, action_id))

    assert work.workspace.message(message.ts) == message
    assert own.thread_ts == answer.thread_ts, "it is in the thread, where it can be seen"
    assert words(own)


@pytest.mark.parametrize("action_id", ACTIONS)
def test_a_message_of_an_older_version_changes_for_nobody(work: Workplace, action_id: str) -> None:
    """Its buttons do not say who asked."""
    answer = public(work)
    old = {name: held for name, held in state_of(answer).to_draft().items() if name != "u"} | dict(ACTIONS[action_id])

    message = with_button(work, answer, action_id, json.dumps(old))

    copy_of(work, "ana", lambda: work.sandbox.click("ana", message, action_id))

    assert work.workspace.message(message.ts) == message


@pytest.mark.parametrize("action_id", ACTIONS)
def test_where_a_guest_has_joined_the_message_stays_as_it_is(work: Workplace, action_id: str) -> None:
    answer = public(work)
    message = with_button(work, answer, action_id, state_of(answer).encode(**ACTIONS[action_id]))
    work.workspace.add_person(Person(name="gus", real_name="Gus Ek", role=PersonRole.GUEST), channels=(STAFF,))
    work.pass_time(CACHED_FOR.total_seconds())

    copy_of(work, "ana", lambda: work.sandbox.click("ana", message, action_id))

    assert work.workspace.message(message.ts) == message
    assert work.workspace.ephemerals("gus") == ()


@pytest.mark.parametrize("kind", [FaultKind.FAILING, FaultKind.RATE_LIMITED, FaultKind.REFUSING])
def test_where_slack_does_not_say_who_reads_it_the_message_stays_as_it_is(work: Workplace, kind: FaultKind) -> None:
    answer = public(work)
    work.pass_time(CACHED_FOR.total_seconds())
    work.sandbox.inject_fault(InjectedFault(kind=kind, method="conversations.info", code="missing_scope"))

    own = copy_of(work, "ana", lambda: work.sandbox.click("ana", answer, Action.SKIP_FACT))

    assert work.workspace.message(answer.ts) == answer
    assert "HV Mediation Tier 1" in words(own)


def test_a_copy_goes_on_by_itself(work: Workplace) -> None:
    answer = public(work)
    own = copy_of(work, "ben", lambda: work.sandbox.click("ben", answer, Action.SKIP_FACT))

    changed = work.click_message(own, Action.HELPFUL, "ben")

    assert "noted as helpful" in words(changed)
    assert changed.ts == own.ts
    assert work.workspace.message(answer.ts) == answer
    (given,) = work.stores.feedback.list()
    assert given.user_id == work.workspace.person("ben").id


def test_a_copy_comes_beside_the_thread_where_slack_does_not_take_it_there(work: Workplace) -> None:
    answer = public(work)
    work.sandbox.inject_fault(
        InjectedFault(kind=FaultKind.REFUSING, method="chat.postEphemeral", code="user_not_in_channel")
    )

    own = copy_of(work, "ben", lambda: work.sandbox.click("ben", answer, Action.SKIP_FACT))

    assert "HV Mediation Tier 1" in words(own)


@pytest.mark.parametrize("action_id", ACTIONS)
def test_no_click_shows_everybody_what_is_for_team_leads(work: Workplace, guide: Guide, action_id: str) -> None:
    entry = guide.knowledge.entries[team_lead_entry(guide)]
    lena = work.workspace.person("lena").id
    answer = public(work, entry.concerns[0], "lena")
    forged = AnswerState("x", entry.concerns[0], entry=entry.id, asker=lena).encode(
        **{**ACTIONS[action_id], "o": entry.id}
    )

    shown = work.click_message(with_button(work, answer, action_id, forged), action_id, "lena")

    assert entry.title not in words(shown) + said(shown)


def test_a_team_leads_copy_of_an_agents_answer_holds_what_is_for_team_leads(work: Workplace, guide: Guide) -> None:
    entry = guide.knowledge.entries[team_lead_entry(guide)]
    answer = public(work, entry.concerns[0])
    value = AnswerState("x", entry.concerns[0], asker=work.workspace.person("ana").id).encode(o=entry.id)

    message = with_button(work, answer, f"{Action.CHOOSE}:0", value)

    own = copy_of(work, "lena", lambda: work.sandbox.click("lena", message, f"{Action.CHOOSE}:0"))

    assert entry.title in words(own)
    assert work.workspace.message(message.ts) == message
    agents = copy_of(work, "ben", lambda: work.sandbox.click("ben", message, f"{Action.CHOOSE}:0"))
    assert entry.title not in words(agents) + said(agents)


def test_choices_become_the_answer_for_whoever_asked(work: Workplace, guide: Guide) -> None:
    choices = public(work, unclear_question(guide))

    own = copy_of(work, "ben", lambda: work.sandbox.click("ben", choices, f"{Action.CHOOSE}:0"))
    assert work.workspace.message(choices.ts) == choices
    answer = work.click_message(choices, f"{Action.CHOOSE}:0", "ana")

    assert words(own).splitlines()[0] == words(answer).splitlines()[0]


@pytest.mark.parametrize("who", ["ana", "ben"])
def test_escalating_opens_the_form_of_whoever_clicks(work: Workplace, who: str) -> None:
    answer = public(work)

    work.click(answer, Action.ESCALATE, who)

    assert work.modal(who).callback_id == "escalation"
    assert work.workspace.message(answer.ts) == answer


def test_a_gates_question_is_put_to_whoever_clicks(work: Workplace, guide: Guide) -> None:
    form, gate = gated(guide)
    answer = public(work)
    title = guide.knowledge.entries[gate].title
    escalate = with_button(work, answer, Action.ESCALATE, state_of(answer).encode(m=form))
    choose = with_button(work, answer, f"{Action.CHOOSE_FORM}:0", form)

    assert title in words(copy_of(work, "ben", lambda: work.sandbox.click("ben", escalate, Action.ESCALATE)))
    assert title in words(copy_of(work, "ana", lambda: work.sandbox.click("ana", choose, f"{Action.CHOOSE_FORM}:0")))
    assert work.workspace.message(escalate.ts) == escalate
    assert work.workspace.message(choose.ts) == choose

    assert title in words(work.click_message(escalate, Action.ESCALATE, "ana"))


def test_the_words_of_a_long_question_stay_with_its_asker(work: Workplace) -> None:
    """They are stored under a token; a button carries the beginning alone."""
    question = f"{MEDIATION}. " + "And the xylophone. " * 60 + "Zebra."
    asked, _ = decode(elements(public(work, question))[-1]["value"])
    value = replace(asked, entry="disputes/send-to-mediation").encode(m="ask-disputes")
    message = with_button(work, public(work), Action.ESCALATE, value)

    work.click(message, Action.ESCALATE, "ben")
    work.click(message, Action.ESCALATE, "ana")

    assert "Zebra" in str(work.modal("ana").values)
    assert "Zebra" not in str(work.modal("ben").values)
