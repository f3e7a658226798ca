"""The guide of the shipped knowledge, which is learnt once for all tests of the documentation."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackguide.guide import CalibrationStore, Guide, calibrated_guide
from slackguide.triage.completeness import load_verified
from tests.docs.pages import ROOT


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a `SLACKGUIDE_HOME`."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="package")
def guide(home: Path) -> Guide:
    """Return the guide; what it has learnt is in `home`."""
    return calibrated_guide(load_verified(ROOT / "knowledge"), CalibrationStore(home))
