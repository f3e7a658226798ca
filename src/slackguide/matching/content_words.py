"""Tell the words that say what a text is about from the function words of English, which belong to no trade."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources


def content_words(words: Iterable[str]) -> list[str]:
    """Return the distinct words that consist of letters and are no function words, in order."""
    return [word for word in dict.fromkeys(words) if word.isalpha() and word not in _function_words()]


@cache
def _function_words() -> frozenset[str]:
    text = resources.files(__package__).joinpath("data", "english_function_words.txt").read_text("utf-8")
    return frozenset(text.split())
