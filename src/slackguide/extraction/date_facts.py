"""Extract the date facts of a text: `contract signed on 6 July 2022`, `Renewal: 2027-03-31`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from slackguide.extraction.dates import HOURS_A_DAY, INEXACT, MONTHS, DateParser, TimeExpression, can_begin
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

_VAGUE = INEXACT | {"before", "after", "until", "in", "early", "late", "mid", "sometime", "end", "beginning", "start"}
"""Words between a pattern and a date that is no exact day: `signed before 6 July`, `signed in May`."""

_YEARS = range(1900, 2200)

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
                words = pattern.partition(PLACE)[0].split()
                while len(words) > 1 and words[-1] in _BETWEEN:  # `signed on {date}` is `signed in May`, too
                    words.pop()
                if words:
                    self._patterns.add(" ".join(words), name)

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


@dataclass(frozen=True, slots=True)
class AnsweredDate:
    """The date of an answer, written `2026-11-21`; or the reason why it has no exact one."""

    value: str
    problem: str | None = None


def only_date_in(text: str, *, today: date) -> AnsweredDate | None:
    """Return the date that a text consists of, apart from small words, or None."""
    tokens = tokenize(text)
    parser = DateParser(tokens, text, today=today, ahead=True)
    found: list[TimeExpression] = []
    at = 0
    while at < len(tokens):
        time = _date_at(at, tokens, parser) or _period_at(at, tokens, parser)
        if time is None and tokens[at].text not in _BESIDE | _VAGUE:
            return None
        if time is not None:
            found.append(time)
        at = time.end if time else at + 1
    if len(found) != 1:
        return None
    is_vague = any(token.text in _VAGUE - {"in"} for token in tokens)
    return AnsweredDate(_iso(found[0], today), (parser.inexact(0, found[0]) if is_vague else found[0]).problem)


def _date_after(at: int, tokens: Sequence[Token], discourse: Discourse, parser: DateParser) -> TimeExpression | None:
    """Return the date that follows position `at` after at most a few small words."""
    vague = False
    for here in range(at, min(at + _MAX_GAP + 1, len(tokens))):
        if tokens[here].separator > (Separator.BREAK if here == at else Separator.COLON):
            return None
        word = discourse.word(here)
        vague = vague or word in _VAGUE
        time = _date_at(here, tokens, parser) or _period_at(here, tokens, parser)
        if time is not None:
            return parser.inexact(at, time) if vague and time.problem is None else time
        if word not in _BETWEEN | _VAGUE:
            return None
    return None


def _period_at(at: int, tokens: Sequence[Token], parser: DateParser) -> TimeExpression | None:
    """Return the month, the year or the rounded time `ago` that begins at a position: no exact day."""
    end = at + (tokens[at].text in MONTHS)
    end += end < len(tokens) and (tokens[end].value or 0) in _YEARS and len(tokens[end].text) == 4
    if end == at and can_begin(tokens[at]):
        time = parser.at(at)
        end = time.end + 1 if time and time.end < len(tokens) and tokens[time.end].text in ("ago", "back") else at
    return parser.inexact(at, TimeExpression(at, end, is_date=True)) if end > at else None


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
