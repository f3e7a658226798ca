"""Extract the date facts of a text: `contract signed on 6 July 2022`, `Renewal: 2027-03-31`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from slackguide.extraction.dates import HOURS_A_DAY, DateParser, TimeExpression, can_begin
from slackguide.extraction.discourse import Discourse
from slackguide.extraction.phrases import Forms, Phrases
from slackguide.extraction.tokenizer import Separator, Token, tokenize
from slackguide.extraction.vocabulary import FactVocabulary
from slackguide.knowledge.facts import FactSpec

PLACE = "{date}"
"""The place of the date in a `read` pattern."""

_BETWEEN = frozenset({"on", "the", "at", "by", "is", "was", "of", "from", "since", "it", "will", "be"})
"""Words between a pattern and its date."""

_MAX_GAP = 3
_EXACT_UNITS = frozenset({"d", "day", "days", "w", "wk", "week", "weeks"})
"""Units of `12 days ago` that give an exact day."""

_BESIDE = frozenset({*_BETWEEN, "its", "that", "date", "day", "ago", "back", "in"})
"""Words beside a date that is the whole answer to a question."""


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date for one fact, written `2026-11-21`, in the tokens from `start` to `end` (exclusive)."""

    fact: str
    start: int
    end: int
    value: str
    problem: str | None = None


class DateFactExtractor:
    """Extracts the date facts beside one of their `read` patterns, or their label."""

    def __init__(self, facts: Mapping[str, FactSpec], vocabulary: FactVocabulary) -> None:
        self._patterns: Phrases[str] = Phrases(vocabulary)
        self._names = [name for name, fact in facts.items() if fact.kind == "date"]
        for name in self._names:
            self._patterns.add(facts[name].label, name)
            for pattern in facts[name].read:
                if before := pattern.partition(PLACE)[0].strip():
                    self._patterns.add(before, name)

    def extract(
        self, tokens: Sequence[Token], forms: Forms, text: str, discourse: Discourse, *, today: date
    ) -> Iterator[StatedDate]:
        """Yield the dates that the text states."""
        if not self._names:
            return
        parser = DateParser(tokens, text, today=today, ahead=True)
        nearest: dict[int, tuple[int, StatedDate]] = {}
        for match in self._patterns.find(tokens, forms):
            time = None if match.negated else _date_after(match.end, tokens, discourse, parser)
            if (
                time is not None
                and discourse.states(match.start, time.end, presupposed=False)
                and not discourse.is_denied(match.start)
            ):
                found = StatedDate(match.meaning, match.start, time.end, _iso(time, today), time.problem)
                distance = time.start - match.end
                if distance < nearest.get(time.end, (_MAX_GAP + 1, found))[0]:
                    nearest[time.end] = distance, found
        yield from (found for _, found in nearest.values())


def only_date_in(text: str, *, today: date) -> str | None:
    """Return the date that a text consists of, apart from small words, or None."""
    tokens = tokenize(text)
    parser = DateParser(tokens, text, today=today, ahead=True)
    found: list[TimeExpression] = []
    at = 0
    while at < len(tokens):
        time = _date_at(at, tokens, parser)
        if time is None and tokens[at].text not in _BESIDE:
            return None
        if time is not None:
            found.append(time)
        at = time.end if time else at + 1
    return _iso(found[0], today) if len(found) == 1 and found[0].problem is None else None


def _date_after(at: int, tokens: Sequence[Token], discourse: Discourse, parser: DateParser) -> TimeExpression | None:
    """Return the date that follows position `at` after at most a few small words."""
    for here in range(at, min(at + _MAX_GAP + 1, len(tokens))):
        if tokens[here].separator > (Separator.BREAK if here == at else Separator.COLON):
            return None
        if (time := _date_at(here, tokens, parser)) is not None:
            return time
        if discourse.word(here) not in _BETWEEN:
            return None
    return None


def _date_at(at: int, tokens: Sequence[Token], parser: DateParser) -> TimeExpression | None:
    """Return the date that begins at a position: a day, or an exact time `ago`."""
    time = parser.at(at) if can_begin(tokens[at]) else None
    if time is None or time.end <= at or time.is_date:
        return time if time is not None and time.end > at else None
    is_past = time.end < len(tokens) and tokens[time.end].text in ("ago", "back")
    exact = time.problem is None and tokens[time.end - 1].text in _EXACT_UNITS
    return TimeExpression(at, time.end + 1, hours=time.hours, is_date=True) if is_past and exact else None


def _iso(time: TimeExpression, today: date) -> str:
    try:
        return (today - timedelta(days=time.hours // HOURS_A_DAY)).isoformat()
    except OverflowError:
        return date.min.isoformat()
