"""Cursors: long lists in pages (docs.slack.dev/apis/web-api/pagination)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TypeVar

from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.web_api.arguments import Arguments

Item = TypeVar("Item")


def page(items: Sequence[Item], arguments: Arguments, *, default: int, high: int) -> tuple[list[Item], str]:
    """One page of a list, and the cursor to the next or "". Raises ApiError invalid_cursor, invalid_limit."""
    limit = arguments.whole("limit", default) or default
    if not 0 < limit <= high:
        raise ApiError("invalid_limit")
    start = 0
    cursor = arguments.text("cursor")
    if cursor:
        try:
            word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
            start = int(number)
        except ValueError:
            raise ApiError("invalid_cursor") from None
        if word != "next":
            raise ApiError("invalid_cursor")
    more = start + limit < len(items)
    following = base64.b64encode(f"next:{start + limit}".encode()).decode() if more else ""
    return list(items[start : start + limit]), following
