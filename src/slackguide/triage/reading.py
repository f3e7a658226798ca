"""Facts out of free text: `CL enterprise, FP, paid 20 days ago, TR+ freelancer` holds four.

Whole words, the longest phrase first. What a text asks, supposes, denies or tells of another case is not read; what it
says in two ways, or cannot be told for certain, is asked. A fact read wrongly costs more than one not read.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from slackguide.knowledge.conditions import NEVER
from slackguide.knowledge.facts import FactSpec
from slackguide.triage.reading_context import FAR, Discourse
from slackguide.triage.reading_numbers import NumberReader
from slackguide.triage.reading_phrases import Found, Phrases
from slackguide.triage.reading_tokens import Gap, Token, normal, tokens
from slackguide.triage.reading_words import FOLLOWING, HEADS, OWNING, SIDES

SHOWN: Final = 80
"""Characters shown of the words a fact was read from."""

_ANSWERS: Final = {"yes": "yes", "y": "yes", "no": "no", "n": "no", "none": "no"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read out of a text."""

    facts: Mapping[str, str | int]
    """Name: value, as the facts declare them; of a number whole days or hours, or `never`."""
    spans: Mapping[str, str]
    """Name: the words it was read from, at most `SHOWN` characters."""
    unclear: Mapping[str, str]
    """Name: words to ask, for what is said in two ways or cannot be told for certain."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a phrase means for a fact; `alone` where it is one word, which means this only in some company."""

    fact: str
    value: str
    alone: bool = False
    whole: bool = False
    """Whether it has to be a clause by itself: `hourly, ended`."""


@dataclass(frozen=True, slots=True)
class _Said:
    """One value as said between two tokens."""

    value: str | int
    start: int
    end: int
    problem: str | None = None


class FactReader:
    """Reads texts with one set of facts, compiled once. `abbreviations` are the glossary's."""

    def __init__(
        self, facts: Mapping[str, FactSpec], abbreviations: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    ) -> None:
        self._facts: Final = facts
        self._phrases: Phrases[_Meaning] = Phrases(abbreviations)
        self._numbers: Final = NumberReader(facts, abbreviations)
        self._sides: Final = {name for name, fact in facts.items() if set(fact.choices) == SIDES}
        self._party: Final = {name: party for name, fact in facts.items() if (party := _party_of(fact))}
        for name, fact in facts.items():
            for value, phrase in _phrases_of(fact):
                self._phrases.add(phrase, _Meaning(name, value, alone=" " not in phrase))
            for word in " ".join(fact.read).replace("|", " ").split():
                self._phrases.learn(normal(word))
        for name, value, label in _own_labels(facts):
            self._phrases.add(label, _Meaning(name, value, whole=True))

    def read(self, text: str, *, today: date) -> Reading:
        """The facts that `text` states. Never raises; work grows with the text's length, up to 12,000 characters."""
        found = tokens(text)
        if not found:
            return Reading({}, {}, {})
        for token in found:
            token.text = self._phrases.corrected(token.text) or token.text
        discourse = Discourse(found)
        forms = self._phrases.forms(found)
        said: dict[str, list[_Said]] = {}
        longest = self._longest(found, forms)
        starts = {hit.start for hits in longest.values() for hit in hits}
        for name, hits in longest.items():
            said[name] = list(self._stated(name, hits, discourse, starts))
        for name, when in self._numbers.read(found, text, discourse, starts, today=today):
            number = self._number(name, when.start, when.end, when.problem, when.hours)
            said.setdefault(name, []).append(number)
        return self._settled(said, found, text)

    # phrases

    def _longest(
        self, found: Sequence[Token], forms: Sequence[tuple[tuple[str, ...], ...]]
    ) -> dict[str, list[Found[_Meaning]]]:
        """The phrases of each fact, none inside or across a longer one."""
        every: dict[str, list[Found[_Meaning]]] = {}
        for hit in self._phrases.find(found, forms):
            every.setdefault(hit.meaning.fact, []).append(hit)
        kept: dict[str, list[Found[_Meaning]]] = {}
        for name, hits in every.items():
            hits.sort(key=lambda hit: (hit.meaning.whole, -hit.size, hit.start - hit.end, hit.start, hit.negated))
            taken: set[int] = set()
            for hit in hits:
                if taken.isdisjoint(range(hit.start, hit.end)):
                    taken.update(range(hit.start, hit.end))
                    kept.setdefault(name, []).append(hit)
            kept[name].sort(key=lambda hit: hit.start)
        return kept

    def _stated(
        self, name: str, hits: Sequence[Found[_Meaning]], discourse: Discourse, starts: Container[int]
    ) -> Iterator[_Said]:
        """What the phrases of one fact say, without those that are asked, supposed or out of place."""
        asked = {
            at
            for at, (hit, after) in enumerate(pairwise(hits))
            if hit.meaning.value != after.meaning.value and discourse.alternative(hit.end, after.start)
        }
        sentence = -1
        for at, hit in enumerate(hits):
            if at in asked or at - 1 in asked:
                continue
            if not discourse.states(hit.start, hit.end) or not self._in_place(name, hit, discourse, starts):
                continue
            here = discourse.clause(hit.start).sentence
            if name in self._sides and (here == sentence or discourse.passive(hit.start, hit.end)):
                continue
            sentence = here
            denied = hit.negated or discourse.denied(hit.start)
            value = self._contrary(name, hit.meaning.value) if denied else hit.meaning.value
            if value is not None:
                yield _Said(self._answered(name, hit, value, discourse), hit.start, hit.end)

    def _contrary(self, name: str, value: str) -> str | None:
        """The one value that is left when `value` is not so."""
        left = [other for other in self._facts[name].choices if other != value]
        return left[0] if len(left) == 1 and self._facts[name].kind != "number" else None

    def _answered(self, name: str, hit: Found[_Meaning], value: str, discourse: Discourse) -> str:
        """`funds in escrow: no` is a no."""
        if self._facts[name].kind != "yes_no":
            return value
        answer = _ANSWERS.get(discourse.word(hit.end))
        divided = discourse.clause(hit.end - 1).end == hit.end and discourse.apart(hit.end) in (Gap.COLON, Gap.BREAK)
        return answer if answer and divided else value

    def _in_place(self, name: str, hit: Found[_Meaning], discourse: Discourse, starts: Container[int]) -> bool:
        """Whether a phrase that means this only in some company is in that company."""
        clause = discourse.clause(hit.start)
        following = discourse.word(hit.end, within=clause)
        if hit.meaning.whole:
            return (hit.start, hit.end) == (clause.start, clause.end)
        party = self._party.get(name)
        if not (hit.meaning.alone or party):
            return True
        if self._facts[name].kind == "choice" and "or" in (following, discourse.word(hit.start - 1, within=clause)):
            return False
        known = hit.end in starts or following in FOLLOWING or following in HEADS
        if following and not following[0].isdigit() and not known:
            return False
        if party and discourse.gone(hit.end):
            return False
        if discourse.wished(hit.start) and following not in HEADS:
            return False
        return party is None or self._said_of(party, hit, discourse)

    def _said_of(self, party: str, hit: Found[_Meaning], discourse: Discourse) -> bool:
        """Whether the side nearest to the phrase, in its clause, is the one it is about."""
        clause = discourse.clause(hit.start)
        inside = {discourse.word(at) for at in range(hit.start, hit.end)}
        if party in inside:
            return True
        for at in range(hit.end, min(hit.end + 2, clause.end)):
            if discourse.word(at) in SIDES:
                return discourse.word(at) == party
        for at in range(hit.start - 1, max(clause.start, hit.start - FAR) - 1, -1):
            if discourse.word(at) in SIDES:
                return discourse.word(at) == party or discourse.shorthand(hit.start)
            if discourse.word(at) in OWNING:
                return False
        return True

    # numbers and the whole

    def _number(self, name: str, start: int, end: int, problem: str | None, hours: int) -> _Said:
        fact = self._facts[name]
        value = hours if fact.unit == "hours" else hours // 24
        if problem is None and value > fact.maximum:
            problem = f"{value} {fact.unit or ''}".strip() + f" is more than {fact.maximum}."
        return _Said(value, start, end, problem)

    def _settled(self, said: Mapping[str, Sequence[_Said]], found: Sequence[Token], text: str) -> Reading:
        facts: dict[str, str | int] = {}
        spans: dict[str, str] = {}
        unclear: dict[str, str] = {}
        for name in self._facts:
            sayings = said.get(name)
            if not sayings:
                continue
            fact = self._facts[name]
            values = dict.fromkeys(one.value for one in sayings if one.problem is None)
            problem = next((one.problem for one in sayings if one.problem), None)
            first = sayings[0]
            if problem:
                unclear[name] = f"{problem} {fact.ask}"
            elif len(values) > 1:
                both = " and ".join(fact.value_label(value) for value in list(values)[:3])
                unclear[name] = f"The text says {both}. {fact.ask}"
            else:
                facts[name] = first.value
                spans[name] = _words(text, found[first.start].start, found[first.end - 1].end)
        return Reading(facts, spans, unclear)


def _words(text: str, start: int, end: int) -> str:
    shown = " ".join(text[start:end].split())
    return shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 1]}…"


def _phrases_of(fact: FactSpec) -> Iterator[tuple[str, str]]:
    for value, said in fact.values.items():
        for phrase in said.words:
            yield value, phrase
    for phrase in fact.never_words if fact.never else ():
        yield NEVER, phrase
    if fact.kind == "yes_no":
        yield "", fact.label


def _party_of(fact: FactSpec) -> str | None:
    """The side of the contract that a fact is about, by its label: `Client segment`, `Freelancer tier`."""
    first = fact.label.split()[0].lower() if fact.label.split() else ""
    return first if first in SIDES else None


def _own_labels(facts: Mapping[str, FactSpec]) -> Iterator[tuple[str, str, str]]:
    """The labels that only one value of one fact has, sides of a contract aside: `Ended`, but not `Open`."""
    owners: dict[str, list[tuple[str, str, str]]] = {}
    for name, fact in facts.items():
        for value, said in fact.values.items():
            if value not in SIDES:
                owners.setdefault(said.label.lower(), []).append((name, value, said.label))
    yield from (found[0] for found in owners.values() if len(found) == 1)
