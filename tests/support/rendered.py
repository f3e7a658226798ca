"""Reading what slackguide shows, as a person or a screen reader would."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from slackguide.sandbox import Message, OpenView
from slackguide.sandbox.block_kit.state import elements_of
from slackguide.sandbox.block_kit.validation import visible_text

LIVE = re.compile(r"<[!@#][^<>]*>")
"""A reference that Slack would turn into a ping or a link, in mrkdwn and in a message's text."""


def words(shown: Message | OpenView) -> str:
    """Every text on the screen, in order, a line each; buttons included."""
    return "\n".join(visible_text(list(shown.blocks)))


def elements(shown: Message | OpenView) -> list[dict[str, Any]]:
    """Everything that can be pressed or filled in."""
    return [element for block in shown.blocks for element in elements_of(block)]


def labels(shown: Message | OpenView) -> dict[str, str]:
    """The label of each button, and its action id."""
    return {e["text"]["text"]: e["action_id"] for e in elements(shown) if e["type"] == "button"}


def value_of(shown: Message | OpenView, action_id: str) -> str:
    """What a button carries."""
    (found,) = [element for element in elements(shown) if element["action_id"] == action_id]
    return str(found["value"])


def fields(view: OpenView) -> dict[str, Any]:
    """What stands in each field of a form: text, an option's name, a list of them, or None."""
    found: dict[str, Any] = {}
    for block_id, inputs in view.values.items():
        (state,) = inputs.values()
        (held,) = [held for key, held in state.items() if key != "type"]
        if isinstance(held, list):
            held = [option["value"] for option in held]
        elif isinstance(held, dict):
            held = held["value"]
        found[block_id] = held
    return found


def live(shown: Message | OpenView) -> set[str]:
    """Everything that would ping or link: in mrkdwn and the message's own text, and as pieces of rich text."""
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
    """The message's text as a screen reader says it."""
    return html.unescape(message.text)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)
