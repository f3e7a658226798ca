"""Small talk gets one short line, on every surface; a sign of a critical concern is always answered."""

from __future__ import annotations

import pytest

from slackguide.guide.outcomes import REPLIES
from slackguide.matching import SmallTalk
from slackguide.slack.ids import Action
from tests.support.app_harness import AppHarness
from tests.support.questions import MEDIATION
from tests.support.rendered import elements, fields, said, words

MESSAGES = {
    "hi :wave:": SmallTalk.GREETING,
    "thanks a lot!": SmallTalk.THANKS,
    "ok bye": SmallTalk.GOODBYE,
    "\u200bok": SmallTalk.ACKNOWLEDGEMENT,
    ":+1:": SmallTalk.ACKNOWLEDGEMENT,
}


@pytest.mark.parametrize("text", MESSAGES)
def test_small_talk_gets_a_line_without_buttons(harness: AppHarness, text: str) -> None:
    reply = REPLIES[MESSAGES[text]]

    for message in (harness.route(text), harness.ask(text)):
        assert words(message) == reply
        assert said(message) == reply
        assert elements(message) == []


def test_a_critical_concern_within_a_good_bye_is_answered(harness: AppHarness) -> None:
    message = harness.ask("thanks for everything, goodbye everyone, I want to kill myself")

    assert words(message) not in REPLIES.values()
    assert "self-harm" in words(message).casefold()


@pytest.mark.parametrize("text", ["hel\u200bp", "\ufeffHelp\u00a0", "escalate\u00a0ask-disputes", "\u2060escalate"])
def test_subcommands_are_read_without_invisible_characters(harness: AppHarness, text: str) -> None:
    exchange = harness.command(text)

    assert exchange.ok
    asked = [words(message) for message in exchange.messages]
    assert all("nothing in the guides" not in card for card in asked)
    assert asked or harness.modal()


@pytest.mark.parametrize(
    "number", ["<tel:34567890|34567890>", "*34567890*", "`34567890`", "\u202d34567890\u202c", "contract\u00a034567890"]
)
def test_a_form_is_prefilled_with_a_number_however_it_is_marked(harness: AppHarness, number: str) -> None:
    message = harness.ask(f"{MEDIATION}, contract id {number}")
    harness.click(message, Action.ESCALATE)

    assert fields(harness.modal())["contract_id"] == "34567890"
