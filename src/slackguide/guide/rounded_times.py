"""Recognize times that people round: `a month ago` can be 29 days or 31, on either side of a limit of 30."""

from __future__ import annotations

import re
from collections.abc import Mapping

from slackguide.knowledge.conditions import FactValue
from slackguide.triage import Triage

_WHOLE_WEEKS_OR_MONTHS = re.compile(r"(?:w|wks?|weeks?|mo|mos|mths?|months?)\b(?!.*\b(?:days?|d)\b)", re.IGNORECASE)
_TOLERANCE = 1
"""Days by which a time in whole weeks or months can be off."""


def rounded_at_a_limit(
    triage: Triage, entry_id: str, facts: Mapping[str, FactValue], spans: Mapping[str, str]
) -> frozenset[str]:
    """Return the facts read from a rounded time (`spans`) that one day more or less can lead to another destination."""
    return frozenset(
        name
        for name, span in spans.items()
        if isinstance(days := facts.get(name), int)
        and _WHOLE_WEEKS_OR_MONTHS.search(span)
        and name in triage.decide(entry_id, {**facts, name: _around(days)}).missing
    )


def _around(days: int) -> str:
    return f"{max(days - _TOLERANCE, 0)}..{days + _TOLERANCE}"
