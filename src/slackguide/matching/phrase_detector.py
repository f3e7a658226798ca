"""Detect the phrases of critical entries with high recall, and exclude figures of speech."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from slackguide.matching.stemmer import stem
from slackguide.matching.tokenizer import expand_contractions, tokens
from slackguide.matching.types import CriticalPatterns
from slackguide.matching.wordlist import common_words

Strength = Literal["clear", "weak"]
Slots = tuple[str, ...]

_STOP_WORDS = frozenset(
    str.split(
        "a an the am is are was were has have had i he she they we to of just really so very that own will would "
        "this please sir literally actually fucking damn bloody even"
    )
)
_REFLEXIVES = "myself himself herself themselves themself yourself urself meself hisself ourselves"
_CLASSES = {
    **dict.fromkeys(str.split("my his her their your our"), "my"),
    **dict.fromkeys(str.split(_REFLEXIVES), "myself"),
    **dict.fromkeys(("me", "him", "them", "us"), "me"),
}
_EITHER = {"her": frozenset({"my", "me"})}
_BEFORE_SELF = frozenset({"my", "him", "her", "them", "your", "his", "ur", "it"})
_MIN_SPELLED_LETTERS = 4
"""Minimum number of consecutive single letters that are joined to a word."""

_MAX_STOP_WORD_RUN = 4

_LEETSPEAK = str.maketrans("013457", "oieast")

MAX_MISSPELLED = 100
"""Maximum distinct words of a text that are compared with misspellings of the phrases. Each takes about 0.1 ms."""


class PhraseDetector:
    """Finds the phrases of all critical entries in a text."""

    def __init__(self, patterns: Iterable[CriticalPatterns]) -> None:
        self._patterns = tuple(sorted(patterns, key=lambda one: one.id))
        self._phrases = [
            (_by_first_slot(one.clear), _by_first_slot(one.weak), _by_first_slot(one.exclusions))
            for one in self._patterns
        ]
        indexes = [index for entry_indexes in self._phrases for index in entry_indexes]
        slots = {slot for index in indexes for phrases in index.values() for phrase in phrases for slot in phrase}
        self._exact = frozenset(slots)
        self._by_max_distance = {
            distance: sorted(slot for slot in slots if slot.isalpha() and low <= len(slot) < high)
            for distance, low, high in ((1, 4, 7), (2, 7, 33))
        }
        self._slots = lru_cache(maxsize=8192)(self._slots_of)

    def find(self, sentences: Sequence[Sequence[str]]) -> list[dict[str, Strength]]:
        """Return for each sentence (see `phrase_words`) the entries with a phrase in it, and the highest strength."""
        if not any(clear or weak for clear, weak, _ in self._phrases):
            return [{} for _ in sentences]
        slots = self._slots_by_word(word for words in sentences for word in words)
        distinct = dict.fromkeys(map(tuple, sentences))
        found = {words: self._find(words, [slots[word] for word in words]) for words in distinct}
        return [found[tuple(words)] for words in sentences]

    def _find(self, words: Sequence[str], slots: list[frozenset[str]]) -> dict[str, Strength]:
        for at in range(1, len(words)):
            if _is_fragment(words[at - 1]) and _is_fragment(words[at]):
                slots[at] |= self._exact & {words[at - 1] + words[at], stem(words[at - 1] + words[at])}
        is_stop_word = [word in _STOP_WORDS for word in words]
        strengths: dict[str, Strength] = {}
        for patterns, (clear, weak, exclusions) in zip(self._patterns, self._phrases, strict=True):
            strength = _strength(clear, weak, exclusions, slots, is_stop_word)
            if strength is not None:
                strengths[patterns.id] = strength
        return strengths

    def _slots_by_word(self, words: Iterable[str]) -> dict[str, frozenset[str]]:
        slots: dict[str, frozenset[str]] = {}
        compared = 0
        for word in words:
            if word not in slots:
                compared += word not in common_words()
                slots[word] = self._slots(word) if compared <= MAX_MISSPELLED else self._exact & {word, stem(word)}
        return slots

    def _slots_of(self, token: str) -> frozenset[str]:
        """Return the slots that a word of the text matches."""
        word_class = _CLASSES.get(token)
        if word_class is not None:
            return _EITHER.get(token, frozenset({word_class}))
        token = without_digits(token)
        exact = self._exact & {token, stem(token)}
        if len(token) < 3 or token in common_words():
            return exact
        return exact | frozenset(
            match[0]
            for distance, slots in self._by_max_distance.items()
            for one in {token, stem(token)}
            for match in process.extract(one, slots, scorer=OSA.distance, score_cutoff=distance, limit=None)
        )


_PhrasesBySlot = dict[str, list[Slots]]


def _strength(
    clear: _PhrasesBySlot,
    weak: _PhrasesBySlot,
    exclusions: _PhrasesBySlot,
    slots: Sequence[frozenset[str]],
    is_stop_word: Sequence[bool],
) -> Strength | None:
    clear_spans = _spans(clear, slots, is_stop_word)
    weak_spans = [] if clear_spans else _spans(weak, slots, is_stop_word)
    if not clear_spans and not weak_spans:
        return None
    excluded = {at for span in _spans(exclusions, slots, is_stop_word) for at in span}
    if any(excluded.isdisjoint(span) for span in clear_spans):
        return "clear"
    weak_spans = weak_spans or _spans(weak, slots, is_stop_word)
    return "weak" if any(excluded.isdisjoint(span) for span in weak_spans) else None


def _spans(
    phrases: _PhrasesBySlot, slots: Sequence[frozenset[str]], is_stop_word: Sequence[bool]
) -> list[tuple[int, ...]]:
    """Return the token positions of every phrase match."""
    spans: list[tuple[int, ...]] = []
    for at, token_slots in enumerate(slots):
        for slot in token_slots:
            for phrase in phrases.get(slot, ()):
                span = _match_from(phrase, at, slots, is_stop_word)
                if span:
                    spans.append(span)
    return spans


def _match_from(
    phrase: Slots, at: int, slots: Sequence[frozenset[str]], is_stop_word: Sequence[bool]
) -> tuple[int, ...]:
    """Return the positions that match the phrase from `at` on, or ()."""
    extra = min(max(len(phrase) - 2, 0), 2)
    span = [at]
    for slot in phrase[1:]:
        here = span[-1] + 1
        skipped = 0
        while here < len(slots) and slot not in slots[here]:
            if is_stop_word[here] and skipped < _MAX_STOP_WORD_RUN:
                skipped += 1
            elif extra:
                extra -= 1
            else:
                return ()
            here += 1
        if here >= len(slots):
            return ()
        span.append(here)
    return tuple(span)


def _by_first_slot(phrases: Iterable[str]) -> _PhrasesBySlot:
    by_first: _PhrasesBySlot = {}
    for slots in dict.fromkeys(_phrase_slots(phrase_words(phrase)) for phrase in phrases):
        if slots:
            by_first.setdefault(slots[0], []).append(slots)
    return by_first


def _phrase_slots(words: Sequence[str]) -> Slots:
    """Return the slots of a phrase, without stop words if at least two slots remain."""
    content = [word for word in words if word not in _STOP_WORDS]
    return tuple(_CLASSES.get(word) or stem(word) for word in (content if len(content) > 1 else words))


def phrase_words(text: str) -> list[str]:
    """Return the words, with spelled-out letters and "my self" joined."""
    raw = tokens(text)
    joined: list[str] = []
    at = 0
    while at < len(raw):
        run = _letters_from(raw, at)
        joined.append(run if len(run) >= _MIN_SPELLED_LETTERS else raw[at])
        at += len(run) if len(run) >= _MIN_SPELLED_LETTERS else 1
    return _join_reflexives(expand_contractions(joined))


def without_digits(word: str) -> str:
    """Return the word with the letters that its digits stand for; a number is unchanged."""
    return word if word.isdigit() else word.translate(_LEETSPEAK)


def _letters_from(raw: Sequence[str], at: int) -> str:
    end = at
    while end < len(raw) and len(raw[end]) == 1 and raw[end].isalpha():
        end += 1
    return "".join(raw[at:end])


def _join_reflexives(words: Sequence[str]) -> list[str]:
    joined: list[str] = []
    for word in words:
        if word in ("self", "selves") and joined and joined[-1] in _BEFORE_SELF:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _is_fragment(token: str) -> bool:
    return 1 < len(token) < 9 and token.isalpha() and token not in common_words()
