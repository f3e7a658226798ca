from collections.abc import Iterator

import pytest
from counterpart import Served, served


@pytest.fixture
def slack() -> Iterator[Served]:
    with served() as found:
        yield found
