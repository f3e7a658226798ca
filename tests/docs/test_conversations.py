"""docs/conversations.html shows what slackguide answers today: the guide is asked the same, without a browser."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from slackguide.guide import Answer, Asker, Guide
from tests.docs.pages import ROOT, script

CONVERSATIONS = script("take_screenshots").CONVERSATIONS
SECTIONS = (ROOT / "docs" / "conversations.html").read_text("utf-8").split("<section>")[1:]
TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(("conversation", "section"), list(zip(CONVERSATIONS, SECTIONS, strict=True)))
def test_the_conversation_is_current(guide: Guide, conversation: Any, section: str) -> None:
    shown = html.unescape(re.sub(r"<[^>]+>", " ", section))
    for text, reply in zip(
        conversation.messages, guide.replies(conversation.messages, Asker(), today=TODAY), strict=True
    ):
        assert text in shown
        if isinstance(reply.outcome, Answer):
            decision = reply.outcome.decision
            expected = (
                decision.destination.name if decision.destination else guide.knowledge.facts[decision.missing[0]].ask
            )
            assert expected in shown, f"“{text}” is answered otherwise: run scripts/screenshots"


def test_the_page_loads_nothing() -> None:
    page = (ROOT / "docs" / "conversations.html").read_text("utf-8")
    assert re.findall(r"<(?:script|link|iframe)\b|src=\"(?!data:)", page) == []


def test_the_images_are_pictures() -> None:
    for path in Path(ROOT / "docs" / "images").glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")
        assert path.stat().st_size < 200_000
