"""`/healthz`: the process is alive. `/readyz`: it can do its work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from slackguide.web.wsgi import json_response

HEALTH_PATHS = ("/healthz", "/readyz")


Problems = Callable[[], list[str]]
"""Why we are not ready, in words; empty where we are."""


class Health:
    """`/healthz`: the process is alive. `/readyz`: it can do its work, 503 with the reasons where it cannot."""

    def __init__(self, *, problems: Problems) -> None:
        self._problems = problems

    def alive(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """200 for as long as anything answers at all."""
        del environ
        return json_response(start, HTTPStatus.OK, {"status": "ok"})

    def ready(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """200 or 503."""
        del environ
        problems = self._problems()
        if problems:
            return json_response(start, HTTPStatus.SERVICE_UNAVAILABLE, {"status": "not ready", "reasons": problems})
        return json_response(start, HTTPStatus.OK, {"status": "ready"})

    @property
    def routes(self) -> dict[str, WSGIApplication]:
        """Path to application."""
        return dict(zip(HEALTH_PATHS, (self.alive, self.ready), strict=True))
