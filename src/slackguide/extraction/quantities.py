"""Extract numbers that are not times: `40 seats`, `2 TB`, `$1.5k`, `20%`, and plain numbers beside a `read` pattern."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from slackguide.extraction.dates import INEXACT, Count, DateParser, minutes_in
from slackguide.extraction.discourse import Discourse
from slackguide.extraction.lexicon import BESIDE_TIMES
from slackguide.extraction.numbers import split_pattern
from slackguide.extraction.phrases import Forms, Phrases
from slackguide.extraction.tokenizer import HUGE, Separator, Token, TokenKind
from slackguide.extraction.vocabulary import FactVocabulary
from slackguide.knowledge.facts import FactSpec
from slackguide.knowledge.units import CURRENCIES, SIZES, Unit, UnitKind, amount_in, singular

_MAX_GAP = 3
"""Maximum words between a pattern and its number: `they asked for about 40 seats`."""

_LIMITS = frozenset(
    ("to", "within", "until", "maximum", "max", "minimum", "min", "than", "per", "every", "limit", "another", "more",
     "extra", "additional")
)  # fmt: skip
"""Words before a number that is a limit, a rate or an addition."""

_DASHES = frozenset("-–—")
_RATES = frozenset(["per", "each", "apiece", "every"])


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number for one fact, in the fact's unit, in the tokens from `start` to `end` (exclusive)."""

    fact: str
    start: int
    end: int
    value: str | int
    """An integer, or an amount of money with cents: `1250.50`."""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Number:
    """A number with the unit written after or before it. `value` is None if it is not exact."""

    start: int
    end: int
    value: str | int | None
    unit: Unit | None
    word: str
    """The word or words of a unit that is counted."""


class QuantityExtractor:
    """Extracts the number facts whose unit is not a time.

    A number is read beside a `read` pattern of the fact, or with its unit if no other fact has this unit. Of several
    facts with one unit, the one without patterns has the numbers that are beside none.
    """

    def __init__(self, facts: Mapping[str, FactSpec], vocabulary: FactVocabulary) -> None:
        self._units = {
            name: fact.measure
            for name, fact in facts.items()
            if fact.kind == "number" and fact.measure.kind is not UnitKind.TIME
        }
        self._before: Phrases[str] = Phrases(vocabulary)
        self._after: Phrases[str] = Phrases(vocabulary)
        self._labels: Phrases[str] = Phrases(vocabulary)
        bare: list[str] = []
        for name, unit in self._units.items():
            self._labels.add(facts[name].label, name)
            patterns = [split_pattern(pattern, unit.words) for pattern in facts[name].read]
            for before, after in patterns:
                if before:
                    self._before.add(before, name)
                elif after:
                    self._after.add(after, name)
            if unit.kind is not UnitKind.NONE and not any(before or after for before, after in patterns):
                bare.append(name)
        self._by_unit = bare + [
            name
            for name, unit in self._units.items()
            if name not in bare and not any(name != other and _same(unit, self._units[other]) for other in self._units)
        ]
        self._counted = frozenset(
            word for unit in self._units.values() if unit.kind is UnitKind.COUNT for word in unit.words
        )
        self._longest = max((word.count(" ") + 1 for word in self._counted), default=1)

    @property
    def words(self) -> frozenset[str]:
        """The words of the units, for the correction of misspellings."""
        return frozenset(part for words in self._counted for part in words.split())

    def extract(self, tokens: Sequence[Token], forms: Forms, text: str, discourse: Discourse) -> Iterator[Quantity]:
        """Yield the quantities that the text states."""
        if not self._units:
            return
        numbers = list(self._numbers(tokens, text))
        if not numbers:
            return
        before = list(self._before.find(tokens, forms))
        after = list(self._after.find(tokens, forms))
        labels = {match.end: match.meaning for match in self._labels.find(tokens, forms) if not match.negated}
        for number in numbers:
            if not self._is_stated(number, discourse):
                continue
            beside = [
                (number.start - match.end, match.meaning, replace(number, start=match.start))
                for match in before
                if not match.negated and _leads_to(match.end, number.start, discourse)
            ] + [
                (0, match.meaning, replace(number, end=match.end))
                for match in after
                if not match.negated
                and match.start == number.end
                and discourse.separator_before(match.start) < Separator.COLON
            ]
            fitting = [one for one in sorted(beside, key=lambda one: one[0]) if self._fits(one[1], number)]
            if fitting:
                yield self._quantity(fitting[0][1], fitting[0][2], text, tokens)
                continue
            labelled = labels.get(number.start)
            if labelled is not None and discourse.separator_before(number.start) is Separator.COLON:
                if self._fits(labelled, number) or (number.unit is None and _ends_clause(number.end, tokens)):
                    yield self._quantity(labelled, number, text, tokens)
                continue
            names = [name for name in self._by_unit if self._fits(name, number)]
            if len(names) == 1 and number.unit is not None:
                yield self._quantity(names[0], number, text, tokens)

    def _fits(self, name: str, number: _Number) -> bool:
        """Return whether the number is written in the fact's unit. A plain number fits a plain fact and a count."""
        unit = self._units[name]
        if number.word:
            return number.word in unit.words
        if number.unit is None:
            return unit.kind in (UnitKind.NONE, UnitKind.COUNT)
        return number.unit.kind is unit.kind and (unit.kind is not UnitKind.MONEY or number.unit == unit)

    def _is_stated(self, number: _Number, discourse: Discourse) -> bool:
        return (
            discourse.states(number.start, number.end, presupposed=False)
            and not discourse.is_denied(number.start)
            and discourse.word(number.start - 1) not in _LIMITS
            and discourse.word(number.end) not in _RATES
        )

    def _quantity(self, name: str, number: _Number, text: str, tokens: Sequence[Token]) -> Quantity:
        unit, value = self._units[name], number.value
        quote = text[tokens[number.start].start : tokens[number.end - 1].end]
        if value is None:
            return Quantity(name, number.start, number.end, 0, f"“{quote}” is not an exact number.")
        if isinstance(value, str):
            if unit.kind is UnitKind.MONEY:
                return Quantity(name, number.start, number.end, value)
            return Quantity(name, number.start, number.end, 0, f"“{quote}” is not a whole number.")
        if number.unit is not None and unit.kind is UnitKind.SIZE:
            value, rest = divmod(value * number.unit.size, unit.size)
            if rest:
                return Quantity(
                    name, number.start, number.end, 0, f"“{quote}” is not a whole number in the unit asked."
                )
        return Quantity(name, number.start, number.end, min(value, HUGE))

    def _numbers(self, tokens: Sequence[Token], text: str) -> Iterator[_Number]:
        """Yield the numbers of a text that are no times and no dates."""
        parser = DateParser(tokens, text, today=date.min)
        at = 0
        while at < len(tokens):
            if tokens[at].kind is TokenKind.AMOUNT:
                value = amount_in(tokens[at].text) if _is_exact(at, tokens, text) else None
                number = _Number(at, at + 1, value, _currency(tokens[at].text), "")
            else:
                count = parser.count(at)
                if count is None or (count.end < len(tokens) and minutes_in(tokens[count.end].text) is not None):
                    at = at + 1 if count is None else count.end
                    continue
                value = count.value if count.exact else _fraction(count, tokens, text)
                number = self._with_unit(count.start, count.end, value, tokens)
            yield number
            at = number.end

    def _with_unit(self, start: int, end: int, value: str | int | None, tokens: Sequence[Token]) -> _Number:
        if tokens[end - 1].text.endswith("%"):
            return _Number(start, end, value, _PERCENT, "")
        after = []
        for token in tokens[end : end + self._longest]:
            if token.kind is not TokenKind.WORD or token.separator > Separator.HYPHEN:
                break
            after.append(singular(token.text))
        for size in range(len(after), 0, -1):
            word = " ".join(after[:size])
            if word in self._counted:
                return _Number(start, end + size, value, _COUNTED, word)
        unit = _WRITTEN.get(after[0]) if after else None
        return _Number(start, end + (unit is not None), value, unit, "")


_COUNTED = Unit(UnitKind.COUNT)
_PERCENT = Unit(UnitKind.SHARE)
_WRITTEN: Mapping[str, Unit] = {
    "percent": _PERCENT,
    **{word: unit for units in (SIZES, CURRENCIES) for unit in units.values() for word in unit.words},
}


def _leads_to(end: int, start: int, discourse: Discourse) -> bool:
    """Return whether only small words stand between the end of a pattern and a number."""
    if not end <= start <= end + _MAX_GAP:
        return False
    if any(discourse.separator_before(at) > Separator.COLON for at in range(end, start + 1)):
        return False
    return all(discourse.word(at) in BESIDE_TIMES for at in range(end, start))


def _is_exact(at: int, tokens: Sequence[Token], text: str) -> bool:
    """Return whether the amount at a position is one exact amount: not `about $40`, `$40-50` or `$40+`."""
    bound = text[max(0, tokens[at].start - 2) : tokens[at].start].strip()[-1:]
    if tokens[at].negative or bound in tuple("<>≤≥~") or (at > 0 and tokens[at - 1].text in INEXACT):
        return False
    if at + 1 == len(tokens):
        return True
    after = tokens[at + 1]
    is_range = text[tokens[at].end : after.start].strip() in _DASHES and after.text[:1] in "$€£₱0123456789"
    return after.kind is not TokenKind.PLUS and not is_range


def _fraction(count: Count, tokens: Sequence[Token], text: str) -> str | int | None:
    """Return a number with decimal places, as an amount; None for a number that is not exact."""
    token, size = tokens[count.start], count.end - count.start
    is_fraction = size == 1 and token.kind is TokenKind.NUMBER and token.value is None
    return amount_in(token.text) if is_fraction and _is_exact(count.start, tokens, text) else None


def _ends_clause(end: int, tokens: Sequence[Token]) -> bool:
    return end == len(tokens) or tokens[end].separator >= Separator.SLASH


def _same(one: Unit, other: Unit) -> bool:
    """Return whether numbers in one unit could be in the other one."""
    if one.kind is not other.kind:
        return False
    if one.kind is UnitKind.MONEY:
        return one == other
    return one.kind is not UnitKind.COUNT or bool(one.words & other.words)


def _currency(text: str) -> Unit | None:
    lower = text.lower()
    return next((unit for unit in CURRENCIES.values() if any(word in lower for word in unit.words)), None)
