"""Match the phrases of the knowledge base in tokens: whole words, with articles and some adverbs skipped."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Generic, TypeVar

from rapidfuzz.distance import OSA

from slackguide.extraction.dates import UNITS
from slackguide.extraction.lexicon import ARTICLES, BE, CLOSING, NEGATIONS, ORDINARY, OWNED, OWNERS, SKIPPED, SUPPORTING
from slackguide.extraction.tokenizer import Separator, Token, TokenKind, normalize, tokenize
from slackguide.extraction.vocabulary import FactVocabulary

T = TypeVar("T")

Forms = Sequence[tuple[tuple[str, ...], ...]]
"""The word sequences that each token of a text can stand for."""

GAP = ".."
MAX_GAP = 4
"""Maximum words in a gap of a phrase."""
MAX_SKIPPED = 4
_DROPPED = ARTICLES | BE | {"be", "been", "being"}
_CORRECTED = range(3, 16)
"""Lengths of the words whose misspelling is corrected. At the shortest, only a transposition is."""
_CORRECTED_TWICE = range(9, 16)
"""Lengths of the words in which two letters can be wrong."""


@dataclass(frozen=True, slots=True)
class PhraseMatch(Generic[T]):
    """A match of a phrase in the tokens from `start` to `end` (exclusive)."""

    start: int
    end: int
    meaning: T
    size: int
    """The number of words in the phrase."""
    negated: bool = False
    """Whether the match contains a negation."""

    @property
    def tokens(self) -> range:
        """The positions of its tokens."""
        return range(self.start, self.end)


@dataclass(slots=True)
class _Node(Generic[T]):
    following: dict[str, list[_Node[T]]] = field(default_factory=dict)
    gap: _Node[T] | None = None
    """The rest of the phrases that allow other words here."""
    meanings: list[tuple[T, int]] = field(default_factory=list)
    sets: dict[frozenset[tuple[str, ...]], _Node[T]] = field(default_factory=dict)
    """The nodes after each set of alternatives, so that phrases share them."""


class Phrases(Generic[T]):
    """A trie of phrases with their meanings. Read-only once built."""

    def __init__(self, vocabulary: FactVocabulary, common_words: Container[str] = frozenset()) -> None:
        self._root: _Node[T] = _Node()
        self._common_words = common_words
        self._words: set[str] = set()
        self._by_deletion: dict[str, set[str]] = {}
        self._vocabulary = vocabulary
        self._long_forms = dict(_long_forms(vocabulary.abbreviations))
        self._read: dict[str, frozenset[tuple[str, ...]]] = {}
        """The word sequences of each word that was added. Most phrases share their words."""
        for word in vocabulary.parties:
            self.add_word(word)

    def add(self, phrase: str, meaning: T) -> None:
        """Add a phrase, with and without its articles and forms of `be`.

        `a|b` matches either word, and `a .. b` allows up to `MAX_GAP` other words between the two.
        """
        parts = [part for part in map(self._alternatives, phrase.split()) if part is None or part]
        shorter = [part for at, part in enumerate(parts) if not at or part is None or not _is_droppable(part)]
        for variant in (parts, shorter) if len(shorter) > 1 and shorter != parts else (parts,):
            node, size = self._root, 0
            for part in variant:
                if part is None:
                    node.gap = node = node.gap or _Node()
                else:
                    node = self._extend(node, part)
                    size += min(map(len, part))
            if size and all(meaning != known for known, _ in node.meanings):
                node.meanings.append((meaning, size))

    def _alternatives(self, part: str) -> frozenset[tuple[str, ...]] | None:
        """Return the word sequences of a part of a phrase (`a|b`), or None for a gap."""
        if part == GAP:
            return None
        found = [self._read.get(word) or self._sequences(word) for word in part.split("|")]
        return found[0] if len(found) == 1 else frozenset().union(*found)

    def _sequences(self, word: str) -> frozenset[tuple[str, ...]]:
        """Return the word sequences of one alternative."""
        tokens = tokenize(word)
        self._vocabulary.fold(tokens)
        words = tuple(token.text for token in tokens)
        written_out = tuple(chain.from_iterable(map(self._written_out, words)))
        read = self._read[word] = frozenset({words, written_out} - {()})
        return read

    def _written_out(self, word: str) -> tuple[str, ...]:
        """Return the words that an abbreviation stands for, if they are several, or the word."""
        long = self._long_forms.get(word, ())
        return long if len(long) > 1 else (word,)

    def _extend(self, node: _Node[T], part: frozenset[tuple[str, ...]]) -> _Node[T]:
        """Return the node after a part of a phrase. Its words are added to the spelling correction."""
        if part in node.sets:
            return node.sets[part]
        end = node.sets[part] = _Node()
        for words in sorted(part):
            here = node
            for word in words[:-1]:
                inner: _Node[T] = _Node()
                here.following.setdefault(word, []).append(inner)
                here = inner
            here.following.setdefault(words[-1], []).append(end)
            for word in words:
                self.add_word(word)
        return end

    def add_word(self, word: str) -> None:
        """Add a word to the vocabulary of the spelling correction."""
        if word not in self._words:
            self._words.add(word)
            for deletion in {word, *_deletions(word)}:
                self._by_deletion.setdefault(deletion, set()).add(word)

    def correct(self, word: str) -> str | None:
        """Return the only known word at an edit distance of one (or two, if it is long), or None.

        A common English word, an abbreviation and, without a list of common words, any other word is left unchanged.
        """
        if len(word) not in _CORRECTED or not self._common_words or word in self._words:
            return None
        if word in self._common_words or word in self._vocabulary.abbreviations:
            return None
        allowed = 2 if len(word) in _CORRECTED_TWICE else 1
        ranked = sorted(
            (distance, sorted(known) != sorted(word), -len(known), known)
            for deletion in {word, *_deletions(word)}
            for known in self._by_deletion.get(deletion, ())
            if known[0] == word[0] and (distance := OSA.distance(known, word)) <= allowed
            if len(word) > _CORRECTED.start or sorted(known) == sorted(word)
        )
        best = dict.fromkeys(known for *rank, known in ranked if rank == list(ranked[0][:-1]))
        return next(iter(best)) if len(best) == 1 else None

    def forms(self, tokens: Sequence[Token]) -> Forms:
        """Return the word sequences that each token can stand for. Empty for an abbreviation with another meaning."""
        return [self._forms_at(tokens, at) for at in range(len(tokens))]

    def _forms_at(self, tokens: Sequence[Token], at: int) -> tuple[tuple[str, ...], ...]:
        token = tokens[at]
        if token.kind is TokenKind.AMOUNT:
            return (("nothing",),) if token.value == 0 else (("money",),)
        if token.kind is TokenKind.NUMBER:
            if token.text.endswith("%"):
                return (("part",),) if (token.value or 0) < 100 else ()
            if not self._is_balance(tokens, at):
                return ()
            return (("nothing",),) if token.value == 0 else (("money",),)
        word = token.text
        if word in ORDINARY and not self._is_abbreviation(tokens, at):
            return ()
        form = (word,)
        return (form, self._long_forms[word]) if word in self._long_forms else (form,)

    def _is_balance(self, tokens: Sequence[Token], at: int) -> bool:
        """Return whether the number at this token is an amount of money: `700 in the fund`, `fund: 0`."""
        before = tokens[at - 1].text if at and tokens[at].separator <= Separator.COLON else ""
        after = tokens[at + 1].text if at + 1 < len(tokens) else ""
        if after in ("in", "still", "held", "sitting", "left"):
            return True
        return after not in UNITS and bool(_descend(self._root, (before, "money")))

    def _is_abbreviation(self, tokens: Sequence[Token], at: int) -> bool:
        before = tokens[at - 1].text if at and tokens[at].separator <= Separator.COLON else ""
        after = tokens[at + 1].text if at + 1 < len(tokens) and tokens[at + 1].separator <= Separator.COLON else ""
        if after == "+" or not self._vocabulary.nouns.isdisjoint((before, after)):
            return True
        return tokens[at].capitals and not (before in OWNERS and tokens[at].text in OWNED)

    def find(self, tokens: Sequence[Token], forms: Forms) -> Iterator[PhraseMatch[T]]:
        """Yield every phrase match in the text, including those inside longer ones."""
        following = self._root.following
        for start, alternatives in enumerate(forms):
            for form in alternatives:
                if form[0] in following:
                    yield from self._walk(tokens, forms, start, start, self._root, 0, False)
                    break

    def _walk(
        self, tokens: Sequence[Token], forms: Forms,
        start: int, at: int, node: _Node[T], skipped: int, negated: bool,
    ) -> Iterator[PhraseMatch[T]]:  # fmt: skip
        if at > start:
            for meaning, size in node.meanings:
                yield PhraseMatch(start, at, meaning, size, negated)
        if at >= len(tokens) or (at > start and tokens[at].separator > Separator.COLON):
            return
        if not (node.following or node.gap):
            return
        for form in forms[at]:
            for child in _descend(node, form):
                yield from self._walk(tokens, forms, start, at + 1, child, 0, negated)
        if node.gap:
            yield from self._walk_after_gap(tokens, forms, start, at, node.gap, negated)
        word = tokens[at].text
        if at == start or skipped >= MAX_SKIPPED:
            return
        if word in SUPPORTING and tokens[at + 1 : at + 2] and tokens[at + 1].text == "not":
            yield from self._walk_after_skip(tokens, forms, start, at + 2, node, skipped + 1, True)
        elif word in NEGATIONS or (word == "no" and at + 1 < len(tokens) and tokens[at + 1].text == "longer"):
            step = 2 if word == "no" else 1
            yield from self._walk_after_skip(tokens, forms, start, at + step, node, skipped + 1, True)
        elif word in SKIPPED:
            yield from self._walk_after_skip(tokens, forms, start, at + 1, node, skipped + 1, negated)

    def _walk_after_gap(
        self, tokens: Sequence[Token], forms: Forms,
        start: int, at: int, node: _Node[T], negated: bool,
    ) -> Iterator[PhraseMatch[T]]:  # fmt: skip
        """Continue at each of the next words up to the end of a gap. A `not` in it denies the phrase."""
        for here in range(at, min(at + MAX_GAP + 1, len(tokens))):
            if tokens[here].separator > Separator.COLON:
                return
            for form in forms[here]:
                for child in _descend(node, form):
                    yield from self._walk(tokens, forms, start, here + 1, child, 0, negated)
            word = tokens[here].text
            if word in CLOSING:
                return
            negated = negated or word in NEGATIONS

    def _walk_after_skip(
        self, tokens: Sequence[Token], forms: Forms,
        start: int, at: int, node: _Node[T], skipped: int, negated: bool,
    ) -> Iterator[PhraseMatch[T]]:  # fmt: skip
        """Continue after a skipped word, after which a phrase must not end."""
        for match in self._walk(tokens, forms, start, at, node, skipped, negated):
            if match.end > at:
                yield match


def _is_droppable(part: frozenset[tuple[str, ...]]) -> bool:
    return any(len(words) == 1 and words[0] in _DROPPED for words in part)


def _descend(node: _Node[T], words: Sequence[str]) -> Sequence[_Node[T]]:
    """Return the nodes that follow a node after these words."""
    if len(words) == 1:
        return node.following.get(words[0], ())
    nodes: Sequence[_Node[T]] = (node,)
    for word in words:
        nodes = [child for here in nodes for child in here.following.get(word, ())]
    return nodes


def _long_forms(abbreviations: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield abbreviations with exactly one meaning that begins with the same letter and does not contain them."""
    for short, meanings in abbreviations.items():
        if len(meanings) != 1 or not short.isalpha():
            continue
        words = tuple(normalize(word) for word in meanings[0].lower().split())
        key = normalize(short.lower())
        if words and key not in words and words[0][:1] == key[:1]:
            yield key, words


def _deletions(word: str) -> Iterator[str]:
    """Yield the word without any one letter and, if it is long, without any two."""
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
        if len(word) in _CORRECTED_TWICE:
            yield from (word[:at] + word[at + 1 : other] + word[other + 1 :] for other in range(at + 1, len(word)))
