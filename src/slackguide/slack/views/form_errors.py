"""Errors in a submitted view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slackguide.slack.views.ask_modal import answer_view
from slackguide.slack.views.blocks import text_card


def on_first_field(view: Mapping[str, Any], text: str) -> dict[str, str]:
    """Return an error about the whole form on its first input: Slack shows an error nowhere else."""
    inputs = [str(block["block_id"]) for block in view.get("blocks") or () if block.get("type") == "input"]
    return {inputs[0]: text} if inputs else {}


def rejection(view: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Return the acknowledgement that rejects a submission: an error on the first input, else the text as the view."""
    errors = on_first_field(view, text)
    if errors:
        return {"response_action": "errors", "errors": errors}
    return {"response_action": "update", "view": answer_view(text_card(text))}
