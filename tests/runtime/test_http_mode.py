"""HTTP: signed requests alone, health, the knowledge read again, and a log that tells no secrets."""

from __future__ import annotations

import hashlib
import hmac
import json
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode

import pytest

from slackguide.sandbox.transport.http import signed_headers
from tests.support.credentials import BOT_TOKEN, SECRET
from tests.support.processes import HttpReply, Process, request, running
from tests.support.sandbox_workspace import SandboxWorkspace, sandbox_workspace
from tests.support.small_knowledge import phrasing, write_knowledge

FORM = "application/x-www-form-urlencoded"
FIVE_MINUTES = 300


@pytest.fixture(scope="module")
def slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxWorkspace]:
    with sandbox_workspace(tmp_path_factory.mktemp("http")) as found:
        yield found


@pytest.fixture(scope="module")
def process(slack: SandboxWorkspace) -> Iterator[Process]:
    """As talkative as it can be, and with warnings shown."""
    environment = slack.environment(LOG_FORMAT="json", LOG_LEVEL="DEBUG", PYTHONWARNINGS="default")
    with running(environment, slack.folder) as found:
        found.wait_for_status("/readyz", 200)
        found.wait_for_log("the directory is up to date")
        yield found


def posted(process: Process, body: str, headers: Mapping[str, str]) -> HttpReply:
    return request(process.port, "POST", "/slack/events", body.encode(), {"Content-Type": FORM, **headers})


def command(slack: SandboxWorkspace, text: str) -> str:
    """Return the body of `/route TEXT` as Slack sends it."""
    person = slack.workspace.person("ana")
    return urlencode(
        {
            "command": "/route", "text": text, "user_id": person.id, "team_id": slack.workspace.team.id,
            "channel_id": "C1", "trigger_id": "1.2.3", "response_url": f"{slack.sandbox.url}hooks/none",
        }
    )  # fmt: skip


def test_it_says_what_runs_and_why(process: Process) -> None:
    first = json.loads(process.lines[0])
    assert (
        first["message"] == "slackguide starts in mode HTTP, because SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET are set"
    )
    assert (first["level"], first["logger"]) == ("info", "slackguide.runtime.entrypoint")


def test_a_signed_command_is_answered_in_the_response(process: Process, slack: SandboxWorkspace) -> None:
    body = command(slack, phrasing("help/invoice"))
    reply = posted(process, body, signed_headers(secret=SECRET, body=body, at=time.time()))
    assert reply.status == 200
    assert "About the invoice" in json.dumps(reply.document)


def test_what_slack_did_not_sign_is_refused(process: Process, slack: SandboxWorkspace) -> None:
    body, now = command(slack, phrasing("help/invoice")), time.time()
    good = signed_headers(secret=SECRET, body=body, at=now)
    stamp = good["X-Slack-Request-Timestamp"]
    for headers in (
        {},
        signed_headers(secret="another", body=body, at=now),
        signed_headers(secret=SECRET, body=f"{body}&more=1", at=now),
        signed_headers(secret=SECRET, body=body, at=now - FIVE_MINUTES - 60),
        signed_headers(secret=SECRET, body=body, at=now + FIVE_MINUTES + 60),
        {"X-Slack-Request-Timestamp": stamp},
        {"X-Slack-Signature": good["X-Slack-Signature"]},
        {**good, "X-Slack-Request-Timestamp": "soon"},
        {**good, "X-Slack-Request-Timestamp": f"{stamp}.5"},
        {**good, "X-Slack-Request-Timestamp": f"-{stamp}"},
        {**good, "X-Slack-Request-Timestamp": "9" * 400},
        {**good, "X-Slack-Signature": "v0=\xe9"},
        {**good, "X-Slack-Signature": ""},
    ):
        assert posted(process, body, headers).status == 401, headers
    assert posted(process, body, good).status == 200


@pytest.mark.parametrize("kind", [FORM, "application/json"])
@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"payload=%5B1%5D", b"[1]", b"{", b"\x00" * 999])
def test_what_is_not_signed_is_not_even_read(process: Process, body: bytes, kind: str) -> None:
    before = len(process.lines)
    headers = {"Content-Type": kind, **signed_headers(secret="another", body="", at=time.time())}
    assert request(process.port, "POST", "/slack/events", body, headers).status == 401
    assert [line for line in process.lines[before:] if "were refused since the last warning" not in line] == []


@pytest.mark.parametrize(
    "body", ["", "command=%2Froute", "payload=%7B%7D", "payload=nonsense", "payload=%5B1%5D", "%ff=%fe", "a" * 5000]
)
def test_signed_nonsense_brings_nothing_down(process: Process, body: str) -> None:
    for kind in (FORM, "application/json", "text/plain", ""):
        headers = {**signed_headers(secret=SECRET, body=body, at=time.time()), "Content-Type": kind}
        assert posted(process, body, headers).status in (200, 400, 404, 500), kind
    assert process.get("/healthz").status == 200


def test_a_signed_body_that_is_not_utf8_is_refused(process: Process) -> None:
    body, stamp = b"text=\xff", str(int(time.time()))
    signature = hmac.new(SECRET.encode(), b"v0:%b:%b" % (stamp.encode(), body), hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signature}", "Content-Type": FORM}
    assert request(process.port, "POST", "/slack/events", body, headers).status == 401


def test_the_url_verification_is_answered(process: Process) -> None:
    body = json.dumps({"type": "url_verification", "token": "t", "challenge": "3eZbrw1aB"})
    headers = {**signed_headers(secret=SECRET, body=body, at=time.time()), "Content-Type": "application/json"}
    reply = posted(process, body, headers)
    assert (reply.status, reply.document) == (200, {"challenge": "3eZbrw1aB"})


def test_only_what_is_served_is_served(process: Process) -> None:
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        assert request(process.port, method, "/slack/events").status == 405
    for path in ("/", "/slack/events/", "/slack/install", "/healthz/x", "/../etc/passwd", "/sandbox/state"):
        assert process.get(path).status == 404
    assert process.get("/healthz").document == {"status": "ok"}
    assert process.get("/readyz").document == {"status": "ready"}


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("Content-Length: 1000001", b""),
        ("Content-Length: 99999999999999999999", b""),
        ("Transfer-Encoding: chunked", b"%x\r\n%b" % (1_000_001, b"x" * 1_000_001)),
    ],
    ids=["said to be huge", "said to be beyond all measure", "of unknown length"],
)
def test_a_huge_body_is_refused(process: Process, header: str, body: bytes) -> None:
    with socket.create_connection(("127.0.0.1", process.port), timeout=20) as connection:
        connection.sendall(f"POST /slack/events HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n".encode() + body)
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")
    assert process.get("/healthz").status == 200


def test_the_log_is_json_and_holds_neither_secrets_nor_words(process: Process, slack: SandboxWorkspace) -> None:
    marker = "quetzalcoatlus"
    slack.route(f"{phrasing('help/invoice')} {marker}")
    slack.route(f"{marker} " * 900)
    slack.sandbox.message("ana", f"{phrasing('help/badge')} {marker}")
    opened = slack.sandbox.command("ana", "general", "/route", "escalate ask-disputes")
    top = slack.workspace.views.top(slack.workspace.person("ana").id)
    assert opened.ok
    assert top is not None
    link = f"https://support.zendesk.com/agent/tickets/4711?{marker}"
    assert slack.sandbox.submit("ana", top.id, {"ticket_url": link, "summary": marker}).ok
    slack.wait(lambda: any("D-1001" in text for text in slack.notified()), "the escalation's notice")
    slack.wait(lambda: any("badge" in text for text in slack.notified()), "the answer to the message")
    body = f'{{"type":"event_callback","event":{{"type":"message","text":"{marker}"}}}}'
    headers = {**signed_headers(secret=SECRET, body=body, at=time.time()), "Content-Type": "application/json"}
    posted(process, body, headers)
    lines = [json.loads(line) for line in process.lines]
    assert {tuple(line) for line in lines} == {("time", "level", "logger", "message")}
    assert [line for line in lines if line["logger"] == "py.warnings"] == []
    for secret in (BOT_TOKEN, SECRET, marker, "4711"):
        assert secret not in process.log


def test_the_knowledge_is_read_again_and_a_faulty_one_refused(process: Process, slack: SandboxWorkspace) -> None:
    knowledge = slack.folder / "knowledge"
    text = (knowledge / "help.yaml").read_text(encoding="utf-8")
    (knowledge / "help.yaml").write_text(text.replace("title: About the badge", "title: About every badge"))
    assert "About the badge" in slack.route(phrasing("help/badge"))
    process.signal(signal.SIGHUP)
    process.wait_for_log("knowledge base reloaded")
    assert "About every badge" in slack.route(phrasing("help/badge"))
    write_knowledge(knowledge, rules="    to: dsek")
    process.signal(signal.SIGHUP)
    refused = json.loads(process.wait_for_log("not loaded"))["message"]
    assert "help.yaml:" in refused
    assert "dsek" in refused
    assert "About every badge" in slack.route(phrasing("help/badge"))
    assert process.get("/readyz").status == 200


def test_a_process_that_is_not_ready_says_why(slack: SandboxWorkspace, process: Process) -> None:
    file = slack.folder / "home" / "slackguide.db"
    away = Path(f"{file}.away")
    file.rename(away)
    reply = process.wait_for_status("/readyz", 503)
    assert reply.document["status"] == "not ready"
    assert [reason.startswith("The database cannot be reached.") for reason in reply.document["reasons"]] == [True]
    assert process.get("/healthz").status == 200
    away.rename(file)
    process.wait_for_status("/readyz", 200)
