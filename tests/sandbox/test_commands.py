"""Slash commands, sent to a Bolt app that verifies signatures."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from slack_bolt import BoltResponse

from slackguide.sandbox import NotAllowedError, NotFoundError
from tests.support.bolt_app import ServedApp, actions, button, section, served
from tests.support.waiting import WAIT_SECONDS


def answer(slack: ServedApp, **content: Any) -> None:
    @slack.app.command("/route")
    def route(ack: Any) -> None:
        ack(**content)


def test_the_request_is_what_slack_sends(slack: ServedApp) -> None:
    heard: dict[str, Any] = {}

    @slack.app.command("/route")
    def route(ack: Any, command: Any) -> None:
        heard.update(command)
        ack("fine")

    exchange = slack.sandbox.command("ana", "ask-disputes", "/route", " 5 < 6 & <b> @here ")
    assert exchange.ok
    assert exchange.status == 200
    assert heard["text"] == "5 < 6 & <b> @here"
    assert heard["user_id"] == slack.workspace.person("ana").id
    assert heard["channel_name"] == "ask-disputes"
    assert heard["team_id"] == slack.workspace.team.id
    assert heard["api_app_id"] == slack.workspace.app.id
    assert heard["response_url"].startswith(f"{slack.sandbox.url}hooks/commands/")
    assert heard["trigger_id"]
    assert exchange.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert exchange.headers["X-Slack-Signature"].startswith("v0=")
    assert exchange.milliseconds > 0


def test_the_app_refuses_a_request_with_another_signature() -> None:
    with served() as slack:
        answer(slack, text="fine")
        assert slack.sandbox.command("ana", "general", "/route").ok
        slack.sandbox._bot.transport()._secret = "another"  # type: ignore[attr-defined]
        exchange = slack.sandbox.command("ana", "general", "/route", "x")
        assert exchange.status == 401
        assert exchange.notice == "/route failed because the app did not take it. (dispatch_failed)"


def test_a_stale_signature_is_refused() -> None:
    with served(signing_clock=lambda: time.time() - 301) as slack:
        answer(slack, text="fine")
        assert slack.sandbox.command("ana", "general", "/route").status == 401


def test_an_answer_is_ephemeral_unless_it_says_otherwise(slack: ServedApp) -> None:
    answer(slack, text="for you", blocks=[section("for you")])
    exchange = slack.sandbox.command("ana", "general", "/route", "x")
    (message,) = exchange.messages
    assert message.reader == slack.workspace.person("ana").id
    assert message.blocks[0]["text"]["text"] == "for you"
    assert slack.workspace.ephemerals("ana", "general") == (message,)
    assert slack.workspace.messages("general") == ()


def test_an_answer_in_channel_is_for_everyone(slack: ServedApp) -> None:
    answer(slack, text="for all", response_type="in_channel")
    slack.sandbox.command("ana", "general", "/route", "x")
    assert [message.text for message in slack.workspace.messages("general")] == ["for all"]
    assert slack.workspace.ephemerals("ana") == ()


def test_an_empty_acknowledgement_shows_nothing(slack: ServedApp) -> None:
    answer(slack)
    exchange = slack.sandbox.command("ana", "general", "/route", "x")
    assert exchange.ok
    assert exchange.messages == ()


@pytest.mark.parametrize(
    ("content", "code", "rule"),
    [
        ({"text": "x", "blocks": [section("y" * 3001)]}, "invalid_blocks", "Section text: at most 3000 characters"),
        (
            {"text": "x", "blocks": [section("y" * 3000) for _ in range(5)]},
            "msg_blocks_too_long",
            "All text of one message: about 12,000 characters",
        ),
    ],
)
def test_an_answer_over_a_limit_is_rejected_with_a_message(
    slack: ServedApp, content: Any, code: str, rule: str
) -> None:
    answer(slack, **content)
    exchange = slack.sandbox.command("ana", "general", "/route", "x")
    assert not exchange.ok
    assert exchange.status == 200
    assert exchange.notice == f"/route answered with a message that Slack refuses. ({code})"
    assert [problem.rule for problem in exchange.problems] == [rule]
    (shown,) = slack.workspace.ephemerals("ana")
    assert (shown.user, shown.text) == ("USLACKBOT", exchange.notice)


def test_an_exception_in_the_listener_is_dispatch_failed(slack: ServedApp) -> None:
    @slack.app.command("/route")
    def route() -> None:
        raise RuntimeError("broken on purpose")

    exchange = slack.sandbox.command("ana", "general", "/route", "x")
    assert exchange.status == 500
    assert exchange.notice == "/route failed because the app did not take it. (dispatch_failed)"


def test_silence_ends_with_a_message_after_the_timeout() -> None:
    release = threading.Event()
    with served(request_timeout=0.2) as slack:

        @slack.app.command("/route")
        def route(ack: Any) -> None:
            release.wait(WAIT_SECONDS)
            ack("too late")

        exchange = slack.sandbox.command("ana", "general", "/route", "x")
        release.set()
        assert exchange.reply is not None
        assert exchange.reply.failure == "timeout"
        assert exchange.notice == "/route did not respond. (operation_timeout)"


def test_a_bot_that_is_not_there() -> None:
    with served(bot_url="http://127.0.0.1:9/slack/events") as slack:
        exchange = slack.sandbox.command("ana", "general", "/route", "x")
        assert exchange.reply is not None
        assert exchange.reply.failure == "unreachable"
        assert exchange.notice == "/route failed because the app did not take it. (dispatch_failed)"


def test_an_answer_that_is_not_json(slack: ServedApp) -> None:
    @slack.app.middleware
    def broken(next: Any) -> BoltResponse:
        return BoltResponse(status=200, body="[1", headers={"content-type": "application/json"})

    exchange = slack.sandbox.command("ana", "general", "/route", "x")
    assert exchange.notice == "/route answered with something that is not JSON. (invalid_command_response)"


def test_only_registered_commands_leave_the_house(slack: ServedApp) -> None:
    exchange = slack.sandbox.command("ana", "general", "/weather")
    assert exchange.reply is None
    assert exchange.notice == "/weather is not a valid command."


def test_who_may_type_where(slack: ServedApp) -> None:
    answer(slack, text="fine")
    with pytest.raises(NotAllowedError, match="gil is not in #ask-disputes"):
        slack.sandbox.command("gil", "ask-disputes", "/route", "x")
    with pytest.raises(NotFoundError):
        slack.sandbox.command("nobody", "general", "/route")
    slack.workspace.change_person("ben", deleted=True)
    with pytest.raises(NotAllowedError, match="ben is deactivated"):
        slack.sandbox.command("ben", "general", "/route")


def test_in_the_direct_message_the_channel_is_called_directmessage(slack: ServedApp) -> None:
    heard: dict[str, Any] = {}

    @slack.app.command("/route")
    def route(ack: Any, command: Any) -> None:
        heard.update(command)
        ack()

    slack.sandbox.command("ana", "slackguide", "/route", "x")
    assert heard["channel_name"] == "directmessage"
    assert heard["channel_id"] == slack.workspace.direct_message("ana").id


def test_somebody_from_another_company_is_marked_as_such(slack: ServedApp) -> None:
    teams: list[str] = []

    @slack.app.command("/route")
    def route(ack: Any, command: Any) -> None:
        teams.append(command["team_id"])
        ack()

    slack.sandbox.command("olga", "partner-desk", "/route", "x")
    assert teams == [slack.workspace.team.partner_id]


def test_calls_during_the_exchange_are_part_of_it(slack: ServedApp) -> None:
    @slack.app.command("/route")
    def route(ack: Any, client: Any, command: Any) -> None:
        client.chat_postMessage(channel=command["channel_id"], text="posted meanwhile")
        ack("done")

    exchange = slack.sandbox.command("ana", "general", "/route", "x")
    assert [call.method for call in exchange.calls] == ["chat.postMessage"]
    assert {message.text for message in exchange.messages} == {"posted meanwhile", "done"}
    assert exchange.body == "done"
    assert slack.workspace.exchanges[-1] == exchange


def test_ids_differ_between_runs_and_repeat_with_a_seed() -> None:
    def first_view(seed: str | None) -> str:
        from slackguide.sandbox.id_generator import IdGenerator

        return IdGenerator(seed=seed or "").next("V")

    assert first_view("a") == first_view("a")
    assert first_view("a") != first_view("b")
    with served() as one, served() as two:
        assert one.workspace.person("ana").id == two.workspace.person("ana").id
        assert one.workspace.direct_message("ana").id == two.workspace.direct_message("ana").id


def test_only_what_is_on_the_screen_can_be_clicked(slack: ServedApp) -> None:
    answer(slack, text="x", blocks=[actions(button("go"))])
    (message,) = slack.sandbox.command("ana", "general", "/route").messages
    with pytest.raises(NotAllowedError, match="“stop” is not on the screen; the elements are: go"):
        slack.sandbox.click("ana", message, "stop")
