"""The state of block elements (`state.values`), and the checks of Slack's client before a submission."""

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
    """Return a copy of the blocks in which every block and every interactive element has an id, as in Slack."""
    copied = copy.deepcopy(blocks)
    for block in copied:
        block.setdefault("block_id", ids.next("b", length=4))
        for element in elements_of(block):
            if element.get("type") in STATE_KEY or element.get("type") == "button":
                element.setdefault("action_id", ids.next("a", length=4))
    return copied


def elements_of(block: Json) -> Iterator[Json]:
    """Yield the interactive elements of a block."""
    if block.get("type") == "actions":
        yield from block.get("elements", ())
    elif block.get("type") == "section" and "accessory" in block:
        yield block["accessory"]
    elif block.get("type") == "input":
        yield block["element"]


def find(blocks: list[Json], action_id: str, block_id: str | None = None) -> tuple[Json, Json]:
    """Return the block and the element with an action id.

    Raises NotAllowedError if there is none, or more than one and `block_id` is not value.
    """
    matches = [
        (block, element)
        for block in blocks
        for element in elements_of(block)
        if element.get("action_id") == action_id and block_id in (None, block.get("block_id"))
    ]
    if len(matches) == 1:
        return matches[0]
    action_ids = sorted({str(element.get("action_id")) for block in blocks for element in elements_of(block)})
    count = "more than once" if matches else "not"
    raise NotAllowedError(
        f"“{action_id}” is {count} on the screen; the elements are: {', '.join(action_ids) or 'none'}"
    )


def initial(element: Json) -> Json:
    """Return the initial state of an element."""
    kind = element["type"]
    key = STATE_KEY[kind]
    empty: Any = [] if key.endswith("s") else None
    return {"type": kind, key: element.get(f"initial_{key.removeprefix('selected_')}", empty)}


def state_of(blocks: list[Json], states: Mapping[str, Mapping[str, Json]] | None = None) -> StateValues:
    """Return `state.values` of a view or message: the given states whose ids and types match, else initial states."""
    values: StateValues = {}
    for block in blocks:
        for element in elements_of(block):
            if element.get("type") not in STATE_KEY or element["type"] in _STATELESS:
                continue
            block_id, action_id = block["block_id"], element["action_id"]
            state = (states or {}).get(block_id, {}).get(action_id)
            matches = state is not None and state.get("type") == element["type"]
            values.setdefault(block_id, {})[action_id] = dict(state) if matches and state else initial(element)
    return values


def choose(element: Json, value: Any) -> Json:
    """Return the state of an element after a person enters or chooses a value.

    `value` is a string (text, number, date, option value, person id), a list of strings for several options, None to
    clear the element, or a state as in Slack's payloads. Raises NotAllowedError for an unknown option.
    """
    kind = element["type"]
    key = STATE_KEY[kind]
    if isinstance(value, dict) and (key in value):
        value = value[key]
    if key == "selected_option":
        return {"type": kind, key: None if value is None else _option(element, value)}
    if key == "selected_options":
        chosen = value if isinstance(value, list | tuple) else [] if value is None else [value]
        return {"type": kind, key: [_option(element, option) for option in chosen]}
    if key.endswith("s"):
        return {"type": kind, key: list(value or ())}
    if value is not None and not isinstance(value, str):
        value = str(value)
    return {"type": kind, key: value or None}


def _option(element: Json, value: Any) -> Json:
    if isinstance(value, dict):
        if element["type"].endswith("external_select"):
            return value
        value = value.get("value")
    options = [*element.get("options", ())]
    for group in element.get("option_groups", ()):
        options.extend(group["options"])
    for option in options:
        if option["value"] == value:
            return dict(option)
    values = ", ".join(option["value"] for option in options)
    raise NotAllowedError(f"“{value}” is not among the options of {element.get('action_id')}: {values}")


_URL = re.compile(r"https?://[^\s/$.?#].\S*", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def input_errors(blocks: list[Json], values: StateValues) -> dict[str, str]:
    """Return the errors that Slack's client shows before a submission, by block id."""
    errors = {}
    for block in blocks:
        if block.get("type") != "input":
            continue
        element = block["element"]
        value = values[block["block_id"]][element["action_id"]][STATE_KEY[element["type"]]]
        text = _input_error(element, value, optional=bool(block.get("optional")))
        if text:
            errors[block["block_id"]] = text
    return errors


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
    minimum, maximum = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < minimum:
        return f"Must be at least {minimum} characters."
    return f"Must be at most {maximum} characters." if len(value) > maximum else None


def _number_error(element: Json, value: str) -> str | None:
    if not _NUMBER.fullmatch(value):
        return "Enter a number."
    if "." in value and not element["is_decimal_allowed"]:
        return "Enter a whole number."
    minimum, maximum = element.get("min_value"), element.get("max_value")
    if minimum is not None and float(value) < float(minimum):
        return f"Must be {minimum} or more."
    return f"Must be {maximum} or less." if maximum is not None and float(value) > float(maximum) else None


def _count_error(element: Json, value: Any) -> str | None:
    maximum = element.get("max_selected_items")
    return f"Choose at most {maximum}." if maximum is not None and len(value) > maximum else None
