"""JSON of the sandbox's modules: its type, and how it is read and written."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]
"""A JSON object."""


def parse_json(text: str | bytes) -> Any:
    """Return a JSON value. Raises ValueError if it is invalid or nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def dump_json(value: object) -> str:
    """Return JSON that can be encoded: half of an emoji becomes `?`."""
    return json.dumps(value, ensure_ascii=False).encode(errors="replace").decode()
