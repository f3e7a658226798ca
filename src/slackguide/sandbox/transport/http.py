"""Send a request to the app as a signed HTTP POST."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from slack_sdk.signature import SignatureVerifier

from slackguide.sandbox.json_types import Json
from slackguide.sandbox.workspace.records import AppReply

# Slack waits this long for a command, an interaction or an event to be acknowledged.
REQUEST_TIMEOUT = 3.0


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """One thing for the bot: `kind` is Socket Mode's (`slash_commands`, `interactive`, `events_api`)."""

    kind: str
    payload: Json
    retry: int = 0
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SentRequest:
    """The request as it left, for the request log."""

    headers: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""


class Transport(Protocol):
    """A way to the bot."""

    def send(self, envelope: Envelope) -> tuple[SentRequest, AppReply]:
        """Send and wait for the acknowledgement; what went wrong is in the reply's `failure`."""


class HttpTransport:
    """Signed HTTP POSTs to the bot's one address, as Slack sends them.

    `signing_clock` stamps the signature. It is real time even where the workspace's clock was moved, since the bot
    compares it with its own.
    """

    def __init__(
        self,
        *,
        url: str,
        signing_secret: str,
        timeout: float = REQUEST_TIMEOUT,
        signing_clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._url = urlsplit(url)
        self._secret = signing_secret
        self._timeout = timeout
        self._signing_clock = signing_clock
        self._monotonic = monotonic

    def send(self, envelope: Envelope) -> tuple[SentRequest, AppReply]:
        """POST the parcel."""
        content_type, body = encode(envelope)
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "Accept": "application/json,*/*",
            **signed_headers(secret=self._secret, body=body, at=self._signing_clock()),
        }
        if envelope.retry:
            headers |= {"X-Slack-Retry-Num": str(envelope.retry), "X-Slack-Retry-Reason": envelope.reason}
        return SentRequest(headers=headers, raw=body), self._post(headers, body.encode())

    def _post(self, headers: Mapping[str, str], body: bytes) -> AppReply:
        started = self._monotonic()

        def spent() -> float:
            return (self._monotonic() - started) * 1000

        connection = http.client.HTTPConnection(
            self._url.hostname or "127.0.0.1", self._url.port or 80, timeout=self._timeout
        )
        try:
            connection.request("POST", self._url.path or "/slack/events", body=body, headers=dict(headers))
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        except TimeoutError:
            return AppReply(status=None, body="", milliseconds=spent(), failure="timeout")
        except (OSError, http.client.HTTPException):
            return AppReply(status=None, body="", milliseconds=spent(), failure="unreachable")
        finally:
            connection.close()
        found = {name.lower(): value for name, value in response.getheaders()}
        return AppReply(status=response.status, body=text, milliseconds=spent(), headers=found)


def encode(envelope: Envelope) -> tuple[str, str]:
    """Content type and body: commands as a form, interactions as a form with one `payload`, events as JSON."""
    if envelope.kind == "slash_commands":
        return "application/x-www-form-urlencoded", urlencode(envelope.payload)
    compact = json.dumps(envelope.payload, separators=(",", ":"), ensure_ascii=False)
    if envelope.kind == "interactive":
        return "application/x-www-form-urlencoded", urlencode({"payload": compact})
    return "application/json", compact


class NullTransport:
    """Nothing is connected: no request URL is set and no WebSocket is open."""

    def send(self, envelope: Envelope) -> tuple[SentRequest, AppReply]:
        """Say that nobody is there."""
        _, body = encode(envelope)
        return SentRequest(raw=body), AppReply(status=None, body="", milliseconds=0.0, failure="unreachable")


def signed_headers(*, secret: str, body: str, at: float) -> dict[str, str]:
    """Return the two headers with which Slack signs a request of this raw body sent at `at` (epoch seconds)."""
    timestamp = str(int(at))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature or ""}
