"""Split text into words: the one tokenizer for phrasings and questions."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from slackguide.text import STRAIGHT

MAX_CHARACTERS: Final = 12_000
"""Characters read of any text; Slack's longest message is 40,000, a form's longest answer 3,000."""

MAX_WORD: Final = 32
"""Characters kept of one word; the longest term in the guides has 17."""

_LINK: Final = re.compile(r"(?:https?://|www\.)\S{1,400}|\S{1,64}@[\w.-]{1,80}\.\w{2,12}|<[@#!][^>]{1,80}>")
_WORD: Final = re.compile(r"\d+(?=[^\W\d_])|[^\W_]+(?:'[^\W_]+)*")
_ENDINGS: Final = {"s": "", "m": "am", "re": "are", "ve": "have", "ll": "will", "d": ""}
_CONTRACTIONS: Final[dict[str, tuple[str, ...]]] = {
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
_STRAIGHT: Final = {**STRAIGHT, 0x0300: None}


def tokenize(text: str) -> list[str]:
    """The words of the first `MAX_CHARACTERS` characters, each at most `MAX_WORD` long. Any string will do."""
    return expand_contractions(tokens(text))


def tokens(text: str) -> list[str]:
    """The words as they stand there, in lower case and without accents."""
    return _WORD.findall(_LINK.sub(" ", _plain(text[:MAX_CHARACTERS])))


def expand_contractions(found: Iterable[str]) -> list[str]:
    """Tokens with contractions and chat spellings written out, long numbers dropped, long words cut."""
    written: list[str] = []
    for token in found:
        if token.isalpha() and token not in _CONTRACTIONS:
            written.append(token[:MAX_WORD])
        else:
            _add(token, written)
    return written


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text.translate(_STRAIGHT))[: 2 * MAX_CHARACTERS]
    return "".join(c for c in text if not unicodedata.category(c).startswith(("M", "Cf", "Cs"))).lower()


def _add(token: str, found: list[str]) -> None:
    if token in _CONTRACTIONS:
        found.extend(_CONTRACTIONS[token])
        return
    if token.isdigit():
        if len(token) <= 3:
            found.append(token)
        return
    stem, apostrophe, ending = token.partition("'")
    if not apostrophe:
        found.append(token[:MAX_WORD])
        return
    joined = stem + ending.replace("'", "")
    if joined in _CONTRACTIONS:
        found.extend(_CONTRACTIONS[joined])
    elif ending in _ENDINGS:
        found.append(stem[:MAX_WORD])
        if _ENDINGS[ending]:
            found.append(_ENDINGS[ending])
    else:
        found.append(joined[:MAX_WORD])
