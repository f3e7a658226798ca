"""`/route`: answered in the acknowledgement, in words, whatever is typed."""

from __future__ import annotations

import json

import pytest

from slackguide.guide import Guide
from slackguide.sandbox.user.payloads import Payloads
from slackguide.slack.ids import ASK_TEXT
from tests.support.app_harness import AppHarness
from tests.support.questions import MEDIATION, UNKNOWN
from tests.support.rendered import elements, fields, labels, live, said, words

TRANSPORTS = ("http", "socket")


def test_the_answer_is_the_acknowledgement_itself(harness: AppHarness) -> None:
    calls = harness.workspace.calls

    exchange = harness.command(MEDIATION)

    answer = json.loads(exchange.body)
    assert answer["response_type"] == "ephemeral"
    (message,) = exchange.messages
    assert message.reader == harness.workspace.person("ana").id
    assert "Send a case to Mediation" in words(message)
    harness.settle()
    assert harness.workspace.calls == calls, "an answer needs no call of the Web API"


def test_another_person_does_not_see_the_answer(harness: AppHarness) -> None:
    harness.route(MEDIATION)

    assert harness.workspace.ephemerals("ben") == ()
    assert harness.workspace.messages("general") == ()


def test_help_alone_is_help(harness: AppHarness, guide: Guide) -> None:
    message = harness.route("help")

    for form in guide.knowledge.forms:
        assert f"/route escalate {form}" in words(message)
        assert f"/route escalate {form}" in said(message)


@pytest.mark.parametrize("text", ["help me with a refund", "escalate the refund", "escalate ask-nobody", "escalation"])
def test_words_of_a_concern_that_look_like_a_subcommand_are_a_concern(harness: AppHarness, text: str) -> None:
    message = harness.route(text)

    assert "lets you choose an escalation form" not in words(message)
    assert "Which form?" not in words(message)
    assert harness.workspace.views.stack(harness.workspace.person("ana").id) == ()


def test_nothing_typed_opens_the_ask_form_whose_answer_takes_its_place(harness: AppHarness) -> None:
    exchange = harness.command("")

    assert exchange.ok
    assert exchange.messages == ()
    form = harness.modal()
    assert (form.callback_id, [e["action_id"] for e in elements(form)]) == ("ask", [ASK_TEXT])

    assert harness.submit({ASK_TEXT: MEDIATION}).ok

    answer = harness.modal()
    assert answer.id == form.id
    assert "Send a case to Mediation" in words(answer)


def test_an_ask_form_with_white_space_alone_stays_open_and_says_what_to_write(harness: AppHarness) -> None:
    harness.command("")
    form = harness.modal()
    blank = harness.workspace.views.type_in(form, {ASK_TEXT: {ASK_TEXT: {"type": "plain_text_input", "value": " \t"}}})
    payload = Payloads(workspace=harness.workspace).submission(harness.workspace.person("ana"), blank, trigger_id="1.2")

    answer = json.loads(harness.send("interactive", payload).body)

    assert answer["response_action"] == "errors"
    assert "sentence" in answer["errors"][ASK_TEXT]


def test_escalate_alone_lets_one_choose_a_form(harness: AppHarness, guide: Guide) -> None:
    message = harness.route("escalate")

    titles = [form.title for form in guide.knowledge.forms.values()]
    assert all(title in words(message) and title in said(message) for title in titles)

    harness.click(message, "escalate_choose_form:0")

    assert harness.modal().title == titles[0]
    assert harness.modal().callback_id == "escalation"


def test_escalate_with_the_id_of_a_form_opens_it_empty(harness: AppHarness) -> None:
    exchange = harness.command("escalate ask-disputes")

    assert exchange.ok
    assert exchange.messages == ()
    form = harness.modal()
    assert form.callback_id == "escalation"
    assert {"ticket_url", "contract_id", "client_username", "freelancer_username", "dispute_type", "dispute_reasons",
            "summary"} <= fields(form).keys()  # fmt: skip
    assert not any(fields(form).values())
    for block in form.blocks:
        if block["type"] == "input":
            assert block["block_id"] == block["element"]["action_id"]


@pytest.mark.parametrize(
    "form", ["ASK-Disputes", "ask disputes", "#ask-disputes", "#Ask-Disputes:", "<#C012AB|ask-disputes>"]
)
def test_escalate_takes_the_title_or_channel_of_a_form_and_words_for_it(harness: AppHarness, form: str) -> None:
    harness.command(f"escalate {form} hourly, paid 12 days ago, contract 34567890")

    known = fields(harness.modal())
    assert known["summary"] == "hourly, paid 12 days ago, contract 34567890"
    assert (known["dispute_type"], known["contract_id"]) == ("hourly", "34567890")


def test_words_after_the_form_pass_through_its_gate(harness: AppHarness) -> None:
    message = harness.route("escalate ask-ce sent to CE 30 hours ago")

    assert "30 hours" in words(message)
    assert harness.workspace.views.stack(harness.workspace.person("ana").id) == ()


def test_other_words_after_escalate_are_a_concern_with_the_forms_offered(harness: AppHarness) -> None:
    message = harness.route(f"escalate {MEDIATION}, contract 34567890")

    assert "Send a case to Mediation" in words(message)
    assert "To escalate it as it is" in said(message)

    harness.click(message, "answer_escalate:0")

    known = fields(harness.modal())
    assert known["summary"] == f"{MEDIATION}, contract 34567890"
    assert known["contract_id"] == "34567890"


def test_words_that_fit_nothing_are_reported_so(harness: AppHarness) -> None:
    message = harness.route(UNKNOWN)

    assert "Not in these guides" in words(message)
    assert "Team Lead" in words(message)


STRANGE = {
    "eight thousand characters": ("the client was charged twice and wants his money back " * 200)[:8000],
    "eight thousand quotes": "client wants a refund " + '"' * 7970,
    "emoji alone": "😡💸🔁",
    "emoji in Slack's spelling": ":rage: :money_with_wings:",
    "Japanese": "クライアントが二重に請求されました",
    "Russian": "Клиент хочет вернуть деньги",
    "Arabic": "العميل يريد استرداد أمواله",
    "right to left among left to right": "refund \u202eevil\u202c for \u2066client\u2069",
    "control characters": "refund\x00\x01\x02\x1b[31m\x7f please",
    "control characters alone": "\x01" * 600,
    "a question among control characters": "client wants a refund " + "\x01" * 570,
    "a question among quotes and backslashes": "client wants a refund " + '"\\' * 288,
    "combining characters": "r̴̡̛e̷͝f̸̛u̵͘n̶͝d̷͘" * 20,
    "a ping of everybody": "<!channel> <!here> <!everyone> @here @channel client wants a refund",
    "a ping of a person and a group": "<@U0ANA> <!subteam^S1|@leads> refund",
    "a channel and a link": "<#C1|general> <https://evil.example|refund>",
    "markup": "*bold* _it_ ~no~ `code` ```block``` > quote refund",
    "entities": "&lt;!channel&gt; &amp;amp; refund",
    "JSON": '{"a":"b","f":{"contract_type":"hourly"}}',
    "a template": "{summary} {client_segment} %s {0} refund",
    "one character": "?",
    "a very long word": "a" * 7999,
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
def test_everything_that_can_be_typed_is_answered_and_nothing_of_it_is_rendered_as_markup(
    harness: AppHarness, text: str
) -> None:
    message = harness.route(text)

    assert words(message).strip()
    assert message.text.strip()
    assert live(message) == set()
    for action_id in [action_id for action_id in labels(message).values() if action_id != "answer_escalate"][-1:]:
        redrawn = harness.click_message(message, action_id)
        assert words(redrawn).strip()
        assert live(redrawn) == set()


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
def test_a_window_answers_everything_too(harness: AppHarness, text: str) -> None:
    harness.command("")

    exchange = harness.submit({ASK_TEXT: text[:3000]})

    assert exchange.ok, exchange
    answer = harness.modal()
    assert words(answer).strip()
    assert live(answer) == set()


def test_a_command_of_another_version_is_answered_with_a_message(harness: AppHarness) -> None:
    payload = harness.command("help").sent

    reply = harness.send("slash_commands", {**payload, "command": "/guide"})

    assert "another version" in json.loads(reply.body)["text"]
