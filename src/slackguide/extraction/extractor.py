"""Extract facts from free text: `CL enterprise, FP, paid 20 days ago, TR+ freelancer` holds four.

Match whole words, the longest phrase first. What a text asks, supposes, denies or reports of another case is not
extracted; what it states in two ways, or cannot be told for certain, is asked. A wrong fact costs more than a missing
one.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from slackguide.extraction.discourse import MAX_DISTANCE, Discourse
from slackguide.extraction.lexicon import FOLLOWING, HEADS, OWNING, SIDES
from slackguide.extraction.numbers import NumberExtractor
from slackguide.extraction.phrases import PhraseMatch, Phrases
from slackguide.extraction.tokenizer import Separator, Token, normalize, tokenize
from slackguide.knowledge.conditions import NEVER
from slackguide.knowledge.facts import FactSpec

MAX_SPAN_LENGTH: Final = 80
"""Characters shown of the words a fact was read from."""

_ANSWERS: Final = {"yes": "yes", "y": "yes", "no": "no", "n": "no", "none": "no"}


@dataclass(frozen=True, slots=True)
class ExtractedFacts:
    """What was read out of a text."""

    facts: Mapping[str, str | int]
    """Name: value, as the facts declare them; of a number whole days or hours, or `never`."""
    spans: Mapping[str, str]
    """Name: the words it was read from, at most `MAX_SPAN_LENGTH` characters."""
    unclear: Mapping[str, str]
    """Name: words to ask, for what is stated in two ways or is ambiguous."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a phrase means for a fact; `alone` where it is one word, which means this only in some company."""

    fact: str
    value: str
    alone: bool = False
    whole: bool = False
    """Whether it has to be a clause by itself: `hourly, ended`."""


@dataclass(frozen=True, slots=True)
class _Mention:
    """One value as said between two tokens."""

    value: str | int
    start: int
    end: int
    problem: str | None = None


class FactExtractor:
    """Reads texts with one set of facts, compiled once. `abbreviations` are the glossary's."""

    def __init__(
        self, facts: Mapping[str, FactSpec], abbreviations: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    ) -> None:
        self._facts: Final = facts
        self._phrases: Phrases[_Meaning] = Phrases(abbreviations)
        self._numbers: Final = NumberExtractor(facts, abbreviations)
        self._sides: Final = {name for name, fact in facts.items() if set(fact.choices) == SIDES}
        self._party: Final = {name: party for name, fact in facts.items() if (party := _party_of(fact))}
        for name, fact in facts.items():
            for value, phrase in _phrases_of(fact):
                self._phrases.add(phrase, _Meaning(name, value, alone=" " not in phrase))
            for word in " ".join(fact.read).replace("|", " ").split():
                self._phrases.learn(normalize(word))
        for name, value, label in _unique_labels(facts):
            self._phrases.add(label, _Meaning(name, value, whole=True))

    def extract(self, text: str, *, today: date) -> ExtractedFacts:
        """The facts that `text` states. Never raises; work grows with the text's length, up to 12,000 characters."""
        tokens = tokenize(text)
        if not tokens:
            return ExtractedFacts({}, {}, {})
        for token in tokens:
            token.text = self._phrases.corrected(token.text) or token.text
        discourse = Discourse(tokens)
        forms = self._phrases.forms(tokens)
        mentions: dict[str, list[_Mention]] = {}
        longest = self._longest(tokens, forms)
        starts = {match.start for matches in longest.values() for match in matches}
        for name, matches in longest.items():
            mentions[name] = list(self._mentions(name, matches, discourse, starts))
        for name, time in self._numbers.extract(tokens, text, discourse, starts, today=today):
            number = self._number(name, time.start, time.end, time.problem, time.hours)
            mentions.setdefault(name, []).append(number)
        return self._resolve(mentions, tokens, text)

    # phrases

    def _longest(
        self, tokens: Sequence[Token], forms: Sequence[tuple[tuple[str, ...], ...]]
    ) -> dict[str, list[PhraseMatch[_Meaning]]]:
        """The phrases of each fact, none inside or across a longer one."""
        every: dict[str, list[PhraseMatch[_Meaning]]] = {}
        for match in self._phrases.find(tokens, forms):
            every.setdefault(match.meaning.fact, []).append(match)
        kept: dict[str, list[PhraseMatch[_Meaning]]] = {}
        for name, matches in every.items():
            matches.sort(
                key=lambda match: (
                    match.meaning.whole,
                    -match.size,
                    match.start - match.end,
                    match.start,
                    match.negated,
                )
            )
            taken: set[int] = set()
            for match in matches:
                if taken.isdisjoint(range(match.start, match.end)):
                    taken.update(range(match.start, match.end))
                    kept.setdefault(name, []).append(match)
            kept[name].sort(key=lambda match: match.start)
        return kept

    def _mentions(
        self, name: str, matches: Sequence[PhraseMatch[_Meaning]], discourse: Discourse, starts: Container[int]
    ) -> Iterator[_Mention]:
        """What the phrases of one fact say, without those that are asked, supposed or out of place."""
        asked = {
            at
            for at, (match, after) in enumerate(pairwise(matches))
            if match.meaning.value != after.meaning.value and discourse.alternative(match.end, after.start)
        }
        sentence = -1
        for at, match in enumerate(matches):
            if at in asked or at - 1 in asked:
                continue
            if not discourse.states(match.start, match.end) or not self._has_context(name, match, discourse, starts):
                continue
            here = discourse.clause(match.start).sentence
            if name in self._sides and (here == sentence or discourse.is_passive(match.start, match.end)):
                continue
            sentence = here
            denied = match.negated or discourse.is_denied(match.start)
            value = self._opposite(name, match.meaning.value) if denied else match.meaning.value
            if value is not None:
                yield _Mention(self._answered(name, match, value, discourse), match.start, match.end)

    def _opposite(self, name: str, value: str) -> str | None:
        """The one value that is left when `value` is not so."""
        left = [other for other in self._facts[name].choices if other != value]
        return left[0] if len(left) == 1 and self._facts[name].kind != "number" else None

    def _answered(self, name: str, match: PhraseMatch[_Meaning], value: str, discourse: Discourse) -> str:
        """`funds in escrow: no` is a no."""
        if self._facts[name].kind != "yes_no":
            return value
        answer = _ANSWERS.get(discourse.word(match.end))
        divided = discourse.clause(match.end - 1).end == match.end and discourse.is_separate(match.end) in (
            Separator.COLON,
            Separator.BREAK,
        )
        return answer if answer and divided else value

    def _has_context(
        self, name: str, match: PhraseMatch[_Meaning], discourse: Discourse, starts: Container[int]
    ) -> bool:
        """Whether a phrase that means this only in some company is in that company."""
        clause = discourse.clause(match.start)
        following = discourse.word(match.end, within=clause)
        if match.meaning.whole:
            return (match.start, match.end) == (clause.start, clause.end)
        party = self._party.get(name)
        if not (match.meaning.alone or party):
            return True
        if self._facts[name].kind == "choice" and "or" in (following, discourse.word(match.start - 1, within=clause)):
            return False
        known = match.end in starts or following in FOLLOWING or following in HEADS
        if following and not following[0].isdigit() and not known:
            return False
        if party and discourse.is_negated_after(match.end):
            return False
        if discourse.is_wished(match.start) and following not in HEADS:
            return False
        return party is None or self._attribute_to_party(party, match, discourse)

    def _attribute_to_party(self, party: str, match: PhraseMatch[_Meaning], discourse: Discourse) -> bool:
        """Whether the side nearest to the phrase, in its clause, is the one it is about."""
        clause = discourse.clause(match.start)
        inside = {discourse.word(at) for at in range(match.start, match.end)}
        if party in inside:
            return True
        for at in range(match.end, min(match.end + 2, clause.end)):
            if discourse.word(at) in SIDES:
                return discourse.word(at) == party
        for at in range(match.start - 1, max(clause.start, match.start - MAX_DISTANCE) - 1, -1):
            if discourse.word(at) in SIDES:
                return discourse.word(at) == party or discourse.is_abbreviation_style(match.start)
            if discourse.word(at) in OWNING:
                return False
        return True

    # numbers and the whole

    def _number(self, name: str, start: int, end: int, problem: str | None, hours: int) -> _Mention:
        fact = self._facts[name]
        value = hours if fact.unit == "hours" else hours // 24
        if problem is None and value > fact.maximum:
            problem = f"{value} {fact.unit or ''}".strip() + f" is more than {fact.maximum}."
        return _Mention(value, start, end, problem)

    def _resolve(
        self, mentions: Mapping[str, Sequence[_Mention]], tokens: Sequence[Token], text: str
    ) -> ExtractedFacts:
        facts: dict[str, str | int] = {}
        spans: dict[str, str] = {}
        unclear: dict[str, str] = {}
        for name in self._facts:
            sayings = mentions.get(name)
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
                spans[name] = _span_text(text, tokens[first.start].start, tokens[first.end - 1].end)
        return ExtractedFacts(facts, spans, unclear)


def _span_text(text: str, start: int, end: int) -> str:
    shown = " ".join(text[start:end].split())
    return shown if len(shown) <= MAX_SPAN_LENGTH else f"{shown[: MAX_SPAN_LENGTH - 1]}…"


def _phrases_of(fact: FactSpec) -> Iterator[tuple[str, str]]:
    for value, mentions in fact.values.items():
        for phrase in mentions.words:
            yield value, phrase
    for phrase in fact.never_words if fact.never else ():
        yield NEVER, phrase
    if fact.kind == "yes_no":
        yield "", fact.label


def _party_of(fact: FactSpec) -> str | None:
    """The side of the contract that a fact is about, by its label: `Client segment`, `Freelancer tier`."""
    first = fact.label.split()[0].lower() if fact.label.split() else ""
    return first if first in SIDES else None


def _unique_labels(facts: Mapping[str, FactSpec]) -> Iterator[tuple[str, str, str]]:
    """The labels that only one value of one fact has, sides of a contract aside: `Ended`, but not `Open`."""
    owners: dict[str, list[tuple[str, str, str]]] = {}
    for name, fact in facts.items():
        for value, mentions in fact.values.items():
            if value not in SIDES:
                owners.setdefault(mentions.label.lower(), []).append((name, value, mentions.label))
    yield from (tokens[0] for tokens in owners.values() if len(tokens) == 1)
