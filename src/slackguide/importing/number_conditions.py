"""Read conditions on a number: `amount <= 20`, `over $500`, `within 24h`, as a number fact and a range."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from slackguide.knowledge.units import CURRENCIES, TIMES, singular

_TEST = re.compile(
    r"(?P<name>[^\W\d_][\w /-]{1,40}?)?\s*"
    r"(?P<test><=|>=|≤|≥|<|>|\b(?:is )?(?:over|above|more than|under|below|less than|up to|at most|at least|"
    r"within|after)\b)"
    r"\s*(?P<sign>[$€£₱])?\s*(?P<number>\d{1,3}(?:,\d{3})+|\d{1,9})\s*(?P<unit>[^\W\d_]{1,20}|[%$€£₱])?",
    re.IGNORECASE,
)
_UP_TO, _BELOW = ("<=", "≤", "up to", "at most", "within"), ("<", "under", "below", "less than")
_FROM = (">=", "≥", "at least")
_LARGEST = 100_000


@dataclass(frozen=True, slots=True)
class NumberCondition:
    """A range of a number, from `low` to `high` (None: without end), in a unit, of what `name` says."""

    name: str
    unit: str
    low: int
    high: int | None

    @property
    def range(self) -> str:
        """The range as rules write it."""
        return f"{self.low}..{'' if self.high is None else self.high}"


def number_condition(text: str) -> NumberCondition | None:
    """Return the condition that a text consists of, or None if it is not one on a number."""
    match = _TEST.fullmatch(text.strip(" ."))
    if match is None:
        return None
    number, test = int(match["number"].replace(",", "")), match["test"].casefold().removeprefix("is ")
    unit, name = _unit(match["sign"] or match["unit"] or ""), (match["name"] or "").strip(" -/")
    if number >= _LARGEST or not (unit or name) or (number == 0 and test in _BELOW):
        return None
    if test in _UP_TO or test in _BELOW:
        return NumberCondition(name, unit, 0, number - (test in _BELOW))
    return NumberCondition(name, unit, number + (test not in _FROM), None)


def _unit(written: str) -> str:
    """Return the name of a unit in the plural: `hours` for `h`, `dollars` for `$`."""
    word = singular(written.casefold())
    names = {one: name for units in (TIMES, CURRENCIES) for name, unit in units.items() for one in unit.words}
    return f"{names[word]}s" if word in names else written


def are_covered(wanted: tuple[int, int | None], ranges: Iterable[tuple[int, int | None]]) -> bool:
    """Return whether every number of a range is in one of the others."""
    low, high = wanted
    for start, end in sorted(ranges, key=lambda one: one[0]):
        if start > low:
            return False
        if end is None:
            return True
        low = max(low, end + 1)
    return high is not None and low > high
