"""Lists that are longer than a menu of Slack's are grouped, and every option can be chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.models.blocks import Option

from slackguide.guide import Guide
from slackguide.knowledge.forms import FormField
from slackguide.knowledge.model import Destination
from slackguide.sandbox.block_kit.validation import check_view
from slackguide.slack.ids import Action
from slackguide.slack.mrkdwn import plain
from slackguide.slack.views.escalation_form import FormPrefill, FormState, form_view
from slackguide.slack.views.rendering import render_model
from slackguide.slack.views.selects import select_options
from tests.support.app_harness import AppHarness
from tests.support.escalations import kept, posted, sent


def options(number: int) -> list[Option]:
    return [Option(text=plain(f"Option {n:05}"), value=str(n)) for n in range(number)]


@pytest.mark.parametrize("number", [1, 100, 101, 148, 5000, 5001, 10_000])
def test_every_option_is_in_a_menu_that_slack_accepts(number: int) -> None:
    made: Any = render_model(dict(select_options(options(number))))
    groups = made.get("option_groups", [made])
    assert ("options" in made) == (number <= 100)
    assert len(groups) <= 100
    assert all(1 <= len(group["options"]) <= 100 for group in groups)
    assert sorted(int(option["value"]) for group in groups for option in group["options"]) == list(range(number))
    assert all(len(group["label"]["text"]) <= 75 for group in groups if "label" in group)


def test_more_than_slack_has_room_for_is_an_error() -> None:
    with pytest.raises(ValueError):
        select_options(options(10_001))


def test_the_last_of_148_destinations_can_be_chosen(harness: AppHarness, guide: Guide) -> None:
    more = {f"queue-{n}": Destination(f"queue-{n}", "zendesk_group", f"A queue {n}") for n in range(120)}
    knowledge = replace(guide.knowledge, destinations={**more, **guide.knowledge.destinations})
    harness.reload(Guide(knowledge))
    escalation = sent(harness)
    post = posted(harness, escalation)
    harness.click(post, Action.CLAIM, "marek")
    harness.settle()
    harness.click(harness.workspace.message(post.ts), Action.RESOLVE, "marek")
    modal = harness.modal("marek")
    harness.sandbox.click("marek", modal, Action.RESOLUTION_CODE, "wrong_queue")
    harness.until(lambda: harness.modal("marek").hash != modal.hash)
    assert len(knowledge.queues) > 120
    last = list(knowledge.queues)[-1]
    exchange = harness.submit({"ending": "wrong_queue", "queue": last, "decided": "It belongs there."}, "marek")
    assert exchange.ok, exchange
    assert not exchange.errors, exchange.errors
    resolution = kept(harness, escalation).resolution
    assert resolution is not None
    assert resolution.target == last


@pytest.mark.parametrize("kind", ["choice", "choices"])
def test_a_field_of_250_options(guide: Guide, kind: Any) -> None:
    form = next(iter(guide.knowledge.forms.values()))
    field = FormField(label="One of many", kind=kind, options={f"o{n}": f"Option {n}" for n in range(250)})
    view = form_view(form.model_copy(update={"fields": {"many": field}}), FormState("many"), FormPrefill())
    rendered: Any = render_model(view)
    assert check_view(rendered) == []
    (element,) = [block["element"] for block in rendered["blocks"] if block["type"] == "input"]
    assert sum(len(group["options"]) for group in element["option_groups"]) == 250
