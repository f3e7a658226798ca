"""Collecting what is wrong with a payload, in Slack's words and with the rule that was broken."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One broken rule: where (a JSON pointer), Slack's message, and the rule in plain words."""

    at: str
    message: str
    rule: str

    def slack(self) -> str:
        """The line as Slack puts it into `response_metadata.messages`."""
        return f"[ERROR] {self.message} [json-pointer:{self.at}]"


class Checker:
    """Runs checks over a JSON tree and keeps every problem, not only the first."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def fail(self, at: str, message: str, rule: str) -> None:
        """Keep one problem."""
        self.problems.append(Problem(at=at, message=message, rule=rule))

    def mapping(self, value: Any, at: str, what: str) -> Json | None:
        """The value as an object, or a problem and None."""
        if isinstance(value, dict):
            return value
        self.fail(at, "must be an object", f"{what} is a JSON object")
        return None

    def items(self, value: Any, at: str, what: str, *, low: int = 1, high: int) -> list[Any]:
        """The value as a list of `low` to `high` items; an empty list beside the problem when it is none."""
        if not isinstance(value, list):
            self.fail(at, "must be an array", f"{what} are a JSON array")
            return []
        if len(value) < low:
            self.fail(at, f"no fewer than {low} items allowed", f"{what}: at least {low}")
        if len(value) > high:
            self.fail(at, f"no more than {high} items allowed", f"{what}: at most {high}")
        return value

    def keys(
        self, value: Mapping[str, Any], at: str, *, required: Collection[str], optional: Collection[str] = ()
    ) -> None:
        """Every required key is there and no key is unknown."""
        for key in required:
            if key not in value:
                self.fail(at, f"missing required field: {key}", f"{value.get('type', 'object')} needs `{key}`")
        for key in value:
            if key not in required and key not in optional and key != "type":
                self.fail(
                    at,
                    f"invalid additional property: {key}",
                    f"{value.get('type', 'object')} has no property `{key}`",
                )

    def string(self, value: Mapping[str, Any], key: str, at: str, what: str, *, low: int = 1, high: int) -> None:
        """An optional string property of `low` to `high` characters."""
        if key in value:
            self.length(value[key], f"{at}/{key}", what, low=low, high=high)

    def length(self, value: Any, at: str, what: str, *, low: int = 1, high: int) -> None:
        """A string of `low` to `high` characters."""
        if not isinstance(value, str):
            self.fail(at, "must be a string", f"{what} is a string")
        elif len(value) < low:
            self.fail(at, f"must be more than {low - 1} characters", f"{what}: at least {low} character")
        elif len(value) > high:
            self.fail(at, f"must be less than {high + 1} characters", f"{what}: at most {high} characters")

    def flag(self, value: Mapping[str, Any], key: str, at: str) -> None:
        """An optional boolean property."""
        if key in value and not isinstance(value[key], bool):
            self.fail(f"{at}/{key}", "must be a boolean", f"`{key}` is true or false")

    def whole(self, value: Mapping[str, Any], key: str, at: str, *, low: int, high: int) -> None:
        """An optional whole number between `low` and `high`."""
        if key not in value:
            return
        number = value[key]
        if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
            self.fail(f"{at}/{key}", f"must be between {low} and {high}", f"`{key}`: {low} to {high}")

    def one_of(self, value: Mapping[str, Any], key: str, at: str, allowed: Collection[str]) -> None:
        """An optional property out of a fixed set."""
        if key in value and str(value[key]) not in allowed:
            self.fail(f"{at}/{key}", "must be a valid enum value", f"`{key}` is one of {', '.join(sorted(allowed))}")

    def text(self, value: Any, at: str, what: str, *, plain: bool = False, low: int = 1, high: int) -> None:
        """A text object (`plain_text`, or `mrkdwn` too unless `plain`) of `low` to `high` characters."""
        found = self.mapping(value, at, what)
        if found is None:
            return
        kind = found.get("type")
        if kind not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
            self.fail(f"{at}/type", f"unsupported type: {kind}", f"{what} is plain_text{'' if plain else ' or mrkdwn'}")
            return
        extra = ("emoji",) if kind == "plain_text" else ("verbatim",)
        self.keys(found, at, required=("text",), optional=extra)
        for key in extra:
            self.flag(found, key, at)
        if "text" in found:
            self.length(found["text"], f"{at}/text", what, low=low, high=high)
