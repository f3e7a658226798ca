"""The messages of an answer that goes to the asker alone, although it was asked for in a channel."""

from __future__ import annotations

from slack_sdk.models.blocks import ContextBlock

from slackguide.slack.views.card import Card, words_card
from slackguide.slack.words import mrkdwn

WHY = (
    "You asked me in {channel}. I reply here because that channel may have readers who are not full members of this "
    "workspace."
)

NOTE = "I've replied to you in a direct message."


def direct_card(card: Card, channel_id: str) -> Card:
    """The answer, with a line that says where it was asked for and why it is not there."""
    block = ContextBlock(elements=[mrkdwn(WHY.format(channel=f"<#{channel_id}>"))])
    return Card(f"{card.text}\n{WHY.format(channel='a channel')}", (block, *card.blocks))


def note_card() -> Card:
    """What the channel sees of it."""
    return words_card(NOTE)
