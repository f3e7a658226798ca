"""The rich_text block, its containers and their elements (docs.slack.dev/reference/block-kit/blocks)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from slackguide.sandbox.block_kit.objects import Id

ElementStyle = Literal["bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"]


class _StyledElement(TypedDict):
    style: NotRequired[dict[ElementStyle, bool]]


class TextElement(_StyledElement):
    type: Literal["text"]
    text: Annotated[str, Field(min_length=1, max_length=12_000)]  # the limit of all text in a message


class LinkElement(_StyledElement):
    type: Literal["link"]
    url: str
    text: NotRequired[str]
    unsafe: NotRequired[bool]


class EmojiElement(_StyledElement):
    type: Literal["emoji"]
    name: str
    unicode: NotRequired[str]
    skin_tone: NotRequired[int]


class UserElement(_StyledElement):
    type: Literal["user"]
    user_id: str


class ChannelElement(_StyledElement):
    type: Literal["channel"]
    channel_id: str


class UserGroupElement(_StyledElement):
    type: Literal["usergroup"]
    usergroup_id: str


class BroadcastElement(_StyledElement):
    type: Literal["broadcast"]
    range: str


class DateElement(_StyledElement):
    type: Literal["date"]
    timestamp: int
    format: str
    url: NotRequired[str]
    fallback: NotRequired[str]


RichTextElement = (
    TextElement
    | LinkElement
    | EmojiElement
    | UserElement
    | ChannelElement
    | UserGroupElement
    | BroadcastElement
    | DateElement
)


class _Container(TypedDict):
    elements: Annotated[list[Annotated[RichTextElement, Field(discriminator="type")]], Field(max_length=1000)]


class RichTextSection(_Container):
    type: Literal["rich_text_section"]


class RichTextPreformatted(_Container):
    type: Literal["rich_text_preformatted"]
    border: NotRequired[Any]
    language: NotRequired[Any]


class RichTextQuote(_Container):
    type: Literal["rich_text_quote"]
    border: NotRequired[Any]


class RichTextList(TypedDict):
    type: Literal["rich_text_list"]
    style: Literal["bullet", "ordered"]
    elements: Annotated[list[RichTextSection], Field(max_length=1000)]
    indent: NotRequired[Annotated[int, Field(ge=0, le=8)]]
    offset: NotRequired[Any]
    border: NotRequired[Any]


Container = RichTextSection | RichTextPreformatted | RichTextQuote | RichTextList


class RichTextBlock(TypedDict):
    type: Literal["rich_text"]
    elements: Annotated[list[Annotated[Container, Field(discriminator="type")]], Field(max_length=1000)]
    block_id: NotRequired[Id]
