"""Silent and unfinished connections cannot occupy the port, and idle ones are kept for a while."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from urllib.parse import urlencode

import pytest

from slackguide.sandbox.transport.http import signed_headers
from slackguide.wsgi_server import MAX_WAITING, REQUEST_SECONDS, WsgiServer
from tests.support.credentials import SECRET
from tests.support.processes import request, running
from tests.support.sandbox_workspace import SandboxWorkspace
from tests.support.waiting import WAIT_SECONDS

SILENT = 1000
UNFINISHED = b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process open as many connections as the test needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 2 * SILENT + 500
    if hard != resource.RLIM_INFINITY and hard < needed:
        pytest.skip(f"the system allows {hard} open files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_real_requests_are_answered_beside_a_thousand_silent_ones(
    slack: SandboxWorkspace, many_files: None, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds: list[float] = []
    with running(slack.environment(), slack.folder) as process, ExitStack() as opened:
        process.wait_for_status("/readyz", 200)
        process.wait_for_log("the directory is up to date")
        for number in range(SILENT):
            connection = socket.create_connection(("127.0.0.1", process.port), timeout=WAIT_SECONDS)
            opened.enter_context(connection)
            if number % 2:
                connection.sendall(UNFINISHED)
            if number % 50 == 49:
                seconds.append(answered(process.port, slack))
        seconds += [answered(process.port, slack) for _ in range(20)]
        assert "no longer accepting" not in process.log
        process.stop()
    with capsys.disabled():
        print(
            f"\n{len(seconds)} requests beside {SILENT} silent connections: "
            f"median {1000 * median(seconds):.0f} ms, longest {1000 * max(seconds):.0f} ms"
        )


def answered(port: int, slack: SandboxWorkspace) -> float:
    """Send `/route help` as Slack does, and fail unless it is answered. Return how long that took, in seconds."""
    person = slack.workspace.person("ana")
    body = urlencode(
        {
            "command": "/route", "text": "help", "user_id": person.id, "team_id": slack.workspace.team.id,
            "channel_id": "C1", "trigger_id": "1.2.3", "response_url": f"{slack.sandbox.url}hooks/none",
        }
    )  # fmt: skip
    headers = signed_headers(secret=SECRET, body=body, at=time.time())
    sent = time.monotonic()
    reply = request(
        port, "POST", "/slack/events", body.encode(), {"Content-Type": "application/x-www-form-urlencoded", **headers}
    )
    assert reply.status == 200
    assert "blocks" in reply.body
    return time.monotonic() - sent


@contextmanager
def serving() -> Iterator[int]:
    """Run a server that answers every request with 200."""

    def application(environ: object, start: object) -> list[bytes]:
        start("200 OK", [("Content-Length", "2")])  # type: ignore[operator]
        return [b"ok"]

    server = WsgiServer(application, host="127.0.0.1", port=0, threads=4, connection_limit=1000)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def response_of(connection: socket.socket) -> bytes:
    """Read a whole response: its head and its body can arrive apart."""
    received = b""
    while not received.endswith(b"ok"):
        part = connection.recv(1000)
        assert part, "closed in the middle of a response"
        received += part
    return received


def closed(connection: socket.socket) -> bool:
    """Wait for the server to close the connection."""
    connection.settimeout(WAIT_SECONDS)
    try:
        return connection.recv(1000) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("said", [b"", b"GET / HT", UNFINISHED])
def test_a_request_that_never_ends_is_closed_and_an_idle_connection_is_not(said: bytes) -> None:
    with (
        serving() as port,
        socket.create_connection(("127.0.0.1", port)) as unfinished,
        socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS) as idle,
    ):
        for connection, text in ((unfinished, said), (idle, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")):
            connection.sendall(text)
        assert response_of(idle).startswith(b"HTTP/1.1 200 OK")
        assert closed(unfinished)
        idle.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert response_of(idle).startswith(b"HTTP/1.1 200 OK")


def test_bytes_that_drip_in_do_not_keep_a_connection_open() -> None:
    with serving() as port, socket.create_connection(("127.0.0.1", port)) as dripping:
        deadline = time.monotonic() + WAIT_SECONDS
        dripping.settimeout(REQUEST_SECONDS / 10)
        while time.monotonic() < deadline:
            try:
                dripping.sendall(b"G")
                if dripping.recv(1000) == b"":
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        else:
            raise AssertionError("the connection is still open")


def test_the_connections_that_have_waited_longest_make_room(many_files: None) -> None:
    with serving() as port, ExitStack() as opened:
        connections = [
            opened.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(MAX_WAITING + 100)
        ]
        assert closed(connections[0])
        assert request(port, "GET", "/").status == 200
