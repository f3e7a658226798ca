"""A sandbox with a small Bolt app behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.bolt_app import ServedApp, served


@pytest.fixture
def slack() -> Iterator[ServedApp]:
    """Return the app in its sandbox, without listeners."""
    with served() as app:
        yield app
