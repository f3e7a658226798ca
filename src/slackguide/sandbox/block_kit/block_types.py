"""The blocks of Block Kit, and the surfaces that hold them (docs.slack.dev/reference/block-kit/blocks)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from slackguide.sandbox.block_kit.elements import ActionsElement, InputElement, SectionElement
from slackguide.sandbox.block_kit.objects import Id, PlainText, Text, max_length, rule_error, unique
from slackguide.sandbox.block_kit.rich_text import RichTextBlock

MESSAGE_BLOCKS = 50
"""The maximum number of blocks in a message."""


class _Block(TypedDict):
    block_id: NotRequired[Id]


class SectionBlock(_Block):
    type: Literal["section"]
    text: NotRequired[Annotated[Text, max_length(3000)]]
    fields: NotRequired[Annotated[list[Annotated[Text, max_length(2000)]], Field(min_length=1, max_length=10)]]
    accessory: NotRequired[SectionElement]
    expand: NotRequired[bool]


class HeaderBlock(_Block):
    type: Literal["header"]
    text: Annotated[PlainText, max_length(150)]


class ContextBlock(_Block):
    type: Literal["context"]
    elements: Annotated[list[Annotated[Text, max_length(3000)]], Field(min_length=1, max_length=10)]


class DividerBlock(_Block):
    type: Literal["divider"]


class ActionsBlock(_Block):
    type: Literal["actions"]
    elements: Annotated[list[ActionsElement], Field(min_length=1, max_length=25), unique("action_id")]


class InputBlock(_Block):
    type: Literal["input"]
    label: Annotated[PlainText, max_length(2000)]
    element: InputElement
    hint: NotRequired[Annotated[PlainText, max_length(2000)]]
    optional: NotRequired[bool]
    dispatch_action: NotRequired[bool]


def _section(section: Any) -> Any:
    if "text" not in section and "fields" not in section:
        raise rule_error("missing required field: text", "A section needs `text` or `fields`")
    return section


Block = Annotated[
    Annotated[SectionBlock, AfterValidator(_section)]
    | HeaderBlock
    | ContextBlock
    | DividerBlock
    | ActionsBlock
    | InputBlock
    | RichTextBlock,
    Field(discriminator="type"),
]
MessageBlocks = Annotated[list[Block], Field(max_length=MESSAGE_BLOCKS), unique("block_id")]


class _View(TypedDict):
    blocks: Annotated[list[Block], Field(max_length=100), unique("block_id")]
    private_metadata: NotRequired[Annotated[str, Field(max_length=3000)]]
    callback_id: NotRequired[Annotated[str, Field(max_length=255)]]
    external_id: NotRequired[Annotated[str, Field(max_length=255)]]


class HomeTab(_View):
    type: Literal["home"]


class ModalView(_View):
    type: Literal["modal"]
    title: Annotated[PlainText, max_length(24)]
    submit: NotRequired[Annotated[PlainText, max_length(24)]]
    close: NotRequired[Annotated[PlainText, max_length(24)]]
    clear_on_close: NotRequired[bool]
    notify_on_close: NotRequired[bool]
    submit_disabled: NotRequired[bool]


def _modal(modal: Any) -> Any:
    if "submit" not in modal and any(block["type"] == "input" for block in modal["blocks"]):
        raise rule_error("missing required field: submit", "A modal with an input block needs a submit label")
    return modal


View = Annotated[Annotated[ModalView, AfterValidator(_modal)] | HomeTab, Field(discriminator="type")]
