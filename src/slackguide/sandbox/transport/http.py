"""Send requests to the app as signed HTTP POSTs."""

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

REQUEST_TIMEOUT = 3.0
"""Seconds within which the app must acknowledge a command, an interaction or an event."""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """A request to the app. `kind` is as in Socket Mode: `slash_commands`, `interactive` or `events_api`."""

    kind: str
    payload: Json
    retry: int = 0
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SentRequest:
    """A request as sent, for the request log."""

    headers: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""


class Transport(Protocol):
    """A way to send requests to the app."""

    def send(self, envelope: Envelope) -> tuple[SentRequest, AppReply]:
        """Send a request and wait for its acknowledgement. An error is in the reply's `failure`."""


class HttpTransport:
    """Sends signed HTTP POSTs to the app's request URL.

    `signing_clock` gives the timestamp of the signature. It is real time, even if the workspace's clock was moved,
    because the app compares it with its own clock.
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
        """Send a request as a POST."""
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

    def check_certificate(self) -> AppReply:
        """Send Slack's check of the certificate, which is not signed."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Slackbot 1.0"}
        return self._post(headers, urlencode({"ssl_check": "1", "token": "outdated"}).encode())

    def _post(self, headers: Mapping[str, str], body: bytes) -> AppReply:
        started = self._monotonic()

        def elapsed() -> float:
            return (self._monotonic() - started) * 1000

        connection = http.client.HTTPConnection(
            self._url.hostname or "127.0.0.1", self._url.port or 80, timeout=self._timeout
        )
        try:
            connection.request("POST", self._url.path or "/slack/events", body=body, headers=dict(headers))
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        except TimeoutError:
            return AppReply(status=None, body="", milliseconds=elapsed(), failure="timeout")
        except (OSError, http.client.HTTPException):
            return AppReply(status=None, body="", milliseconds=elapsed(), failure="unreachable")
        finally:
            connection.close()
        reply_headers = {name.lower(): value for name, value in response.getheaders()}
        return AppReply(status=response.status, body=text, milliseconds=elapsed(), headers=reply_headers)


def encode(envelope: Envelope) -> tuple[str, str]:
    """Return content type and body: commands and interactions (as `payload`) form-encoded, events as JSON."""
    if envelope.kind == "slash_commands":
        return "application/x-www-form-urlencoded", urlencode(envelope.payload)
    compact = json.dumps(envelope.payload, separators=(",", ":"), ensure_ascii=False)
    if envelope.kind == "interactive":
        return "application/x-www-form-urlencoded", urlencode({"payload": compact})
    return "application/json", compact


class NullTransport:
    """Reports the app as unreachable: it has no request URL and no open WebSocket."""

    def send(self, envelope: Envelope) -> tuple[SentRequest, AppReply]:
        """Return a reply with the failure `unreachable`."""
        _, body = encode(envelope)
        return SentRequest(raw=body), AppReply(status=None, body="", milliseconds=0.0, failure="unreachable")


def signed_headers(*, secret: str, body: str, at: float) -> dict[str, str]:
    """Return the two signature headers of a request with this raw body, sent at `at` (epoch seconds)."""
    timestamp = str(int(at))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature or ""}
