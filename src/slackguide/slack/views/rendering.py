"""slack_sdk's block models as JSON objects, checked like `to_dict` does and about four times as fast.

`to_dict` searches every object for its validators and rebuilds its set of attributes each time; here both are found
once a class. With plain `to_dict` the median `/route` request, in process, takes 11 to 19% more processor time (1,440
labelled questions, both ways in turn). A test holds the two equal for everything that slackguide draws.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from slack_sdk.models.basic_objects import EMPTY_ALLOWED_TYPE_AND_PROPERTY_LIST, JsonObject

_MAY_BE_EMPTY = frozenset((rule["type"], rule["property"]) for rule in EMPTY_ALLOWED_TYPE_AND_PROPERTY_LIST)


def render_model(value: Any) -> Any:
    """Convert every model in the value to a dict. Raises `SlackObjectFormationError` if one exceeds Slack's limits."""
    if isinstance(value, str):
        return value
    if isinstance(value, JsonObject):
        kind = type(value)
        if kind.to_dict is not JsonObject.to_dict:
            return render_model(value.to_dict())
        for name in _validators(kind):
            getattr(value, name)()
        return _attributes_of(value, kind)
    if isinstance(value, list | tuple):
        return [render_model(item) for item in value]
    if isinstance(value, dict):
        return {key: render_model(item) for key, item in value.items()}
    to_dict = getattr(value, "to_dict", None)
    return render_model(to_dict()) if callable(to_dict) else value


def _attributes_of(model: JsonObject, kind: type[JsonObject]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in _ATTRIBUTES.get(kind) or _inspect(model, kind):
        value = getattr(model, key, None)
        if value is None:
            continue
        if hasattr(value, "__len__") and not len(value) and (getattr(model, "type", None), key) not in _MAY_BE_EMPTY:
            continue
        found[key] = render_model(value)
    return found


_ATTRIBUTES: dict[type[JsonObject], tuple[str, ...]] = {}


def _inspect(model: JsonObject, kind: type[JsonObject]) -> tuple[str, ...]:
    _ATTRIBUTES[kind] = tuple(sorted(model.attributes))
    return _ATTRIBUTES[kind]


@cache
def _validators(kind: type[JsonObject]) -> tuple[str, ...]:
    return tuple(
        name for name in dir(kind) if not name.startswith("__") and hasattr(getattr(kind, name, None), "validator")
    )
