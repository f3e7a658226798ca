"""Settings of every test: none may depend on the load of the machine or on the terminal. What takes long is shared."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from slackguide.guide import Guide
from slackguide.runtime.container import build_guide
from tests.support.databases import postgresql, store
from tests.support.small_knowledge import SHIPPED

__all__ = ["postgresql", "store"]

for name in ("COLUMNS", "LINES", "TERMINAL_WIDTH", "FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "TTY_COMPATIBLE"):
    # rich and typer read these when slackguide.cli is imported: width and colours would depend on the terminal.
    os.environ.pop(name, None)

settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


@pytest.fixture(scope="session")
def guide() -> Guide:
    """Return the guide over the shipped knowledge."""
    return build_guide(SHIPPED)
