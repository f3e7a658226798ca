"""Read a reply in its context: `12` after a question about days, `the tenant` where the owner was said before.

The extractor needs a phrase that says which fact a text is about. Here the conversation says it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from slackguide.extraction.dates import DateParser, can_begin
from slackguide.extraction.lexicon import ABSENCES, AGO, ARTICLES
from slackguide.extraction.phrases import PhraseMatch, Phrases
from slackguide.extraction.predicates import TILDE
from slackguide.extraction.tokenizer import Token, TokenKind, tokenize
from slackguide.extraction.vocabulary import FactVocabulary
from slackguide.knowledge.facts import FactSpec
from slackguide.knowledge.units import UnitKind, amount_in
from slackguide.text import ONES, TENS

MAX_BARE_NUMBER = 9_999
"""A larger number without a unit is the number of a ticket or a contract."""

_SPELLED = {word: number for word, number in {**ONES, **TENS}.items() if word != "one"}
LONGEST_NAME = 3
"""Maximum words of a label of which one word can stand for it."""

_BRACKETED = re.compile(r"\(([A-Z]+)\)")

_EMPTY = frozenset({"there", "is", "or", "of", "by"})

_LIMITS = frozenset({"within", "until", "every", "first", "max", "maximum"})
_DENIALS = ABSENCES | {"not", "never", "neither", "nor"}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A value that a text contains, without a phrase that says of which fact. Positions are characters."""

    start: int
    end: int
    value: str = ""
    """The value of a choice. Empty for a number."""
    count: int | None = None
    """A number without a unit."""
    amount: str | int | None = None
    """An amount of money, or a number with decimal places."""
    minutes: int | None = None
    """A time, or the time since a day, in minutes."""
    problem: bool = False
    """Whether it has no exact value: `a few days`."""
    denied: bool = False
    """Whether it is said not to be so: `not 12`."""
    is_limit: bool = False
    """Whether it is the limit of a rule: `within 30 days`."""

    def fits(self, fact: FactSpec) -> bool:
        """Return whether the number is written like one of that fact: a time, an amount, or a plain number."""
        is_time = fact.measure.kind is UnitKind.TIME
        return self.minutes is not None if is_time else self.minutes is None and (self.amount is None or fact.is_money)

    def of(self, fact: FactSpec) -> str | int | None:
        """Return the number in the fact's unit, or None if it is none of that fact."""
        if fact.kind != "number" or self.problem:
            return None
        if self.amount is not None:
            return fact.number(self.amount) if fact.is_money else None
        if self.minutes is None:
            value = self.count
        else:
            unit = fact.measure
            exact = unit.kind is UnitKind.TIME and (self.minutes >= unit.size or not self.minutes)
            value = self.minutes // unit.size if exact else None
        return value if value is not None and value <= fact.maximum else None


class ContextualReader:
    """Reads values by their names alone."""

    def __init__(self, facts: Mapping[str, FactSpec], vocabulary: FactVocabulary) -> None:
        self._vocabulary = vocabulary
        self._phrases: dict[str, Phrases[str]] = {}
        self._short: dict[str, Phrases[str]] = {}
        for name, fact in facts.items():
            if not fact.is_ordered:
                self._phrases[name] = _phrases_of(fact, vocabulary, short=False)
                self._short[name] = _phrases_of(fact, vocabulary, short=True)

    def numbers(self, text: str, *, today: date) -> tuple[Spoken, ...]:
        """Return the numbers and times of a text, in order."""
        tokens = tokenize(text)
        parser = DateParser(tokens, text, today=today)
        return tuple(_numbers(tokens, parser))

    def values(self, name: str, text: str, *, asked: bool = False) -> tuple[Spoken, ...]:
        """Return the values of a fact that a text names, the longest name of each place, in order.

        If the fact was `asked` for, one word of a name is enough (`read`), and an abbreviation that is also a word
        counts in small letters too (`mm`).
        """
        phrases = (self._short if asked else self._phrases).get(name)
        if phrases is None:
            return ()
        tokens = tokenize(text)
        for token in tokens:
            token.capitals = asked or text[token.start : token.end].isupper()
        self._vocabulary.fold(tokens)
        found = sorted(phrases.find(tokens, phrases.forms(tokens)), key=lambda one: (-(one.end - one.start), one.start))
        taken: set[int] = set()
        kept: list[PhraseMatch[str]] = []
        for match in found:
            if taken.isdisjoint(range(match.start, match.end)):
                taken.update(range(match.start, match.end))
                kept.append(match)
        return tuple(
            Spoken(
                tokens[match.start].start,
                tokens[match.end - 1].end,
                value=match.meaning,
                denied=match.negated or _is_denied(tokens, match.start),
            )
            for match in sorted(kept, key=lambda one: one.start)
        )


def _phrases_of(fact: FactSpec, vocabulary: FactVocabulary, *, short: bool) -> Phrases[str]:
    """Return the names of a fact's values: the label, its abbreviation in brackets, and the phrases.

    With `short`, every word that only one label has is a name too.
    """
    phrases: Phrases[str] = Phrases(vocabulary)
    words = {value: _words(spec.label) for value, spec in fact.values.items()}
    for value, spec in fact.values.items():
        label = (spec.label.lower(),) if fact.kind == "choice" else ()
        for phrase in (*label, *spec.words):
            if TILDE not in phrase:
                phrases.add(phrase, value)
        others = _words(fact.label) | {word for other in words if other != value for word in words[other]}
        alone = words[value] if short else set(map(str.lower, _BRACKETED.findall(spec.label)))
        for word in alone - others if fact.kind == "choice" else ():
            phrases.add(word, value)
    return phrases


def _words(label: str) -> set[str]:
    """Return the words of a short label, each of which can stand for it: `read` for `Read-only`."""
    words = {token.text for token in tokenize(label) if token.kind is TokenKind.WORD} - ARTICLES - _EMPTY
    return words if len(words) <= LONGEST_NAME else set()


def _numbers(tokens: list[Token], parser: DateParser) -> Iterator[Spoken]:
    at = 0
    while at < len(tokens):
        token = tokens[at]
        time = parser.at(at) if can_begin(token) else None
        end = at + 1
        if time is not None and time.end > at:
            end = time.end + (time.end < len(tokens) and tokens[time.end].text in AGO)
            yield Spoken(
                token.start,
                tokens[end - 1].end,
                minutes=time.total_minutes,
                problem=time.problem is not None,
                denied=_is_denied(tokens, at),
                is_limit=at > 0 and tokens[at - 1].text in _LIMITS,
            )
        elif (count := _count(token)) is not None:
            yield Spoken(token.start, token.end, count=count, denied=_is_denied(tokens, at))
        elif (amount := _amount(token)) is not None:
            yield Spoken(token.start, token.end, amount=amount, denied=_is_denied(tokens, at))
        at = end


def _count(token: Token) -> int | None:
    if token.kind is TokenKind.NUMBER and not token.text.endswith("%") and not token.negative:
        return token.value if token.value is not None and token.value <= MAX_BARE_NUMBER else None
    return _SPELLED.get(token.text) if token.kind is TokenKind.WORD else None


def _amount(token: Token) -> str | int | None:
    is_amount = token.kind is TokenKind.AMOUNT or (token.kind is TokenKind.NUMBER and token.value is None)
    return amount_in(token.text) if is_amount and not token.negative else None


def _is_denied(tokens: list[Token], at: int) -> bool:
    """Return whether a denial stands right before a position, apart from an article."""
    before = [token.text for token in tokens[max(0, at - 2) : at]]
    if before[-1:] and before[-1] in ("a", "an", "the"):
        before.pop()
    return bool(before) and before[-1] in _DENIALS and before[-1] != "no"
