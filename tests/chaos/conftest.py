"""Fixtures of the chaos tests."""

from __future__ import annotations

from tests.runtime.conftest import slack

__all__ = ["slack"]
