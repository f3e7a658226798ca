"""Signs of a critical entry in a text: high recall for what is meant, exclusions for what is only said that way.

A phrase is cut into slots. Articles, auxiliaries and subject pronouns are no slots and may stand anywhere in the text;
"my", "his", "their" are one slot word, so are "myself", "herself", "themselves", and "me", "him", "them". A slot takes
its word in any inflection and, where the text's word is none, misspelt, masked ("su*cide") or spaced out ("k i l l").
Between two slots of a longer phrase a word or two more may stand. A sign that shares a word with an exclusion is dropped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rapidfuzz.distance import OSA

from .english import common_words
from .inflection import stem
from .model import Signs
from .words import words

Strength = Literal["clear", "weak"]

_LIGHT: Final = frozenset(
    "a an the am is are was were has have had i he she they we it's to of just really so very that own will would "
    "this please sir literally actually fucking damn bloody even".split()
)
_CLASSES: Final = {
    **dict.fromkeys("my his her their your our".split(), "my"),
    **dict.fromkeys("myself himself herself themselves themself yourself urself meself hisself ourselves".split(), "myself"),
    **dict.fromkeys("me him them us".split(), "me"),
}
_SELVES: Final = frozenset({"my", "him", "her", "them", "your", "his"})
_ALSO: Final = {"my": frozenset({"my"}), "her": frozenset({"my", "me"})}
_LONGEST_LIGHT_RUN: Final = 4


@dataclass(frozen=True, slots=True)
class Found:
    """One sign in a text."""

    id: str
    message: str
    strength: Strength


class SignDetector:
    """Finds the signs of every critical entry in a text."""

    def __init__(self, signs: Iterable[Signs]) -> None:
        self._signs: Final = tuple(sorted(signs, key=lambda one: one.id))
        self._clear: Final = [_Phrases(one.clear) for one in self._signs]
        self._weak: Final = [_Phrases(one.weak) for one in self._signs]
        self._exclusions: Final = [_Phrases(one.exclusions) for one in self._signs]

    def find(self, text: str) -> tuple[Found, ...]:
        """At most one sign an entry, the stronger; entries with clear signs first, then by id."""
        if not self._signs:
            return ()
        tokens = _tokens(text)
        found: list[Found] = []
        for signs, clear, weak, exclusions in zip(self._signs, self._clear, self._weak, self._exclusions, strict=True):
            harmless = {at for span in exclusions.spans(tokens) for at in span}
            strength: Strength | None = None
            if any(harmless.isdisjoint(span) for span in clear.spans(tokens)):
                strength = "clear"
            elif any(harmless.isdisjoint(span) for span in weak.spans(tokens)):
                strength = "weak"
            if strength is not None:
                found.append(Found(signs.id, signs.message, strength))
        return tuple(sorted(found, key=lambda one: (one.strength, one.id)))


class _Phrases:
    """Phrases as slots, looked up by the words that can fill the first one."""

    def __init__(self, phrases: Sequence[str]) -> None:
        slots = dict.fromkeys(tuple(_slots(phrase)) for phrase in phrases)
        self._by_first: Final[dict[str, list[tuple[str, ...]]]] = {}
        for one in slots:
            if one:
                self._by_first.setdefault(one[0], []).append(one)
        self._words: Final = tuple(dict.fromkeys(word for one in slots for word in one))

    def spans(self, tokens: Sequence[str]) -> list[tuple[int, ...]]:
        """The token positions of every phrase found."""
        fills = [_fills(token, self._words) for token in tokens]
        light = [token in _LIGHT for token in tokens]
        spans: list[tuple[int, ...]] = []
        for at, filled in enumerate(fills):
            for word in sorted(filled):
                for slots in self._by_first.get(word, ()):
                    span = _follow(slots, at, fills, light)
                    if span:
                        spans.append(span)
        return spans


def _follow(slots: tuple[str, ...], at: int, fills: Sequence[frozenset[str]], light: Sequence[bool]) -> tuple[int, ...]:
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


def _slots(phrase: str) -> list[str]:
    tokens = _tokens(phrase)
    slots = [_CLASSES.get(token) or stem(token) for token in tokens if token not in _LIGHT]
    return slots or [stem(token) for token in tokens]


def _fills(token: str, slots: Sequence[str]) -> frozenset[str]:
    kind = _CLASSES.get(token)
    if kind is not None:
        return _ALSO.get(token, frozenset({kind}))
    root = stem(token)
    if root in slots:
        return frozenset({root})
    if len(token) < 3 or token in common_words():
        return frozenset()
    return frozenset(slot for slot in slots if _is_misspelt(token, slot) or (root != token and _is_misspelt(root, slot)))


def _is_misspelt(token: str, slot: str) -> bool:
    allowed = 0 if len(slot) < 4 else 1 if len(slot) < 7 else 2
    return bool(allowed) and OSA.distance(token, slot, score_cutoff=allowed) <= allowed


def _tokens(text: str) -> list[str]:
    """Words, with "my self" joined, spelt-out letters joined and halves of a masked word joined."""
    raw = words(text)
    joined: list[str] = []
    at = 0
    while at < len(raw):
        token = raw[at]
        following = raw[at + 1] if at + 1 < len(raw) else ""
        run = _letters_from(raw, at)
        if len(run) >= 3:
            joined.append(run)
            at += len(run)
        elif following in ("self", "selves") and token in _SELVES:
            joined.append("myself")
            at += 2
        elif _is_half(token) and _is_half(following) and 5 <= len(token) + len(following) <= 12:
            joined.extend((token, following, token + following))
            at += 2
        else:
            joined.append(token)
            at += 1
    return joined


def _letters_from(raw: Sequence[str], at: int) -> str:
    end = at
    while end < len(raw) and len(raw[end]) == 1 and raw[end].isalpha():
        end += 1
    return "".join(raw[at:end])


def _is_half(token: str) -> bool:
    return 1 < len(token) < 9 and token.isalpha() and token not in common_words()
