"""Extract features for durations, so that "50 days", "seven weeks" and "almost two months" share one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slackguide.text import ONES, TENS

_UNITS = {
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
_NUMBERS: dict[str, int] = {
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
_QUALIFIERS = frozenset({"of", "business", "calendar", "working"})
_BUCKETS = ((2.0, "~day"), (7.0, "~week"), (30.0, "~month"), (90.0, "~quarter"))
_LONGER = "~longer"


def durations(words: Sequence[str], stems: Sequence[str]) -> Iterator[str]:
    """Yield one feature for every duration in the text: up to 2 days, a week, a month, three months, or longer."""
    for at, unit in enumerate(stems):
        if unit in _UNITS and at:
            before = words[at - 1] if at == 1 or words[at - 1] not in _QUALIFIERS else words[at - 2]
            number = int(before) if before.isdecimal() and before.isascii() else _NUMBERS.get(before)
            if number is not None:
                days = number * _UNITS[unit]
                yield next((feature for limit, feature in _BUCKETS if days <= limit), _LONGER)
