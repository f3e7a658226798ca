"""Recognize times that people round: `a month ago` can be 29 days or 31, on either side of a limit of 30."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from slackguide.knowledge.conditions import FactValue
from slackguide.triage import Triage

_WHOLE_WEEKS_OR_MONTHS = re.compile(r"(?:w|wks?|weeks?|mo|mos|mths?|months?)\b(?!.*\b(?:days?|d)\b)", re.IGNORECASE)
_HOURS = re.compile(r"\d\s*(?:h|hrs?)\b|\bhours?\b", re.IGNORECASE)
_DAYS_OFF = 1
"""Days by which a time in whole weeks or months can be off."""
_HOURS_OFF = 12
"""Hours by which a time in days can be off: `two days ago`."""


def rounded_at_a_limit(
    triage: Triage,
    entry_id: str,
    facts: Mapping[str, FactValue],
    spans: Mapping[str, str],
    *,
    in_hours: Collection[str] = (),
) -> frozenset[str]:
    """Return the facts read from a rounded time (`spans`) that a little more or less can lead to another destination.

    `in_hours` are the facts that count hours; the others count days.
    """
    return frozenset(
        name
        for name, span in spans.items()
        if isinstance(value := facts.get(name), int)
        and (off := _tolerance(span, in_hours=name in in_hours))
        and name in triage.decide(entry_id, {**facts, name: f"{max(value - off, 0)}..{value + off}"}).missing
    )


def _tolerance(span: str, *, in_hours: bool) -> int:
    """Return by how much the number that was read from `span` can be off, or 0."""
    if in_hours:
        return 0 if _HOURS.search(span) else _HOURS_OFF
    return _DAYS_OFF if _WHOLE_WEEKS_OR_MONTHS.search(span) else 0
