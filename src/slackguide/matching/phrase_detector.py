"""Detect the phrases of critical entries: high recall, with exclusions for figures of speech."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from slackguide.matching.stemmer import stem
from slackguide.matching.tokenizer import expand_contractions, tokens
from slackguide.matching.types import CriticalPatterns
from slackguide.matching.wordlist import common_words

Strength = Literal["clear", "weak"]
Slots = tuple[str, ...]

_LIGHT: Final = frozenset(
    str.split(
        "a an the am is are was were has have had i he she they we to of just really so very that own will would "
        "this please sir literally actually fucking damn bloody even"
    )
)
_SELVES: Final = "myself himself herself themselves themself yourself urself meself hisself ourselves"
_CLASSES: Final = {
    **dict.fromkeys(str.split("my his her their your our"), "my"),
    **dict.fromkeys(str.split(_SELVES), "myself"),
    **dict.fromkeys(("me", "him", "them", "us"), "me"),
}
_EITHER: Final = {"her": frozenset({"my", "me"})}
_BEFORE_SELF: Final = frozenset({"my", "him", "her", "them", "your", "his", "ur", "it"})
_FOR_DIGITS: Final = str.maketrans("013457", "oieast")
_FEWEST_LETTERS: Final = 4
"""Single letters in a row that are a word spelt out."""

_LONGEST_LIGHT_RUN: Final = 4


class PhraseDetector:
    """Finds the signs of every critical entry in a text."""

    def __init__(self, signs: Iterable[CriticalPatterns]) -> None:
        self._signs: Final = tuple(sorted(signs, key=lambda one: one.id))
        self._phrases: Final = [
            (_by_first_slot(one.clear), _by_first_slot(one.weak), _by_first_slot(one.exclusions)) for one in self._signs
        ]
        every = [kind for kinds in self._phrases for kind in kinds]
        known = {slot for kind in every for phrases in kind.values() for p in phrases for slot in p}
        self._exact: Final = frozenset(known)
        self._long: Final = {
            most: sorted(slot for slot in known if slot.isalpha() and least <= len(slot) < less)
            for most, least, less in ((1, 4, 7), (2, 7, 33))
        }
        self._fills = lru_cache(maxsize=8192)(self._fills_of)

    def find(self, text: str) -> dict[str, Strength]:
        """The entries whose signs are in the text, each with the strength of the strongest."""
        if not self._signs:
            return {}
        read = _tokens(text)
        fills = [self._fills(word) for word in read]
        for at in range(1, len(read)):
            if _is_half(read[at - 1]) and _is_half(read[at]):
                fills[at] |= self._fills(read[at - 1] + read[at])
        light = [word in _LIGHT for word in read]
        found: dict[str, Strength] = {}
        for signs, (clear, weak, exclusions) in zip(self._signs, self._phrases, strict=True):
            strength = _strength(clear, weak, exclusions, fills, light)
            if strength is not None:
                found[signs.id] = strength
        return found

    def _fills_of(self, token: str) -> frozenset[str]:
        """The slots that a word of the text can fill."""
        kind = _CLASSES.get(token)
        if kind is not None:
            return _EITHER.get(token, frozenset({kind}))
        token = token if token.isdigit() else token.translate(_FOR_DIGITS)
        exact = self._exact & {token, stem(token)}
        if len(token) < 3 or token in common_words():
            return exact
        return exact | frozenset(
            found[0]
            for most, slots in self._long.items()
            for one in {token, stem(token)}
            for found in process.extract(one, slots, scorer=OSA.distance, score_cutoff=most, limit=None)
        )


_Phrases = dict[str, list[Slots]]


def _strength(
    clear: _Phrases, weak: _Phrases, exclusions: _Phrases, fills: Sequence[frozenset[str]], light: Sequence[bool]
) -> Strength | None:
    certain = _spans(clear, fills, light)
    likely = [] if certain else _spans(weak, fills, light)
    if not certain and not likely:
        return None
    harmless = {at for span in _spans(exclusions, fills, light) for at in span}
    if any(harmless.isdisjoint(span) for span in certain):
        return "clear"
    likely = likely or _spans(weak, fills, light)
    return "weak" if any(harmless.isdisjoint(span) for span in likely) else None


def _spans(phrases: _Phrases, fills: Sequence[frozenset[str]], light: Sequence[bool]) -> list[tuple[int, ...]]:
    """The token positions of every phrase found."""
    spans: list[tuple[int, ...]] = []
    for at, filled in enumerate(fills):
        for word in filled:
            for slots in phrases.get(word, ()):
                span = _follow(slots, at, fills, light)
                if span:
                    spans.append(span)
    return spans


def _follow(slots: Slots, at: int, fills: Sequence[frozenset[str]], light: Sequence[bool]) -> tuple[int, ...]:
    """The positions that fill the slots in order from `at`, or none."""
    extra = min(max(len(slots) - 2, 0), 2)
    span = [at]
    for slot in slots[1:]:
        here = span[-1] + 1
        passed = 0
        while here < len(fills) and slot not in fills[here]:
            if light[here] and passed < _LONGEST_LIGHT_RUN:
                passed += 1
            elif extra:
                extra -= 1
            else:
                return ()
            here += 1
        if here >= len(fills):
            return ()
        span.append(here)
    return tuple(span)


def _by_first_slot(phrases: Iterable[str]) -> _Phrases:
    by_first: _Phrases = {}
    for slots in dict.fromkeys(_slots(_tokens(phrase)) for phrase in phrases):
        if slots:
            by_first.setdefault(slots[0], []).append(slots)
    return by_first


def _slots(read: Sequence[str]) -> Slots:
    """The slots of a phrase; its light words are slots too where only one would remain without them."""
    kept = [word for word in read if word not in _LIGHT]
    return tuple(_CLASSES.get(word) or stem(word) for word in (kept if len(kept) > 1 else read))


def _tokens(text: str) -> list[str]:
    """Words, with spelt-out letters and "my self" joined."""
    raw = tokens(text)
    joined: list[str] = []
    at = 0
    while at < len(raw):
        run = _letters_from(raw, at)
        joined.append(run if len(run) >= _FEWEST_LETTERS else raw[at])
        at += len(run) if len(run) >= _FEWEST_LETTERS else 1
    return _with_selves(expand_contractions(joined))


def _letters_from(raw: Sequence[str], at: int) -> str:
    end = at
    while end < len(raw) and len(raw[end]) == 1 and raw[end].isalpha():
        end += 1
    return "".join(raw[at:end])


def _with_selves(found: Sequence[str]) -> list[str]:
    joined: list[str] = []
    for word in found:
        if word in ("self", "selves") and joined and joined[-1] in _BEFORE_SELF:
            joined[-1] = "myself"
        else:
            joined.append(word)
    return joined


def _is_half(token: str) -> bool:
    return 1 < len(token) < 9 and token.isalpha() and token not in common_words()
