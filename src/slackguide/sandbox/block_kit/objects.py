"""Composition objects, and constraints that blocks and elements share.

Every model is a `TypedDict`, so a payload stays plain JSON. A key that may be absent must not be null, and an unknown
key is invalid. The limits are those of docs.slack.dev/reference/block-kit/composition-objects.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

Id = Annotated[str, Field(min_length=1, max_length=255)]
Url = Annotated[str, Field(min_length=1, max_length=3000)]
Style = Literal["primary", "danger"]


def rule_error(message: str, rule: str, *, at: str = "") -> PydanticCustomError:
    """Return the error for a rule about a whole object, with Slack's message and the rule in plain English.

    `at` is the path within the object ("options/0"). `{here}` in the message stands for the object's JSON pointer.
    """
    return PydanticCustomError("broken_rule", "{message}", {"message": message, "rule": rule, "at": at})


def max_length(characters: int) -> AfterValidator:
    """Return a validator for the maximum length of a text object."""

    def check(value: Any) -> Any:
        if len(value["text"]) > characters:
            raise PydanticCustomError("text_too_long", "too long", {"max_length": characters})
        return value

    return AfterValidator(check)


def unique(key: str) -> AfterValidator:
    """Return a validator that rejects a list in which two items have the same value for a key."""

    def check(items: list[Any]) -> list[Any]:
        first: dict[str, int] = {}
        for index, item in enumerate(items):
            value = item.get(key)
            if value is not None and first.setdefault(value, index) != index:
                message = f"{key} `{value}` already exists at {{here}}/{first[value]}/{key}"
                raise rule_error(message, f"`{key}` is unique", at=f"{index}/{key}")
        return items

    return AfterValidator(check)


class PlainText(TypedDict):
    type: Literal["plain_text"]
    text: Annotated[str, Field(min_length=1)]
    emoji: NotRequired[bool]


class Mrkdwn(TypedDict):
    type: Literal["mrkdwn"]
    text: Annotated[str, Field(min_length=1)]
    verbatim: NotRequired[bool]


Text = Annotated[PlainText | Mrkdwn, Field(discriminator="type")]


class Confirm(TypedDict):
    title: Annotated[PlainText, max_length(100)]
    text: Annotated[Text, max_length(300)]
    confirm: Annotated[PlainText, max_length(30)]
    deny: Annotated[PlainText, max_length(30)]
    style: NotRequired[Style]


class _Option(TypedDict):
    value: Annotated[str, Field(min_length=1, max_length=150)]


class PlainOption(_Option):
    text: Annotated[PlainText, max_length(75)]
    description: NotRequired[Annotated[PlainText, max_length(75)]]


class Option(_Option):
    text: Annotated[Text, max_length(75)]
    description: NotRequired[Annotated[Text, max_length(75)]]


class OverflowOption(Option):
    url: NotRequired[Url]


class OptionGroup(TypedDict):
    label: Annotated[PlainText, max_length(75)]
    options: Annotated[list[PlainOption], Field(min_length=1, max_length=100)]
