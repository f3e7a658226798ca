"""Match the phrases of the knowledge base in a text's tokens: whole words, articles and small adverbs skipped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final, Generic, TypeVar

from slackguide.extraction.lexicon import (
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
from slackguide.extraction.tokenizer import Separator, Token, TokenKind, normalize, tokenize

T = TypeVar("T")

MAX_SKIPPED: Final = 4
SHORTEST_CORRECTED: Final = 6
"""Letters of the shortest word whose misspelling is understood; of the shortest, only two letters swapped."""


@dataclass(frozen=True, slots=True)
class PhraseMatch(Generic[T]):
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
        swapped = {known for known in near if _differ_by_transposition(known, word)}
        if not swapped and len(word) > SHORTEST_CORRECTED:
            swapped = {known for known in near if len(known) > SHORTEST_CORRECTED and _differ_by_one(known, word)}
        return swapped.pop() if len(swapped) == 1 else None

    def forms(self, tokens: Sequence[Token]) -> list[tuple[tuple[str, ...], ...]]:
        """For every token the words it can stand for; none for shorthand that is something else here."""
        return [self._forms_at(tokens, at) for at in range(len(tokens))]

    def _forms_at(self, tokens: Sequence[Token], at: int) -> tuple[tuple[str, ...], ...]:
        token = tokens[at]
        if token.kind is TokenKind.AMOUNT:
            return (("nothing",),) if token.value == 0 else (("money",),)
        if token.kind is TokenKind.NUMBER:
            holds = at + 1 < len(tokens) and tokens[at + 1].text in ("in", "still", "held", "sitting", "left")
            return () if not holds else (("nothing",),) if token.value == 0 else (("money",),)
        word = token.text
        if word in ORDINARY and not _is_shorthand(tokens, at):
            return ()
        forms: list[tuple[str, ...]] = [(PARTIES.get(word, word),)]
        if word in self._long_forms:
            forms.append(self._long_forms[word])
        return tuple(forms)

    def find(self, tokens: Sequence[Token], forms: Sequence[tuple[tuple[str, ...], ...]]) -> Iterator[PhraseMatch[T]]:
        """Every phrase in the text, shorter ones inside longer ones included."""
        following = self._root.following
        for start in range(len(tokens)):
            if any(form[0] in following for form in forms[start]):
                yield from self._walk(tokens, forms, start, start, self._root, 0, False)

    def _walk(
        self, tokens: Sequence[Token], forms: Sequence[tuple[tuple[str, ...], ...]],
        start: int, at: int, node: _Node[T], skipped: int, negated: bool,
    ) -> Iterator[PhraseMatch[T]]:  # fmt: skip
        if at > start:
            for meaning, size in node.meanings:
                yield PhraseMatch(start, at, meaning, size, negated)
        if at >= len(tokens) or (at > start and tokens[at].separator > Separator.COLON) or not node.following:
            return
        for form in forms[at]:
            reached = _descend(node, form)
            if reached is not None:
                yield from self._walk(tokens, forms, start, at + 1, reached, 0, negated)
        word = tokens[at].text
        if at == start or skipped >= MAX_SKIPPED:
            return
        if word in NEGATIONS or (word == "no" and at + 1 < len(tokens) and tokens[at + 1].text == "longer"):
            step = 2 if word == "no" else 1
            yield from self._past(tokens, forms, start, at + step, node, skipped + 1, True)
        elif word in SKIPPED:
            yield from self._past(tokens, forms, start, at + 1, node, skipped + 1, negated)

    def _past(
        self, tokens: Sequence[Token], forms: Sequence[tuple[tuple[str, ...], ...]],
        start: int, at: int, node: _Node[T], skipped: int, negated: bool,
    ) -> Iterator[PhraseMatch[T]]:  # fmt: skip
        """The same after a skipped word, where a phrase must go on rather than end."""
        for match in self._walk(tokens, forms, start, at, node, skipped, negated):
            if match.end > at:
                yield match


def _wordings(phrase: str) -> Iterator[tuple[str, ...]]:
    for parts in product(*(part.split("|") for part in phrase.split())):
        words = [PARTIES.get(token.text, token.text) for token in tokenize(" ".join(parts))]
        if words:
            yield tuple(words)
            shorter = (words[0], *(word for word in words[1:] if word not in ARTICLES | BEING))
            yield shorter if len(shorter) > 1 else tuple(words)


def _descend(node: _Node[T], words: Iterable[str]) -> _Node[T] | None:
    here: _Node[T] | None = node
    for word in words:
        here = here.following.get(word) if here else None
    return here


def _is_shorthand(tokens: Sequence[Token], at: int) -> bool:
    before = tokens[at - 1].text if at and tokens[at].separator <= Separator.COLON else ""
    after = tokens[at + 1].text if at + 1 < len(tokens) and tokens[at + 1].separator <= Separator.COLON else ""
    if after == "+" or after in COMPANIONS or before in COMPANIONS:
        return True
    return tokens[at].capitals and before not in OWNERS


def _long_forms(abbreviations: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The abbreviations that stand for one thing only: same first letter, and not a word of their own meaning."""
    for short, meanings in abbreviations.items():
        if len(meanings) != 1 or not short.isalpha():
            continue
        words = tuple(normalize(word) for word in meanings[0].lower().split())
        key = normalize(short.lower())
        if words and key not in words and words[0][:1] == key[:1]:
            yield key, words


def _without_one(word: str) -> Iterator[str]:
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def _differing_parts(one: str, other: str) -> tuple[str, str]:
    """What is left of both after the letters they begin with in common."""
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[at:], other[at:]


def _differ_by_one(one: str, other: str) -> bool:
    """Whether one letter added, dropped or changed makes `one` of `other`."""
    rest, others = _differing_parts(one, other)
    return rest[1:] == others[1:] or rest[1:] == others or rest == others[1:]


def _differ_by_transposition(one: str, other: str) -> bool:
    """Whether two neighbouring letters swapped make `one` of `other`."""
    rest, others = _differing_parts(one, other)
    return rest[:2] == others[:2][::-1] and rest[2:] == others[2:]
