"""Recognise a turn of a conversation in which nothing is asked or stated: `perfect, that's what I needed`, `lol ok`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

from slackguide.guide.turn_signs import RETRACTION, WholeText, is_question, subject_of, words_of
from slackguide.matching.small_talk import FILLERS, SOCIAL_PHRASES, SOCIAL_WORDS

MAX_CHARACTERS = 160
"""Maximum characters of such a turn."""

_DATA: Mapping[str, Any] = tomllib.loads(
    files("slackguide.guide").joinpath("data/courtesies.toml").read_text(encoding="utf-8")
)
_THANKS = _DATA["thanks"]
_REASONED = (
    rf"{_THANKS}(?: [a-z']+){{0,4}}? (?:for|to|so|por|pela|fur|für|para|sa|pour|per) [^.!?;,\n\d]*",
    r"(?:i )?(?:really |do |so |much )*appreciate (?:it|that|this|the|you|your|all)\b[^.!?;,\n\d]*",
    r"sorry for [^.!?;,\n\d]*",
)
"""Thanks with what they are for, and regrets. The reason is in any words, up to the next clause."""


def _alternation(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))


_COURTESY = WholeText(
    [
        *_REASONED,
        _THANKS,
        _DATA["interjections"],
        *_DATA["rhetorical"],
        *_DATA["complete"],
        *SOCIAL_PHRASES,
        _alternation(SOCIAL_WORDS),
    ],
    [_alternation((FILLERS | set(_DATA["fillers"].split())) - set(_DATA["meaning"].split()))],
    MAX_CHARACTERS,
)
_UNASKED = re.compile(rf"(?<![\w'])(?:{'|'.join([*_DATA['rhetorical'], *_REASONED, *SOCIAL_PHRASES])})(?![\w'])")
"""What asks nothing, whatever it looks like."""

_SOUND = rf"(?:{_THANKS}|{_DATA['interjections']}|{_DATA['acknowledging']})"
_THANKED = re.compile(rf"(?<![\w'])(?:{_THANKS})(?![\w'])")
_MARKED = re.compile(rf"\A\W*{_SOUND}(?![\w'])|(?<![\w']){_SOUND}\W*\Z|(?<![\w'])(?:{_THANKS})(?![\w'])")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_ASKED = re.compile(rf"(?<![\w'])(?:{_DATA['asking']})(?![\w'])")
_AROUND = re.compile(
    rf"\A(?:\W*(?:{_THANKS}|{_DATA['interjections']})(?![\w']))*\W*"
    rf"|(?:\W+(?:{_THANKS}|{_DATA['interjections']}))*\W*\Z"
)
_AGAINST = re.compile(
    r"(?<![\w'])(?:but|except|only|wrong|not|another|unless|y|si|kung|agar|aur|pero|et|und|e|he|she|they|his|her|we|us)"
    r"(?![\w'])|n't\b|\d"
)
"""Words after which more than thanks is said."""

_WORKING_DAY = frozenset(_DATA["working_day"].split())
_GRAVE = re.compile(rf"(?<![\w'])(?:{'|'.join(_DATA['grave'])})(?![\w'])")


def is_courtesy(text: str) -> bool:
    """Return whether a text in small letters consists of courtesies, of what closes a case and what fills a pause."""
    spellings = {text, *(_DRAWN_OUT.sub(short, text) for short in (r"\1", r"\1\1"))}
    return not (asks(text) or RETRACTION.search(text)) and any(map(_COURTESY.matches, spellings))


def is_acknowledgement(text: str) -> bool:
    """Return whether a text that is not understood begins or ends with thanks or a sound, and asks nothing."""
    return len(text) <= MAX_CHARACTERS and bool(_MARKED.search(text)) and not _AGAINST.search(text) and not asks(text)


def is_thankful(text: str) -> bool:
    """Return whether a text thanks."""
    return _THANKED.search(text) is not None


def asks(text: str) -> bool:
    """Return whether a text asks something. `What a day` and `how are you` do not."""
    plain = _UNASKED.sub(" ", text)
    return is_question(plain) or subject_of(plain) is not None or _ASKED.search(plain) is not None


def is_grave(text: str) -> bool:
    """Return whether a courtesy could be a farewell, or words of despair."""
    return _GRAVE.search(text) is not None and _WORKING_DAY.isdisjoint(words_of(text))


def without_courtesies(text: str) -> str:
    """Return a text without thanks and sounds at its beginning and end: `the other one, thanks`."""
    return _AROUND.sub("", text) if len(text) <= MAX_CHARACTERS else text
