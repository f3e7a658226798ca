"""Call Slack's Web API and translate its errors: refused, rate-limited or unreachable."""

from __future__ import annotations

import http.client
import urllib.error
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from slackguide.delivery.sender import RateLimitedError, SlackUnreachableError
from slackguide.slack.api.error_codes import error_from_code

T = TypeVar("T")

RETRY_AFTER = 30.0
"""Seconds to wait after a 429 response without a valid Retry-After."""

PAGE_SIZE = 200
"""Items per page, as Slack recommends."""

INVALID_CURSOR = "invalid_cursor"
"""Slack's code for a cursor that it no longer knows."""

SERVER_ERROR = 500
"""The lowest HTTP status of a server error."""


def call_slack(work: Callable[[], T]) -> T:
    """Return the result of a Web API call.

    Raises `SlackRefusedError`, `RateLimitedError` or `SlackUnreachableError` instead of any network error.
    """
    try:
        return work()
    except SlackApiError as error:
        raise _error_from_response(error) from None
    except (ConnectionRefusedError, urllib.error.URLError) as error:
        reason = getattr(error, "reason", error)
        never_connected = isinstance(reason, ConnectionRefusedError) or type(reason).__name__ == "gaierror"
        raise SlackUnreachableError(ambiguous=not never_connected) from None
    except (OSError, http.client.HTTPException, SlackClientError, ValueError):
        raise SlackUnreachableError(ambiguous=True) from None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `next_cursor` is empty on the last one."""

    items: Sequence[Any]
    next_cursor: str


def pages(
    client: WebClient, method: str, key: str, arguments: Mapping[str, str], *, cursor: str = "", limit: int = PAGE_SIZE
) -> Iterator[Page]:
    """Yield the pages of the list under `key` of a paginated method, from `cursor` on. Raises like `call_slack`."""
    while True:
        params = {**arguments, "limit": str(limit), **({"cursor": cursor} if cursor else {})}
        response = call_slack(partial(client.api_call, method, http_verb="GET", params=params))
        cursor = (response.get("response_metadata") or {}).get("next_cursor") or ""
        yield Page(response.get(key) or (), cursor)
        if not cursor:
            return


def paginate(
    client: WebClient, method: str, key: str, arguments: Mapping[str, str], *, limit: int = PAGE_SIZE
) -> Iterator[Any]:
    """Yield every item under `key` of a paginated method. Raises like `call_slack`."""
    for page in pages(client, method, key, arguments, limit=limit):
        yield from page.items


def _error_from_response(error: SlackApiError) -> Exception:
    response = error.response
    status = getattr(response, "status_code", 200)
    headers: Mapping[str, Any] = getattr(response, "headers", None) or {}
    if status == 429 or _error_code(response) in ("ratelimited", "rate_limited"):
        return RateLimitedError(_retry_after(headers))
    if status >= SERVER_ERROR:
        return SlackUnreachableError(ambiguous=True)
    code = _error_code(response)
    return (
        error_from_code(code, needed=response_field(response, "needed") or None)
        if code
        else SlackUnreachableError(ambiguous=True)
    )


def response_field(response: Any, name: str) -> str:
    """Return a field of a response, or the empty string. The response may not be a JSON object."""
    try:
        return str(response.get(name) or "")
    except (AttributeError, ValueError):
        return ""


def _error_code(response: Any) -> str:
    return response_field(response, "error")


def response_header(headers: Mapping[str, Any], name: str) -> str | None:
    """Return a response header by its lower-case name, or None."""
    value = next((value for key, value in headers.items() if key.lower() == name), None)
    return str(value[0] if isinstance(value, list) else value) if value else None


def _retry_after(headers: Mapping[str, Any]) -> float:
    try:
        return max(0.0, float(response_header(headers, "retry-after") or RETRY_AFTER))
    except ValueError:
        return RETRY_AFTER
