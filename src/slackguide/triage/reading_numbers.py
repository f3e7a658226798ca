"""Numbers of days and hours, where a text says what they count: `last payment {n}`, `with CE for {n}`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from slackguide.knowledge.facts import FactSpec
from slackguide.triage import reading_words as small
from slackguide.triage.dates import Calendar, When
from slackguide.triage.reading_context import Discourse
from slackguide.triage.reading_phrases import Found, Phrases
from slackguide.triage.reading_tokens import Gap, Kind, Token

_FARTHEST: Final = 9
"""Words that may stand between an event and its time: `paid for a logo on a fixed price contract about 20 days ago`."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """`before` or `after` a number, for one fact."""

    fact: str
    then: str
    """The word that has to come after the number: `ago`, `old`; empty for none."""
    latest: bool
    event: bool
    """Whether its first word is what happened (`paid`), not a noun (`payment`)."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    fact: str
    when: When
    distance: int


class NumberReader:
    """Reads the number facts of one knowledge base by their `read` patterns."""

    def __init__(
        self,
        facts: Mapping[str, FactSpec],
        abbreviations: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._before: Phrases[_Pattern] = Phrases(abbreviations)
        self._after: Phrases[_Pattern] = Phrases(abbreviations)
        self._alone: Final[dict[str, list[str]]] = {}
        for name, fact in facts.items():
            for pattern in fact.read if fact.kind == "number" else ():
                self._add(name, fact, pattern)

    def _add(self, name: str, fact: FactSpec, pattern: str) -> None:
        before, _, after = (part.strip() for part in pattern.partition("{n}"))
        if not before and after in ("", "ago"):
            self._alone.setdefault(fact.unit or "", []).append(name)
            return
        side, phrase = (self._before, before) if before else (self._after, after)
        words = phrase.replace("|", " ").split()
        latest, event = not small.LATEST.isdisjoint(words), words[0].endswith(("ed", "id", "ent"))
        side.add(phrase, _Pattern(name, after if before else "", latest, event))

    def read(
        self, found: Sequence[Token], text: str, discourse: Discourse, elsewhere: Collection[int], *, today: date
    ) -> Iterator[tuple[str, When]]:
        """Every time that counts for a fact, with its tokens widened to the words that say so.

        `elsewhere`: the tokens at which other facts are said; beside them alone, `12 days` is an answer by itself.
        """
        calendar = Calendar(found, text, today=today)
        whens = self._times(found, calendar)
        if not whens:
            return
        candidates = [
            *self._led(found, discourse, self._before.find(found, self._before.forms(found)), whens),
            *self._followed(found, discourse, self._after.find(found, self._after.forms(found)), whens),
        ]
        if not candidates:
            candidates = list(self._bare(found, discourse, whens, elsewhere))
        yield from _chosen(candidates)

    def _times(self, found: Sequence[Token], calendar: Calendar) -> dict[int, When]:
        """The times in a text by their first token, none inside another."""
        whens: dict[int, When] = {}
        at = 0
        while at < len(found):
            when = calendar.at(at)
            if when is not None:
                whens[at] = when
            at = max(at + 1, when.end if when else 0)
        return whens

    def _led(
        self, found: Sequence[Token], discourse: Discourse, hits: Iterator[Found[_Pattern]], whens: Mapping[int, When]
    ) -> Iterator[_Candidate]:
        """`paid 20 days ago`, `last payment: 10/28`."""
        for hit in hits:
            if hit.negated or discourse.word(hit.start - 1) in small.NOT_LATEST or discourse.denied(hit.start):
                continue
            if not discourse.states(hit.start, hit.end, granted=False) or (
                not hit.meaning.event and not hit.meaning.latest and self._other_event(discourse, hit.start)
            ):
                continue
            at = self._next_time(found, discourse, hit, whens)
            if at is None:
                continue
            when = whens[at]
            following, then = discourse.word(when.end), hit.meaning.then
            ago = following in small.AGO
            if (following == then) if then not in ("", "ago") else (when.dated or ago or not then):
                yield _Candidate(hit.meaning.fact, replace(when, start=hit.start, end=when.end + ago), at - hit.end)

    def _next_time(
        self, found: Sequence[Token], discourse: Discourse, hit: Found[_Pattern], whens: Mapping[int, When]
    ) -> int | None:
        """Where the time that belongs to a phrase starts, None where the words between tell of something else."""
        for at in range(hit.end, min(hit.end + _FARTHEST, len(found))):
            if found[at].gap >= (Gap.COMMA if at == hit.end else Gap.SLASH):
                return None
            if at in whens:
                return at if self._belongs(whens[at], discourse, hit, at) else None
            word = discourse.word(at)
            beside = word in small.BESIDE_TIMES or found[at].kind in (Kind.AMOUNT, Kind.NUMBER)
            if not beside and (not hit.meaning.event or word in small.OTHER_MATTERS or _verb(word)):
                return None
            if word in ("within", "until", "every", "first", "since", "in") and at + 1 in whens:
                return at + 1 if word == "since" and not hit.meaning.event else None
        return None

    def _belongs(self, when: When, discourse: Discourse, hit: Found[_Pattern], at: int) -> bool:
        if at - hit.end <= 3 or when.dated:
            return True
        return discourse.word(when.end) in small.AGO

    def _other_event(self, discourse: Discourse, start: int) -> bool:
        return not small.OTHER_EVENTS.isdisjoint(discourse.before(start))

    def _followed(
        self, found: Sequence[Token], discourse: Discourse, hits: Iterator[Found[_Pattern]], whens: Mapping[int, When]
    ) -> Iterator[_Candidate]:
        """`12 days since the last payment`."""
        ends = {when.end: when for when in whens.values()}
        for hit in hits:
            when = ends.get(hit.start)
            if when is None or hit.negated or found[hit.start].gap >= Gap.COLON or when.dated:
                continue
            before = discourse.word(when.start - 1)
            if before in small.LIMITS or not discourse.states(when.start, hit.end, granted=False):
                continue
            yield _Candidate(hit.meaning.fact, replace(when, end=hit.end), 0)

    def _bare(
        self, found: Sequence[Token], discourse: Discourse, whens: Mapping[int, When], elsewhere: Collection[int]
    ) -> Iterator[_Candidate]:
        """`12 days` where a clause says nothing else, and the other clauses no more than other facts."""
        known = {*elsewhere, *whens}
        if any(known.isdisjoint(range(clause.start, clause.end)) for clause in discourse.clauses):
            return
        for clause in discourse.clauses:
            start = next((at for at in range(clause.start, clause.end) if at in whens), clause.end)
            when = whens.get(start)
            if when is None or when.dated or not discourse.states(start, when.end, granted=False):
                continue
            end = when.end + (discourse.word(when.end, within=clause) in small.AGO)
            if discourse.apart(start) < Gap.COLON or (end != clause.end and discourse.apart(end) < Gap.COLON):
                continue
            unit = "hours" if found[when.end - 1].text in ("h", "hr", "hrs", "hour") else "days"
            names = self._alone.get(unit, ())
            if len(names) == 1:
                yield _Candidate(names[0], replace(when, end=end), 0)


def _verb(word: str) -> bool:
    return word.endswith("ed") and word not in ("fixed", "agreed", "red", "top rated", "rated")


def _chosen(candidates: Sequence[_Candidate]) -> Iterator[tuple[str, When]]:
    """Each time for one fact: the one whose words stand nearest."""
    by_end: dict[int, _Candidate] = {}
    for candidate in sorted(candidates, key=lambda one: (one.distance, -(one.when.end - one.when.start))):
        by_end.setdefault(candidate.when.end, candidate)
    for fact in dict.fromkeys(one.fact for one in candidates):
        own = [one for one in by_end.values() if one.fact == fact]
        for one in sorted(own, key=lambda one: one.when.start):
            yield fact, one.when
