"""The words of one knowledge base, beside the general English of the lexicon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from slackguide.extraction.lexicon import CASES, NOUNS, PEOPLE
from slackguide.extraction.tokenizer import Token, normalize
from slackguide.knowledge.model import KnowledgeBase


@dataclass(frozen=True, slots=True)
class FactVocabulary:
    """Words in the normal form of tokens."""

    abbreviations: Mapping[str, tuple[str, ...]]
    """Those of the glossary, as they are written there."""
    names: Mapping[str, str]
    """The names of the parties, mapped to the party."""
    parties: frozenset[str]
    people: frozenset[str]
    """Nouns that `he`, `she` and `who` can refer to."""
    nouns: frozenset[str]
    """Nouns that a fact can be said of."""
    cases: frozenset[str]
    """Nouns of which a person can have several, each another case."""

    @classmethod
    def of(
        cls,
        abbreviations: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
        nouns: Iterable[str] = (),
        parties: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> FactVocabulary:
        """Return the vocabulary of a base with these abbreviations, nouns, and parties with their other names."""
        names = {normalize(name.lower()): party for party, others in parties.items() for name in (party, *others)}
        known, own = frozenset(parties), frozenset(normalize(noun.lower()) for noun in nouns)
        return cls(abbreviations, names, known, PEOPLE | known, NOUNS | own | known, CASES | own | known)

    @classmethod
    def of_base(cls, knowledge: KnowledgeBase) -> FactVocabulary:
        """Return the vocabulary of a knowledge base."""
        return cls.of(knowledge.abbreviations, knowledge.nouns, knowledge.parties)

    def fold(self, tokens: Iterable[Token]) -> None:
        """Replace each name of a party by the party."""
        for token in tokens:
            token.text = self.names.get(token.text, token.text)
