"""Injected faults, as slack_sdk's own client sees them."""

from __future__ import annotations

import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler
from slack_sdk.webhook import WebhookClient

from slackguide.sandbox import FaultKind, InjectedFault
from tests.support.bolt_app import ServedApp, served
from tests.support.credentials import BOT_TOKEN
from tests.support.waiting import WAIT_SECONDS


def client(slack: ServedApp, timeout: float = WAIT_SECONDS) -> WebClient:
    """Return a client that does not try again by itself."""
    return WebClient(BOT_TOKEN, base_url=slack.sandbox.api_url, timeout=timeout, retry_handlers=[])  # type: ignore[arg-type]


def post(slack: ServedApp, **options: Any) -> Any:
    return client(slack, **options).chat_postMessage(channel="#general", text="x")


def texts(slack: ServedApp) -> list[str]:
    return [message.text for message in slack.workspace.messages("general")]


def test_rate_limited_says_when_to_come_back(slack: ServedApp) -> None:
    slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.RATE_LIMITED, times=1, seconds=30))
    with pytest.raises(SlackApiError) as caught:
        post(slack)
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "30"
    assert post(slack)["ok"]


def test_failing_is_a_500(slack: ServedApp) -> None:
    slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.SERVER_ERROR, method="chat.postMessage", times=2))
    for _ in range(2):
        with pytest.raises(SlackApiError) as caught:
            post(slack)
        assert caught.value.response.status_code == 500
    assert post(slack)["ok"]
    assert texts(slack) == ["x"]


def test_refusing_has_any_code(slack: ServedApp) -> None:
    slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.API_ERROR, code="token_revoked"))
    with pytest.raises(SlackApiError, match="token_revoked"):
        post(slack)
    slack.sandbox.faults.clear()
    assert post(slack)["ok"]


def test_reset_drops_the_connection_and_does_nothing(slack: ServedApp) -> None:
    slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.CONNECTION_RESET, times=1))
    with pytest.raises(http.client.RemoteDisconnected):
        post(slack)
    assert texts(slack) == []
    call = slack.workspace.calls[-1]
    assert (call.status, call.fault, call.ok) == (None, "connection_reset", False)


def test_the_sdk_s_own_retry_gets_through_a_reset(slack: ServedApp) -> None:
    slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.CONNECTION_RESET, times=1))
    patient = WebClient(BOT_TOKEN, base_url=slack.sandbox.api_url, retry_handlers=[ConnectionErrorRetryHandler()])
    assert patient.chat_postMessage(channel="#general", text="x")["ok"]
    assert texts(slack) == ["x"]


def test_hanging_ends_with_the_client_s_timeout(slack: ServedApp) -> None:
    slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.NO_RESPONSE, times=1))
    with pytest.raises(TimeoutError):
        post(slack, timeout=0.3)
    assert slack.workspace.wait_for(lambda: bool(slack.workspace.calls))
    assert texts(slack) == []


def test_a_lost_answer_was_posted_all_the_same(slack: ServedApp) -> None:
    slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_RESPONSE, method="chat.postMessage", times=1))
    with pytest.raises(TimeoutError):
        client(slack, timeout=0.3).chat_postMessage(
            channel="#general", text="x", metadata={"event_type": "e", "event_payload": {"id": "1"}}
        )
    assert texts(slack) == ["x"]
    found = slack.client.conversations_history(
        channel=slack.workspace.conversation("general").id, include_all_metadata=True
    )["messages"]
    assert [message["metadata"]["event_payload"]["id"] for message in found] == ["1"]


def test_slow_answers_late(slack: ServedApp) -> None:
    slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.SLOW, times=1, seconds=0.3))
    assert post(slack)["ok"]
    assert slack.workspace.calls[-1].milliseconds >= 300


def test_a_slow_call_goes_on_when_the_faults_are_cleared(slack: ServedApp) -> None:
    fault = InjectedFault(kind=FaultKind.SLOW, times=1, seconds=10 * WAIT_SECONDS)
    slack.sandbox.inject_fault(fault)
    with ThreadPoolExecutor(1) as another:
        posting = another.submit(post, slack)
        assert slack.workspace.wait_for(lambda: fault not in slack.sandbox.faults.faults)
        assert texts(slack) == []
        slack.sandbox.faults.clear()
        assert posting.result()["ok"]
    assert texts(slack) == ["x"]


def test_faults_apply_to_one_method_and_in_order(slack: ServedApp) -> None:
    slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.API_ERROR, method="users.list", code="one", times=1))
    slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.API_ERROR, code="two", times=1))
    assert [fault.code for fault in slack.sandbox.faults.faults] == ["one", "two"]
    with pytest.raises(SlackApiError, match="two"):
        post(slack)
    with pytest.raises(SlackApiError, match="one"):
        slack.client.users_list()
    assert slack.sandbox.faults.faults == ()


def test_stopping_does_not_wait_for_what_hangs() -> None:
    hanging = InjectedFault(kind=FaultKind.NO_RESPONSE, times=1)
    with served() as slack:
        slack.sandbox.inject_fault(hanging)
        failures: list[BaseException] = []

        def hang() -> None:
            try:
                post(slack)
            except Exception as failure:
                failures.append(failure)

        thread = threading.Thread(target=hang)
        thread.start()
        assert slack.workspace.wait_for(lambda: hanging not in slack.sandbox.faults.faults)
    thread.join(WAIT_SECONDS)
    assert [type(failure) for failure in failures] == [http.client.RemoteDisconnected], "and not its own time limit"


def test_faults_apply_to_response_urls_too(slack: ServedApp) -> None:
    heard: list[str] = []

    @slack.app.command("/route")
    def route(ack: Any, command: Any) -> None:
        heard.append(command["response_url"])
        ack()

    slack.sandbox.command("ana", "general", "/route")
    slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.SERVER_ERROR, method="response_url", times=1))
    webhook = WebhookClient(heard[0])
    assert webhook.send(text="lost").status_code == 500
    assert webhook.send(text="there").status_code == 200
    assert [message.text for message in slack.workspace.ephemerals("ana")] == ["there"]
    assert [(call.method, call.fault) for call in slack.workspace.calls] == [
        ("response_url", "server_error"),
        ("response_url", None),
    ]
