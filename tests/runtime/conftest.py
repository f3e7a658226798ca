from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import postgresql
from tests.support.sandbox_workspace import SandboxWorkspace, sandbox_workspace

__all__ = ["postgresql"]


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[SandboxWorkspace]:
    """A workspace, and a small knowledge base for the process that is to serve it."""
    with sandbox_workspace(tmp_path) as found:
        yield found
