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
    """`text` says everything that the blocks say, for whoever does not see them."""

    text: str
    blocks: tuple[Block, ...]

    def message(self, text_limit: int = TEXT_LIMIT) -> dict[str, Any]:
        """For `chat.postMessage`, an acknowledgement or a `response_url`; `chat.update` takes less text."""
        return {
            "text": escape_within(self.text, text_limit),
            "blocks": render_model(self.blocks[:MESSAGE_BLOCKS]),
        }

    def ephemeral(self) -> dict[str, Any]:
        """For the acknowledgement of a command: seen by the person who typed it alone."""
        return {"response_type": "ephemeral", **self.message()}


def text_card(text: str) -> RenderedMessage:
    """A few plain words."""
    return RenderedMessage(text, (SectionBlock(text=plain(text)),))


def header(text: str) -> HeaderBlock:
    """Large text."""
    return HeaderBlock(text=plain(text, HEADER_LIMIT))


def button(
    text: str, action_id: str, value: str | None = None, *, style: str | None = None, says: str | None = None
) -> ButtonElement:
    """A button; `says` is what a screen reader says where the label alone does not tell."""
    return ButtonElement(
        text=plain(text, BUTTON_LIMIT),
        action_id=action_id,
        value=value,
        style=style,
        accessibility_label=truncate(says, BUTTON_LIMIT) if says else None,
    )


def actions(elements: Sequence[ButtonElement], block_id: str | None = None) -> ActionsBlock:
    """A row of buttons."""
    return ActionsBlock(elements=list(elements), block_id=block_id)


def rich_text(text: str, *, strong: bool = False, link: str | None = None) -> Any:
    """A run of text in rich text: never markup, whatever it holds."""
    if link is not None:
        return RichTextElementParts.Link(url=link, text=text)
    style = RichTextElementParts.TextStyle(bold=True) if strong else None
    return RichTextElementParts.Text(text=text or " ", style=style)


def paragraph(*runs: Any) -> RichTextSectionElement:
    """One paragraph of rich text."""
    return RichTextSectionElement(elements=list(runs))


def numbered(items: Iterable[str]) -> RichTextListElement:
    """Steps, numbered."""
    return RichTextListElement(style="ordered", elements=[paragraph(rich_text(item)) for item in items])


def bulleted(items: Iterable[Sequence[Any]]) -> RichTextListElement:
    """A list of runs."""
    return RichTextListElement(style="bullet", elements=[paragraph(*runs) for runs in items])


def preformatted(text: str) -> RichTextPreformattedElement:
    """Text to copy, letter for letter."""
    return RichTextPreformattedElement(elements=[rich_text(text)])


def rich_text_block(*elements: Any) -> RichTextBlock:
    """A block of rich text."""
    return RichTextBlock(elements=list(elements))


def context(*texts: str) -> ContextBlock:
    """Small print, at most ten pieces."""
    return ContextBlock(elements=[plain(text) for text in texts if text][:10])
