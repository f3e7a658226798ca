"""Split phrasings and queries into words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from slackguide.text import STRAIGHT

MAX_CHARACTERS = 12_000
"""Maximum characters read of a text. The longest Slack message has 40,000, the longest answer in a form 3,000."""

MAX_WORD = 32
"""Maximum characters of a word; the rest is cut. The longest term in the guides has 17."""

_LINK = re.compile(r"(?:https?://|www\.)\S{1,400}|\S{1,64}@[\w.-]{1,80}\.\w{2,12}|<[@#!][^>]{1,80}>")
_LINK_SIGNS = ("://", "www.", "@", "<#", "<!")
"""Texts of which every link contains one. Looking for them is faster than trying `_LINK` at every character."""

_WORD = re.compile(r"\d+(?=[^\W\d_])|[^\W_]+(?:'[^\W_]+)*")
_ENDINGS = {"s": "", "m": "am", "re": "are", "ve": "have", "ll": "will", "d": ""}
_CONTRACTIONS: dict[str, tuple[str, ...]] = {
    "cannot": ("can", "not"),
    "cant": ("can", "not"),
    "wont": ("will", "not"),
    "im": ("i", "am"),
    "ive": ("i", "have"),
    "dont": ("do", "not"),
    "doesnt": ("does", "not"),
    "didnt": ("did", "not"),
    "isnt": ("is", "not"),
    "arent": ("are", "not"),
    "wasnt": ("was", "not"),
    "werent": ("were", "not"),
    "hasnt": ("has", "not"),
    "havent": ("have", "not"),
    "hadnt": ("had", "not"),
    "wouldnt": ("would", "not"),
    "shouldnt": ("should", "not"),
    "couldnt": ("could", "not"),
    "aint": ("is", "not"),
    "whats": ("what", "is"),
    "thats": ("that", "is"),
    "hes": ("he", "is"),
    "shes": ("she", "is"),
    "theyre": ("they", "are"),
    "youre": ("you", "are"),
    "theres": ("there", "is"),
    "wheres": ("where", "is"),
    "whos": ("who", "is"),
    "hows": ("how", "is"),
    "theyve": ("they", "have"),
    "wanna": ("want", "to"),
    "wana": ("want", "to"),
    "ima": ("i", "am", "going", "to"),
    "imma": ("i", "am", "going", "to"),
    "gonna": ("going", "to"),
    "gotta": ("have", "to"),
    "lemme": ("let", "me"),
    "alot": ("a", "lot"),
    "noone": ("no", "one"),
    "u": ("you",),
    "ur": ("your",),
    "r": ("are",),
    "pls": ("please",),
    "plz": ("please",),
    "thx": ("thanks",),
    "ppl": ("people",),
    "smth": ("something",),
    "cuz": ("because",),
    "coz": ("because",),
    "bc": ("because",),
    "bcoz": ("because",),
    "tmrw": ("tomorrow",),
}
_STRAIGHT = {**STRAIGHT, 0x0300: None}


def tokenize(text: str) -> list[str]:
    """Return the words of the first `MAX_CHARACTERS` characters of any string, each at most `MAX_WORD` long."""
    return expand_contractions(tokens(text))


def tokens(text: str) -> list[str]:
    """Return the words in lower case and without accents, before the expansion of contractions."""
    plain = _plain(text[:MAX_CHARACTERS])
    if any(sign in plain for sign in _LINK_SIGNS):
        plain = _LINK.sub(" ", plain)
    return _WORD.findall(plain)


def expand_contractions(raw: Sequence[str]) -> list[str]:
    """Expand contractions and chat spellings, drop long numbers and cut long words."""
    if _CONTRACTIONS.keys().isdisjoint(raw) and "".join(raw).isalpha():
        return [token[:MAX_WORD] for token in raw]
    expanded: list[str] = []
    for token in raw:
        if token.isalpha() and token not in _CONTRACTIONS:
            expanded.append(token[:MAX_WORD])
        else:
            _add(token, expanded)
    return expanded


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text.translate(_STRAIGHT))[: 2 * MAX_CHARACTERS]
    return "".join(c for c in text if not unicodedata.category(c).startswith(("M", "Cf", "Cs"))).lower()


def _add(token: str, expanded: list[str]) -> None:
    if token in _CONTRACTIONS:
        expanded.extend(_CONTRACTIONS[token])
        return
    if token.isdigit():
        if len(token) <= 3:
            expanded.append(token)
        return
    stem, apostrophe, ending = token.partition("'")
    if not apostrophe:
        expanded.append(token[:MAX_WORD])
        return
    joined = stem + ending.replace("'", "")
    if joined in _CONTRACTIONS:
        expanded.extend(_CONTRACTIONS[joined])
    elif ending in _ENDINGS:
        expanded.append(stem[:MAX_WORD])
        if _ENDINGS[ending]:
            expanded.append(_ENDINGS[ending])
    else:
        expanded.append(joined[:MAX_WORD])
