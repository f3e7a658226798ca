"""The WSGI front: `/slack/events` to Bolt, `/healthz`, `/readyz`, and nothing else."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

EVENTS_PATH = "/slack/events"
HEALTH_PATHS = ("/healthz", "/readyz")
BODY_LIMIT = 1_000_000
"""Largest request body in bytes; Slack's largest are well under 300 kB."""

STAMP_DIGITS = 12
"""Most digits of a timestamp in seconds: 10 until the year 2286."""

STAMP_SECONDS = 300
"""How old a request may be (Slack's own advice): an older one may be a recording."""

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

    def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ.get("REQUEST_METHOD") != "POST":
            return _json(start, HTTPStatus.METHOD_NOT_ALLOWED, {"status": "POST only"})
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > BODY_LIMIT:
            return _json(start, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"status": "too large"})
        body: bytes = environ["wsgi.input"].read(int(length))
        stamp = environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", "")
        if not signed(body, stamp, environ.get("HTTP_X_SLACK_SIGNATURE", ""), secret=secret, now=clock()):
            return _json(start, HTTPStatus.UNAUTHORIZED, {"status": "not signed by Slack"})
        return bolt({**environ, "wsgi.input": BytesIO(body)}, start)

    return application


def signed(body: bytes, stamp: str, signature: str, *, secret: str, now: float) -> bool:
    """Whether Slack sent this body within the last five minutes. Whatever the headers hold, it raises nothing."""
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= STAMP_DIGITS):
        return False
    if abs(now - int(stamp)) > STAMP_SECONDS:
        return False
    digest = hmac.new(secret.encode(), b"v0:%b:%b" % (stamp.encode(), body), hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={digest}".encode(), signature.encode("utf-8", "surrogatepass"))


def _json(start: StartResponse, status: HTTPStatus, document: Any) -> Iterable[bytes]:
    body = json.dumps(document).encode()
    start(
        f"{status.value} {status.phrase}",
        [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")],
    )
    return [body]
