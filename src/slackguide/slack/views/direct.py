"""Messages for an answer in a direct message to a question in a channel."""

from __future__ import annotations

from slack_sdk.models.blocks import ContextBlock

from slackguide.slack.mrkdwn import mrkdwn
from slackguide.slack.views.blocks import RenderedMessage, text_card

WHY = (
    "You asked me in {channel}. I reply here because that channel may have readers who are not full members of this "
    "workspace."
)

NOT_ACCEPTED = "You asked me in {channel}. I reply here because Slack does not let me post there."

NOTE = "I've replied to you in a direct message."


def direct_card(card: RenderedMessage, channel_id: str, why: str = WHY) -> RenderedMessage:
    """Return the answer with a line that names the channel and the reason for the direct message."""
    block = ContextBlock(elements=[mrkdwn(why.format(channel=f"<#{channel_id}>"))])
    return RenderedMessage(f"{card.text}\n{why.format(channel='a channel')}", (block, *card.blocks))


def note_card() -> RenderedMessage:
    """Return the reply in the channel."""
    return text_card(NOTE)
