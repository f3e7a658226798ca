"""Slack's message composer: escape characters, resolve mentions and links, build the rich_text block."""

from __future__ import annotations

import re
from collections.abc import Iterator

from slackguide.sandbox.errors import NotFoundError
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.workspace.workspace import Workspace

_TOKEN = re.compile(r"(?P<link>https?://[^\s<>|]+)|@(?P<who>[\w.-]+)|#(?P<where>[\w-]+)")


def as_message(workspace: Workspace, typed: str) -> tuple[str, list[Json]]:
    """The `text` and `blocks` of a message somebody typed.

    `&`, `<` and `>` are escaped; `@name`, `#channel` and web addresses become Slack's bracketed references.
    """
    text: list[str] = []
    pieces: list[Json] = []
    for piece, written in _pieces(workspace, typed):
        text.append(written)
        pieces.append(piece)
    section = {"type": "rich_text_section", "elements": pieces}
    return "".join(text), [{"type": "rich_text", "elements": [section]}]


def escape(typed: str) -> str:
    """The three characters that Slack escapes."""
    return typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _pieces(workspace: Workspace, typed: str) -> Iterator[tuple[Json, str]]:
    at = 0
    for match in _TOKEN.finditer(typed):
        found = _reference(workspace, match)
        if found is None:
            continue
        if match.start() > at:
            yield _plain(typed[at : match.start()])
        yield found
        at = match.end()
    if at < len(typed):
        yield _plain(typed[at:])


def _plain(typed: str) -> tuple[Json, str]:
    return {"type": "text", "text": typed}, escape(typed)


def _reference(workspace: Workspace, match: re.Match[str]) -> tuple[Json, str] | None:
    link, who, where = match["link"], match["who"], match["where"]
    try:
        if link:
            return {"type": "link", "url": link}, f"<{escape(link)}>"
        if who in ("here", "channel", "everyone"):
            return {"type": "broadcast", "range": who}, f"<!{who}>"
        if who == workspace.app.name:
            return {"type": "user", "user_id": workspace.app.user_id}, f"<@{workspace.app.user_id}>"
        if who:
            group = next((group for group in workspace.groups if group.handle == who), None)
            if group is not None:
                return {"type": "usergroup", "usergroup_id": group.id}, f"<!subteam^{group.id}|@{group.handle}>"
            person = workspace.person(who)
            return {"type": "user", "user_id": person.id}, f"<@{person.id}>"
        channel = workspace.conversation(where)
        return {"type": "channel", "channel_id": channel.id}, f"<#{channel.id}|{channel.name}>"
    except NotFoundError:
        return None
