"""A call ends after its time limit, however the other side drips, hangs or refuses."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from slackguide.delivery.sender import SlackUnreachableError
from slackguide.runtime.builder import DELIVERY_TIMEOUT
from slackguide.slack.api.calls import call_slack
from slackguide.slack.api.deadlines import within
from slackguide.slack.installation import InstallationStatus, MonitoredClient
from slackguide.slack.sender import STEP_SECONDS
from slackguide.storage.job_queue import LEASE_SECONDS
from tests.support.waiting import WAIT_SECONDS

HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
OK = HEADERS + b'Content-Length: 11\r\nConnection: close\r\n\r\n{"ok":true}'

Behaviour = Callable[[socket.socket, threading.Event], None]


def drip(head: bytes) -> Behaviour:
    """Return a server that sends `head` and then a byte every 50 ms, for as long as somebody reads."""

    def behave(connection: socket.socket, stop: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(head)
        while not stop.wait(0.05):
            connection.sendall(b" ")

    return behave


def hang(connection: socket.socket, stop: threading.Event) -> None:
    del connection
    stop.wait(WAIT_SECONDS)


def answer(connection: socket.socket, stop: threading.Event) -> None:
    del stop
    connection.recv(65536)
    connection.sendall(OK)


@contextmanager
def server(behave: Behaviour) -> Iterator[str]:
    """Serve connections on loopback; yield the base URL."""
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    behave(connection, stop)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/"
    finally:
        stop.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def client(url: str, timeout: float) -> MonitoredClient:
    status = InstallationStatus(ticks=time.monotonic)
    return MonitoredClient(status=status, token="xoxb-1", base_url=url, timeout=timeout)  # type: ignore[arg-type]


BEHAVIOURS = {
    "hangs": hang,
    "drips headers": drip(HEADERS),
    "drips a body of a known length": drip(HEADERS + b"Content-Length: 1000000\r\n\r\n"),
    "drips a body without an end": drip(HEADERS + b'Connection: close\r\n\r\n{"ok":true}'),
    "drips a chunk": drip(HEADERS + b"Transfer-Encoding: chunked\r\n\r\nfffff\r\n"),
    "drips an error": drip(b"HTTP/1.1 500 Oh\r\nContent-Type: text/plain\r\nContent-Length: 1000000\r\n\r\n"),
}


@pytest.mark.parametrize("behave", BEHAVIOURS.values(), ids=BEHAVIOURS)
def test_a_call_ends_at_its_deadline_and_may_have_arrived(behave: Behaviour) -> None:
    with server(behave) as url:
        started = time.monotonic()
        with pytest.raises(SlackUnreachableError) as raised:
            call_slack(client(url, 0.4).auth_test)
        assert 0.3 < time.monotonic() - started < 0.4 + WAIT_SECONDS / 2
        assert raised.value.ambiguous


def test_an_answer_in_time_is_read(caplog: pytest.LogCaptureFixture) -> None:
    with server(answer) as url:
        assert call_slack(client(url, WAIT_SECONDS).auth_test)["ok"]
    before = threading.active_count()
    assert before < 20, "the timers have ended"
    assert not caplog.records


def test_the_calls_of_a_step_share_its_time() -> None:
    with server(hang) as url, within(0.4):
        slack = client(url, WAIT_SECONDS)
        started = time.monotonic()
        for ambiguous in (True, False):
            with pytest.raises(SlackUnreachableError) as raised:
                call_slack(slack.auth_test)
            assert raised.value.ambiguous is ambiguous, "the second call is not sent any more"
        assert time.monotonic() - started < 0.4 + WAIT_SECONDS / 2
    with server(answer) as url:
        assert call_slack(client(url, WAIT_SECONDS).auth_test)["ok"], "the limit ends with the step"


def test_a_refused_connection_has_not_arrived() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(SlackUnreachableError) as raised:
        call_slack(client(f"http://127.0.0.1:{port}/api/", 2).auth_test)
    assert not raised.value.ambiguous


def test_every_step_ends_well_before_the_lease() -> None:
    assert DELIVERY_TIMEOUT < STEP_SECONDS <= LEASE_SECONDS - 5
