"""The rich_text block: its four containers and the pieces within them (docs.slack.dev/reference/block-kit)."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from slackguide.sandbox.block_kit.objects import Id

PieceStyle = Literal["bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"]


class _Piece(TypedDict):
    style: NotRequired[dict[PieceStyle, bool]]


class TextPiece(_Piece):
    type: Literal["text"]
    text: Annotated[str, Field(min_length=1, max_length=12_000)]  # no more than all the text of a message


class LinkPiece(_Piece):
    type: Literal["link"]
    url: str
    text: NotRequired[str]
    unsafe: NotRequired[bool]


class EmojiPiece(_Piece):
    type: Literal["emoji"]
    name: str
    unicode: NotRequired[str]
    skin_tone: NotRequired[int]


class UserPiece(_Piece):
    type: Literal["user"]
    user_id: str


class ChannelPiece(_Piece):
    type: Literal["channel"]
    channel_id: str


class UserGroupPiece(_Piece):
    type: Literal["usergroup"]
    usergroup_id: str


class BroadcastPiece(_Piece):
    type: Literal["broadcast"]
    range: str


class DatePiece(_Piece):
    type: Literal["date"]
    timestamp: int
    format: str
    url: NotRequired[str]
    fallback: NotRequired[str]


Piece = TextPiece | LinkPiece | EmojiPiece | UserPiece | ChannelPiece | UserGroupPiece | BroadcastPiece | DatePiece


class _Container(TypedDict):
    elements: Annotated[list[Annotated[Piece, Field(discriminator="type")]], Field(max_length=1000)]


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


class RichText(TypedDict):
    type: Literal["rich_text"]
    elements: Annotated[list[Annotated[Container, Field(discriminator="type")]], Field(max_length=1000)]
    block_id: NotRequired[Id]
