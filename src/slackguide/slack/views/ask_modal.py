"""The ask modal: a question too long for a command, answered in the same modal."""

from __future__ import annotations

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from slackguide.slack.ids import ASK_TEXT, Callback
from slackguide.slack.mrkdwn import plain
from slackguide.slack.views.blocks import RenderedMessage

VIEW_BLOCKS = 100


def ask_view() -> View:
    """Return the modal with one field for the question."""
    box = PlainTextInputElement(
        action_id=ASK_TEXT,
        multiline=True,
        max_length=3000,
        focus_on_load=True,
        placeholder=plain("Client wants mediation, hourly contract, last paid 12 days ago", 150),
    )
    return View(
        type="modal",
        callback_id=Callback.ASK,
        title=plain("Where does this go?", 24),
        submit=plain("Ask", 24),
        close=plain("Cancel", 24),
        blocks=[
            InputBlock(
                block_id=ASK_TEXT,
                label=plain("What is the concern?"),
                hint=plain("In your own words: what happened, who asks, what they want."),
                element=box,
            )
        ],
    )


def answer_view(card: RenderedMessage) -> View:
    """Return an answer as a modal; its buttons update it in place."""
    return View(
        type="modal",
        callback_id=Callback.ANSWER,
        title=plain("slackguide", 24),
        close=plain("Close", 24),
        blocks=list(card.blocks[:VIEW_BLOCKS]),
    )
