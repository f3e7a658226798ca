"""The guide on the shipped knowledge base."""

from __future__ import annotations

import pytest

from slackguide.guide import Guide
from slackguide.runtime.container import build_guide
from tests.support.small_knowledge import SHIPPED


@pytest.fixture(scope="session")
def guide() -> Guide:
    return build_guide(SHIPPED)
