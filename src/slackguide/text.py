"""Clean text that users type: remove the characters that cannot be stored or encoded."""

from __future__ import annotations

import re

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters and lone surrogates. Not every database can store them, and they have no visible form."""

STRAIGHT = dict.fromkeys(map(ord, "\u2019\u2018\u02bc`\u00b4"), "'")
"""A table for `str.translate` that maps the variants of an apostrophe to the straight one."""

ONES = {
    word: number
    for number, word in enumerate(
        str.split(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen"
        )
    )
}
"""The English number words below twenty, by word."""

TENS = {
    word: 10 * number
    for number, word in enumerate(str.split("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)
}
"""The English number words for the tens from twenty to ninety, by word."""


def clean(text: str) -> str:
    """Return the text without control characters, lone surrogates and surrounding white space."""
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def replace_surrogates(text: str) -> str:
    """Return the text with every lone surrogate (half of a character, or a byte that is not UTF-8) replaced by �."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
