"""Buttons, selects, forms and response URLs."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from slackguide.sandbox import Exchange, Message, NotAllowedError, OpenView
from tests.support.bolt_app import ServedApp, actions, button, field, modal, section

OPTIONS = [{"text": {"type": "plain_text", "text": name.upper()}, "value": name} for name in ("a", "b", "c")]


def card(slack: ServedApp, *elements: Any, user: str = "ana") -> Message:
    """Return an ephemeral card with these elements, as an answer to a command."""

    @slack.app.command("/route")
    def route(ack: Any) -> None:
        ack(text="card", blocks=[section("card"), actions(*(elements or (button("go", value="7"),)))])

    message: Message = slack.sandbox.command(user, "general", "/route", "x").messages[0]
    return message


def listen(slack: ServedApp, action_id: str = "go") -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []

    @slack.app.action(action_id)
    def pressed(ack: Any, body: Any) -> None:
        heard.append(body)
        ack()

    return heard


def post(url: str, body: dict[str, Any]) -> tuple[int, str]:
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)["error"]


def test_a_click_on_an_ephemeral_message_carries_no_message(slack: ServedApp) -> None:
    heard = listen(slack)
    message = card(slack)
    assert slack.sandbox.click("ana", message, "go").ok
    (body,) = heard
    assert "message" not in body
    assert body["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": True,
    }
    (action,) = body["actions"]
    assert (action["type"], action["action_id"], action["block_id"], action["value"]) == (
        "button",
        "go",
        "buttons",
        "7",
    )
    assert body["user"]["id"] == slack.workspace.person("ana").id
    assert body["channel"]["name"] == "general"


def test_a_click_on_a_posted_message_carries_it(slack: ServedApp) -> None:
    heard = listen(slack)
    metadata = {"event_type": "x", "event_payload": {"id": 1}}
    slack.client.chat_postMessage(channel="#general", text="post", blocks=[actions(button("go"))], metadata=metadata)
    (message,) = slack.workspace.messages("general")
    slack.sandbox.click("ben", message.ts, "go")
    assert heard[0]["message"]["ts"] == message.ts
    assert heard[0]["message"]["bot_id"] == slack.workspace.app.bot_id
    assert heard[0]["container"]["is_ephemeral"] is False


def test_nobody_clicks_what_they_do_not_see(slack: ServedApp) -> None:
    message = card(slack)
    with pytest.raises(NotAllowedError, match="only somebody else sees"):
        slack.sandbox.click("ben", message, "go")
    slack.client.chat_postMessage(channel="#ask-ce", text="x", blocks=[actions(button("go"))])
    (posted,) = slack.workspace.messages("ask-ce")
    with pytest.raises(NotAllowedError, match="gil is not in #ask-ce"):
        slack.sandbox.click("gil", posted, "go")


def test_choosing_in_selects_checkboxes_and_dates(slack: ServedApp) -> None:
    heard = listen(slack, "pick")
    listen(slack, "when")
    message = card(
        slack,
        {"type": "static_select", "action_id": "pick", "options": OPTIONS},
        {"type": "datepicker", "action_id": "when"},
    )
    slack.sandbox.click("ana", message, "when", "2026-05-01")
    slack.sandbox.click("ana", message, "pick", "b")
    (body,) = heard
    assert body["actions"][0]["selected_option"] == OPTIONS[1]
    values = body["state"]["values"]["buttons"]
    assert values["pick"]["selected_option"] == OPTIONS[1]
    assert values["when"]["selected_date"] == "2026-05-01"
    with pytest.raises(NotAllowedError, match="“z” is not among the options of pick: a, b, c"):
        slack.sandbox.click("ana", message, "pick", "z")


def test_an_overflow_menu_keeps_no_state(slack: ServedApp) -> None:
    heard = listen(slack, "more")
    message = card(slack, {"type": "overflow", "action_id": "more", "options": OPTIONS})
    slack.sandbox.click("ana", message, "more", "c")
    assert heard[0]["actions"][0]["selected_option"] == OPTIONS[2]
    assert heard[0]["state"]["values"] == {}


def test_a_click_nobody_acknowledges_is_shown(slack: ServedApp) -> None:
    exchange = slack.sandbox.click("ana", card(slack), "go")
    assert exchange.status == 404
    assert exchange.notice == "Slackguide could not do that. Try again?"


# response_url


def url_of(slack: ServedApp) -> tuple[str, Message]:
    heard = listen(slack)
    message = card(slack)
    slack.sandbox.click("ana", message, "go")
    return heard[0]["response_url"], message


def test_a_response_url_works_five_times(slack: ServedApp) -> None:
    url, _ = url_of(slack)
    for number in range(5):
        assert post(url, {"text": str(number)}) == (200, "ok")
    assert post(url, {"text": "6"}) == (404, "used_url")
    texts = [message.text for message in slack.workspace.ephemerals("ana")]
    assert texts == ["card", "0", "1", "2", "3", "4"]


def test_a_response_url_works_for_thirty_minutes(slack: ServedApp) -> None:
    url, _ = url_of(slack)
    slack.clock.advance(1800)
    assert post(url, {"text": "in time"}) == (200, "ok")
    slack.clock.advance(1)
    assert post(url, {"text": "late"}) == (404, "expired_url")
    assert post(f"{url}x", {"text": "made up"}) == (404, "no_active_hooks")


def test_a_response_url_replaces_and_deletes_the_original(slack: ServedApp) -> None:
    url, message = url_of(slack)
    assert post(url, {"text": "new", "replace_original": "true"}) == (200, "ok")
    (replaced,) = slack.workspace.ephemerals("ana")
    assert (replaced.ts, replaced.text, replaced.blocks) == (message.ts, "new", ())
    assert post(url, {"delete_original": True}) == (200, "ok")
    assert slack.workspace.ephemerals("ana") == ()


def test_a_response_url_takes_no_broken_blocks(slack: ServedApp) -> None:
    url, _ = url_of(slack)
    assert post(url, {"text": "x", "blocks": [section("y" * 3001)]}) == (400, "invalid_blocks")
    assert post(url, {"text": ""}) == (400, "no_text")
    call = slack.workspace.calls[-2]
    assert call.method == "response_url"
    assert [problem.rule for problem in call.problems] == ["Section text: at most 3000 characters"]


def test_an_answer_to_a_click_may_be_for_everyone(slack: ServedApp) -> None:
    url, _ = url_of(slack)
    post(url, {"text": "all", "response_type": "in_channel"})
    assert [message.text for message in slack.workspace.messages("general")] == ["all"]


def test_a_response_url_puts_into_a_thread_only_what_everybody_sees(slack: ServedApp) -> None:
    place = slack.workspace.conversation("general").id
    parent = slack.client.chat_postMessage(channel=place, text="question")["ts"]
    heard = listen(slack)
    blocks = [actions(button("go"))]
    ts = slack.client.chat_postMessage(channel=place, text="answer", thread_ts=parent, blocks=blocks)["ts"]
    slack.sandbox.click("ana", ts, "go")
    url = heard[0]["response_url"]
    post(url, {"text": "by itself"})
    post(url, {"text": "asked for", "thread_ts": parent})
    post(url, {"text": "for all", "thread_ts": parent, "response_type": "in_channel"})
    assert [(m.text, m.thread_ts) for m in slack.workspace.ephemerals("ana")] == [
        ("by itself", None),
        ("asked for", None),
    ]
    assert [m.text for m in slack.workspace.messages("general", thread_ts=parent)] == ["question", "answer", "for all"]


# Forms

FORM = modal(
    field("title", {"type": "plain_text_input", "min_length": 3, "max_length": 5}),
    field("count", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "9"}),
    field("link", {"type": "url_text_input"}, optional=True),
    field("kind", {"type": "static_select", "options": OPTIONS, "initial_option": OPTIONS[0]}),
    field("tags", {"type": "multi_static_select", "options": OPTIONS, "max_selected_items": 2}, optional=True),
    field("checks", {"type": "checkboxes", "options": OPTIONS}, optional=True),
    field("day", {"type": "datepicker"}, optional=True),
)


def open_form(slack: ServedApp, view: dict[str, Any] = FORM) -> OpenView:
    person = slack.workspace.person("ana")
    slack.client.views_open(trigger_id=slack.workspace.views.trigger(person.id), view=view)
    found = slack.workspace.views.top(person.id)
    assert found is not None
    return found


def on_submit(slack: ServedApp, **answer: Any) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []

    @slack.app.view("form")
    def submitted(ack: Any, view: Any) -> None:
        heard.append(view)
        ack(**answer)

    return heard


def submit(slack: ServedApp, view: OpenView, **values: Any) -> Exchange:
    return slack.sandbox.submit("ana", view.id, {"title": "four", "count": "4", **values})


def test_a_submission_carries_what_was_typed_and_chosen(slack: ServedApp) -> None:
    heard = on_submit(slack)
    view = open_form(slack)
    exchange = submit(slack, view, tags=["c", "a"], day="2026-05-01")
    assert exchange.ok
    values = heard[0]["state"]["values"]
    assert values["title"]["title"] == {"type": "plain_text_input", "value": "four"}
    assert values["count"]["count"]["value"] == "4"
    assert values["link"]["link"]["value"] is None
    assert values["kind"]["kind"]["selected_option"] == OPTIONS[0]
    assert values["tags"]["tags"]["selected_options"] == [OPTIONS[2], OPTIONS[0]]
    assert values["checks"]["checks"]["selected_options"] == []
    assert values["day"]["day"]["selected_date"] == "2026-05-01"
    assert heard[0]["id"] == view.id
    assert slack.workspace.views.stack(view.person) == ()


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"title": ""}, {"title": "Please complete this required field."}),
        ({"title": "  "}, {"title": "Please complete this required field."}),
        ({"title": "ab"}, {"title": "Must be at least 3 characters."}),
        ({"title": "abcdef"}, {"title": "Must be at most 5 characters."}),
        ({"count": "many"}, {"count": "Enter a number."}),
        ({"count": "1.5"}, {"count": "Enter a whole number."}),
        ({"count": "0"}, {"count": "Must be 1 or more."}),
        ({"count": "10"}, {"count": "Must be 9 or less."}),
        ({"link": "example"}, {"link": "Enter a valid URL, such as https://example.com."}),
        ({"kind": None}, {"kind": "Please complete this required field."}),
        ({"tags": ["a", "b", "c"]}, {"tags": "Choose at most 2."}),
    ],
)
def test_what_slack_s_own_screen_refuses_is_never_sent(slack: ServedApp, values: Any, fault: Any) -> None:
    heard = on_submit(slack)
    view = open_form(slack)
    exchange = submit(slack, view, **values)
    assert exchange.errors == fault
    assert exchange.reply is None
    assert heard == []
    assert submit(slack, view, **{key: None for key in values if key in ("link", "tags")}, kind="a").ok


def test_errors_from_the_app_leave_the_form_as_it_was(slack: ServedApp) -> None:
    on_submit(slack, response_action="errors", errors={"title": "That one is taken."})
    view = open_form(slack)
    exchange = submit(slack, view)
    assert exchange.errors == {"title": "That one is taken."}
    top = slack.workspace.views.top(view.person)
    assert top is not None
    assert top.values["title"]["title"]["value"] == "four"


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "update", "view": modal(title={"type": "plain_text", "text": "x" * 25})},
        {"response_action": "push"},
    ],
)
def test_an_answer_that_slack_cannot_follow_is_trouble(slack: ServedApp, answer: Any) -> None:
    on_submit(slack, **answer)
    view = open_form(slack)
    exchange = submit(slack, view)
    assert exchange.notice == "We had some trouble connecting. Try again?"
    assert exchange.problems
    assert slack.workspace.views.top(view.person) is not None


def test_an_exception_leaves_the_form_open(slack: ServedApp) -> None:
    @slack.app.view("form")
    def submitted() -> None:
        raise RuntimeError("broken on purpose")

    view = open_form(slack)
    exchange = submit(slack, view)
    assert (exchange.status, exchange.notice) == (500, "We had some trouble connecting. Try again?")
    assert slack.workspace.views.top(view.person) is not None


def test_a_submission_may_update_push_or_clear(slack: ServedApp) -> None:
    answers: list[dict[str, Any]] = []

    @slack.app.view("form")
    def submitted(ack: Any) -> None:
        ack(**answers.pop(0))

    view = open_form(slack)
    answers.append({"response_action": "update", "view": {**FORM, "title": {"type": "plain_text", "text": "Again"}}})
    submit(slack, view)
    top = slack.workspace.views.top(view.person)
    assert top is not None
    assert (top.id, top.title) == (view.id, "Again")
    answers.append({"response_action": "push", "view": FORM})
    submit(slack, top)
    assert len(slack.workspace.views.stack(view.person)) == 2
    answers.append({"response_action": "clear"})
    pushed = slack.workspace.views.top(view.person)
    assert pushed is not None
    submit(slack, pushed)
    assert slack.workspace.views.stack(view.person) == ()


def test_a_click_in_a_modal_carries_what_is_typed_so_far(slack: ServedApp) -> None:
    heard = listen(slack, "look")
    view = open_form(slack, modal(*FORM["blocks"][:2], actions(button("look"))))
    slack.sandbox.click("ana", view, "look", state={"title": "half"})
    assert heard[0]["view"]["state"]["values"]["title"]["title"]["value"] == "half"
    assert heard[0]["container"] == {"type": "view", "view_id": view.id}
    assert "response_url" not in heard[0]


def test_an_input_tells_the_app_only_when_it_dispatches(slack: ServedApp) -> None:
    heard = listen(slack, "title")
    silent = open_form(slack)
    with pytest.raises(NotAllowedError, match="tells the app nothing before"):
        slack.sandbox.click("ana", silent, "title", "x")
    telling = open_form(slack, modal(field("title", {"type": "plain_text_input"}, dispatch_action=True)))
    slack.sandbox.click("ana", telling, "title", "typed")
    assert heard[0]["actions"][0]["value"] == "typed"


def test_an_external_select_asks_while_one_types(slack: ServedApp) -> None:
    @slack.app.options("entry")
    def entries(ack: Any, payload: Any) -> None:
        ack(options=[option for option in OPTIONS if option["value"] == payload["value"]])

    view = open_form(slack, modal(field("entry", {"type": "external_select", "min_query_length": 0})))
    assert slack.sandbox.suggest("ana", view, "entry", "b").options == (OPTIONS[1],)
    heard = on_submit(slack)
    slack.sandbox.submit("ana", view.id, {"entry": OPTIONS[1]})
    assert heard[0]["state"]["values"]["entry"]["entry"]["selected_option"] == OPTIONS[1]


def test_shortcuts_of_both_kinds(slack: ServedApp) -> None:
    heard: list[dict[str, Any]] = []

    @slack.app.shortcut("ask")
    def ask(ack: Any, body: Any, client: Any) -> None:
        heard.append(body)
        client.views_open(trigger_id=body["trigger_id"], view=FORM)
        ack()

    @slack.app.shortcut("ask-about")
    def about(ack: Any, body: Any, respond: Any) -> None:
        heard.append(body)
        ack()
        respond("about it")

    assert slack.sandbox.shortcut("ana", "ask").view is not None
    slack.sandbox.say("ben", "general", "the client is <angry>")
    (message,) = slack.workspace.messages("general")
    exchange = slack.sandbox.message_shortcut("ana", message.ts, "ask-about")
    assert [found.text for found in exchange.messages] == ["about it"]
    assert "response_url" not in heard[0]
    assert heard[1]["message"]["text"] == "the client is &lt;angry&gt;"
    with pytest.raises(NotAllowedError, match="registered no global shortcut"):
        slack.sandbox.shortcut("ana", "ask-about")
