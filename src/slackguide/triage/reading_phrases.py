"""Finds the phrases of the knowledge base in a text's tokens: whole words, articles and small adverbs skipped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final, Generic, TypeVar

from slackguide.triage.reading_tokens import Gap, Kind, Token, normal, tokens
from slackguide.triage.reading_words import (
    ARTICLES,
    BEING,
    COMPANIONS,
    LOOK_ALIKES,
    NEGATIONS,
    ORDINARY,
    OWNERS,
    PARTIES,
    SKIPPED,
)

T = TypeVar("T")

MOST_SKIPPED: Final = 4
SHORTEST_CORRECTED: Final = 6
"""Letters of the shortest word whose misspelling is understood; of the shortest, only two letters swapped."""


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A phrase between token `start` and token `end` (exclusive)."""

    start: int
    end: int
    meaning: T
    size: int
    """How many words the phrase has."""
    negated: bool = False
    """Whether a `not` stands within it."""


@dataclass(slots=True)
class _Node(Generic[T]):
    following: dict[str, _Node[T]] = field(default_factory=dict)
    meanings: list[tuple[T, int]] = field(default_factory=list)


class Phrases(Generic[T]):
    """Phrases with what each means. Compiled once, then only read."""

    def __init__(self, abbreviations: Mapping[str, tuple[str, ...]]) -> None:
        self._root: _Node[T] = _Node()
        self._words: set[str] = set(PARTIES.values())
        self._one_off: dict[str, set[str]] = {}
        self._long_forms = dict(_long_forms(abbreviations))

    def add(self, phrase: str, meaning: T) -> None:
        """Adds a phrase, with and without the articles and forms of `be` inside it; `a|b` is one word or the other."""
        for words in dict.fromkeys(_wordings(phrase)):
            node = self._root
            for word in words:
                node = node.following.setdefault(word, _Node())
                self.learn(word)
            if all(meaning != known for known, _ in node.meanings):
                node.meanings.append((meaning, len(words)))

    def learn(self, word: str) -> None:
        """Adds a word whose misspellings are to be understood."""
        if word in self._words:
            return
        self._words.add(word)
        if len(word) >= SHORTEST_CORRECTED:
            for shape in {word, *_without_one(word)}:
                self._one_off.setdefault(shape, set()).add(word)

    def corrected(self, word: str) -> str | None:
        """The one known word that `word` misspells by one letter or by two neighbours swapped."""
        if not SHORTEST_CORRECTED <= len(word) <= 20 or word in self._words or word in LOOK_ALIKES:
            return None
        shapes = (word, *_without_one(word))
        near = {known for shape in shapes for known in self._one_off.get(shape, ()) if known[0] == word[0]}
        swapped = {known for known in near if _swapped(known, word)}
        if not swapped and len(word) > SHORTEST_CORRECTED:
            swapped = {known for known in near if len(known) > SHORTEST_CORRECTED and _one_apart(known, word)}
        return swapped.pop() if len(swapped) == 1 else None

    def forms(self, found: Sequence[Token]) -> list[tuple[tuple[str, ...], ...]]:
        """For every token the words it can stand for; none for shorthand that is something else here."""
        return [self._forms_at(found, at) for at in range(len(found))]

    def _forms_at(self, found: Sequence[Token], at: int) -> tuple[tuple[str, ...], ...]:
        token = found[at]
        if token.kind is Kind.AMOUNT:
            return (("nothing",),) if token.value == 0 else (("money",),)
        if token.kind is Kind.NUMBER:
            holds = at + 1 < len(found) and found[at + 1].text in ("in", "still", "held", "sitting", "left")
            return () if not holds else (("nothing",),) if token.value == 0 else (("money",),)
        word = token.text
        if word in ORDINARY and not _is_shorthand(found, at):
            return ()
        forms: list[tuple[str, ...]] = [(PARTIES.get(word, word),)]
        if word in self._long_forms:
            forms.append(self._long_forms[word])
        return tuple(forms)

    def find(self, found: Sequence[Token], forms: Sequence[tuple[tuple[str, ...], ...]]) -> Iterator[Found[T]]:
        """Every phrase in the text, shorter ones inside longer ones included."""
        following = self._root.following
        for start in range(len(found)):
            if any(form[0] in following for form in forms[start]):
                yield from self._walk(found, forms, start, start, self._root, 0, False)

    def _walk(
        self, found: Sequence[Token], forms: Sequence[tuple[tuple[str, ...], ...]],
        start: int, at: int, node: _Node[T], skipped: int, negated: bool,
    ) -> Iterator[Found[T]]:  # fmt: skip
        if at > start:
            for meaning, size in node.meanings:
                yield Found(start, at, meaning, size, negated)
        if at >= len(found) or (at > start and found[at].gap > Gap.COLON) or not node.following:
            return
        for form in forms[at]:
            reached = _descend(node, form)
            if reached is not None:
                yield from self._walk(found, forms, start, at + 1, reached, 0, negated)
        word = found[at].text
        if at == start or skipped >= MOST_SKIPPED:
            return
        if word in NEGATIONS or (word == "no" and at + 1 < len(found) and found[at + 1].text == "longer"):
            step = 2 if word == "no" else 1
            yield from self._past(found, forms, start, at + step, node, skipped + 1, True)
        elif word in SKIPPED:
            yield from self._past(found, forms, start, at + 1, node, skipped + 1, negated)

    def _past(
        self, found: Sequence[Token], forms: Sequence[tuple[tuple[str, ...], ...]],
        start: int, at: int, node: _Node[T], skipped: int, negated: bool,
    ) -> Iterator[Found[T]]:  # fmt: skip
        """The same after a skipped word, where a phrase must go on rather than end."""
        for hit in self._walk(found, forms, start, at, node, skipped, negated):
            if hit.end > at:
                yield hit


def _wordings(phrase: str) -> Iterator[tuple[str, ...]]:
    for parts in product(*(part.split("|") for part in phrase.split())):
        words = [PARTIES.get(token.text, token.text) for token in tokens(" ".join(parts))]
        if words:
            yield tuple(words)
            shorter = (words[0], *(word for word in words[1:] if word not in ARTICLES | BEING))
            yield shorter if len(shorter) > 1 else tuple(words)


def _descend(node: _Node[T], words: Iterable[str]) -> _Node[T] | None:
    here: _Node[T] | None = node
    for word in words:
        here = here.following.get(word) if here else None
    return here


def _is_shorthand(found: Sequence[Token], at: int) -> bool:
    before = found[at - 1].text if at and found[at].gap <= Gap.COLON else ""
    after = found[at + 1].text if at + 1 < len(found) and found[at + 1].gap <= Gap.COLON else ""
    if after == "+" or after in COMPANIONS or before in COMPANIONS:
        return True
    return found[at].capitals and before not in OWNERS


def _long_forms(abbreviations: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The abbreviations that stand for one thing only: same first letter, and not a word of their own meaning."""
    for short, meanings in abbreviations.items():
        if len(meanings) != 1 or not short.isalpha():
            continue
        words = tuple(normal(word) for word in meanings[0].lower().split())
        key = normal(short.lower())
        if words and key not in words and words[0][:1] == key[:1]:
            yield key, words


def _without_one(word: str) -> Iterator[str]:
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def _rests(one: str, other: str) -> tuple[str, str]:
    """What is left of both after the letters they begin with in common."""
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[at:], other[at:]


def _one_apart(one: str, other: str) -> bool:
    """Whether one letter added, dropped or changed makes `one` of `other`."""
    rest, others = _rests(one, other)
    return rest[1:] == others[1:] or rest[1:] == others or rest == others[1:]


def _swapped(one: str, other: str) -> bool:
    """Whether two neighbouring letters swapped make `one` of `other`."""
    rest, others = _rests(one, other)
    return rest[:2] == others[:2][::-1] and rest[2:] == others[2:]
