"""The WSGI front: `/slack/events` to Bolt, `/healthz`, `/readyz`, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from slack_sdk.signature import Clock, SignatureVerifier

EVENTS_PATH = "/slack/events"
HEALTH_PATHS = ("/healthz", "/readyz")
BODY_LIMIT = 1_000_000
"""Largest request body in bytes; Slack's largest are well under 300 kB."""

STAMP_DIGITS = 12
"""Most digits of a timestamp in seconds: 10 until the year 2286."""

Problems = Callable[[], list[str]]
"""Why we are not ready, in words; empty where we are."""


class Health:
    """`/healthz`: the process is alive. `/readyz`: it can do its work, 503 with the reasons where it cannot."""

    def __init__(self, *, problems: Problems) -> None:
        self._problems = problems

    def alive(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """200 for as long as anything answers at all."""
        del environ
        return _json(start, HTTPStatus.OK, {"status": "ok"})

    def ready(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """200 or 503."""
        del environ
        problems = self._problems()
        if problems:
            return _json(start, HTTPStatus.SERVICE_UNAVAILABLE, {"status": "not ready", "reasons": problems})
        return _json(start, HTTPStatus.OK, {"status": "ready"})

    @property
    def routes(self) -> dict[str, WSGIApplication]:
        """Path to application."""
        return dict(zip(HEALTH_PATHS, (self.alive, self.ready), strict=True))


class Front:
    """Dispatches by exact path."""

    def __init__(self, *, routes: dict[str, WSGIApplication]) -> None:
        self._routes = routes

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Serves one request."""
        application = self._routes.get(environ.get("PATH_INFO", ""))
        if application is None:
            return _json(start, HTTPStatus.NOT_FOUND, {"status": "not found"})
        return application(environ, start)


def guarded(bolt: WSGIApplication, *, secret: str, clock: Callable[[], float]) -> WSGIApplication:
    """Bolt, behind what it leaves out or does too late: method, size, and the signature before anything is parsed.

    `secret` is what Slack signs with (docs.slack.dev/authentication/verifying-requests-from-slack), `clock` tells epoch
    seconds.
    """
    verifier = SignatureVerifier(secret, _Clock(clock))

    def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ.get("REQUEST_METHOD") != "POST":
            return _json(start, HTTPStatus.METHOD_NOT_ALLOWED, {"status": "POST only"})
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > BODY_LIMIT:
            return _json(start, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"status": "too large"})
        body: bytes = environ["wsgi.input"].read(int(length))
        if not _is_signed(verifier, body, environ):
            return _json(start, HTTPStatus.UNAUTHORIZED, {"status": "not signed by Slack"})
        return bolt({**environ, "wsgi.input": BytesIO(body)}, start)

    return application


def _is_signed(verifier: SignatureVerifier, body: bytes, environ: WSGIEnvironment) -> bool:
    """Return whether Slack sent this body within the last five minutes, whatever the headers hold.

    The verifier itself raises for a timestamp that is no number, a signature that is not ASCII and a body that is not
    UTF-8. Slack sends none of them.
    """
    stamp = environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", "")
    signature = environ.get("HTTP_X_SLACK_SIGNATURE", "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= STAMP_DIGITS and signature.isascii()):
        return False
    try:
        return verifier.is_valid(body, stamp, signature)
    except UnicodeDecodeError:
        return False


class _Clock(Clock):
    """The verifier's clock, from a function that tells epoch seconds."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds

    def now(self) -> float:
        return self._seconds()


def _json(start: StartResponse, status: HTTPStatus, document: Any) -> Iterable[bytes]:
    body = json.dumps(document).encode()
    start(
        f"{status.value} {status.phrase}",
        [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")],
    )
    return [body]
