"""The WSGI application: Web API, response URLs, the page, its static files and event stream, and extra routes."""

from __future__ import annotations

import mimetypes
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from importlib import resources
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from slackguide.sandbox.json_types import Json, dump_json, parse_json
from slackguide.sandbox.ui.api import UiApi, change_number
from slackguide.sandbox.user.response_urls import ResponseUrls
from slackguide.sandbox.web_api.call_handler import ApiResponse
from slackguide.sandbox.web_api.endpoint import WebApi
from slackguide.sandbox.workspace.changes import ChangeFeed

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The Content Security Policy: no third-party and no inline code, so message text cannot run even if it is markup."""

_SECURITY_HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
)
HEARTBEAT = 10.0
"""Seconds between comments on an idle event stream, to detect a closed tab."""

MAX_STREAMS = 24
"""How many event streams may be open at once. Each holds a server thread; the rest of the threads serve the app."""

_MAX_BODY = 4_000_000
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_OWN_SITES = frozenset({"same-origin", "none"})
"""`Sec-Fetch-Site` of requests from the page, and of those that a person or a program sends without one."""

_STATIC = resources.files("slackguide.sandbox") / "static"


class WsgiApp:
    """The sandbox's WSGI application.

    It is created before its handlers, because they need the port that the server binds: `mount` adds them.
    """

    def __init__(self, *, routes: Mapping[str, WSGIApplication]) -> None:
        self._routes = dict(routes)
        self._streams = threading.BoundedSemaphore(MAX_STREAMS)

    def mount(self, *, web_api: WebApi, response_urls: ResponseUrls, ui_api: UiApi, changes: ChangeFeed) -> None:
        """Set the handlers."""
        self._web_api = web_api
        self._response_urls = response_urls
        self._ui_api = ui_api
        self._change_feed = changes

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Handle one request."""
        path = environ.get("PATH_INFO", "/").encode("latin-1").decode("utf-8", "replace")
        if path in self._routes:
            return self._routes[path](environ, start)
        if path.startswith("/api/"):
            return self._api(environ, start, path.removeprefix("/api/"))
        if path.startswith("/hooks/"):
            return self._response_url(environ, start, path.removeprefix("/hooks/"))
        if not _is_local(environ):
            return _text(start, HTTPStatus.FORBIDDEN, "The sandbox is available on loopback only.\n")
        if path.startswith("/sandbox/"):
            if environ.get("HTTP_SEC_FETCH_SITE", "none") not in _OWN_SITES:
                return _text(start, HTTPStatus.FORBIDDEN, "Only the sandbox page may send this request.\n")
            return self._page_api(environ, start, path.removeprefix("/sandbox/"))
        if path.startswith("/static/"):
            return _static(start, path.removeprefix("/static/"))
        if path in ("/", "/favicon.ico") or path.startswith("/archives/"):
            return _static(start, "favicon.svg" if path == "/favicon.ico" else "index.html")
        return _text(start, HTTPStatus.NOT_FOUND, "Not found.\n")

    def _api(self, environ: WSGIEnvironment, start: StartResponse, method: str) -> Iterable[bytes]:
        response = self._web_api.handle(
            method,
            authorization=environ.get("HTTP_AUTHORIZATION", ""),
            content_type=environ.get("CONTENT_TYPE", ""),
            body=_body(environ),
            query=environ.get("QUERY_STRING", ""),
            disconnected=_disconnected(environ),
        )
        return _respond(start, response)

    def _response_url(self, environ: WSGIEnvironment, start: StartResponse, key: str) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST":
            return _text(start, HTTPStatus.METHOD_NOT_ALLOWED, "POST only.\n")
        response = self._response_urls.handle(
            key, content_type=environ.get("CONTENT_TYPE", ""), body=_body(environ), disconnected=_disconnected(environ)
        )
        if response is not None and response.status == HTTPStatus.OK:
            return _text(start, HTTPStatus.OK, "ok")
        return _respond(start, response)

    def _page_api(self, environ: WSGIEnvironment, start: StartResponse, path: str) -> Iterable[bytes]:
        if path == "live":
            return self._stream(environ, start)
        if environ["REQUEST_METHOD"] == "GET":
            status, body = self._ui_api.read(path, environ.get("QUERY_STRING", ""))
            return _json(start, status, body)
        if not _is_same_origin(environ):
            return _text(start, HTTPStatus.FORBIDDEN, "Only the sandbox page may send this request.\n")
        try:
            request: Any = parse_json(_body(environ) or b"{}")
        except ValueError:
            request = None
        if not isinstance(request, dict):
            return _json(start, HTTPStatus.BAD_REQUEST, {"error": "a JSON object was expected"})
        status, body = self._ui_api.act(path, request)
        return _json(start, status, body)

    def _stream(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Stream server-sent events from the change after `Last-Event-ID`, or after the number in the query string."""
        if not self._streams.acquire(blocking=False):
            return _text(start, HTTPStatus.SERVICE_UNAVAILABLE, "Too many pages are open.\n")
        last = environ.get("HTTP_LAST_EVENT_ID") or environ.get("QUERY_STRING", "").removeprefix("after=")
        after = change_number(last)
        start("200 OK", [("Content-Type", "text/event-stream; charset=utf-8"), *_SECURITY_HEADERS])
        return self._event_stream(self._change_feed.number if after is None else after)

    def _event_stream(self, after: int) -> Iterator[bytes]:
        try:
            yield b"retry: 1000\n\n"
            for change in self._change_feed.follow(after, heartbeat=HEARTBEAT):
                if change is None:
                    yield b": heartbeat\n\n"
                    continue
                body = dump_json({"kind": change.kind, **change.body})
                yield f"id: {change.number}\ndata: {body}\n\n".encode()
        finally:
            self._streams.release()


def _respond(start: StartResponse, response: ApiResponse | None) -> list[bytes]:
    if response is None:
        # waitress closes the connection without a response if an application raises an OSError.
        raise ConnectionResetError("injected fault")
    return _json(start, response.status, response.body, tuple(response.headers.items()))


def _disconnected(environ: WSGIEnvironment) -> Callable[[], bool]:
    """Return a function that tells whether the client disconnected, as far as the server knows."""
    disconnected: Callable[[], bool] = environ.get("waitress.client_disconnected", lambda: False)
    return disconnected


def _is_local(environ: WSGIEnvironment) -> bool:
    """Return whether the Host header names loopback. This prevents DNS rebinding."""
    host = environ.get("HTTP_HOST", "")
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return name in _LOOPBACK


def _is_same_origin(environ: WSGIEnvironment) -> bool:
    """Return whether the request comes from the sandbox page, or from a program, which sends no Origin."""
    origin = environ.get("HTTP_ORIGIN")
    sent_json = environ.get("CONTENT_TYPE", "").startswith("application/json")
    return sent_json and origin in (None, f"http://{environ.get('HTTP_HOST', '')}")


def _body(environ: WSGIEnvironment) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read(min(length, _MAX_BODY))
    return body


def _status_line(status: int) -> str:
    return f"{int(status)} {HTTPStatus(status).phrase}"


def _json(start: StartResponse, status: int, body: Json, headers: tuple[tuple[str, str], ...] = ()) -> list[bytes]:
    raw = dump_json(body).encode()
    size = ("Content-Length", str(len(raw)))
    start(
        _status_line(status), [("Content-Type", "application/json; charset=utf-8"), size, *headers, *_SECURITY_HEADERS]
    )
    return [raw]


def _text(start: StartResponse, status: int, text: str) -> list[bytes]:
    raw = text.encode()
    size = ("Content-Length", str(len(raw)))
    start(_status_line(status), [("Content-Type", "text/plain; charset=utf-8"), size, *_SECURITY_HEADERS])
    return [raw]


def _static(start: StartResponse, name: str) -> list[bytes]:
    parts = name.split("/")
    file = _STATIC.joinpath(*parts)
    if ".." in parts or "" in parts or not file.is_file():
        return _text(start, HTTPStatus.NOT_FOUND, "Not found.\n")
    raw = file.read_bytes()
    kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0] or "application/octet-stream"
    size = ("Content-Length", str(len(raw)))
    start(_status_line(HTTPStatus.OK), [("Content-Type", f"{kind}; charset=utf-8"), size, *_SECURITY_HEADERS])
    return [raw]
