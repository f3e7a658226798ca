"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Integer, Text, TypeDecorator
from sqlalchemy.engine import Dialect

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class UtcDateTime(TypeDecorator[datetime]):
    """A time with microseconds, aware and in UTC outside, whatever the database makes of it inside."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite gets it without its zone, so that texts sort like times."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be kept")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From what the database gives."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SafeText(TypeDecorator[str]):
    """People's text: without the characters that PostgreSQL (NUL) or UTF-8 (lone surrogates) cannot keep."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """What can be kept of it."""
        del dialect
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


Serial = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database counts up by itself; SQLite does so only for INTEGER."""


def dump_json(value: object) -> str:
    """JSON in ASCII: its escapes carry what a text column would refuse."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
