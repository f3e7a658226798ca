"""Find time zones by their names in the IANA database."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def find_zone(name: str) -> ZoneInfo:
    """Return the time zone with this name, such as Europe/Berlin. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"`{name}` is not a time zone: use one like Europe/Berlin or America/Chicago") from None
