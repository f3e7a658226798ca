"""Health endpoints: `/healthz` (liveness) and `/readyz` (readiness)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from slackguide.web.wsgi import json_response

HEALTH_PATHS = ("/healthz", "/readyz")


Problems = Callable[[], list[str]]
"""A function that returns the reasons why the process is not ready; an empty list if it is ready."""


class Health:
    """The endpoints `/healthz` (200) and `/readyz` (200, or 503 with the reasons)."""

    def __init__(self, *, problems: Problems) -> None:
        self._problems = problems

    def alive(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer 200."""
        del environ
        return json_response(start, HTTPStatus.OK, {"status": "ok"})

    def ready(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer 200, or 503 with the reasons."""
        del environ
        problems = self._problems()
        if problems:
            return json_response(start, HTTPStatus.SERVICE_UNAVAILABLE, {"status": "not ready", "reasons": problems})
        return json_response(start, HTTPStatus.OK, {"status": "ready"})

    @property
    def routes(self) -> dict[str, WSGIApplication]:
        """The WSGI application for each path."""
        return dict(zip(HEALTH_PATHS, (self.alive, self.ready), strict=True))
