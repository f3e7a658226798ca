"""Verify Slack's request signature before anything is parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BytesIO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from slack_sdk.signature import SignatureVerifier

from slackguide.web.wsgi import _Clock, _is_signed, json_response

BODY_LIMIT = 1_000_000
"""Largest request body in bytes; Slack's largest are well under 300 kB."""


TIMESTAMP_DIGITS = 12
"""Most digits of a timestamp in seconds: 10 until the year 2286."""


def verify_signature(bolt: WSGIApplication, *, secret: str, clock: Callable[[], float]) -> WSGIApplication:
    """Bolt, behind what it leaves out or does too late: method, size, and the signature before anything is parsed.

    `secret` is what Slack signs with (docs.slack.dev/authentication/verifying-requests-from-slack), `clock` tells epoch
    seconds.
    """
    verifier = SignatureVerifier(secret, _Clock(clock))

    def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ.get("REQUEST_METHOD") != "POST":
            return json_response(start, HTTPStatus.METHOD_NOT_ALLOWED, {"status": "POST only"})
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > BODY_LIMIT:
            return json_response(start, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"status": "too large"})
        body: bytes = environ["wsgi.input"].read(int(length))
        if not _is_signed(verifier, body, environ):
            return json_response(start, HTTPStatus.UNAUTHORIZED, {"status": "not signed by Slack"})
        return bolt({**environ, "wsgi.input": BytesIO(body)}, start)

    return application
