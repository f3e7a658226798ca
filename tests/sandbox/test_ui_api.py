"""The backend of the page: its files, its API and the live stream."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from http.client import HTTPConnection
from typing import Any

import pytest

from slackguide.sandbox import FaultKind, InjectedFault, Sandbox
from tests.support.bolt_app import ServedApp, section, served, team
from tests.support.waiting import WAIT_SECONDS


def get(slack: ServedApp, path: str, **headers: str) -> tuple[int, Any, bytes]:
    request = urllib.request.Request(slack.sandbox.url + path, headers=headers)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers, refusal.read()


def act(slack: ServedApp, what: str, body: Any, **headers: str) -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{slack.sandbox.url}sandbox/{what}", data=data, headers={"Content-Type": "application/json", **headers}
    )
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as refusal:
        with refusal:
            text = refusal.read().decode()
            return refusal.code, json.loads(text) if text.startswith("{") else text


def state(slack: ServedApp, who: str, after: int | None = None) -> Any:
    more = "" if after is None else f"&after={after}"
    return json.loads(get(slack, f"sandbox/state?as={who}{more}")[2])


@pytest.mark.parametrize("path", ["", "static/js/app.js", "static/css/theme.css", "sandbox/state"])
def test_everything_comes_with_a_strict_policy(slack: ServedApp, path: str) -> None:
    status, headers, _ = get(slack, path)
    assert status == 200
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["static/../server.py", "static/%2e%2e/server.py", "static/", "static/js", "sandbox/nothing", "nowhere"]
)
def test_nothing_else_is_served(slack: ServedApp, path: str) -> None:
    connection = HTTPConnection("127.0.0.1", int(slack.sandbox.url.rsplit(":")[-1].strip("/")))
    connection.request("GET", f"/{path}")
    assert connection.getresponse().status == 404
    connection.close()


def test_a_page_elsewhere_cannot_use_the_sandbox(slack: ServedApp) -> None:
    assert get(slack, "sandbox/state", Host="sandbox.example.com")[0] == 403
    assert get(slack, "", Host="sandbox.example.com:3000")[0] == 403
    said = {"as": "ana", "channel": "general", "text": "hi"}
    assert act(slack, "say", said, Origin="https://example.com")[0] == 403
    assert act(slack, "say", said, **{"Content-Type": "text/plain"})[0] == 403
    assert slack.workspace.messages("general") == ()
    assert act(slack, "say", said, Origin=slack.sandbox.url.rstrip("/"))[0] == 200
    assert len(slack.workspace.messages("general")) == 1


@pytest.mark.parametrize("path", ["sandbox/live", "sandbox/state", "sandbox/request_log"])
def test_a_page_elsewhere_cannot_read_or_hold_the_streams(slack: ServedApp, path: str) -> None:
    for site in ("cross-site", "same-site"):  # a request without CORS has no Origin, and another port is the same site
        assert get(slack, path, **{"Sec-Fetch-Site": site})[0] == 403
    if path != "sandbox/live":
        for site in ("same-origin", "none"):
            assert get(slack, path, **{"Sec-Fetch-Site": site})[0] == 200


def test_half_an_emoji_is_shown_as_a_question_mark(slack: ServedApp) -> None:
    assert act(slack, "say", {"as": "ana", "channel": "general", "text": "half \ud83d of it"})[0] == 200
    slack.client.chat_postMessage(channel="#ask-disputes", text="\ude00")
    assert [message["text"] for message in state(slack, "ana")["messages"]] == ["half ? of it", "?"]
    assert get(slack, "sandbox/request_log")[0] == 200


DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    "body",
    [
        DEEP,
        b'{"as": "ana", "channel": "general", "text": ' + DEEP + b"]" * 100_000 + b"}",
        b'{"as": "ana", "channel": "general", "text": 5}',
        b'{"as": "ana", "channel": ["general"], "text": "hi"}',
        b'{"as": "ana", "channel": null, "text": null}',
    ],
)
def test_what_is_no_action_is_refused(slack: ServedApp, body: bytes) -> None:
    assert act(slack, "say", body)[0] in (400, 409)
    assert slack.workspace.messages("general") == ()


def test_odd_requests_leave_everything_as_it_was(slack: ServedApp) -> None:
    assert get(slack, f"sandbox/state?after={'9' * 5000}")[0] == 200
    call = urllib.request.Request(
        f"{slack.sandbox.url}api/chat.postMessage", data=DEEP, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(call) as response:
        assert json.load(response)["error"] == "invalid_json"


def test_a_person_is_shown_what_is_theirs(slack: ServedApp) -> None:
    ana = slack.workspace.person("ana")
    slack.client.chat_postEphemeral(channel=slack.workspace.conversation("general").id, user=ana.id, text="for ana")
    slack.client.chat_postMessage(channel=slack.workspace.person("ben").id, text="for ben")
    slack.client.chat_postMessage(channel="#ask-disputes", text="for staff")
    hers = state(slack, "ana")
    assert {message["text"] for message in hers["messages"]} == {"for ana", "for staff"}
    gil = state(slack, "gil")
    assert gil["messages"] == []
    assert [channel["name"] for channel in gil["channels"] if not channel["direct"]] == ["general"]
    assert get(slack, "sandbox/state?as=nobody")[0] == 404


def test_after_a_change_only_what_changed_is_sent(slack: ServedApp) -> None:
    place = slack.workspace.conversation("general").id
    first = slack.client.chat_postMessage(channel=place, text="one")["ts"]
    second = slack.client.chat_postMessage(channel=place, text="two")["ts"]
    before = state(slack, "ana")
    assert before["whole"]
    slack.client.chat_update(channel=place, ts=first, text="one, changed")
    slack.client.chat_delete(channel=place, ts=second)
    after = state(slack, "ana", before["number"])
    assert not after["whole"]
    assert [message["text"] for message in after["messages"]] == ["one, changed"]
    assert after["gone"] == [second]
    assert state(slack, "ana", 10_000_000)["whole"]


def test_the_live_stream_numbers_each_change(slack: ServedApp) -> None:
    number = state(slack, "ana")["number"]
    request = urllib.request.Request(f"{slack.sandbox.url}sandbox/live?after={number}")
    with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        assert stream.readline() == b"retry: 1000\n"
        assert stream.readline() == b"\n"
        slack.sandbox.say("ben", "general", "hello")
        assert stream.readline() == f"id: {number + 1}\n".encode()
        change = json.loads(stream.readline().removeprefix(b"data: "))
        assert change["kind"] == "message"
        assert change["channel"] == slack.workspace.conversation("general").id


def test_a_reader_from_another_run_is_asked_to_begin_anew(slack: ServedApp) -> None:
    request = urllib.request.Request(f"{slack.sandbox.url}sandbox/live", headers={"Last-Event-ID": "999999"})
    with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as stream:
        lines = [stream.readline() for _ in range(4)]
    assert json.loads(lines[3].removeprefix(b"data: "))["kind"] == "reset"


def test_more_pages_than_six_can_listen_while_the_bot_works() -> None:
    with served() as slack:
        slack.app.command("/route")(lambda ack: ack("fine"))
        streams = [urllib.request.urlopen(f"{slack.sandbox.url}sandbox/live", timeout=WAIT_SECONDS) for _ in range(12)]
        assert slack.sandbox.command("ana", "general", "/route").ok
        streams += [urllib.request.urlopen(f"{slack.sandbox.url}sandbox/live", timeout=WAIT_SECONDS) for _ in range(12)]
        assert get(slack, "sandbox/live")[0] == 503
        for stream in streams:
            stream.close()


def test_actions_answer_with_words_when_they_cannot_be_done(slack: ServedApp) -> None:
    status, found = act(slack, "say", {"as": "gil", "channel": "ask-ce", "text": "hi"})
    assert (status, found["error"]) == (409, "gil is not in #ask-ce")
    assert act(slack, "say", {"as": "ana"})[0] == 400
    assert act(slack, "dance", {"as": "ana"})[0] == 400
    assert act(slack, "say", b"{")[0] == 400
    assert act(slack, "say", b"[]")[0] == 400
    assert act(slack, "faults", {"kind": "raining frogs"})[0] == 400


def test_an_action_says_what_it_led_to(slack: ServedApp) -> None:
    slack.app.command("/route")(lambda ack: ack("fine"))
    status, found = act(slack, "command", {"as": "ana", "channel": "general", "command": "/route", "text": "x"})
    assert (status, found["ok"], found["status"]) == (200, True, 200)
    assert found["number"] <= state(slack, "ana")["number"]
    wall = json.loads(get(slack, "sandbox/request_log")[2])
    assert [exchange["kind"] for exchange in wall["exchanges"]] == ["slash_commands"]


def test_faults_and_the_clock_from_the_page(slack: ServedApp) -> None:
    act(slack, "faults", {"kind": "slow", "method": "chat.postMessage", "times": 2, "seconds": 3})
    assert slack.sandbox.faults.faults == (
        InjectedFault(kind=FaultKind.SLOW, method="chat.postMessage", times=2, seconds=3),
    )
    act(slack, "faults", {"clear": True})
    assert not slack.sandbox.faults.faults
    before = slack.clock.now
    assert act(slack, "advance", {"seconds": 3600})[1] == {"now": before + 3600}
    assert act(slack, "advance", {"seconds": -1})[0] == 409


def test_a_clock_that_cannot_be_moved() -> None:
    with served(advance=None) as slack:
        assert act(slack, "advance", {"seconds": 60})[0] == 409
        with pytest.raises(RuntimeError, match="cannot be moved"):
            slack.sandbox.advance(60)


def test_the_bot_is_let_in_and_out_and_channels_archived(slack: ServedApp) -> None:
    act(slack, "remove", {"as": "ana", "channel": "general"})
    assert not slack.workspace.conversation("general").bot_joined
    act(slack, "invite", {"as": "ana", "channel": "general"})
    assert slack.workspace.conversation("general").bot_joined
    act(slack, "archive", {"as": "ana", "channel": "general"})
    assert slack.workspace.conversation("general").archived


def test_reading_marks_are_shared_between_tabs(slack: ServedApp) -> None:
    ts = slack.client.chat_postMessage(channel="#general", text="x")["ts"]
    act(slack, "read", {"as": "ana", "channel": "general", "ts": ts})
    act(slack, "read", {"as": "ana", "channel": "general", "ts": "1.000000"})
    marks = {channel["name"]: channel["read"] for channel in state(slack, "ana")["channels"]}
    assert marks["general"] == ts


def test_routes_handed_in_are_served_beside_the_page() -> None:
    def health(_: Any, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "application/json")])
        return [b'{"status": "ok"}']

    with served(routes={"/healthz": health}) as slack:
        assert get(slack, "healthz", Host="anything.example.com")[2] == b'{"status": "ok"}'


class Author:
    def entries(self) -> list[dict[str, str]]:
        return [{"id": "a/b", "title": "An entry", "team": "a"}]

    def card(self, entry_id: str) -> dict[str, Any]:
        return {"blocks": [section({"a/b": "the card"}[entry_id])], "triage": []}

    def diagnostics(self) -> list[dict[str, str]]:
        return [{"where": "a.yaml:1:2", "message": "broken"}]


def test_the_author_s_pages() -> None:
    with served(preview=Author()) as slack:
        assert json.loads(get(slack, "sandbox/preview/entries")[2])["entries"][0]["title"] == "An entry"
        assert json.loads(get(slack, "sandbox/preview/faults")[2])["faults"][0]["where"] == "a.yaml:1:2"
        assert json.loads(get(slack, "sandbox/preview/card?id=a/b")[2])["blocks"][0]["text"]["text"] == "the card"
        assert get(slack, "sandbox/preview/card?id=none")[0] == 404
    with served() as slack:
        assert get(slack, "sandbox/preview/entries")[0] == 404


def test_stopping_frees_the_port_and_ends_every_thread() -> None:
    before = set(threading.enumerate())
    with served(app_token="xapp-1") as slack:
        port = slack.sandbox.url
        stream = urllib.request.urlopen(f"{port}sandbox/live", timeout=WAIT_SECONDS)
    assert stream.readline() == b"retry: 1000\n"
    stream.close()
    for thread in set(threading.enumerate()) - before:
        thread.join(WAIT_SECONDS)
        assert not thread.is_alive(), thread
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(port, timeout=WAIT_SECONDS)


def test_stopping_twice_or_before_the_start_does_no_harm() -> None:
    made = Sandbox(clock=lambda: 0.0, signing_secret="x", bot_token="xoxb", app_token="xapp", team=team())
    made.stop()
    made.stop()
    with served(app_token="xapp") as slack:
        slack.sandbox.stop()
