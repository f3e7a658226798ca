"""Slack's message composer: escape characters, resolve mentions and links, build the rich_text block."""

from __future__ import annotations

import re
from collections.abc import Iterator

from slackguide.sandbox.errors import NotFoundError
from slackguide.sandbox.json_types import Json
from slackguide.sandbox.user.emoji_names import EMOJI, emoji_of
from slackguide.sandbox.workspace.workspace import Workspace

_TOKEN = re.compile(r"(?P<link>https?://[^\s<>|]+)|@(?P<name>[\w.-]+)|#(?P<channel>[\w-]+)")


def compose(workspace: Workspace, typed: str) -> tuple[str, list[Json]]:
    """Return the `text` and `blocks` of a message from its typed text.

    `&`, `<` and `>` are escaped; `@name`, `#channel` and URLs become references in angle brackets.
    """
    text: list[str] = []
    elements: list[Json] = []
    for element, mrkdwn in _elements(workspace, typed):
        text.append(mrkdwn)
        elements.append(element)
    section = {"type": "rich_text_section", "elements": elements}
    return "".join(text), [{"type": "rich_text", "elements": [section]}]


def escape(typed: str) -> str:
    """Escape the three characters that Slack escapes."""
    return typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _elements(workspace: Workspace, typed: str) -> Iterator[tuple[Json, str]]:
    """Yield the rich text elements of a typed text, each with its mrkdwn."""
    position = 0
    for match in _TOKEN.finditer(typed):
        reference = _reference(workspace, match)
        if reference is None:
            continue
        yield from _plain(typed[position : match.start()])
        yield reference
        position = match.end()
    yield from _plain(typed[position:])


def _plain(typed: str) -> Iterator[tuple[Json, str]]:
    """Yield a text without references. Slack's client sends the names of emoji, not the characters."""
    position = 0
    for match in EMOJI.finditer(typed):
        if match.start() > position:
            yield _text(typed[position : match.start()])
        name, tone = emoji_of(match)
        names = name if tone is None else f"{name}::{tone}"
        yield {"type": "emoji", "name": names}, f":{names}:"
        position = match.end()
    if position < len(typed):
        yield _text(typed[position:])


def _text(typed: str) -> tuple[Json, str]:
    return {"type": "text", "text": typed}, escape(typed)


def _reference(workspace: Workspace, match: re.Match[str]) -> tuple[Json, str] | None:
    link, name, channel_name = match["link"], match["name"], match["channel"]
    try:
        if link:
            return {"type": "link", "url": link}, f"<{escape(link)}>"
        if name in ("here", "channel", "everyone"):
            return {"type": "broadcast", "range": name}, f"<!{name}>"
        if name == workspace.app.name:
            return {"type": "user", "user_id": workspace.app.user_id}, f"<@{workspace.app.user_id}>"
        if name:
            group = next((group for group in workspace.groups if group.handle == name), None)
            if group is not None:
                return {"type": "usergroup", "usergroup_id": group.id}, f"<!subteam^{group.id}|@{group.handle}>"
            person = workspace.person(name)
            return {"type": "user", "user_id": person.id}, f"<@{person.id}>"
        channel = workspace.conversation(channel_name)
        return {"type": "channel", "channel_id": channel.id}, f"<#{channel.id}|{channel.name}>"
    except NotFoundError:
        return None
