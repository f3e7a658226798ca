"""Call Slack's Web API and translate its errors: refused, rate-limited or unreachable."""

from __future__ import annotations

import http.client
import urllib.error
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from slackguide.delivery.sender import RateLimitedError, SlackUnreachableError
from slackguide.slack.api.error_codes import refusal

T = TypeVar("T")

RETRY_AFTER = 30.0
"""Seconds to wait after a 429 without a usable Retry-After."""

PAGE = 200
"""Items asked for at once, as Slack recommends."""

SERVER_FAULT = 500


def call_slack(work: Callable[[], T]) -> T:
    """The result of a Web API call.

    Raises `InvalidContentError`, `RateLimitedError` or `SlackUnreachableError`, nothing else of the network's.
    """
    try:
        return work()
    except SlackApiError as error:
        raise _error_from_response(error) from None
    except (ConnectionRefusedError, urllib.error.URLError) as error:
        reason = getattr(error, "reason", error)
        never_made = isinstance(reason, ConnectionRefusedError) or type(reason).__name__ == "gaierror"
        raise SlackUnreachableError(ambiguous=not never_made) from None
    except (OSError, http.client.HTTPException, SlackClientError, ValueError):
        raise SlackUnreachableError(ambiguous=True) from None


def paginate(client: WebClient, method: str, key: str, arguments: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Every item under `key` of a paged method, page by page. Raises like `call_slack`."""
    cursor = ""
    while True:
        params = {**arguments, "limit": str(PAGE), **({"cursor": cursor} if cursor else {})}
        response = call_slack(partial(client.api_call, method, http_verb="GET", params=params))
        yield from response.get(key) or ()
        cursor = (response.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return


def _error_from_response(error: SlackApiError) -> Exception:
    response = error.response
    status = getattr(response, "status_code", 200)
    headers: Mapping[str, Any] = getattr(response, "headers", None) or {}
    if status == 429 or _code(response) in ("ratelimited", "rate_limited"):
        return RateLimitedError(_seconds(headers))
    if status >= SERVER_FAULT:
        return SlackUnreachableError(ambiguous=True)
    code = _code(response)
    return refusal(code, needed=field_of(response, "needed") or None) if code else SlackUnreachableError(ambiguous=True)


def field_of(response: Any, name: str) -> str:
    """A field of an answer that may be no JSON object at all; the empty string where there is none."""
    try:
        return str(response.get(name) or "")
    except (AttributeError, ValueError):
        return ""


def _code(response: Any) -> str:
    return field_of(response, "error")


def header_of(headers: Mapping[str, Any], name: str) -> str | None:
    """A header of an answer by its lower-case name; None where there is none."""
    found = next((value for key, value in headers.items() if key.lower() == name), None)
    return str(found[0] if isinstance(found, list) else found) if found else None


def _seconds(headers: Mapping[str, Any]) -> float:
    try:
        return max(0.0, float(header_of(headers, "retry-after") or RETRY_AFTER))
    except ValueError:
        return RETRY_AFTER
