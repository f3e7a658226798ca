"""The words by which a turn of a conversation is recognised, from `data/turns.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

_DATA: Mapping[str, Any] = tomllib.loads(
    files("slackguide.guide").joinpath("data/turns.toml").read_text(encoding="utf-8")
)
ANSWER_CHARACTERS = 80
"""Maximum characters of an answer that is recognised as a whole."""

_WORD = re.compile(r"[\w+$#@']+")


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters."""
    return _WORD.findall(text.lower())


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{'|'.join(patterns)})(?![\w'])")


def _leading(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{'|'.join(patterns)})(?![\w'])[\s,.:!-]*")


def _made_of(patterns: Iterable[str], around: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of a whole text that consists of these, with or without other words around them."""
    beside, own = "|".join(around), "|".join(patterns)
    first = rf"\W*(?:(?:{beside})(?![\w'])\W*)*(?:{own})(?![\w'])\W*"
    return re.compile(rf"(?=.{{0,{ANSWER_CHARACTERS}}}$){first}(?:(?:{own}|{beside})(?![\w'])\W*)*")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILLERS = _words(_DATA["fillers"])
REFERENCES = _words(_DATA["references"])
LINKS = _words(_DATA["links"])
INTRODUCING = _words(_DATA["introducing"])
QUESTION_WORDS = _words(_DATA["question_words"])
NAMING = _words(_DATA["naming"])
SPEAKER = _words(_DATA["speaker"])
STATING = _words(_DATA["stating"])
SUPPOSING = _words(_DATA["supposing"])

YES = _leading(_DATA["yes"])
NO = _leading(_DATA["no"])
UNKNOWN = _leading(_DATA["unknown"])
AFFIRMED = _made_of(_DATA["affirmed"], _DATA["hedges"])
DENIED = _made_of(_DATA["denied"], _DATA["hedges"])
ABSENT = _made_of(_DATA["absent"], _DATA["hedges"])
CORRECTION = _any(_DATA["correction"])
CONTRADICTION = _leading(_DATA["contradiction"])
SUPPOSED = re.compile(rf"(?:^|[,.;:!?])\W*(?:{'|'.join(_DATA['supposed'])})(?![\w'])[\s,.:!-]*")
RETRACTION = _any(_DATA["retraction"])
OTHER_NUMBER = _any(_DATA["other_number"])
OTHER_CASE = re.compile(
    rf"\W*(?:(?:{'|'.join(_DATA['before_other_case'])})(?![\w'])\W*)*(?:{'|'.join(_DATA['other_case'])})(?![\w'])"
)
BACK = _any(_DATA["back"])
ACTION = _any(_DATA["action"])
CLOSING = re.compile(rf"\W*(?:{'|'.join(_DATA['closing'])})\W*")
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
    if DENIED.fullmatch(text):
        return "no"
    return "yes" if AFFIRMED.fullmatch(text) else None


def is_question(text: str) -> bool:
    """Return whether a text, or one of its clauses, asks something."""
    clauses = (words_of(clause) for clause in _CLAUSE.split(text))
    return "?" in text or any(map(_asks, clauses))


def _asks(words: list[str]) -> bool:
    """Return whether a clause begins like a question. `should be ended` and `is 40 days now` do not."""
    if not words or words[0] not in QUESTION_WORDS:
        return False
    return len(words) == 1 or not (words[1] in STATING or words[1].isdecimal())


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
