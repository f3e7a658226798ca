"""Lengths of time, so that "50 days", "seven weeks" and "almost two months" look alike."""

from collections.abc import Iterator, Sequence
from typing import Final

from slackguide.text import ONES, TENS

_UNITS: Final = {
    "min": 1 / 1440,
    "minut": 1 / 1440,
    "hour": 1 / 24,
    "h": 1 / 24,
    "day": 1.0,
    "d": 1.0,
    "night": 1.0,
    "week": 7.0,
    "fortnight": 14.0,
    "month": 30.0,
    "year": 365.0,
}
_NUMBERS: Final[dict[str, int]] = {
    **ONES,
    **TENS,
    "hundred": 100,
    "a": 1,
    "an": 1,
    "couple": 2,
    "few": 3,
    "half": 1,
    "several": 4,
    "dozen": 12,
}
_BETWEEN: Final = frozenset({"of", "business", "calendar", "working"})
_KINDS: Final = ((2.0, "~day"), (7.0, "~week"), (30.0, "~month"), (90.0, "~quarter"))
_LONGER: Final = "~longer"


def durations(words: Sequence[str], stems: Sequence[str]) -> Iterator[str]:
    """One feature for every length of time in the text: within 2 days, a week, a month, three months, longer."""
    for at, unit in enumerate(stems):
        if unit in _UNITS and at:
            before = words[at - 1] if at == 1 or words[at - 1] not in _BETWEEN else words[at - 2]
            number = int(before) if before.isdecimal() and before.isascii() else _NUMBERS.get(before)
            if number is not None:
                days = number * _UNITS[unit]
                yield next((kind for most, kind in _KINDS if days <= most), _LONGER)
