"""Escape people's text for Slack messages: it can neither ping, nor link, nor become markup."""

from __future__ import annotations

import re

from slack_sdk.models.blocks import MarkdownTextObject, PlainTextObject

SECTION_LIMIT = 3000
"""Most characters of a section's text."""

HEADER_LIMIT = 150
BUTTON_LIMIT = 75
OPTION_LIMIT = 75


def escape(text: str) -> str:
    """The text as mrkdwn shows it letter for letter: `&`, `<` and `>` escaped, once, and nothing else."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_REFERENCE = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
"""What Slack makes of links, people, channels and pings in a message: `<https://…|label>`, `<@U1>`, `<#C1|name>`."""

_TRUNCATED_ENTITY = re.compile(r"&[a-z]*$")


def unescape(text: str) -> str:
    """The words of a message as the person wrote them: Slack's references undone, its escapes too."""
    plain_text = _REFERENCE.sub(_reference, text)
    return plain_text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _reference(match: re.Match[str]) -> str:
    target, label = match.group(1), match.group(2)
    match target[0]:
        case "@":
            return f"@{label}" if label else ""
        case "#":
            return f"#{label or target[1:]}"
        case "!":
            return label or f"@{target[1:].partition('^')[0]}"
        case _:
            return target.removeprefix("mailto:")


def escape_within(text: str, limit: int) -> str:
    """The text escaped, cut to `limit` characters with an ellipsis, and never in the middle of an escape."""
    whole = escape(text)
    return whole if len(whole) <= limit else f"{_TRUNCATED_ENTITY.sub('', whole[: limit - 1])}…"


def truncate(text: str, limit: int) -> str:
    """The text, cut to `limit` characters with an ellipsis where it is longer."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def plain(text: str, limit: int = SECTION_LIMIT) -> PlainTextObject:
    """Text without any markup; Slack wants at least one character."""
    return PlainTextObject(text=truncate(text, limit) or "–", emoji=False)


def bold(text: str, limit: int = SECTION_LIMIT) -> MarkdownTextObject:
    """Our own short labels in bold; asterisks in the text would end it early and are left out."""
    return MarkdownTextObject(text=f"*{escape(truncate(text, limit - 20)).replace('*', '')}*", verbatim=True)


def mrkdwn(text: str, limit: int = SECTION_LIMIT) -> MarkdownTextObject:
    """mrkdwn of our own making, in which people's words have passed through `escape`; nothing in it becomes a link."""
    return MarkdownTextObject(text=truncate(text, limit) or "–", verbatim=True)


def mention(user_id: str) -> str:
    """A person, in our own mrkdwn."""
    return f"<@{user_id}>"
