"""How a request reaches the bot: a signed HTTP POST, or an envelope on one of its WebSockets."""

import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import urlencode, urlsplit

from slackguide.sandbox.records import Reply
from slackguide.sandbox.signing import signed_headers
from slackguide.sandbox.types import Json

# Slack waits this long for a command, an interaction or an event to be acknowledged.
PATIENCE: Final = 3.0


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One thing for the bot: `kind` is Socket Mode's (`slash_commands`, `interactive`, `events_api`)."""

    kind: str
    payload: Json
    retry: int = 0
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Request:
    """The request as it left, for the glass wall."""

    headers: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""


class Line(Protocol):
    """A way to the bot."""

    def send(self, parcel: Parcel) -> tuple[Request, Reply]:
        """Send and wait for the acknowledgement; what went wrong is in the reply's `failure`."""


class HttpLine:
    """Signed HTTP POSTs to the bot's one address, as Slack sends them.

    `signing_clock` stamps the signature. It is real time even where the workspace's clock was moved, since the bot
    compares it with its own.
    """

    def __init__(
        self,
        *,
        url: str,
        signing_secret: str,
        patience: float = PATIENCE,
        signing_clock: Callable[[], float] = time.time,
        stopwatch: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._url = urlsplit(url)
        self._secret = signing_secret
        self._patience = patience
        self._signing_clock = signing_clock
        self._stopwatch = stopwatch

    def send(self, parcel: Parcel) -> tuple[Request, Reply]:
        """POST the parcel."""
        content_type, body = encode(parcel)
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "Accept": "application/json,*/*",
            **signed_headers(secret=self._secret, body=body, at=self._signing_clock()),
        }
        if parcel.retry:
            headers |= {"X-Slack-Retry-Num": str(parcel.retry), "X-Slack-Retry-Reason": parcel.reason}
        return Request(headers=headers, raw=body), self._post(headers, body.encode())

    def _post(self, headers: Mapping[str, str], body: bytes) -> Reply:
        started = self._stopwatch()

        def spent() -> float:
            return (self._stopwatch() - started) * 1000

        connection = http.client.HTTPConnection(
            self._url.hostname or "127.0.0.1", self._url.port or 80, timeout=self._patience
        )
        try:
            connection.request("POST", self._url.path or "/slack/events", body=body, headers=dict(headers))
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        except TimeoutError:
            return Reply(status=None, body="", milliseconds=spent(), failure="timeout")
        except (OSError, http.client.HTTPException):
            return Reply(status=None, body="", milliseconds=spent(), failure="unreachable")
        finally:
            connection.close()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Reply(status=response.status, body=text, milliseconds=spent(), headers=found)


def encode(parcel: Parcel) -> tuple[str, str]:
    """Content type and body: commands as a form, interactions as a form with one `payload`, events as JSON."""
    if parcel.kind == "slash_commands":
        return "application/x-www-form-urlencoded", urlencode(parcel.payload)
    compact = json.dumps(parcel.payload, separators=(",", ":"), ensure_ascii=False)
    if parcel.kind == "interactive":
        return "application/x-www-form-urlencoded", urlencode({"payload": compact})
    return "application/json", compact


class NoLine:
    """Nothing is connected: no request URL is set and no WebSocket is open."""

    def send(self, parcel: Parcel) -> tuple[Request, Reply]:
        """Say that nobody is there."""
        _, body = encode(parcel)
        return Request(raw=body), Reply(status=None, body="", milliseconds=0.0, failure="unreachable")
