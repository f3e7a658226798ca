"""Recognize words of other languages in an English message, and messages that are not in English.

The words are in `data/function_words.toml`. They are general, and belong to no knowledge base.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Container
from importlib.resources import files

from slackguide.matching.tokenizer import tokens
from slackguide.matching.wordlist import common_words

MIN_WORDS = 3
"""Minimum words of a message whose language is judged."""

JUDGED_CHARACTERS = 400
"""The characters at the beginning of a text by which its language is judged."""

FOREIGN_SHARE = 0.6
"""Minimum share of the words that are not English, for a message in another language."""

NON_LATIN_SHARE = 0.5
"""Minimum share of the letters that are not Latin, for a message in another language."""

MIN_CLEAR = 2
"""Minimum function words of a language by which it is named."""

OTHER_LANGUAGE = "another language"

_DATA = tomllib.loads(files("slackguide.matching").joinpath("data/function_words.toml").read_text(encoding="utf-8"))
_LANGUAGES: dict[str, list[str]] = {}
for _language in _DATA.values():
    for _listed in _language["words"].split():
        _LANGUAGES.setdefault(_listed, []).append(_language["name"])
_WORDS = frozenset(_LANGUAGES)
_CLEAR = _WORDS - common_words()
"""The function words that are not English. Another one counts only beside a clear one of its language."""

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")


def without_foreign_words(text: str, vocabulary: Container[str]) -> str:
    """Return the text without function words of other languages. Words in `vocabulary`, and in capitals, stay."""
    words = {word.lower() for word in _WORD.findall(text) if not word.isupper()}
    if words.isdisjoint(_CLEAR):
        return text
    languages = {name for word in words & _CLEAR if word not in vocabulary for name in _LANGUAGES[word]}
    dropped = {word for word in words & _WORDS if word not in vocabulary and not languages.isdisjoint(_LANGUAGES[word])}
    return _WORD.sub(lambda match: "" if match.group().lower() in dropped else match.group(), text)


def language_of(text: str, is_known: Callable[[str], bool]) -> str | None:
    """Return the language of a message that is not in English, as far as it is recognized, or None.

    `is_known` tells whether a word that is not English is one of the knowledge base, or a misspelling of one.
    """
    if not text.isascii() and _is_non_latin(text):
        return OTHER_LANGUAGE
    words = [word for word in tokens(text[:JUDGED_CHARACTERS]) if word.isalpha()]
    english = common_words()
    least = FOREIGN_SHARE * len(words)
    if len(words) < MIN_WORDS or sum(word not in english or word in _WORDS for word in words) < least:
        return None
    found = Counter(name for word in words if word in _CLEAR for name in _LANGUAGES[word])
    name, count = max(found.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    if count < MIN_CLEAR:
        name = OTHER_LANGUAGE
    other = [name in _LANGUAGES.get(word, ()) or not (word in english or is_known(word)) for word in words]
    return name if sum(other) >= least else None


def _is_non_latin(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    other = sum(not character.isascii() and "LATIN" not in unicodedata.name(character, "") for character in letters)
    return bool(letters) and other >= NON_LATIN_SHARE * len(letters)
