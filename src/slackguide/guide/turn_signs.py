"""The words by which a turn of a conversation is recognised, from `data/turns.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib.resources import files
from typing import Any

_DATA: Mapping[str, Any] = tomllib.loads(
    files("slackguide.guide").joinpath("data/turns.toml").read_text(encoding="utf-8")
)
ANSWER_CHARACTERS = 80
"""Maximum characters of an answer that is recognised as a whole."""

_BETWEEN = re.compile(r"\W*")
_WORD = re.compile(r"[\w+$#@']+")


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters."""
    return _WORD.findall(text.lower())


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{'|'.join(patterns)})(?![\w'])")


def _leading(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{'|'.join(patterns)})(?![\w'])[\s,.:!-]*")


class WholeText:
    """Recognises a text that consists of some patterns, with or without other words around them.

    It goes through the text once, from each position that it can reach: one regular expression for all of it takes
    exponential time.
    """

    def __init__(self, patterns: Iterable[str], around: Iterable[str], limit: int = ANSWER_CHARACTERS) -> None:
        self._patterns, self._limit = (tuple(patterns), tuple(around)), limit

    @cached_property
    def _units(self) -> tuple[tuple[re.Pattern[str], ...], ...]:
        """The patterns, and those around them. They are compiled at the first use, because few commands need them."""
        return tuple(map(_units, self._patterns))

    def matches(self, text: str) -> bool:
        """Return whether a text of at most `limit` characters consists of the patterns."""
        end = len(text)
        if end > self._limit:
            return False
        own_units, around = self._units
        seen: set[tuple[int, bool]] = set()
        reached = [(_skip(text, 0), False)]
        while reached:
            state = reached.pop()
            if state in seen:
                continue
            seen.add(state)
            at, found = state
            for units, own in ((own_units, True), (around, found)):
                ends = (match.end() for unit in units if (match := unit.match(text, at)))
                reached += [(_skip(text, stop), own or found) for stop in ends]
        return (end, True) in seen


def _units(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"(?:{pattern})(?![\w'])") for pattern in patterns)


def _skip(text: str, at: int) -> int:
    """Return the position of the next word."""
    match = _BETWEEN.match(text, at)
    return match.end() if match else at


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILLERS = _words(_DATA["fillers"])
REFERENCES = _words(_DATA["references"])
LINKS = _words(_DATA["links"])
INTRODUCING = _words(_DATA["introducing"])
QUESTION_WORDS = _words(_DATA["question_words"])
NAMING = _words(_DATA["naming"])
SPEAKER = _words(_DATA["speaker"])
ASKING = _words(_DATA["asking"])
INTENDING = _words(_DATA["intending"])
DOING = _words(_DATA["doing"])
STATING = _words(_DATA["stating"])
SUPPOSING = _words(_DATA["supposing"])

YES = _leading(_DATA["yes"])
NO = _leading(_DATA["no"])
UNKNOWN = _leading(_DATA["unknown"])
AFFIRMED = WholeText(_DATA["affirmed"], _DATA["hedges"])
DENIED = WholeText(_DATA["denied"], _DATA["hedges"])
ABSENT = WholeText(_DATA["absent"], _DATA["hedges"])
CORRECTION = _any(_DATA["correction"])
CONTRADICTION = _leading(_DATA["contradiction"])
SUPPOSED = re.compile(rf"(?:^|[,.;:!?])\W*(?:{'|'.join(_DATA['supposed'])})(?![\w'])[\s,.:!-]*")
RETRACTION = _any(_DATA["retraction"])
OTHER_NUMBER = _any(_DATA["other_number"])
DOUBT = _any(_DATA["doubt"])
ALL_WRONG = _any(_DATA["all_wrong"])
WRONG_PLACE = _any(_DATA["wrong_place"])
CHANGING = _any([*_DATA["changing"], *_DATA["renewing"]])
RENEWING = _any(_DATA["renewing"])
SWAPPED = _any(_DATA["swapped"])
SPEAKING = _words(_DATA["speaking"])
OTHER_CASE = re.compile(
    rf"\W*(?:(?:{'|'.join(_DATA['before_other_case'])})(?![\w'])\W*)*(?:{'|'.join(_DATA['other_case'])})(?![\w'])"
)
BACK = _any(_DATA["back"])
ACTION = _any(_DATA["action"])
NO_ACTION = _any(_DATA["no_action"])

ORDINALS = {int(number): _any(patterns) for number, patterns in _DATA["ordinals"].items()}
LAST = _any(_DATA["picks"]["last"])
OTHER = re.compile(rf"\W*(?:{'|'.join(_DATA['picks']['other'])})\W*")
NOT_THIS = re.compile(rf"\W*(?:{'|'.join(_DATA['picks']['not_this'])})\W*")
AROUND_PICK = _words(_DATA["picks"]["around"])

QUESTIONS = {subject: _any(spec["patterns"]) for subject, spec in _DATA["questions"].items()}
QUESTION_TOPICS = {subject: _words(spec.get("words", "")) for subject, spec in _DATA["questions"].items()}
SHAPES = {
    subject: re.compile(spec["shapes"], re.IGNORECASE)
    for subject, spec in _DATA["questions"].items()
    if "shapes" in spec
}


MOST = 0.4
"""The share of a text that has to match, where the text does not ask anything."""

_CLAUSE = re.compile(r"[,.;:!?()]+|\b(?:and|so|ok|okay|but|hmm?|then|well|oh)\b")


def polarity(text: str) -> str | None:
    """Return `yes` or `no` for a text that consists of an affirmation or a denial; None for any other."""
    if DENIED.matches(text):
        return "no"
    return "yes" if AFFIRMED.matches(text) else None


def is_question(text: str) -> bool:
    """Return whether a text, or one of its clauses, asks something."""
    clauses = (words_of(clause) for clause in _CLAUSE.split(text))
    return "?" in text or any(map(_asks, clauses))


def _asks(words: list[str]) -> bool:
    """Return whether a clause begins like a question. `should be ended`, `is 40 days now`, `will close it` do not."""
    if not words or words[0] not in QUESTION_WORDS or (words[0] in INTENDING and not DOING.isdisjoint(words[1:2])):
        return False
    return len(words) == 1 or words[0] in ASKING or not (words[1] in STATING or words[1].isdecimal())


def subject_of(text: str) -> str | None:
    """Return what a question about the case asks for, by the pattern that matches most of it; None if none does."""
    found: dict[str, int] = {
        subject: max((len(match.group()) for match in pattern.finditer(text)), default=0)
        for subject, pattern in QUESTIONS.items()
    }
    best = max(found, key=lambda subject: found[subject])
    if not found[best] or (found[best] < MOST * len(text) and not is_question(text)):
        return None
    return best
