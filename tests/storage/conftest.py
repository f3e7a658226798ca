"""Every test here that takes `store` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from tests.support.databases import postgresql, store

__all__ = ["postgresql", "store"]
