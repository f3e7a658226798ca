"""A workspace for a slackguide process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sandbox_workspace import SandboxWorkspace, sandbox_workspace


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[SandboxWorkspace]:
    """Run a workspace, with a small knowledge base for the process that serves it."""
    with sandbox_workspace(tmp_path) as slack:
        yield slack
