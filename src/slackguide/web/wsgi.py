"""The WSGI router."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

EVENTS_PATH = "/slack/events"


class Router:
    """A WSGI application that dispatches requests by exact path."""

    def __init__(self, *, routes: dict[str, WSGIApplication]) -> None:
        self._routes = routes

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Handle one request."""
        application = self._routes.get(environ.get("PATH_INFO", ""))
        if application is None:
            return json_response(start, HTTPStatus.NOT_FOUND, {"status": "not found"})
        return application(environ, start)


def json_response(start: StartResponse, status: HTTPStatus, document: Any) -> Iterable[bytes]:
    """Return a JSON response that is not cached."""
    body = json.dumps(document).encode()
    start(
        f"{status.value} {status.phrase}",
        [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")],
    )
    return [body]
