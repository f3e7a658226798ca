"""The ask modal: a question too long for a command, answered in the same modal."""

from __future__ import annotations

from slack_sdk.models.blocks import DividerBlock, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from slackguide.knowledge import KnowledgeBase
from slackguide.knowledge.examples import example_questions
from slackguide.slack.ids import ASK_TEXT, Callback
from slackguide.slack.mrkdwn import plain
from slackguide.slack.views.blocks import RenderedMessage

VIEW_BLOCKS = 100

INPUT_LIMIT = 3000
"""Maximum length in characters of a plain text input."""

PLACEHOLDER_LIMIT = 150
"""Maximum length in characters of a placeholder."""


def ask_view(knowledge: KnowledgeBase) -> View:
    """Return the modal with one field for the question."""
    examples = example_questions(knowledge, 1)
    return View(
        type="modal",
        callback_id=Callback.ASK,
        title=plain("Where does this go?", 24),
        submit=plain("Ask", 24),
        close=plain("Cancel", 24),
        blocks=[_question_input(placeholder=examples[0] if examples else None)],
    )


def answer_view(card: RenderedMessage) -> View:
    """Return an answer as a modal; its buttons update it in place. If nothing is certain, the input stays."""
    if card.retry_text is None:
        return View(
            type="modal",
            callback_id=Callback.ANSWER,
            title=plain("slackguide", 24),
            close=plain("Close", 24),
            blocks=list(card.blocks[:VIEW_BLOCKS]),
        )
    return View(
        type="modal",
        callback_id=Callback.ASK,
        title=plain("Where does this go?", 24),
        submit=plain("Ask again", 24),
        close=plain("Close", 24),
        blocks=[_question_input(text=card.retry_text), DividerBlock(), *card.blocks[: VIEW_BLOCKS - 2]],
    )


def _question_input(*, text: str | None = None, placeholder: str | None = None) -> InputBlock:
    box = PlainTextInputElement(
        action_id=ASK_TEXT,
        multiline=True,
        max_length=INPUT_LIMIT,
        focus_on_load=text is None,
        initial_value=text[:INPUT_LIMIT] if text else None,
        placeholder=plain(placeholder, PLACEHOLDER_LIMIT) if placeholder else None,
    )
    return InputBlock(
        block_id=ASK_TEXT,
        label=plain("What is the concern?"),
        hint=plain("In your own words: what happened, who asks, what they want."),
        element=box,
    )
