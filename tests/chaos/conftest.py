"""Fixtures of the chaos tests."""

from __future__ import annotations

from tests.runtime.conftest import slack
from tests.support.databases import postgresql, store

__all__ = ["postgresql", "slack", "store"]
