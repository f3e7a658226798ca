"""Cursor-based pagination (docs.slack.dev/apis/web-api/pagination)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TypeVar

from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.web_api.arguments import Arguments

Item = TypeVar("Item")


def page(items: Sequence[Item], arguments: Arguments, *, default: int, maximum: int) -> tuple[list[Item], str]:
    """Return one page of a list, and the next cursor or "". Raises ApiError invalid_cursor, invalid_limit."""
    limit = arguments.integer("limit", default) or default
    if not 0 < limit <= maximum:
        raise ApiError("invalid_limit")
    start = 0
    cursor = arguments.text("cursor")
    if cursor:
        try:
            prefix, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
            start = int(number)
        except ValueError:
            raise ApiError("invalid_cursor") from None
        if prefix != "next":
            raise ApiError("invalid_cursor")
    more = start + limit < len(items)
    following = base64.b64encode(f"next:{start + limit}".encode()).decode() if more else ""
    return list(items[start : start + limit]), following
