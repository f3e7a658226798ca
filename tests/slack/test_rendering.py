"""The quick rendering of blocks says what slack_sdk's own does, and refuses what it refuses."""

from __future__ import annotations

from datetime import date

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import ActionsBlock, ButtonElement, SectionBlock

from slackguide.guide import Answer, Asker, Concern, Guide
from slackguide.slack.button_payloads import AnswerState
from slackguide.slack.mrkdwn import plain
from slackguide.slack.views.answer_card import answer_card
from slackguide.slack.views.escalation_form import FormPrefill, FormState, form_view
from slackguide.slack.views.rendering import render_model


def test_every_entrys_card_is_rendered_alike(guide: Guide) -> None:
    for id, entry in guide.knowledge.entries.items():
        outcome = guide.answer(Concern(entry=id), Asker(sorted(entry.audience)[0]), today=date(2026, 11, 21))
        assert isinstance(outcome, Answer)
        card = answer_card(outcome, AnswerState("a", "some words", entry=id), guide.knowledge, guide.triage)
        assert render_model(card.blocks) == [block.to_dict() for block in card.blocks]


def test_every_form_is_rendered_alike(guide: Guide) -> None:
    for id, form in guide.knowledge.forms.items():
        view = form_view(form, FormState(id), FormPrefill(question="words", facts={"contract_type": "hourly"}))
        assert render_model(view.blocks) == [block.to_dict() for block in view.blocks]


@pytest.mark.parametrize(
    "wrong",
    [
        ActionsBlock(elements=[ButtonElement(text=plain("x"), action_id="a" * 256)]),
        SectionBlock(),
        SectionBlock(text="x" * 3001),
    ],
)
def test_what_breaks_a_limit_is_refused(wrong: ActionsBlock) -> None:
    with pytest.raises(SlackObjectFormationError):
        wrong.to_dict()
    with pytest.raises(SlackObjectFormationError):
        render_model(wrong)
