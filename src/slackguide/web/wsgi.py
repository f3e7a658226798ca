"""The WSGI router."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from slack_sdk.signature import Clock, SignatureVerifier

from slackguide.web.signature import TIMESTAMP_DIGITS

EVENTS_PATH = "/slack/events"


class Router:
    """Dispatches by exact path."""

    def __init__(self, *, routes: dict[str, WSGIApplication]) -> None:
        self._routes = routes

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Serves one request."""
        application = self._routes.get(environ.get("PATH_INFO", ""))
        if application is None:
            return json_response(start, HTTPStatus.NOT_FOUND, {"status": "not found"})
        return application(environ, start)


def _is_signed(verifier: SignatureVerifier, body: bytes, environ: WSGIEnvironment) -> bool:
    """Return whether Slack sent this body within the last five minutes, whatever the headers hold.

    The verifier itself raises for a timestamp that is no number, a signature that is not ASCII and a body that is not
    UTF-8. Slack sends none of them.
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
    """The verifier's clock, from a function that tells epoch seconds."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds

    def now(self) -> float:
        return self._seconds()


def json_response(start: StartResponse, status: HTTPStatus, document: Any) -> Iterable[bytes]:
    body = json.dumps(document).encode()
    start(
        f"{status.value} {status.phrase}",
        [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")],
    )
    return [body]
