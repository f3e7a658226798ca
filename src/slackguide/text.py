"""Clean text that people typed: what cannot be stored or encoded is removed."""

from __future__ import annotations

import re
from typing import Final

_UNKEEPABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters and lone surrogates: no database keeps them all, and nobody can read them."""

STRAIGHT: Final = dict.fromkeys(map(ord, "\u2019\u2018\u02bc`\u00b4"), "'")
"""For `str.translate`: whatever is typed for an apostrophe, as one."""

ONES: Final = {
    word: number
    for number, word in enumerate(
        str.split(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen"
        )
    )
}
"""The number words below twenty."""

TENS: Final = {
    word: 10 * number
    for number, word in enumerate(str.split("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)
}
"""The number words from twenty to ninety."""


def clean(text: str) -> str:
    """Return the text without characters that cannot be kept or read, and without white space around it."""
    return _UNKEEPABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def replace_surrogates(text: str) -> str:
    """The text with what is no character (a lone surrogate: half of one, or a byte that was not UTF-8) as �."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
