"""Validate payloads, and describe each problem with Slack's message and the rule in plain English."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from slackguide.sandbox.block_kit.block_types import MessageBlocks, View
from slackguide.sandbox.block_kit.elements import DATE, NUMBER
from slackguide.sandbox.json_types import Json

MESSAGE_CHARACTERS = 12_000
"""An estimate: Slack rejects longer messages as msg_blocks_too_long, and does not publish the limit."""

VIEW_BYTES = 250_000

_STRICT = ConfigDict(extra="forbid", strict=True)
_MESSAGE: TypeAdapter[Any] = TypeAdapter(MessageBlocks, config=_STRICT)
_VIEW: TypeAdapter[Any] = TypeAdapter(View, config=_STRICT)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A violation of a rule: its JSON pointer, Slack's message, and the rule in plain English."""

    at: str
    message: str
    rule: str

    def slack(self) -> str:
        """Return the problem as in Slack's `response_metadata.messages`."""
        return f"[ERROR] {self.message} [json-pointer:{self.at}]"


def check_message_blocks(blocks: Any) -> list[Problem]:
    """Return every problem of a message's blocks, `[]` if they are valid."""
    return _problems(_MESSAGE, blocks, "/blocks")


def check_view(view: Any) -> list[Problem]:
    """Return every problem of a modal or Home tab, `[]` if it is valid."""
    return _problems(_VIEW, view, "/view")


def too_long(blocks: list[Json]) -> bool:
    """Return whether the text of all blocks exceeds Slack's limit for a message."""
    return sum(len(text) for text in visible_text(blocks)) > MESSAGE_CHARACTERS


def visible_text(value: Any) -> Iterator[str]:
    """Yield the `text` strings of all text objects in blocks."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "text" and isinstance(inner, str):
                yield inner
            elif isinstance(inner, dict | list):
                yield from visible_text(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from visible_text(inner)


def view_too_large(view: Json) -> bool:
    """Return whether a view exceeds Slack's limit of 250 kB."""
    return len(json.dumps(view, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")) > VIEW_BYTES


def _problems(adapter: TypeAdapter[Any], payload: Any, root: str) -> list[Problem]:
    try:
        adapter.validate_python(payload)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        return [problem for each in errors for problem in _describe(each, [root, *_keys(payload, each["loc"])])]
    return []


def _keys(value: Any, location: Sequence[int | str]) -> Iterator[str]:
    """Yield the keys in pydantic's location, without the tags of its unions."""
    tagged = False
    for step in location:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind == step and not tagged:
            tagged = True
            continue
        yield str(step)
        tagged = False
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            value = None


_MESSAGES = {
    "missing": ("missing required field: {key}", "required"),
    "extra_forbidden": ("invalid additional property: {key}", "there is no such property"),
    "dict_type": ("must be an object", "a JSON object"),
    "model_attributes_type": ("must be an object", "a JSON object"),
    "list_type": ("must be an array", "a JSON array"),
    "string_type": ("must be a string", "a string"),
    "string_unicode": ("must be a string", "a string without half characters"),
    "bool_type": ("must be a boolean", "true or false"),
    "int_type": ("must be an integer", "a whole number"),
    "literal_error": ("must be a valid enum value", "{expected}"),
    "type": ("unsupported type: {type}", "it cannot be of type {type}"),
    "string_too_short": ("must be more than {under} characters", "at least {min_length} character"),
    "string_too_long": ("must be less than {over} characters", "at most {max_length} characters"),
    "too_short": ("no fewer than {min_length} items allowed", "at least {min_length}"),
    "too_long": ("no more than {max_length} items allowed", "at most {max_length}"),
    "greater_than_equal": ("must be more than {under}", "at least {ge}"),
    "less_than_equal": ("must be less than {over}", "at most {le}"),
    DATE: ("must be in the format YYYY-MM-DD", "written YYYY-MM-DD"),
    NUMBER: ("must be a string with a number", "a number written as a string"),
}
"""Slack's message, and the rule in plain English, by pydantic's type of error or pattern."""

_PARENT_ERRORS = frozenset({"missing", "extra_forbidden"})
_ARRAYS = frozenset({"blocks", "elements", "options"})


def _describe(error: ErrorDetails, keys: list[str]) -> Iterator[Problem]:
    kind, given, context, key = error["type"], error["input"], dict(error.get("ctx", {})), keys[-1]
    at = "/".join(keys[:-1] if kind in _PARENT_ERRORS else keys)
    if kind == "broken_rule":
        pointer, message = "/".join(filter(None, (at, context["at"]))), context["message"].replace("{here}", at)
        yield Problem(at=pointer, message=message, rule=context["rule"])
        return
    if kind == "text_too_long":
        kind, at = "string_too_long", f"{at}/text"
    elif kind == "string_pattern_mismatch":
        kind = context["pattern"]
    elif kind.startswith("union_tag") or (key == "type" and kind in ("missing", "literal_error")):
        value = given if kind == "literal_error" else given.get("type")
        kind, context["type"], at = "type", value, "/".join([*keys, "type"] if key != "type" else keys)
    maximum, minimum = context.get("max_length", context.get("le", 0)), context.get("min_length", context.get("ge", 0))
    message, rule = (
        template.format(**context, key=key, over=maximum + 1, under=minimum - 1)
        for template in _MESSAGES.get(kind, (error["msg"], error["msg"]))
    )
    yield Problem(at=at, message=message, rule=f"{_subject(error['loc'])}: {rule}")
    if kind == "missing" and key in _ARRAYS:
        yield Problem(at="/".join(keys), message="must be an array", rule=f"{_subject(error['loc'])}: a JSON array")


def _subject(location: Sequence[int | str]) -> str:
    """Return the subject of an error, such as "Section text": the last two keys or union tags of its location."""
    names = [step for step, _ in groupby(step for step in location if isinstance(step, str))]
    return " ".join(names[-2:] or ["blocks"]).replace("_", " ").capitalize()
