"""Why a request is refused is logged once a minute; the requests of Slack that are not signed get their response."""

from __future__ import annotations

import io
import logging
from typing import Any
from urllib.parse import urlencode

import pytest

from slackguide.sandbox.transport.http import signed_headers
from slackguide.web.signature import verify_signature
from tests.support.clock import ManualClock
from tests.support.credentials import SECRET


class Guarded:
    """An application behind the verification, with a clock and what it counted."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.counted: list[str] = []
        self.reached: list[bytes] = []
        self._application: Any = verify_signature(
            self._bolt, secret=SECRET, clock=lambda: self.clock.now, refused=self.counted.append
        )

    def _bolt(self, environ: Any, start: Any) -> list[bytes]:
        self.reached.append(environ["wsgi.input"].read())
        start("200 OK", [])
        return [b"reached"]

    def post(self, body: str = "command=%2Froute", **headers: str) -> tuple[int, bytes]:
        """Send a request; a header's name has underscores."""
        environ = {
            "REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body.encode()),
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }  # fmt: skip
        statuses: list[str] = []
        answer = b"".join(self._application(environ, lambda status, _headers: statuses.append(status)))
        return int(statuses[0].split()[0]), answer

    def signed(self, body: str = "command=%2Froute", *, secret: str = SECRET, off: float = 0) -> tuple[int, bytes]:
        """Send a signed request."""
        made = signed_headers(secret=secret, body=body, at=self.clock.now + off)
        return self.post(body, **{name.replace("-", "_"): value for name, value in made.items()})


@pytest.fixture
def guarded(caplog: pytest.LogCaptureFixture) -> Guarded:
    caplog.set_level(logging.WARNING, "slackguide.web.signature")
    return Guarded()


def test_each_reason_is_told_apart(guarded: Guarded, caplog: pytest.LogCaptureFixture) -> None:
    reasons = []
    wrong: list[dict[str, Any]] = [{"secret": "another"}, {"off": -400}, {"off": 400}, {}]
    for options in wrong:
        assert (guarded.signed(**options) if options else guarded.post())[0] == 401
        guarded.clock.advance(61)
        reasons.append(caplog.messages[-1])
    assert len(set(reasons)) == len(caplog.messages) == 4
    assert "SLACK_SIGNING_SECRET" in reasons[0]
    assert "signed 400 s ago" in reasons[1]
    assert "signed 400 s in the future" in reasons[2]
    assert "no signature" in reasons[3]
    assert guarded.counted == ["signature", "clock", "clock", "unsigned"]
    assert guarded.signed() == (200, b"reached")
    assert len(guarded.reached) == 1


def test_there_is_one_warning_a_minute_with_the_number(guarded: Guarded, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(25):
        guarded.signed(secret="another")
        guarded.clock.advance(2)
    assert len(caplog.messages) == 1
    guarded.clock.advance(20)
    guarded.signed(secret="another")
    assert [message.split()[0] for message in caplog.messages] == ["1", "25"]
    assert SECRET not in caplog.text
    assert guarded.counted == ["signature"] * 26


def test_slacks_check_of_the_certificate_gets_an_empty_200(guarded: Guarded, caplog: pytest.LogCaptureFixture) -> None:
    assert guarded.post(urlencode({"ssl_check": "1", "token": "abc"})) == (200, b"")
    for body in ("ssl_check=0", "ssl_check=1&command=%2Froute", "ssl_check=1&payload=%7B%7D", "ssl_check=1" * 100, ""):
        assert guarded.post(body)[0] == 401, body
    assert guarded.reached == []
    assert len(caplog.messages) == 1


@pytest.mark.parametrize("length", ["9" * 5000, "1000001", "-1", "1e3", "²"])
def test_a_length_of_any_kind_is_no_error(guarded: Guarded, length: str) -> None:
    environ = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": length, "wsgi.input": io.BytesIO(b"")}
    statuses: list[str] = []
    application: Any = verify_signature(guarded._bolt, secret=SECRET, clock=lambda: 0.0)
    application(environ, lambda status, _: statuses.append(status))
    assert [status.split()[0] for status in statuses] == ["413"]
