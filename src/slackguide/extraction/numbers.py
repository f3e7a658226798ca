"""Extract times by the patterns of number facts: `last payment {n}`, `waiting for {n}`."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise, takewhile

from slackguide.extraction import lexicon as small
from slackguide.extraction.dates import DateParser, TimeExpression, can_begin, minutes_in
from slackguide.extraction.discourse import Discourse
from slackguide.extraction.phrases import Forms, PhraseMatch, Phrases
from slackguide.extraction.tokenizer import Separator, Token, TokenKind
from slackguide.extraction.vocabulary import FactVocabulary
from slackguide.knowledge.facts import FactSpec
from slackguide.knowledge.units import TIMES, UnitKind, singular

_ANAPHORA = [[pronoun] for pronoun in sorted(small.PRONOUNS)]
TIME_WORDS = frozenset(word for unit in TIMES.values() for word in unit.words)
_MAX_GAP = 9
"""Maximum words between an event and its time: `paid for a logo on a new site about 20 days ago`."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A pattern before or after a number, for one fact."""

    fact: str
    suffix: str
    """The word required after the number: `ago`, `old`. Empty if there is none."""
    latest: bool
    event: bool
    """Whether the first word of the pattern is a verb (`paid`), not a noun (`payment`)."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    fact: str
    time: TimeExpression
    distance: int


class NumberExtractor:
    """Extracts the number facts of one knowledge base by their `read` patterns."""

    def __init__(
        self,
        facts: Mapping[str, FactSpec],
        vocabulary: FactVocabulary,
    ) -> None:
        self._before: Phrases[_Pattern] = Phrases(vocabulary)
        self._after: Phrases[_Pattern] = Phrases(vocabulary)
        self._beside_times = small.BESIDE_TIMES | vocabulary.parties
        self._unless = {name: frozenset(map(str.lower, fact.unless)) for name, fact in facts.items()}
        self._alone: dict[int, list[str]] = {}
        for name, fact in facts.items():
            if fact.kind == "number" and fact.measure.kind is UnitKind.TIME:
                for pattern in fact.read:
                    self._add(name, fact, pattern)

    def _add(self, name: str, fact: FactSpec, pattern: str) -> None:
        before, after = split_pattern(pattern, TIME_WORDS)
        if not before and after in ("", "ago"):
            self._alone.setdefault(fact.measure.size, []).append(name)
            return
        side, phrase = (self._before, before) if before else (self._after, after)
        words = phrase.replace("|", " ").split()
        latest, event = not small.LATEST.isdisjoint(words), words[0].endswith("ed") or words[0] in small.IRREGULAR
        side.add(phrase, _Pattern(name, after if before else "", latest, event))

    def extract(
        self,
        tokens: Sequence[Token],
        forms: Forms,
        text: str,
        discourse: Discourse,
        phrase_starts: Collection[int],
        *,
        today: date,
    ) -> Iterator[tuple[str, TimeExpression]]:
        """Yield the time expressions of each fact, extended to the tokens of the matching pattern.

        `phrase_starts` are the tokens at which phrases of other facts begin. If a text contains only these and time
        expressions, a duration without a pattern also counts: `12 days`.
        """
        date_parser = DateParser(tokens, text, today=today)
        times = self._times(tokens, date_parser)
        if not times and all(token.kind is not TokenKind.NUMBER for token in tokens):
            return
        before = list(self._before.find(tokens, forms))
        after = list(self._after.find(tokens, forms))
        candidates = [
            *self._matches_before(tokens, discourse, before, times),
            *self._matches_after(tokens, discourse, after, times),
        ]
        if not candidates:
            candidates = list(self._unmarked_numbers(tokens, discourse, times, phrase_starts))
        topics = sorted(
            [(match.start, match.meaning.fact) for match in (*before, *after)]
            + [(candidate.time.start, candidate.fact) for candidate in candidates]
        )
        if topics:
            candidates += self._continued(tokens, discourse, times, topics)
        yield from _resolve(candidates)

    def _bare(self, word: str) -> Sequence[str]:
        """Return the facts that take a bare time in this unit: `3 weeks` counts in days, or else in weeks."""
        size, day = minutes_in(word) or TIMES["day"].size, TIMES["day"].size
        return self._alone.get(min(size, day)) or self._alone.get(size) or ()

    def _continued(
        self,
        tokens: Sequence[Token],
        discourse: Discourse,
        times: Mapping[int, TimeExpression],
        topics: Sequence[tuple[int, str]],
    ) -> Iterator[_Candidate]:
        """Match times that correct or continue the number before: `10 days, sorry, 12`, `… 31 days ago? It was 29`."""
        covered = {at for start, time in times.items() for at in range(start + 1, time.end)}
        numbers = {at for at, token in enumerate(tokens) if token.kind is TokenKind.NUMBER} - covered
        for previous, start in pairwise([-1, *sorted(numbers | times.keys())]):
            clause = discourse.clause(start)
            topic = bisect_left(topics, (clause.start, "")) - 1
            before = [discourse.word(at) for at in range(max(clause.start, start - _MAX_GAP), start)]
            if topic < 0 or not small.CONTINUING.issuperset(before):
                continue
            corrected = discourse.is_corrected(clause.start - 3, min(clause.end, start + _MAX_GAP))
            if not corrected and before[:1] not in _ANAPHORA:
                continue
            time = times.get(start)
            if time is None and corrected and previous in times:
                unit = minutes_in(tokens[times[previous].end - 1].text)
                count = tokens[start].value
                time = _duration(start, start + 1, count * unit) if unit and count is not None else None
            if time is not None and small.CONTINUING.issuperset(
                discourse.word(at) for at in range(time.end, clause.end)
            ):
                yield _Candidate(topics[topic][1], time, _MAX_GAP)

    def _times(self, tokens: Sequence[Token], date_parser: DateParser) -> dict[int, TimeExpression]:
        """Return the time expressions of a text by their first token, without overlaps."""
        times: dict[int, TimeExpression] = {}
        at = 0
        while at < len(tokens):
            time = date_parser.at(at) if can_begin(tokens[at]) else None
            if time is not None:
                times[at] = time
            at = max(at + 1, time.end if time else 0)
        return times

    def _matches_before(
        self,
        tokens: Sequence[Token],
        discourse: Discourse,
        matches: Iterable[PhraseMatch[_Pattern]],
        times: Mapping[int, TimeExpression],
    ) -> Iterator[_Candidate]:
        """Match patterns before a time: `paid 20 days ago`, `last payment: 10/28`."""
        for match in matches:
            if match.negated or discourse.word(match.start - 1) in small.NOT_LATEST or discourse.is_denied(match.start):
                continue
            before = discourse.before(match.start)
            if not self._unless[match.meaning.fact].isdisjoint(before):
                continue
            if match.meaning.event and [word for word in before if word not in small.SKIPPED][-1:] == ["refund"]:
                continue
            if not discourse.states(match.start, match.end, presupposed=False) or (
                not match.meaning.event and not match.meaning.latest and self._other_event(discourse, match.start)
            ):
                continue
            at = self._next_time(tokens, discourse, match, times)
            if at is not None and match.meaning.event and self._is_other_matter(discourse, match, at):
                continue
            if at is None:
                if (count := self._count(tokens, match)) is not None:
                    yield _Candidate(match.meaning.fact, count, 0)
                continue
            time = self._latest(times[at], tokens, times)
            if not discourse.states(at, time.end, presupposed=False) or discourse.is_of_other_case(time.end):
                continue
            if discourse.is_beside(time.end, small.UNDONE):
                continue
            following, suffix = discourse.word(time.end), match.meaning.suffix
            ago = following in small.AGO
            if (following == suffix) if suffix not in ("", "ago") else (time.is_date or ago or not suffix):
                yield _Candidate(
                    match.meaning.fact, replace(time, start=match.start, end=time.end + ago), at - match.end
                )

    def _is_other_matter(self, discourse: Discourse, match: PhraseMatch[_Pattern], end: int) -> bool:
        """Return whether the words between an event and its time name another one: `paid by another person`."""
        between = {discourse.word(at) for at in range(match.end, end)}
        return not between.isdisjoint(self._unless[match.meaning.fact] | {"another", "other", "refund"})

    def _latest(
        self, time: TimeExpression, tokens: Sequence[Token], times: Mapping[int, TimeExpression]
    ) -> TimeExpression:
        """Return the latest of a list of dates: `paid on 1 Oct, 15 Oct and 1 Nov`."""
        latest, end = time, time.end
        while time.is_date and end < len(tokens) and tokens[end].separator <= Separator.COMMA:
            after = times.get(end + 1 if tokens[end].text == "and" else end)
            if after is None or not after.is_date:
                break
            end = after.end
            latest = min(latest, after, key=lambda one: one.hours)
        return replace(latest, start=time.start, end=end)

    def _count(self, tokens: Sequence[Token], match: PhraseMatch[_Pattern]) -> TimeExpression | None:
        """Return the number after a pattern that begins with its unit: `days since the last order: 12`."""
        unit = minutes_in(tokens[match.start].text)
        number = tokens[match.end] if match.end < len(tokens) else None
        if unit is None or number is None or number.kind is not TokenKind.NUMBER or number.value is None:
            return None
        return _duration(match.start, match.end + 1, number.value * unit)

    def _next_time(
        self,
        tokens: Sequence[Token],
        discourse: Discourse,
        match: PhraseMatch[_Pattern],
        times: Mapping[int, TimeExpression],
    ) -> int | None:
        """Return the first token of the time that belongs to a phrase, or None if there is none."""
        for at in range(match.end, min(match.end + _MAX_GAP, len(tokens))):
            after_amount = tokens[at - 1].kind is TokenKind.AMOUNT
            limit = Separator.BREAK if at == match.end else Separator.COMMA if after_amount else Separator.COLON
            if tokens[at].separator > limit:
                return None
            if at in times:
                return at
            word = discourse.word(at)
            skippable = word in self._beside_times or tokens[at].kind in (TokenKind.AMOUNT, TokenKind.NUMBER)
            if not skippable and (word in small.OTHER_MATTERS or _verb(word)):
                return None
            if word in ("within", "until", "every", "first", "since", "in") and at + 1 in times:
                return at + 1 if word == "since" and not match.meaning.event and not match.meaning.suffix else None
        return None

    def _other_event(self, discourse: Discourse, start: int) -> bool:
        return not small.OTHER_EVENTS.isdisjoint(discourse.before(start))

    def _matches_after(
        self,
        tokens: Sequence[Token],
        discourse: Discourse,
        matches: Iterable[PhraseMatch[_Pattern]],
        times: Mapping[int, TimeExpression],
    ) -> Iterator[_Candidate]:
        """Match patterns after a duration: `12 days since the last order`."""
        ends = {time.end: time for time in times.values()}
        for match in matches:
            time = ends.get(match.start)
            if time is None or match.negated or tokens[match.start].separator >= Separator.COLON or time.is_date:
                continue
            before = discourse.word(time.start - 1)
            if (
                before in small.LIMITS
                or discourse.is_denied(time.start)
                or not discourse.states(time.start, match.end, presupposed=False)
            ):
                continue
            yield _Candidate(match.meaning.fact, replace(time, end=match.end), 0)

    def _unmarked_numbers(
        self,
        tokens: Sequence[Token],
        discourse: Discourse,
        times: Mapping[int, TimeExpression],
        phrase_starts: Collection[int],
    ) -> Iterator[_Candidate]:
        """Match durations without a pattern: `12 days` as an entire clause, if the other clauses contain only facts."""
        known = {*phrase_starts, *times}
        clauses = list(
            takewhile(lambda clause: discourse.word(clause.start) not in small.CORRECTING, discourse.clauses)
        )
        if any(known.isdisjoint(range(clause.start, clause.end)) for clause in clauses):
            return
        for clause in clauses:
            start = next((at for at in range(clause.start, clause.end) if at in times), clause.end)
            time = times.get(start)
            if time is None or time.is_date or not discourse.states(start, time.end, presupposed=False):
                continue
            end = time.end + (discourse.word(time.end, within=clause) in small.AGO)
            if discourse.separator_before(start) < Separator.COLON or (
                end != clause.end and discourse.separator_before(end) < Separator.COLON
            ):
                continue
            names = self._bare(tokens[time.end - 1].text)
            if len(names) == 1:
                yield _Candidate(names[0], replace(time, end=end), 0)


def split_pattern(pattern: str, units: Container[str]) -> tuple[str, str]:
    """Return the texts before and after `{n}`, without a word for the unit after it: `paid {n} days ago`."""
    before, _, after = (part.strip() for part in pattern.partition("{n}"))
    first, _, rest = after.partition(" ")
    return before, rest.strip() if singular(first.lower()) in units else after


def _duration(start: int, end: int, minutes: int) -> TimeExpression:
    return TimeExpression(start, end, hours=minutes // 60, minutes=minutes % 60)


def _verb(word: str) -> bool:
    return word.endswith("ed") and word not in ("fixed", "agreed", "red", "rated")


def _resolve(candidates: Sequence[_Candidate]) -> Iterator[tuple[str, TimeExpression]]:
    """Assign each time to one fact, that of the nearest pattern."""
    by_end: dict[int, _Candidate] = {}
    for candidate in sorted(candidates, key=lambda one: (one.distance, -(one.time.end - one.time.start))):
        by_end.setdefault(candidate.time.end, candidate)
    for fact in dict.fromkeys(one.fact for one in candidates):
        own = [one for one in by_end.values() if one.fact == fact]
        for one in sorted(own, key=lambda one: one.time.start):
            yield fact, one.time
