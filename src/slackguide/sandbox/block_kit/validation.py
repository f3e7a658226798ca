"""Collect validation problems of a payload, in Slack's wording and with the rule that was broken."""

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

# Slack publishes no number; posts of more than about this many characters come back as msg_blocks_too_long.
MESSAGE_CHARACTERS = 12_000
VIEW_BYTES = 250_000

_AS_GIVEN = ConfigDict(extra="forbid", strict=True)
_MESSAGE: TypeAdapter[Any] = TypeAdapter(MessageBlocks, config=_AS_GIVEN)
_VIEW: TypeAdapter[Any] = TypeAdapter(View, config=_AS_GIVEN)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One broken rule: where (a JSON pointer), Slack's message, and the rule in plain words."""

    at: str
    message: str
    rule: str

    def slack(self) -> str:
        """Return the line as Slack puts it into `response_metadata.messages`."""
        return f"[ERROR] {self.message} [json-pointer:{self.at}]"


def check_message_blocks(blocks: Any) -> list[Problem]:
    """Return every problem of a message's blocks, `[]` when Slack would take them."""
    return _problems(_MESSAGE, blocks, "/blocks")


def check_view(view: Any) -> list[Problem]:
    """Return every problem of a modal or Home tab view, `[]` when Slack would take it."""
    return _problems(_VIEW, view, "/view")


def too_long(blocks: list[Json]) -> bool:
    """Return whether the blocks of one message hold more text together than Slack takes."""
    return sum(len(text) for text in visible_text(blocks)) > MESSAGE_CHARACTERS


def visible_text(value: Any) -> Iterator[str]:
    """Yield every piece of text that a reader sees in a block tree: the `text` strings of its text objects."""
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
    """Return whether a view is over Slack's 250 kB."""
    return len(json.dumps(view, separators=(",", ":"), ensure_ascii=False).encode()) > VIEW_BYTES


def _problems(adapter: TypeAdapter[Any], payload: Any, root: str) -> list[Problem]:
    try:
        adapter.validate_python(payload)
    except ValidationError as refused:
        errors = refused.errors(include_url=False)
        return [problem for error in errors for problem in _described(error, [root, *_keys(payload, error["loc"])])]
    return []


def _keys(value: Any, location: Sequence[int | str]) -> Iterator[str]:
    """Yield pydantic's location without the tags of its unions: they are no keys of the payload."""
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


# pydantic's type of error: Slack's message, and the rule in plain words.
_SAID = {
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
_OF_THE_PARENT = frozenset({"missing", "extra_forbidden"})
_ARRAYS = frozenset({"blocks", "elements", "options"})


def _described(error: ErrorDetails, keys: list[str]) -> Iterator[Problem]:
    kind, given, context, key = error["type"], error["input"], dict(error.get("ctx", {})), keys[-1]
    at = "/".join(keys[:-1] if kind in _OF_THE_PARENT else keys)
    if kind == "broken_rule":
        where, message = "/".join(filter(None, (at, context["at"]))), context["message"].replace("{here}", at)
        yield Problem(at=where, message=message, rule=context["rule"])
        return
    if kind == "text_too_long":
        kind, at = "string_too_long", f"{at}/text"
    elif kind == "string_pattern_mismatch":
        kind = context["pattern"]
    elif kind.startswith("union_tag") or (key == "type" and kind in ("missing", "literal_error")):
        found = given if kind == "literal_error" else given.get("type")
        kind, context["type"], at = "type", found, "/".join([*keys, "type"] if key != "type" else keys)
    high, low = context.get("max_length", context.get("le", 0)), context.get("min_length", context.get("ge", 0))
    message, rule = (
        said.format(**context, key=key, over=high + 1, under=low - 1)
        for said in _SAID.get(kind, (error["msg"], error["msg"]))
    )
    yield Problem(at=at, message=message, rule=f"{_subject(error['loc'])}: {rule}")
    if kind == "missing" and key in _ARRAYS:
        yield Problem(at="/".join(keys), message="must be an array", rule=f"{_subject(error['loc'])}: a JSON array")


def _subject(location: Sequence[int | str]) -> str:
    """Return what an error is about ("Section text"), from the last two names, of union tags too, in its location."""
    names = [step for step, _ in groupby(step for step in location if isinstance(step, str))]
    return " ".join(names[-2:] or ["blocks"]).replace("_", " ").capitalize()
