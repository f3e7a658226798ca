"""Validate an item, and remove its invalid parts so that errors in its other parts are found in the same run."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from slackguide.knowledge.diagnostics import similar

_ROUNDS = 4
"""Maximum rounds of removal. A removed part can make the item around it invalid."""

_GONE: Final = object()
_TEXTS = ("concerns", "keywords", "path", "warnings", "act_now", "todo")
"""Lists in which a text can take the place of an invalid item, so that the positions of the others stay."""

_RULE = {"not_eligible": "…"}


@dataclass(slots=True)
class Validation:
    """The result of validating an item. `remains` is what is left of an invalid one, if it is usable for checks."""

    item: Any = None
    remains: Any = None
    removed: set[str] = field(default_factory=set)
    """The keys that were removed, and those that a misspelt key probably stands for."""


def validate(
    model: Any, value: Any, report: Callable[[ErrorDetails], None], *, required: dict[str, Any], known: Sequence[str]
) -> Validation:
    """Validate `value` and report every error. `required` are stand-ins for missing keys, `known` all keys.

    A rule about several keys is checked only once the keys are valid, so it is checked again on what remains. Its error
    is reported unless it is about a removed key.
    """
    adapter = TypeAdapter(model)
    result = Validation()
    try:
        result.item = adapter.validate_python(value)
        return result
    except ValidationError as error:
        errors = error.errors(include_url=False)
    for details in errors:
        report(details)
    rest = copy.deepcopy(value)
    for _ in range(_ROUNDS):
        if not all(_remove(rest, details, result.removed, required, known) for details in errors):
            return result
        rest = _prune(rest)
        try:
            result.remains = adapter.validate_python(rest)
            return result
        except ValidationError as error:
            errors = error.errors(include_url=False)
        for details in errors:
            if details["type"] == "value_error" and not any(f"`{name}`" in details["msg"] for name in result.removed):
                report(details)
    return result


def _remove(
    value: Any, details: ErrorDetails, removed: set[str], required: dict[str, Any], known: Sequence[str]
) -> bool:
    """Remove the part with the error. Return False if that is the whole item."""
    location = list(details["loc"])
    missing = str(location.pop()) if details["type"] == "missing" else None
    parents: list[tuple[Any, Any]] = []
    here: Any = value
    for part in location:
        if _holds(here, part):
            parents.append((here, part))
            here = here[part]
    removed.update(str(part) for _, part in parents if isinstance(part, str))
    if details["type"] == "extra_forbidden" and parents:
        removed.update(similar(str(parents[-1][1]), known))
    if missing is not None:
        removed.add(missing)
    if parents:
        _take_out(parents)
        return True
    if missing is not None and isinstance(value, dict) and missing in required:
        value[missing] = copy.deepcopy(required[missing])
        return True
    if isinstance(value, dict) and details["type"] == "value_error" and "`to`" in details["msg"]:
        value.pop("routes", None)
        value["to"] = "not-eligible"
        return True
    return False


def _holds(value: Any, part: Any) -> bool:
    return part in value if isinstance(value, dict) else isinstance(value, list) and part in range(len(value))


def _take_out(parents: Sequence[tuple[Any, Any]]) -> None:
    parent, key = parents[-1]
    if isinstance(parent, dict):
        parent[key] = _GONE
        return
    name = next((part for _, part in reversed(parents[:-1]) if isinstance(part, str)), "")
    if name in _TEXTS:
        parent[key] = f"item {key} …"
    elif name in ("routes", "") and isinstance(key, int):
        parent[key] = dict(_RULE)
    elif len(parents) > 1:
        holder, held = parents[-2]
        holder[held] = _GONE


def _prune(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _prune(part) for key, part in value.items() if part is not _GONE}
    if isinstance(value, list):
        return [_prune(part) for part in value if part is not _GONE]
    return value
