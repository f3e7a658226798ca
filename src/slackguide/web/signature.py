"""Verify Slack's request signature before anything is parsed, and say why requests are refused."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from enum import StrEnum
from http import HTTPStatus
from io import BytesIO
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from slack_sdk.signature import Clock, SignatureVerifier

from slackguide.web.wsgi import json_response

log = logging.getLogger(__name__)

BODY_LIMIT = 1_000_000
"""Maximum size of a request body in bytes. Slack's largest are well under 300 kB."""

LENGTH_DIGITS = 9
"""Maximum number of digits of a Content-Length."""

TIMESTAMP_DIGITS = 12
"""Maximum number of digits of a timestamp in seconds: 10 until the year 2286."""

TOLERANCE = 300
"""Seconds by which a request's time may differ from the clock (docs.slack.dev, verifying requests from Slack)."""

WARNING_INTERVAL = 60.0
"""Seconds between two warnings about refused requests."""

SSL_CHECK_LENGTH = 1000
"""Maximum size in bytes of Slack's check of the certificate, which has a token and nothing else."""

NOT_SIGNED = {"status": "not signed by Slack"}
"""The answer to a request that is refused."""


class Refusal(StrEnum):
    """Why a request is refused. The values are labels of a metric."""

    UNSIGNED = "unsigned"
    CLOCK = "clock"
    SIGNATURE = "signature"


class RefusalLog:
    """Warns of refused requests at most once a minute, with their number. `clock` returns epoch seconds."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._next = 0.0
        self._count = 0

    def add(self, reason: str) -> None:
        """Count a refused request, and log `reason` unless a warning was logged less than a minute ago."""
        with self._lock:
            self._count += 1
            now = self._clock()
            if now < self._next:
                return
            count, self._count, self._next = self._count, 0, now + WARNING_INTERVAL
        log.warning("%d requests to Slack's URL were refused since the last warning; the last: %s", count, reason)


def verify_signature(
    bolt: WSGIApplication,
    *,
    secret: str,
    clock: Callable[[], float],
    refused: Callable[[str], None] = lambda _reason: None,
) -> WSGIApplication:
    """Wrap Bolt's application: check the method, the size and the signature before Bolt parses the request.

    `secret` is Slack's signing secret (docs.slack.dev/authentication/verifying-requests-from-slack). `clock` returns
    epoch seconds. `refused` is called with the `Refusal` of each request that is refused. Slack's check of the
    certificate (`ssl_check=1`), which is not signed, gets an empty 200 and goes no further.
    """
    verifier = SignatureVerifier(secret, _Clock(clock))
    refusals = RefusalLog(clock=clock)

    def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ.get("REQUEST_METHOD") != "POST":
            return json_response(start, HTTPStatus.METHOD_NOT_ALLOWED, {"status": "method not allowed: use POST"})
        length = environ.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdecimal()) or len(length) > LENGTH_DIGITS or int(length) > BODY_LIMIT:
            return json_response(start, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"status": "request body too large"})
        body: bytes = environ["wsgi.input"].read(int(length))
        refusal, reason = _refusal(verifier, body, environ, clock())
        if refusal is None:
            return bolt({**environ, "wsgi.input": BytesIO(body)}, start)
        if refusal is Refusal.UNSIGNED and _is_ssl_check(body):
            start("200 OK", [("Content-Length", "0")])
            return [b""]
        refused(refusal)
        refusals.add(reason)
        return json_response(start, HTTPStatus.UNAUTHORIZED, NOT_SIGNED)

    return application


def _refusal(
    verifier: SignatureVerifier, body: bytes, environ: WSGIEnvironment, now: float
) -> tuple[Refusal | None, str]:
    """Return why a request is refused, and the reason for the log; None if Slack signed it within five minutes.

    The verifier itself raises for a timestamp that is not a number, a signature that is not ASCII and a body that is
    not UTF-8. Slack sends none of them.
    """
    timestamp = environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", "")
    signature = environ.get("HTTP_X_SLACK_SIGNATURE", "")
    if not (timestamp and signature):
        return Refusal.UNSIGNED, "it has no signature, so that it does not come from Slack"
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= TIMESTAMP_DIGITS):
        return Refusal.UNSIGNED, "its time is not a number, so that it does not come from Slack"
    age = now - int(timestamp)
    if abs(age) > TOLERANCE:
        side = "ago" if age > 0 else "in the future"
        return Refusal.CLOCK, f"it was signed {abs(age):.0f} s {side}: compare this machine's clock with the time (NTP)"
    try:
        valid = signature.isascii() and verifier.is_valid(body, timestamp, signature)
    except UnicodeDecodeError:
        valid = False
    wrong = "its signature does not match: compare SLACK_SIGNING_SECRET with the app's Basic Information"
    return (None, "") if valid else (Refusal.SIGNATURE, wrong)


def _is_ssl_check(body: bytes) -> bool:
    """Return whether a body is Slack's check of the certificate: `ssl_check=1&token=…`."""
    if len(body) > SSL_CHECK_LENGTH:
        return False
    fields = dict(parse_qsl(body.decode("ascii", "replace"), max_num_fields=20))
    return fields.get("ssl_check") == "1" and not fields.keys() & {"payload", "command"}


class _Clock(Clock):
    """The verifier's clock, based on a function that returns epoch seconds."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds

    def now(self) -> float:
        return self._seconds()
