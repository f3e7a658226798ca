"""A base, a database, and every button and open form of release 0.1.0 keep working (CONTRACT.md, section 6)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slackguide.escalation.models import EscalationState
from slackguide.guide import Answer, Asker, CalibrationStore, Concern, calibrated_guide
from slackguide.sandbox import Message
from slackguide.sandbox.block_kit.state import elements_of
from slackguide.slack.ids import ESCALATION_EVENT, Action
from slackguide.slack.registry import OUTDATED_MESSAGE
from slackguide.triage.completeness import load_verified
from tests.support.app_harness import AppHarness
from tests.support.escalations import filled
from tests.support.forged_requests import press_payload
from tests.support.questions import TODAY
from tests.support.rendered import elements, words

BASE = Path(__file__).parent / "base_0_1_0"

REFUSALS = (OUTDATED_MESSAGE, "too old for its buttons", "something went wrong")
"""What a person reads whose button or form is not understood, or runs into a fault of ours."""

FORMS: dict[str, dict[str, Any]] = {
    "ask": {"concern": "client wants mediation, hourly, paid 12 days ago"},
    "form": filled(ticket_url="https://x.zendesk.com/agent/tickets/6001", contract_id="60016001"),
    "warned": {"slackguide_anyway": "The client wrote again about another week."},
    "ask_more": {"words": "Which week is it?"},
    "add_details": {"words": "It is the week of 2 March."},
    "hand_over": {"desk": "ask-ce", "words": "It is about a duplicate account."},
    "resolve": {"ending": "right_place", "decided": "Only the week of 2 March."},
    "reopen": {"words": "The client wrote again."},
}
"""What is typed into each form that 0.1.0 had opened."""


MOVED_ON = {"add_details": "D-1005", "hand_over": "D-1007", "resolve": "D-1004"}
"""Forms whose escalation went on after 0.1.0 had opened them, and what the refusal has to name."""


def escalation_state(work: AppHarness, recorded: dict[str, Any], name: str) -> EscalationState:
    """Return the state of an escalation of the recording, by its name there."""
    found = work.repositories.escalations.get(recorded["escalations"][name]["id"])
    assert found is not None
    return found.state


def clickable(recorded: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Every recorded message with each of its buttons."""
    for message in recorded["messages"]:
        for element in elements(Message(**{**message, "blocks": tuple(message["blocks"])})):
            yield message, element["action_id"]


def reader_of(work: AppHarness, message: dict[str, Any]) -> str:
    """Somebody who sees the message: its one reader, the person of the direct message, or a specialist."""
    if message["reader"]:
        return str(message["reader"])
    conversation = work.workspace.conversation(message["channel"])
    return conversation.person or next(
        person for person in ("marek", "priya", "ana") if work.workspace.person(person).id in conversation.members
    )


def shown_to(work: AppHarness, who: str) -> str:
    """Everything that a person sees: messages, and open modals."""
    person = work.workspace.person(who).id
    messages = [m for c in work.workspace.conversations for m in work.workspace.all_messages(c.id)]
    messages += work.workspace.ephemerals(person)
    screens = [words(view) for view in work.workspace.views.stack(person)]
    return "\n".join([*(m.text for m in messages), *screens])


def test_a_knowledge_base_of_0_1_0_loads_and_answers(tmp_path: Path) -> None:
    guide = calibrated_guide(load_verified(BASE), CalibrationStore(tmp_path))

    outcome = guide.answer(Concern(next(iter(guide.knowledge.entries.values())).concerns[0]), Asker(), today=TODAY)

    assert isinstance(outcome, Answer)
    assert set(guide.knowledge.forms) == {"ask-parcels"}


def test_the_recording_holds_every_action_that_0_1_0_had(recorded: dict[str, Any]) -> None:
    posted = {action_id.split(":")[0] for _, action_id in clickable(recorded)}
    views = [*recorded["homes"].values(), *(view["content"] for view in recorded["views"].values())]
    for view in views:
        found = [element for block in view["blocks"] for element in elements_of(block)]
        posted |= {element["action_id"].split(":")[0] for element in found}

    later = {
        Action.RETRY_DELIVERY, Action.OPEN_SECTION, Action.GO_BACK, Action.TELL_TEAM_LEAD, Action.FEEDBACK_REASON,
        Action.RESOLUTION_CODE, Action.CARD_MENU, Action.SEND_REPLY, Action.ASK_REPLY, Action.DISMISS_REPLY,
        Action.FORWARD_REPLY, Action.FORWARD_QUESTION, Action.CHECKLIST, Action.SET_CHECKLIST,
    }  # fmt: skip
    assert set(Action) - posted - later <= {Action.READ, Action.UNFOLLOW}, "those two are clicked below, forged"


def test_every_button_that_0_1_0_posted_is_understood(work: AppHarness, recorded: dict[str, Any]) -> None:
    work.settle()
    clicked = 0
    for message, action_id in clickable(recorded):
        work.workspace.post(Message(**{**message, "blocks": tuple(message["blocks"])}))
        who = reader_of(work, message)
        exchange = work.sandbox.click(who, message["ts"], action_id)
        assert exchange.ok, (action_id, exchange)
        clicked += 1
        work.workspace.views.clear(work.workspace.person(who).id)
    work.settle()

    assert clicked > 150
    for who in ("ana", "ben", "marek", "priya"):
        screen = shown_to(work, who)
        assert not [refusal for refusal in REFUSALS if refusal in screen], who


@pytest.mark.parametrize("action", [Action.READ, Action.UNFOLLOW, Action.FOLLOW, Action.CLAIM, Action.RELEASE])
def test_buttons_that_carry_an_escalations_id_are_understood(
    work: AppHarness, recorded: dict[str, Any], action: Action
) -> None:
    work.settle()
    payload = press_payload(work, action, recorded["escalations"]["unclaimed"]["id"], "marek")
    before = {message.ts for message in work.workspace.ephemerals("marek")}

    def new() -> list[str]:
        """Return what is new to Marek."""
        ephemerals = [m.text for m in work.workspace.ephemerals("marek") if m.ts not in before]
        return ephemerals + [words(view) for view in work.workspace.views.stack(work.workspace.person("marek").id)]

    assert work.send("interactive", payload).status == 200
    work.until(new)
    shown = "\n".join(new())

    assert "D-1001" in shown or "client does not agree" in shown or "Both sides" in shown, shown
    assert not [refusal for refusal in REFUSALS if refusal in shown]


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_form_that_0_1_0_had_opened_can_be_sent(work: AppHarness, recorded: dict[str, Any], name: str) -> None:
    work.settle()
    view = recorded["views"][name]
    screens = work.workspace.views
    opened = screens.open(screens.trigger(view["person"]), view["content"])
    values = {**FORMS[name]}
    if name == "warned":
        values = {**{block: next(iter(inputs.values())) for block, inputs in view["values"].items()}, **values}
        values = {block: typed(value) for block, value in values.items()}

    exchange = work.sandbox.submit(view["person"], opened.id, values)

    assert exchange.ok, exchange
    assert bool(exchange.errors) == (name in MOVED_ON), exchange.errors
    assert all(MOVED_ON[name] in text and not any(r in text for r in REFUSALS) for text in exchange.errors.values())


def typed(value: Any) -> Any:
    """Return what was typed or chosen, out of an input's state."""
    if not isinstance(value, dict):
        return value
    if "selected_options" in value:
        return [option["value"] for option in value["selected_options"]]
    if "selected_option" in value:
        return value["selected_option"] and value["selected_option"]["value"]
    return value.get("value")


def test_home_tabs_that_0_1_0_drew_are_understood(work: AppHarness, recorded: dict[str, Any]) -> None:
    for who, content in recorded["homes"].items():
        person = work.workspace.person(who).id
        for block in content["blocks"]:
            for element in block.get("elements", []):
                if element["type"] != "button":
                    continue
                view = work.workspace.views.publish(person, content)
                exchange = work.sandbox.click(who, view, element["action_id"])
                assert exchange.ok, (who, element["action_id"], exchange)
                work.workspace.views.clear(person)
        assert not [refusal for refusal in REFUSALS if refusal in shown_to(work, who)]


def test_what_0_1_0_still_owed_arrives(work: AppHarness, recorded: dict[str, Any]) -> None:
    """What was due, and what it had given up because Slack refused the installation."""
    work.settle()

    posts = [m for m in work.workspace.messages("ask-disputes") if m.metadata]
    ids = [m.metadata["event_payload"]["id"] for m in posts if m.metadata["event_type"] == ESCALATION_EVENT]  # type: ignore[index]
    for name in ("owed", "parked"):
        assert ids.count(recorded["escalations"][name]["id"]) == 1, name
    assert work.pending() == ()
    answers = [m for m in work.workspace.direct_messages("ana") if m.by_bot and m.metadata]
    assert any(m.text.endswith("? Send a case to Mediation.") for m in answers), "in the words of this release"


def test_a_card_of_0_1_0_is_claimed_and_redrawn(work: AppHarness, recorded: dict[str, Any]) -> None:
    work.settle()
    (post,) = [
        m
        for m in work.workspace.messages("ask-disputes")
        if m.metadata and m.metadata["event_payload"] == {"id": recorded["escalations"]["unclaimed"]["id"]}
    ]

    work.click(post, Action.CLAIM, "marek")
    work.settle()

    assert escalation_state(work, recorded, "unclaimed") is EscalationState.CLAIMED
    assert "Claimed" in words(work.workspace.message(post.ts))
