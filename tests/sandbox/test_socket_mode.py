"""Socket Mode, with slack_bolt's own handler on slack_sdk's own client."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.socket_mode.client import BaseSocketModeClient
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support.bolt_app import ServedApp, section, served
from tests.support.credentials import APP_TOKEN


@contextmanager
def connected(**options: Any) -> Iterator[tuple[ServedApp, BaseSocketModeClient]]:
    with served(app_token=APP_TOKEN, **options) as slack:
        handler = SocketModeHandler(slack.app, APP_TOKEN, ping_interval=1)
        handler.connect()  # type: ignore[no-untyped-call]
        try:
            assert slack.sandbox.sockets is not None
            sockets = slack.sandbox.sockets
            assert slack.workspace.wait_for(lambda: sockets.connected == 1)
            yield slack, handler.client
        finally:
            handler.close()  # type: ignore[no-untyped-call]


def test_commands_events_and_forms_go_down_the_socket() -> None:
    heard: list[str] = []
    with connected() as (slack, _):

        @slack.app.command("/route")
        def route(ack: Any, command: Any) -> None:
            ack(text=f"about {command['text']}", blocks=[section("card")])

        @slack.app.event("message")
        def message(event: Any) -> None:
            heard.append(event["text"])

        exchange = slack.sandbox.command("ana", "general", "/route", "money")
        assert exchange.ok
        assert [message.text for message in exchange.messages] == ["about money"]
        envelope = json.loads(exchange.raw)
        assert envelope["type"] == "slash_commands"
        assert envelope["accepts_response_payload"] is True
        assert slack.sandbox.message("ana", "hello").ok
        assert heard == ["hello"]
        event = json.loads(slack.workspace.exchanges[-1].raw)
        assert (event["type"], event["retry_attempt"]) == ("events_api", 0)


def test_hello_comes_first_and_a_ticket_opens_one_connection() -> None:
    with served(app_token=APP_TOKEN) as slack:
        url = slack.client.apps_connections_open(app_token=APP_TOKEN)["url"]
        with connect(url) as socket:
            hello = json.loads(socket.recv())
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
            assert hello["connection_info"]["app_id"] == slack.workspace.app.id
            with pytest.raises(InvalidStatus), connect(url):
                pass
        root = urllib.parse.urlsplit(url)._replace(query="ticket=made-up").geturl()
        with pytest.raises(InvalidStatus), connect(root):
            pass


def test_the_eleventh_connection_is_turned_away() -> None:
    with served(app_token=APP_TOKEN) as slack, ExitStack() as open_ones:
        for _ in range(10):
            socket = open_ones.enter_context(connect(slack.client.apps_connections_open(app_token=APP_TOKEN)["url"]))
            assert json.loads(socket.recv())["type"] == "hello"
        with connect(slack.client.apps_connections_open(app_token=APP_TOKEN)["url"]) as one_more:
            assert json.loads(one_more.recv()) == {"type": "disconnect", "reason": "too_many_websockets"}


def test_a_refresh_makes_the_client_connect_anew() -> None:
    with connected() as (slack, _):
        slack.app.command("/route")(lambda ack: ack("still here"))
        sockets = slack.sandbox.sockets
        assert sockets is not None
        sockets.refresh()
        assert slack.workspace.wait_for(lambda: sockets.opened == 2 and sockets.connected == 1)
        assert [call.method for call in slack.workspace.calls].count("apps.connections.open") == 2
        assert [m.text for m in slack.sandbox.command("ana", "general", "/route").messages] == ["still here"]


def test_an_app_that_does_not_acknowledge_times_out_and_events_are_sent_again() -> None:
    with served(app_token=APP_TOKEN, request_timeout=0.2) as slack:
        url = slack.client.apps_connections_open(app_token=APP_TOKEN)["url"]
        with connect(url) as socket:
            assert json.loads(socket.recv())["type"] == "hello"
            exchange = slack.sandbox.message("ana", "hello")
            assert exchange.reply is not None
            assert exchange.reply.failure == "timeout"
            first = json.loads(socket.recv())
            again = json.loads(socket.recv())
            socket.send(json.dumps({"envelope_id": again["envelope_id"]}))
            assert (again["retry_attempt"], again["retry_reason"]) == (1, "http_timeout")
            assert again["envelope_id"] != first["envelope_id"]
            assert again["payload"]["event_id"] == first["payload"]["event_id"]
            assert slack.sandbox.events.wait_until_empty()


def test_a_cut_line_fails_at_once() -> None:
    with served(app_token=APP_TOKEN) as slack:
        url = slack.client.apps_connections_open(app_token=APP_TOKEN)["url"]
        sockets = slack.sandbox.sockets
        assert sockets is not None
        with connect(url) as socket:
            assert json.loads(socket.recv())["type"] == "hello"
            sockets.drop()
            assert slack.workspace.wait_for(lambda: sockets.connected == 0)


def test_http_is_used_while_no_socket_is_open() -> None:
    with served(app_token=APP_TOKEN) as slack:
        slack.app.command("/route")(lambda ack: ack("by http"))
        exchange = slack.sandbox.command("ana", "general", "/route")
        assert [message.text for message in exchange.messages] == ["by http"]
        assert exchange.headers["X-Slack-Signature"]
