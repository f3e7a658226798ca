"""Parse the arguments of a Web API call: JSON body, form body or query string."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from slackguide.sandbox.errors import ApiError
from slackguide.sandbox.json_types import Json, parse_json


def parse(content_type: str, body: bytes, query: str) -> Json:
    """Return the arguments of a request.

    Raises ApiError invalid_json, json_not_object, invalid_form_data, invalid_post_type.
    """
    values: Json = dict(parse_qsl(query, keep_blank_values=True))
    media_type = content_type.partition(";")[0].strip().lower()
    if not body:
        return values
    if media_type == "application/json":
        try:
            arguments = parse_json(body)
        except ValueError:
            raise ApiError("invalid_json") from None
        if not isinstance(arguments, dict):
            raise ApiError("json_not_object")
        return {**values, **arguments}
    if media_type == "application/x-www-form-urlencoded":
        try:
            return {**values, **dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))}
        except (UnicodeDecodeError, ValueError):
            raise ApiError("invalid_form_data") from None
    raise ApiError("invalid_post_type")


class Arguments:
    """The arguments of one call, with typed access. A value of the wrong type raises ApiError invalid_arguments."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)

    def require(self, *names: str) -> None:
        """Raise ApiError invalid_arguments if one of these is missing."""
        missing = [name for name in names if self.values.get(name) in (None, "")]
        if missing:
            raise ApiError(
                "invalid_arguments", messages=[f"[ERROR] missing required field: {name}" for name in missing]
            )

    def reject(self, *names: str) -> None:
        """Raise ApiError invalid_arguments for arguments that Slack accepts and the sandbox does not implement."""
        for name in names:
            if name in self.values:
                raise ApiError("invalid_arguments", messages=[f"[ERROR] not part of the sandbox: {name}"])

    def text(self, name: str, default: str = "") -> str:
        """Return a string."""
        value = self.values.get(name, default)
        if value is None:
            return default
        if not isinstance(value, str):
            raise ApiError("invalid_arguments", messages=[f"[ERROR] must be a string [json-pointer:/{name}]"])
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean, which a form encodes as 1, 0, true or false."""
        value = self.values.get(name, default)
        if isinstance(value, str):
            return value.lower() in ("1", "true")
        return bool(value)

    def integer(self, name: str, default: int) -> int:
        """Return an integer, which a form encodes as text."""
        value = self.values.get(name, default)
        try:
            return int(value)
        except (TypeError, ValueError):
            raise ApiError(
                "invalid_arguments", messages=[f"[ERROR] must be an integer [json-pointer:/{name}]"]
            ) from None

    def structure(self, name: str) -> Any:
        """Return a JSON value, which a form encodes as JSON text. None if it is absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return parse_json(value)
        except ValueError:
            raise ApiError(
                "invalid_arguments", messages=[f"[ERROR] must be valid JSON [json-pointer:/{name}]"]
            ) from None
