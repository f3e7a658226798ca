"""Composition objects and constraints that blocks and elements share.

An object is a `TypedDict`: a payload stays the JSON that it is, a key that may be absent is never null, and a key that
is not named here is refused. Limits are those of docs.slack.dev/reference/block-kit.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

Id = Annotated[str, Field(min_length=1, max_length=255)]
Url = Annotated[str, Field(min_length=1, max_length=3000)]
Style = Literal["primary", "danger"]


def broken(message: str, rule: str, *, at: str = "") -> PydanticCustomError:
    """Return the error for a rule about a whole object, in Slack's words and in plain ones.

    `at` is the place within the object ("options/0"); `{here}` in the message stands for the object's JSON pointer.
    """
    return PydanticCustomError("broken_rule", "{message}", {"message": message, "rule": rule, "at": at})


def most(characters: int) -> AfterValidator:
    """Return the check that a text object holds no more than this."""

    def check(value: Any) -> Any:
        if len(value["text"]) > characters:
            raise PydanticCustomError("text_too_long", "too long", {"max_length": characters})
        return value

    return AfterValidator(check)


def unique(key: str) -> AfterValidator:
    """Return the check that no two items of a list have the same value under that key."""

    def check(items: list[Any]) -> list[Any]:
        first: dict[str, int] = {}
        for index, item in enumerate(items):
            value = item.get(key)
            if value is not None and first.setdefault(value, index) != index:
                message = f"{key} `{value}` already exists at {{here}}/{first[value]}/{key}"
                raise broken(message, f"`{key}` is unique", at=f"{index}/{key}")
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
    title: Annotated[PlainText, most(100)]
    text: Annotated[Text, most(300)]
    confirm: Annotated[PlainText, most(30)]
    deny: Annotated[PlainText, most(30)]
    style: NotRequired[Style]


class _Option(TypedDict):
    value: Annotated[str, Field(min_length=1, max_length=150)]


class PlainOption(_Option):
    text: Annotated[PlainText, most(75)]
    description: NotRequired[Annotated[PlainText, most(75)]]


class Option(_Option):
    text: Annotated[Text, most(75)]
    description: NotRequired[Annotated[Text, most(75)]]


class OverflowOption(Option):
    url: NotRequired[Url]


class OptionGroup(TypedDict):
    label: Annotated[PlainText, most(75)]
    options: Annotated[list[PlainOption], Field(min_length=1, max_length=100)]
