"""The JSON type of the sandbox's modules."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""A JSON object."""
