"""Escape text from people for Slack messages, so that it cannot mention anybody, link or add markup."""

from __future__ import annotations

import re

from slack_sdk.models.blocks import MarkdownTextObject, PlainTextObject

SECTION_LIMIT = 3000
"""Maximum length in characters of a section's text."""

HEADER_LIMIT = 150
"""Maximum length of a header."""
BUTTON_LIMIT = 75
"""Maximum length of a button's text."""
OPTION_LIMIT = 75
"""Maximum length of an option's text."""


def escape(text: str) -> str:
    """Escape `&`, `<` and `>`, so that mrkdwn shows the text literally."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_REFERENCE = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
"""Slack's syntax for links, users, channels and special mentions: `<https://…|label>`, `<@U1>`, `<#C1|name>`."""

_TRUNCATED_ENTITY = re.compile(r"&[a-z]*$")


def unescape(text: str) -> str:
    """Return a message's text as the user wrote it, with Slack's references and escapes reversed.

    A link keeps its label, and a channel or user group its name. A reference of which only the id is known is removed.
    """
    plain_text = _REFERENCE.sub(_reference, text)
    return plain_text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _reference(match: re.Match[str]) -> str:
    target, label = match.group(1), match.group(2)
    match target[0]:
        case "@":
            return f"@{label}" if label else ""
        case "#":
            return f"#{label}" if label else ""
        case "!":
            name, caret, _ = target[1:].partition("^")
            return label or ("" if caret else f"@{name}")
        case _:
            return _link(target, label)


def _link(target: str, label: str | None) -> str:
    """Return a link's label and target, or one of them if it says everything. Slack links numbers as `tel:`."""
    scheme, colon, number = target.partition(":")
    if colon and scheme == "tel":
        return label or number
    target = target.removeprefix("mailto:")
    return f"{label} {target}" if label and label not in target else target


def escape_within(text: str, limit: int) -> str:
    """Escape the text and truncate it to `limit` characters with an ellipsis, never inside an entity."""
    escaped = escape(text)
    return escaped if len(escaped) <= limit else f"{_TRUNCATED_ENTITY.sub('', escaped[: limit - 1])}…"


def truncate(text: str, limit: int) -> str:
    """Truncate the text to `limit` characters with an ellipsis."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def plain(text: str, limit: int = SECTION_LIMIT) -> PlainTextObject:
    """Return text without markup. Slack requires at least one character."""
    return PlainTextObject(text=truncate(text, limit) or "–", emoji=False)


def bold(text: str, limit: int = SECTION_LIMIT) -> MarkdownTextObject:
    """Return a short label in bold. Asterisks are removed, because they would end the bold text."""
    return MarkdownTextObject(text=f"*{escape(truncate(text, limit - 20)).replace('*', '')}*", verbatim=True)


def mrkdwn(text: str, limit: int = SECTION_LIMIT) -> MarkdownTextObject:
    """Return mrkdwn in which people's text is already escaped. Nothing in it becomes a link automatically."""
    return MarkdownTextObject(text=truncate(text, limit) or "–", verbatim=True)


def mention(user_id: str) -> str:
    """Return a mention of a user in mrkdwn."""
    return f"<@{user_id}>"
