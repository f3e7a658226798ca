"""Read messages and modals as a person or a screen reader does."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from slackguide.sandbox import Message, OpenView
from slackguide.sandbox.block_kit.state import elements_of
from slackguide.sandbox.block_kit.validation import visible_text

LIVE = re.compile(r"<[!@#][^<>]*>")
"""A reference that Slack renders as a mention or a link, in mrkdwn and in a message's text."""


def words(shown: Message | OpenView) -> str:
    """Return every visible text in order, one a line, including button labels."""
    return "\n".join(visible_text(list(shown.blocks)))


def headline(shown: Message | OpenView) -> str:
    """Return the first header: the destination, or the question."""
    return next(str(block["text"]["text"]) for block in shown.blocks if block["type"] == "header")


def elements(shown: Message | OpenView) -> list[dict[str, Any]]:
    """Return every interactive element."""
    return [element for block in shown.blocks for element in elements_of(block)]


def labels(shown: Message | OpenView) -> dict[str, str]:
    """Return the action id of each button by its label."""
    return {e["text"]["text"]: e["action_id"] for e in elements(shown) if e["type"] == "button"}


def options(shown: Message | OpenView, action_id: str) -> dict[str, str]:
    """Return the value of each option of a menu by its label."""
    (menu,) = [element for element in elements(shown) if element["action_id"] == action_id]
    return {option["text"]["text"]: option["value"] for option in menu["options"]}


def value_of(shown: Message | OpenView, action_id: str) -> str:
    """Return the value of a button."""
    (button,) = [element for element in elements(shown) if element["action_id"] == action_id]
    return str(button["value"])


def fields(view: OpenView) -> dict[str, Any]:
    """Return the state of each field of a form: text, an option's value, a list of values, or None."""
    values: dict[str, Any] = {}
    for block_id, inputs in view.values.items():
        (state,) = inputs.values()
        (value,) = [value for key, value in state.items() if key != "type"]
        if isinstance(value, list):
            value = [option["value"] for option in value]
        elif isinstance(value, dict):
            value = value["value"]
        values[block_id] = value
    return values


def live(shown: Message | OpenView) -> set[str]:
    """Return everything that would notify or link: in mrkdwn, in the message's text, and in rich text."""
    found: set[str] = set()
    if isinstance(shown, Message):
        found |= set(LIVE.findall(shown.text))
    for part in _objects(list(shown.blocks)):
        if part.get("type") == "mrkdwn":
            found |= set(LIVE.findall(part["text"]))
            if not part.get("verbatim"):
                found |= set(re.findall(r"https?://\S+|@here|@channel|@everyone", part["text"]))
        if part.get("type") in ("user", "usergroup", "broadcast", "channel"):
            found.add(str(part))
    return found


def said(message: Message) -> str:
    """Return the message's text as a screen reader reads it."""
    return html.unescape(message.text)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)
