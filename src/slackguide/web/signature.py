"""Verify Slack's request signature before anything is parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BytesIO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from slack_sdk.signature import Clock, SignatureVerifier

from slackguide.web.wsgi import json_response

BODY_LIMIT = 1_000_000
"""Maximum size of a request body in bytes. Slack's largest are well under 300 kB."""


TIMESTAMP_DIGITS = 12
"""Maximum number of digits of a timestamp in seconds: 10 until the year 2286."""


def verify_signature(bolt: WSGIApplication, *, secret: str, clock: Callable[[], float]) -> WSGIApplication:
    """Wrap Bolt's application: check the method, the size and the signature before Bolt parses the request.

    `secret` is Slack's signing secret (docs.slack.dev/authentication/verifying-requests-from-slack). `clock` returns
    epoch seconds.
    """
    verifier = SignatureVerifier(secret, _Clock(clock))

    def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ.get("REQUEST_METHOD") != "POST":
            return json_response(start, HTTPStatus.METHOD_NOT_ALLOWED, {"status": "method not allowed: use POST"})
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > BODY_LIMIT:
            return json_response(start, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"status": "request body too large"})
        body: bytes = environ["wsgi.input"].read(int(length))
        if not _is_valid_signature(verifier, body, environ):
            return json_response(start, HTTPStatus.UNAUTHORIZED, {"status": "not signed by Slack"})
        return bolt({**environ, "wsgi.input": BytesIO(body)}, start)

    return application


def _is_valid_signature(verifier: SignatureVerifier, body: bytes, environ: WSGIEnvironment) -> bool:
    """Return whether Slack sent this body within the last five minutes. Any header value is accepted as input.

    The verifier itself raises for a timestamp that is not a number, a signature that is not ASCII and a body that is
    not UTF-8. Slack sends none of them.
    """
    timestamp = environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", "")
    signature = environ.get("HTTP_X_SLACK_SIGNATURE", "")
    if not (
        timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= TIMESTAMP_DIGITS and signature.isascii()
    ):
        return False
    try:
        return verifier.is_valid(body, timestamp, signature)
    except UnicodeDecodeError:
        return False


class _Clock(Clock):
    """The verifier's clock, based on a function that returns epoch seconds."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds

    def now(self) -> float:
        return self._seconds()
