"""A small knowledge base, read once."""

from __future__ import annotations

import pytest

from slackguide.guide.reloading import ReloadableGuide
from slackguide.runtime.container import build_guide
from tests.support.sandbox_workspace import small_knowledge


@pytest.fixture(scope="session")
def small_guide(tmp_path_factory: pytest.TempPathFactory) -> ReloadableGuide:
    """Return a guide over the small knowledge base."""
    folder = tmp_path_factory.mktemp("knowledge")
    small_knowledge(folder)
    return ReloadableGuide(directory=folder, build=build_guide)
