"""The units of number facts: times, sizes, money, shares, and anything that is counted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class UnitKind(Enum):
    """How numbers of a unit are written."""

    TIME = "time"
    """Durations and dates, converted: `2 weeks` are 14 days."""
    SIZE = "size"
    """Amounts of data, converted: `2 TB` are 2,000 GB."""
    MONEY = "money"
    """Amounts of one currency: `$40`, `40 dollars`."""
    SHARE = "share"
    """Percentages."""
    COUNT = "count"
    """Things by their name: `40 seats`."""
    NONE = "none"
    """A plain number."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit. `words` denote it in texts, in lower case and without a plural ending."""

    kind: UnitKind
    words: frozenset[str] = frozenset()
    size: int = 1
    """Minutes of a time, kilobytes of a size."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TIMES: Mapping[str, Unit] = {
    "minute": Unit(UnitKind.TIME, _words("min mins minute"), 1),
    "hour": Unit(UnitKind.TIME, _words("h hr hrs hour"), 60),
    "day": Unit(UnitKind.TIME, _words("d day"), 24 * 60),
    "week": Unit(UnitKind.TIME, _words("w wk wks week"), 7 * 24 * 60),
    "month": Unit(UnitKind.TIME, _words("mo mos mth month"), 30 * 24 * 60),
    "year": Unit(UnitKind.TIME, _words("y yr yrs year"), 365 * 24 * 60),
}
"""A month has 30 days, as in the windows of 30, 60 and 90 days that rules have."""

SIZES: Mapping[str, Unit] = {
    "kb": Unit(UnitKind.SIZE, _words("kb kilobyte"), 1),
    "mb": Unit(UnitKind.SIZE, _words("mb meg megabyte"), 1000),
    "gb": Unit(UnitKind.SIZE, _words("gb gig gigabyte"), 1000**2),
    "tb": Unit(UnitKind.SIZE, _words("tb terabyte"), 1000**3),
}
CURRENCIES: Mapping[str, Unit] = {
    "dollar": Unit(UnitKind.MONEY, _words("$ usd dollar buck")),
    "euro": Unit(UnitKind.MONEY, _words("€ eur euro")),
    "pound": Unit(UnitKind.MONEY, _words("£ gbp pound")),
    "peso": Unit(UnitKind.MONEY, _words("₱ php peso")),
}
_SHARE = Unit(UnitKind.SHARE, _words("% percent"))
_KNOWN: Mapping[str, Unit] = {
    word: unit for units in (TIMES, SIZES, CURRENCIES, {"": _SHARE}) for unit in units.values() for word in unit.words
}
_IRREGULAR = {"people": "person", "persons": "person", "children": "child"}


_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_COMMAS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?")
_POINTS = re.compile(r"\d{1,3}(?:\.\d{3})+,\d{1,2}")
_LONGEST = 12
"""Maximum digits and separators of an amount."""


def amount_in(text: str) -> str | int | None:
    """Return the amount of money in a text like `$1,200`, `1.5k €`, `1.250,50` or `1250.5`.

    It is an integer, or `1250.50` if it has cents; None if it is no amount with at most two decimal places.
    """
    match = _DIGITS.search(text)
    if match is None or len(match.group()) > _LONGEST:
        return None
    digits = match.group()
    if _COMMAS.fullmatch(digits):
        digits = digits.replace(",", "")
    elif _POINTS.fullmatch(digits):
        digits = digits.replace(".", "")
    whole, _, fraction = digits.replace(",", ".").partition(".")
    if re.match(r"\s?k", text[match.end() :].lower()):
        whole, fraction = whole + fraction[:3].ljust(3, "0"), fraction[3:]
    if len(fraction) > 2 and fraction.strip("0"):
        return None
    cents = fraction[:2].ljust(2, "0")
    return int(whole) if cents == "00" else f"{int(whole)}.{cents}"


def singular(word: str) -> str:
    """Return a lower-case word without its plural ending."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def unit_named(name: str | None, more_words: tuple[str, ...] = ()) -> Unit:
    """Return the unit that a fact's `unit` names: `days`, `GB`, `dollars`, `percent`, or what is counted."""
    words = [singular(word) for word in (name or "").lower().split()]
    if not words:
        return Unit(UnitKind.NONE)
    if len(words) == 1 and words[0] in _KNOWN:
        return _KNOWN[words[0]]
    names = {" ".join(words), *(" ".join(map(singular, text.lower().split())) for text in more_words)}
    if words[-1] not in _KNOWN:
        names.add(words[-1])
    return Unit(UnitKind.COUNT, frozenset(names))


def is_mixed(name: str) -> bool:
    """Return whether a unit is of several words, the last of which is a unit of its own: `working days`."""
    words = [singular(word) for word in name.lower().split()]
    return len(words) > 1 and words[-1] in _KNOWN
