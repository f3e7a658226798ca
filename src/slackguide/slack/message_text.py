"""The text of a message: what a person reads in it, wherever in the payload Slack puts it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from slackguide.slack.mrkdwn import escape, unescape
from slackguide.text import clean

MESSAGE_LIMIT = 12_000
"""Maximum length in characters of a message's text: about the most that Slack accepts in the blocks of one message."""

PLACEHOLDERS = frozenset({"this content can't be displayed", "no preview available", "no fallback defined"})
"""Texts that Slack fills in where an app gives none."""

_REFERENCE = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"[^\W_]+")
_TORN_END = re.compile(r"(<[^<>]*|&[a-z]*)$")
_BYLINE = re.compile(r"^\[[^\]]*\] [^:]*: ")
"""The time and the author at the beginning of a forwarded message's fallback."""

Json = Mapping[str, Any]


def message_text(message: Json) -> str:
    """Return the text of a message payload, in mrkdwn as Slack escapes it, of at most `MESSAGE_LIMIT` characters.

    It holds the message's `text`, then forwarded messages, blocks, and other attachments, one piece a line. A piece is
    left out if its words are in an earlier one: Slack repeats the blocks in `text`. Previews that Slack adds to links
    count only if there is nothing else. Malformed parts of the payload are ignored.
    """
    attachments = _objects(message.get("attachments"))
    others = [attachment for attachment in attachments if not _is_forwarded(attachment)]
    text = _Text()
    text.add(_string(message.get("text")))
    for attachment in filter(_is_forwarded, attachments):
        text.add_all(_attachment(attachment))
    text.add_all(_blocks(message.get("blocks")))
    for attachment in others:
        if not _is_preview(attachment):
            text.add_all(_attachment(attachment))
    if not text.pieces:
        for preview in others:
            text.add_all(_attachment(preview))
    return _shortened("\n".join(text.pieces))


def plain_text(text: str) -> str:
    """Return the text of a message without Slack's escapes and mentions."""
    return clean(unescape(text))


class _Text:
    """The pieces of a text, without repetitions."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._words = ""
        self._length = 0

    def add(self, piece: str) -> None:
        """Add a piece if it says anything that no earlier piece says."""
        piece = piece.strip()
        if not piece or _is_placeholder(piece) or self._length >= MESSAGE_LIMIT:
            return
        words = " ".join(_WORD.findall(_REFERENCE.sub(" ", piece).casefold()))
        repeated = f" {words} " in self._words if words else any(piece in earlier for earlier in self.pieces)
        if not repeated:
            self.pieces.append(piece)
            self._words += f"\n {words} "
            self._length += len(piece) + 1

    def add_all(self, pieces: Iterable[str]) -> None:
        """Add several pieces."""
        for piece in pieces:
            self.add(piece)


def _is_forwarded(attachment: Json) -> bool:
    return bool(attachment.get("is_share") or attachment.get("is_msg_unfurl"))


def _is_preview(attachment: Json) -> bool:
    """Return whether Slack or an app added the attachment to show where a link leads."""
    return bool(attachment.get("original_url") or attachment.get("is_app_unfurl"))


def _is_placeholder(piece: str) -> bool:
    return piece.strip(" .[]").replace("\u2019", "'").casefold() in PLACEHOLDERS


def _attachment(attachment: Json) -> list[str]:
    """Return the pieces of an attachment, or its fallback if it has none."""
    pieces = [piece for piece in _parts(attachment) if piece.strip() and not _is_placeholder(piece)]
    fallback = _string(attachment.get("fallback"))
    return pieces or [_BYLINE.sub("", fallback) if _is_forwarded(attachment) else fallback]


def _parts(attachment: Json) -> Iterator[str]:
    """Yield the text of an attachment. A forwarded message has its blocks in `message_blocks`."""
    for key in ("pretext", "title", "text"):
        yield _string(attachment.get(key))
    for field in _objects(attachment.get("fields")):
        yield ": ".join(filter(None, (_string(field.get("title")), _string(field.get("value")))))
    yield from _blocks(attachment.get("blocks"))
    for original in _objects(attachment.get("message_blocks")):
        yield from _blocks(_object(original.get("message")).get("blocks"))
    for nested in _objects(attachment.get("attachments")):
        yield from _attachment(nested)


def _blocks(blocks: object) -> Iterator[str]:
    """Yield the pieces of blocks: text, but no labels of buttons and fields to fill in."""
    for block in _objects(blocks):
        match block.get("type"):
            case "section":
                yield _text_object(block.get("text"))
                for field in _objects(block.get("fields")):
                    yield _text_object(field)
            case "header":
                yield _text_object(block.get("text"))
            case "context":
                for element in _objects(block.get("elements")):
                    yield _text_object(element)
            case "markdown":
                yield _string(block.get("text"))
            case "rich_text":
                yield from _rich_text(block)
            case "table":
                for row in _list(block.get("rows")):
                    yield ", ".join(filter(None, (_cell(cell) for cell in _objects(row))))


def _text_object(value: object) -> str:
    """Return the text of a text object, escaped. In plain text, Slack escapes only what an app did not."""
    text = _string(_object(value).get("text"))
    if _object(value).get("type") == "plain_text":
        return text.replace("<", "&lt;").replace(">", "&gt;")
    return text


def _cell(cell: Json) -> str:
    if cell.get("type") == "rich_text":
        return " ".join(_rich_text(cell))
    return escape(_string(cell.get("text")))


def _rich_text(block: Json) -> Iterator[str]:
    """Yield the text of each section, list item, quote and preformatted part."""
    for container in _objects(block.get("elements")):
        parts = _objects(container.get("elements"))
        if container.get("type") == "rich_text_list":
            for item in parts:
                yield "".join(_element(element) for element in _objects(item.get("elements")))
        else:
            yield "".join(_element(element) for element in parts)


def _element(element: Json) -> str:
    """Return a rich text element in mrkdwn, without its style. Its text is not escaped in the payload."""

    def value(key: str) -> str:
        return escape(_string(element.get(key)))

    match element.get("type"):
        case "text":
            return value("text")
        case "link":
            return f"<{value('url')}|{value('text')}>" if element.get("text") else f"<{value('url')}>"
        case "user":
            return f"<@{value('user_id')}>"
        case "channel":
            return f"<#{value('channel_id')}>"
        case "usergroup":
            return f"<!subteam^{value('usergroup_id')}>"
        case "broadcast":
            return f"<!{value('range')}>"
        case "emoji":
            tone = element.get("skin_tone")
            return f":{value('name')}:" + (f":skin-tone-{tone}:" if isinstance(tone, int) else "")
        case "date":
            return value("fallback")
        case _:
            return ""


def _shortened(text: str) -> str:
    """Return at most `MESSAGE_LIMIT` characters, without a torn reference or entity at the end."""
    return text if len(text) <= MESSAGE_LIMIT else _TORN_END.sub("", text[:MESSAGE_LIMIT]).rstrip()


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _object(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: object) -> list[Json]:
    return [item for item in _list(value) if isinstance(item, Mapping)]
