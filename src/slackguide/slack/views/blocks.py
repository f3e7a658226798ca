"""A message as blocks with its fallback text, and builders for its blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    InteractiveElement,
    RichTextBlock,
    RichTextListElement,
    RichTextPreformattedElement,
    RichTextSectionElement,
    SectionBlock,
)
from slack_sdk.models.blocks.block_elements import RichTextElementParts

from slackguide.slack.mrkdwn import BUTTON_LIMIT, HEADER_LIMIT, escape_within, plain, truncate
from slackguide.slack.views.rendering import render_model

TEXT_LIMIT = 39_000
"""Most characters of a message's text: Slack cuts at 40,000."""

UPDATE_TEXT_LIMIT = 4_000
"""Most characters of the text that `chat.update` takes; more is refused as `msg_too_long`."""

MESSAGE_BLOCKS = 50
"""Most blocks of a message."""


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """The blocks of a message, and its `text` for notifications and screen readers."""

    text: str
    blocks: tuple[Block, ...]
    retry_text: str | None = None
    """The question, if nothing is certain: a modal keeps it in its input, to be changed."""

    def message(self, text_limit: int = TEXT_LIMIT) -> dict[str, Any]:
        """Return the arguments of `chat.postMessage`, an acknowledgement or a `response_url`.

        `chat.update` takes less text.
        """
        text = {"text": escape_within(self.text, text_limit)}
        return {**text, "blocks": render_model(self.blocks[:MESSAGE_BLOCKS])} if self.blocks else text

    def ephemeral(self) -> dict[str, Any]:
        """Return the acknowledgement of a command, visible only to the person who typed it."""
        return {"response_type": "ephemeral", **self.message()}


def text_card(text: str) -> RenderedMessage:
    """Return a message of plain text."""
    return RenderedMessage(text, (SectionBlock(text=plain(text)),))


def header(text: str) -> HeaderBlock:
    """Return a header block."""
    return HeaderBlock(text=plain(text, HEADER_LIMIT))


def button(
    text: str, action_id: str, value: str | None = None, *, style: str | None = None, says: str | None = None
) -> ButtonElement:
    """Return a button; `says` is the label for screen readers, if it differs."""
    return ButtonElement(
        text=plain(text, BUTTON_LIMIT),
        action_id=action_id,
        value=value,
        style=style,
        accessibility_label=truncate(says, BUTTON_LIMIT) if says else None,
    )


def actions(elements: Sequence[InteractiveElement], block_id: str | None = None) -> ActionsBlock:
    """Return a row of buttons and menus."""
    return ActionsBlock(elements=list(elements), block_id=block_id)


def rich_text(text: str, *, strong: bool = False, link: str | None = None) -> Any:
    """Return a rich text element, whose text is never parsed as markup."""
    if link is not None:
        return RichTextElementParts.Link(url=link, text=text)
    style = RichTextElementParts.TextStyle(bold=True) if strong else None
    return RichTextElementParts.Text(text=text or " ", style=style)


def paragraph(*runs: Any) -> RichTextSectionElement:
    """Return a paragraph of rich text."""
    return RichTextSectionElement(elements=list(runs))


def numbered(items: Iterable[str]) -> RichTextListElement:
    """Return a numbered list."""
    return RichTextListElement(style="ordered", elements=[paragraph(rich_text(item)) for item in items])


def bulleted(items: Iterable[Sequence[Any]]) -> RichTextListElement:
    """Return a bulleted list."""
    return RichTextListElement(style="bullet", elements=[paragraph(*runs) for runs in items])


def preformatted(text: str) -> RichTextPreformattedElement:
    """Return preformatted text, to be copied."""
    return RichTextPreformattedElement(elements=[rich_text(text)])


def rich_text_block(*elements: Any) -> RichTextBlock:
    """Return a block of rich text."""
    return RichTextBlock(elements=list(elements))


def context(*texts: str) -> ContextBlock:
    """Return a context block of at most ten texts."""
    return ContextBlock(elements=[plain(text) for text in texts if text][:10])
