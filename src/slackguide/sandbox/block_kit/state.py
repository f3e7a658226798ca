"""The state of block elements: `state.values` as Slack sends it, and Slack's own checks of a modal."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from slackguide.sandbox.block_kit.elements import STATE_KEY
from slackguide.sandbox.errors import NotAllowedError
from slackguide.sandbox.id_generator import IdGenerator
from slackguide.sandbox.json_types import Json

StateValues = dict[str, dict[str, Json]]

_STATELESS = frozenset({"button", "overflow"})


def with_ids(blocks: list[Json], ids: IdGenerator) -> list[Json]:
    """A copy of the blocks in which every block and every interactive element has an id, as Slack stores them."""
    copied = copy.deepcopy(blocks)
    for block in copied:
        block.setdefault("block_id", ids.next("b", length=4))
        for element in elements_of(block):
            if element.get("type") in STATE_KEY or element.get("type") == "button":
                element.setdefault("action_id", ids.next("a", length=4))
    return copied


def elements_of(block: Json) -> Iterator[Json]:
    """The interactive elements of one block."""
    if block.get("type") == "actions":
        yield from block.get("elements", ())
    elif block.get("type") == "section" and "accessory" in block:
        yield block["accessory"]
    elif block.get("type") == "input":
        yield block["element"]


def find(blocks: list[Json], action_id: str, block_id: str | None = None) -> tuple[Json, Json]:
    """The block and the element with that action id.

    Raises CannotDo when it is not on the screen, or stands there more than once and `block_id` does not say which.
    """
    found = [
        (block, element)
        for block in blocks
        for element in elements_of(block)
        if element.get("action_id") == action_id and block_id in (None, block.get("block_id"))
    ]
    if len(found) == 1:
        return found[0]
    there = sorted({str(element.get("action_id")) for block in blocks for element in elements_of(block)})
    how = "more than once" if found else "not"
    raise NotAllowedError(f"“{action_id}” is {how} on the screen; there is: {', '.join(there) or 'nothing to press'}")


def initial(element: Json) -> Json:
    """The state of an element nobody touched yet."""
    kind = element["type"]
    key = STATE_KEY[kind]
    empty: Any = [] if key.endswith("s") else None
    return {"type": kind, key: element.get(f"initial_{key.removeprefix('selected_')}", empty)}


def state_of(blocks: list[Json], typed: Mapping[str, Mapping[str, Json]] | None = None) -> StateValues:
    """`state.values` of a view or message: what was typed where the ids still fit, initial values elsewhere."""
    values: StateValues = {}
    for block in blocks:
        for element in elements_of(block):
            if element.get("type") not in STATE_KEY or element["type"] in _STATELESS:
                continue
            block_id, action_id = block["block_id"], element["action_id"]
            stored = (typed or {}).get(block_id, {}).get(action_id)
            fits = stored is not None and stored.get("type") == element["type"]
            values.setdefault(block_id, {})[action_id] = dict(stored) if fits and stored else initial(element)
    return values


def choose(element: Json, given: Any) -> Json:
    """The state of an element after a person typed or chose `given`.

    `given` is a string (text, number, date, option value, person id), a list of strings for several choices, None to
    clear, or the state itself as Slack writes it. Raises CannotDo for an option that is not offered.
    """
    kind = element["type"]
    key = STATE_KEY[kind]
    if isinstance(given, dict) and (key in given):
        given = given[key]
    if key == "selected_option":
        return {"type": kind, key: None if given is None else _option(element, given)}
    if key == "selected_options":
        several = given if isinstance(given, list | tuple) else [] if given is None else [given]
        return {"type": kind, key: [_option(element, one) for one in several]}
    if key.endswith("s"):
        return {"type": kind, key: list(given or ())}
    if given is not None and not isinstance(given, str):
        given = str(given)
    return {"type": kind, key: given or None}


def _option(element: Json, given: Any) -> Json:
    if isinstance(given, dict):
        if element["type"].endswith("external_select"):
            return given
        given = given.get("value")
    offered = [*element.get("options", ())]
    for group in element.get("option_groups", ()):
        offered.extend(group["options"])
    for option in offered:
        if option["value"] == given:
            return dict(option)
    values = ", ".join(option["value"] for option in offered)
    raise NotAllowedError(f"“{given}” is not among the options of {element.get('action_id')}: {values}")


_URL = re.compile(r"https?://[^\s/$.?#].\S*", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def input_errors(blocks: list[Json], values: StateValues) -> dict[str, str]:
    """What Slack's own screen says under the fields before anything is sent: block id to words."""
    faults = {}
    for block in blocks:
        if block.get("type") != "input":
            continue
        element = block["element"]
        value = values[block["block_id"]][element["action_id"]][STATE_KEY[element["type"]]]
        text = _input_error(element, value, optional=bool(block.get("optional")))
        if text:
            faults[block["block_id"]] = text
    return faults


def _input_error(element: Json, value: Any, *, optional: bool) -> str | None:
    if value is None or value == [] or (isinstance(value, str) and not value.strip()):
        return None if optional else "Please complete this required field."
    match element["type"]:
        case "plain_text_input":
            return _length_error(element, value)
        case "url_text_input" if not _URL.fullmatch(value):
            return "Enter a valid URL, such as https://example.com."
        case "number_input":
            return _number_error(element, value)
        case _:
            return _count_error(element, value)


def _length_error(element: Json, value: str) -> str | None:
    low, high = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < low:
        return f"Must be at least {low} characters."
    return f"Must be at most {high} characters." if len(value) > high else None


def _number_error(element: Json, value: str) -> str | None:
    if not _NUMBER.fullmatch(value):
        return "Enter a number."
    if "." in value and not element["is_decimal_allowed"]:
        return "Enter a whole number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and float(value) < float(low):
        return f"Must be {low} or more."
    return f"Must be {high} or less." if high is not None and float(value) > float(high) else None


def _count_error(element: Json, value: Any) -> str | None:
    high = element.get("max_selected_items")
    return f"Choose at most {high}." if high is not None and len(value) > high else None
