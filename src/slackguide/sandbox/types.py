"""Types that all of the sandbox shares."""

from typing import Any

Json = dict[str, Any]
"""A JSON object."""
