"""The shipped knowledge base, verified, and a guide on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackguide.guide import Guide
from slackguide.knowledge import KnowledgeBase
from slackguide.triage import load_verified

SHIPPED = Path(__file__).parents[2] / "knowledge"


@pytest.fixture(scope="session")
def knowledge() -> KnowledgeBase:
    return load_verified(SHIPPED)


@pytest.fixture(scope="session")
def guide(knowledge: KnowledgeBase) -> Guide:
    return Guide(knowledge)
