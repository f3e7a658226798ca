"""Requests to Slack and to the public URL, whose failures are described: refused, rate-limited or unreachable."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from slackguide.slack.api.calls import response_field, response_header
from slackguide.slack.api.error_codes import MISSING_SCOPE
from slackguide.slack.views.error_advice import ADVICE

TIMEOUT = 10
"""Seconds to wait for a response."""

LONGEST_WAIT = 90.0
"""Seconds that all pauses together may take that Slack asks for with Retry-After."""

RATE_LIMITED = 429
"""HTTP status of a rate limit."""

SERVER_ERROR = 500
"""The lowest HTTP status of a server error."""

PAGE_SIZE = 999
"""The most channels per page: Slack recommends fewer than 1,000."""


class CallFailed(Exception):
    """A call that failed. `str()` says why, `remedy` what to do.

    `code` is Slack's error code, None if Slack did not answer. `details` are the errors of `blocks.validate`.
    """

    def __init__(self, message: str, remedy: str, code: str | None = None, details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.code = code
        self.details = details


class Caller:
    """Calls of the Web API that wait when Slack asks for it, up to `LONGEST_WAIT` seconds in all."""

    def __init__(self, client: WebClient, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._sleep = sleep
        self._patience = LONGEST_WAIT

    def __call__(self, method: str, **params: Any) -> SlackResponse:
        """Return the response. Raises `CallFailed`."""
        while True:
            try:
                return self._client.api_call(method, params=params)
            except SlackApiError as error:
                self._wait_or_fail(method, error)
            except (OSError, http.client.HTTPException, SlackClientError, ValueError) as error:
                reason = describe_failure(error, host_of(self._client.base_url))
                raise CallFailed(
                    f"Slack cannot be reached: {reason}",
                    "Check the network, the proxy and SLACK_API_URL, then run this again",
                ) from None

    def pages(self, method: str, key: str, **params: Any) -> Iterator[Mapping[str, Any]]:
        """Yield every item of a paginated method. After a rate limit it continues from the same page."""
        cursor = ""
        while True:
            response = self(method, limit=PAGE_SIZE, **params, **({"cursor": cursor} if cursor else {}))
            yield from response.get(key) or ()
            cursor = (response.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _wait_or_fail(self, method: str, error: SlackApiError) -> None:
        """Sleep as long as Slack asks for, or raise `CallFailed`."""
        response = error.response
        code = response_field(response, "error")
        if response.status_code == RATE_LIMITED or code in ("ratelimited", "rate_limited"):
            wait = float(response_header(response.headers, "retry-after") or 30)
            if wait > self._patience:
                raise CallFailed(f"Slack limits the rate of {method}", "Wait a few minutes and run this again", code)
            self._patience -= wait
            self._sleep(wait)
            return
        if response.status_code >= SERVER_ERROR or not code:
            raise CallFailed(
                f"Slack answered {method} with status {response.status_code}",
                "See https://slack-status.com, and run this again later",
            )
        details = [f"{one.get('pointer')}: {one.get('message')}" for one in response.get("errors") or ()]
        raise _refused(method, code, response_field(response, "needed"), details)


def _refused(method: str, code: str, needed: str, details: Sequence[str]) -> CallFailed:
    if code == MISSING_SCOPE:
        return CallFailed(
            f"Slack refused {method}: the token lacks the scope {needed or 'that it needs'}",
            f"Add {needed or 'it'} under OAuth & Permissions (`slackguide manifest` lists all), and reinstall the app",
            code,
        )
    advice = ADVICE.get(code)
    happened = f": {advice.happened}" if advice and "{" not in advice.happened else ""
    remedy = advice.remedy if advice and "{" not in advice.remedy else f"See the errors of {method} at docs.slack.dev"
    return CallFailed(f"Slack refused {method} ({code}){happened}", remedy, code, details)


def describe_failure(error: BaseException, host: str) -> str:
    """Return why a host cannot be reached, in words."""
    reason = getattr(error, "reason", error)
    match reason:
        case socket.gaierror():
            return f"the name {host} cannot be resolved"
        case ssl.SSLError():
            return f"TLS with {host} failed ({getattr(reason, 'verify_message', '') or reason.reason})"
        case ConnectionRefusedError():
            return f"{host} refuses the connection"
        case TimeoutError():
            return f"{host} did not answer within {TIMEOUT} s"
        case _:
            return f"the connection to {host} failed ({type(reason).__name__})"


def host_of(url: str) -> str:
    """Return the host of a URL, with its port if it has one."""
    return urlsplit(url).netloc


@dataclass(frozen=True)
class WebReply:
    """The response of the public URL. `document` is its JSON body, None if it has none."""

    status: int
    document: Any


def fetch(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> WebReply:
    """Send a GET request, or a POST request with `body`. Raises `CallFailed` if there is no response."""
    request = urllib.request.Request(url, data=body, headers=dict(headers or {}))  # noqa: S310 (the operator's own URL)
    opened = partial(urllib.request.urlopen, request, timeout=TIMEOUT)
    try:
        with opened() as response:
            return WebReply(response.status, _parsed(response.read()))
    except urllib.error.HTTPError as error:
        with error:
            return WebReply(error.code, _parsed(error.read()))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CallFailed(
            f"{url} cannot be reached: {describe_failure(error, host_of(url))}",
            "Check that slackguide runs, and that DNS, the certificate and the reverse proxy lead to it",
        ) from None


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
