"""Split a message into sentences, which the detector of critical entries judges one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from slackguide.matching.tokenizer import MAX_CHARACTERS

MAX_SENTENCE = 40
"""Maximum words of a sentence. A longer one is cut into overlapping parts of this length."""

MIN_SENTENCE = 3
"""Minimum words of a sentence. A shorter one is joined with its neighbour: "Sorry. I can't." """

_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+|\n+|\s[–—]\s|;\s")


def split_sentences(text: str) -> list[str]:
    """Return the sentences and lines of the first `MAX_CHARACTERS` characters of a text."""
    return [part for part in _END.split(text[:MAX_CHARACTERS]) if part and not part.isspace()]


def judged_sentences(sentences: Iterable[Sequence[str]]) -> list[Sequence[str]]:
    """Join short neighbours among tokenized sentences and cut long ones. Return at least one, which can be empty."""
    joined: list[list[str]] = []
    for words in sentences:
        if joined and words and min(len(words), len(joined[-1])) < MIN_SENTENCE:
            joined[-1].extend(words)
        elif words:
            joined.append(list(words))
    step = MAX_SENTENCE // 2
    parts: list[Sequence[str]] = []
    for words in joined:
        if len(words) <= MAX_SENTENCE:
            parts.append(words)
        else:
            parts += [words[at : at + MAX_SENTENCE] for at in range(0, len(words) - step, step)]
    return parts or [[]]
