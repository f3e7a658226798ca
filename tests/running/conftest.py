from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running.workplace import Slack, workplace
from tests.stores import postgresql

__all__ = ["postgresql"]


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[Slack]:
    """A workspace, and a small knowledge base for the process that is to serve it."""
    with workplace(tmp_path) as found:
        yield found
