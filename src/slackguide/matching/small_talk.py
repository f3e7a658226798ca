"""Recognize small talk: greetings, thanks, good-byes and acknowledgements, alone or around a concern.

The words and phrases are in `data/small_talk.toml`. They are general, and belong to no knowledge base.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Mapping
from enum import StrEnum
from importlib.resources import files
from typing import Any

from slackguide.matching.tokenizer import MAX_CHARACTERS, expand_contractions, tokens

MAX_WORDS = 30
"""Maximum words of a message that is only small talk."""

MAX_NAMES = 2
"""Maximum names of people in a piece of small talk: `Thanks, Ana Cruz`."""

CLOSING_CHARACTERS = 300
"""Characters at the end of a text in which thanks and a signature are looked for."""


class SmallTalk(StrEnum):
    """The kind of a message in which nothing is asked."""

    THANKS = "thanks"
    GOODBYE = "good-bye"
    GREETING = "greeting"
    ACKNOWLEDGEMENT = "acknowledgement"


_DATA: Mapping[str, Any] = tomllib.loads(
    files("slackguide.matching").joinpath("data/small_talk.toml").read_text(encoding="utf-8")
)
_KIND = {word: kind for kind in reversed(SmallTalk) for word in _DATA[kind]["words"].split()}
_PHRASES = {kind: re.compile(rf"(?<!\w)(?:{'|'.join(_DATA[kind]['phrases'])})(?!\w)") for kind in SmallTalk}

SOCIAL_PHRASES: tuple[str, ...] = tuple(phrase for kind in SmallTalk for phrase in _DATA[kind]["phrases"])
"""The phrases of small talk of every kind, as regular expressions."""

SOCIAL_WORDS, FILLERS = frozenset(_KIND), frozenset(_DATA["fillers"].split())
"""The words of small talk of every kind, and those that say nothing by themselves."""

_SOCIAL = FILLERS | SOCIAL_WORDS

_SALUTED = (
    "team|all|everyone|everybody|guys|folks|there|again|friends?|mate|bro|bot|sir|madam|ma'?a?m|sir/ma'?a?m|ma'?am/sir"
)
_GREETING = re.compile(
    r"\A\W{0,40}(?:(?:hi+|hello|helo|he+y+a?|hiya|hola|dear|good (?:morning|afternoon|evening|day)|gm)(?!\w)\W{0,9}"
    rf"(?:(?:{_SALUTED})(?!\w)\W{{0,9}}){{0,2}}){{1,3}}",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\W{0,20}(?<!\w)(?:many thanks|thanks?(?: you| u)?|thx|tnx|thnx|ty|tysm|cheers|gracias|salamat(?: po)?)"
    r"(?: (?:so much|very much|a lot|a ton|in advance|again|all|team|everyone|guys)){0,6}\W{0,20}$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"(?<!\w)(?:(?:many|kind|best|warm|with) )*(?:thanks?(?: you)?|regards|cheers|sincerely|best|yours|rgds|tia)"
    r"(?: (?:and|best|kind|regards|in|advance|so|very|much|truly|sincerely|team|all)){0,4}[,.! ]*"
    r"(?:\n+[^\n.!?]{1,40}){1,4}\s*\Z",
    re.IGNORECASE,
)
"""A sign-off, and up to four short lines below it: name, position, company, telephone number."""

_PIECE = re.compile(r"[^.!?;,\n]*[.!?;,\n]*")
_ASKS = re.compile(r"[\w?]")
"""A text without words that is no small talk: a number, or a question mark."""

_QUESTION = re.compile(
    r"(?<!\w)(?:how (?:long|soon|fast)|what (?:can|do|should|shall) (?:i|we)|when (?:will|can|does)|did all)(?!\w)"
)
"""The beginning of a question about a case, or of a report, that could consist of words of small talk alone."""

_NAME = re.compile(r"[^\W\d_][^\W\d_'.-]*")


def small_talk(text: str, vocabulary: Container[str] = frozenset()) -> SmallTalk | None:
    """Return the kind of a text in which nothing is asked, or None if it contains anything else.

    A capitalized word that is not in `vocabulary`, the words of the knowledge base, counts as a name.
    """
    raw = tokens(text)
    words = expand_contractions(raw)
    if not words:
        return SmallTalk.ACKNOWLEDGEMENT if text.strip() and not _ASKS.search(text) else None
    if len(words) > MAX_WORDS:
        return None
    kinds = {_KIND[word] for word in words if word in _KIND}
    rest = " ".join(raw)
    for kind, phrases in _PHRASES.items():
        rest, found = phrases.subn(" ", rest)
        kinds |= {kind} if found else set()
    if _QUESTION.search(rest):
        return None
    unknown = [word for word in expand_contractions(rest.split()) if word not in _SOCIAL]
    if not kinds or len(unknown) > MAX_NAMES or any(word in vocabulary for word in unknown):
        return None
    names = {name.lower() for name in _NAME.findall(text) if name.istitle()}
    return min(kinds, key=list(SmallTalk).index) if names.issuperset(unknown) else None


def concern_of(text: str, vocabulary: Container[str] = frozenset()) -> str:
    """Return the text without the small talk at its beginning and end, or the whole text if nothing else remains."""
    pieces = [piece for piece in _PIECE.findall(without_courtesies(text)) if piece]
    start, end = 0, len(pieces)
    while start < end and _says_nothing(pieces[start], vocabulary):
        start += 1
    while end > start and _says_nothing(pieces[end - 1], vocabulary):
        end -= 1
    concern = _GREETING.sub("", "".join(pieces[start:end]))
    return concern if any(character.isalnum() for character in concern) else text


def without_courtesies(text: str) -> str:
    """Return the text without a greeting, thanks for an answer and a signature.

    Anything else that may be small talk stays, because a good-bye can be a sign of a critical concern.
    """
    text = text[:MAX_CHARACTERS]
    closing = _THANKS.sub("", _SIGNATURE.sub("", text[-CLOSING_CHARACTERS:]))
    return _GREETING.sub("", text[:-CLOSING_CHARACTERS] + closing)


def _says_nothing(piece: str, vocabulary: Container[str]) -> bool:
    return small_talk(piece, vocabulary) is not None or not piece.strip(" .!?;,\n")
