"""The shipped knowledge base."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackguide.guide import Guide
from slackguide.knowledge import KnowledgeBase

SHIPPED = Path(__file__).parents[2] / "knowledge"


@pytest.fixture(scope="session")
def knowledge(guide: Guide) -> KnowledgeBase:
    return guide.knowledge
