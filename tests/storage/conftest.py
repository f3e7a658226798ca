"""Every test here that takes `store` runs on SQLite and on PostgreSQL."""

from tests.stores import postgresql, store

__all__ = ["postgresql", "store"]
