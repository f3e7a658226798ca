"""Match predicates with their subject elsewhere in the text: `the laptop is leased, and it has died`.

A phrase of the knowledge base with a tilde (`laptop ~ died|broke`) is a subject and a predicate. With two tildes
(`suspension ~~ manually`) the text only has to mention the subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

from slackguide.extraction import lexicon
from slackguide.extraction.clauses import Clause
from slackguide.extraction.discourse import Discourse
from slackguide.extraction.phrases import Forms, PhraseMatch, Phrases
from slackguide.extraction.tokenizer import Token
from slackguide.extraction.vocabulary import FactVocabulary

T = TypeVar("T")

TILDE = "~"
_SPEAKERS = frozenset({"he", "she", "i", "we"})
_SOMEBODY = "somebody"
"""In place of a pronoun: the subject is left out, and is a person."""
_MAX_DISTANCE = 40
"""Maximum words between a predicate and its subject."""
_MAX_LINK = 6
"""Maximum words between a predicate and the end of its subject or the beginning of its clause: `has not been yet`."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """One subject, or another noun that can be one, in the tokens from `start` to `end` (exclusive)."""

    start: int
    end: int
    names: frozenset[str]


class Predicates(Generic[T]):
    """The predicates of a knowledge base, each with its subjects. Read-only once built."""

    def __init__(self, vocabulary: FactVocabulary) -> None:
        self._subjects: Phrases[str] = Phrases(vocabulary)
        self._predicates: Phrases[tuple[str, bool, T]] = Phrases(vocabulary)

    def add(self, phrase: str, meaning: T) -> None:
        """Add a phrase `subject ~ predicate`."""
        subject, tildes, predicate = (part.strip() for part in re.split(f"({TILDE}+)", phrase, maxsplit=1))
        self._subjects.add(subject, subject)
        self._predicates.add(predicate, (subject, len(tildes) > 1, meaning))

    def find(self, tokens: Sequence[Token], forms: Forms, discourse: Discourse) -> Iterator[PhraseMatch[T]]:
        """Yield each predicate in the text that refers to a subject of its own."""
        matches = list(self._predicates.find(tokens, forms))
        if not matches:
            return
        subjects = self._find_subjects(tokens, forms, discourse.vocabulary)
        anywhere = frozenset(chain.from_iterable(one.names for one in subjects.values()))
        referents: dict[tuple[int, bool], frozenset[str]] = {}
        for match in matches:
            subject, is_loose, meaning = match.meaning
            if is_loose:
                if subject in anywhere:
                    yield PhraseMatch(match.start, match.end, meaning, match.size, match.negated)
                continue
            is_person = subject in discourse.vocabulary.people
            key = (match.start, is_person)
            if key not in referents:
                referents[key] = self._referent(match.start, subjects, discourse, is_person=is_person)
            if subject in referents[key] and (is_person or not _is_of_another(match.end, discourse)):
                yield PhraseMatch(match.start, match.end, meaning, match.size, match.negated)

    def _find_subjects(self, tokens: Sequence[Token], forms: Forms, vocabulary: FactVocabulary) -> dict[int, _Subject]:
        """Return the subjects and other nouns by their last token."""
        names: dict[tuple[int, int], set[str]] = {}
        for match in self._subjects.find(tokens, forms):
            names.setdefault((match.start, match.end), set()).add(match.meaning)
        subjects: dict[int, _Subject] = {}
        for start, end in sorted(names, key=lambda span: span[0] - span[1]):
            if all(at not in subjects for at in range(start, end)):
                if tokens[end : end + 1] and tokens[end].text in lexicon.OF_A_PARTY:
                    continue
                heads = (names.get((at, end), ()) for at in range(start, end))
                subject = _Subject(start, end, frozenset(chain.from_iterable(heads)))
                subjects.update(dict.fromkeys(range(start, end), subject))
        nameless = vocabulary.nouns | _SPEAKERS
        for at, token in enumerate(tokens):
            if token.text in nameless and at not in subjects and not _is_introduced(tokens, at, vocabulary):
                subjects[at] = _Subject(at, at + 1, frozenset())
        return subjects

    def _referent(
        self, start: int, subjects: dict[int, _Subject], discourse: Discourse, *, is_person: bool
    ) -> frozenset[str]:
        """Return the names of the subject to which the predicate at token `start` refers."""
        clause = discourse.clause(start)
        implied = _SOMEBODY if is_person else ""
        at = start - 1
        while at >= clause.start and start - at <= _MAX_LINK:
            subject, word = subjects.get(at), discourse.word(at)
            if word in lexicon.PRONOUNS:
                return _antecedent(start, at, word, subjects, discourse) | (subject.names if subject else frozenset())
            governor = _governor(subject.start, discourse) if subject else -1
            if subject and governor < 0:
                return subject.names
            if word in lexicon.JOINING or word in lexicon.CORRECTING:
                return _antecedent(start, at, implied, subjects, discourse)
            if subject:
                at = governor - 1
            elif word in lexicon.LINKING:
                at -= 1
            else:
                return frozenset()
        return frozenset() if at >= clause.start else _antecedent(start, clause.start, implied, subjects, discourse)


def _antecedent(
    start: int, at: int, pronoun: str, subjects: dict[int, _Subject], discourse: Discourse
) -> frozenset[str]:
    """Return the names of the first suitable noun in the nearest clause before token `at` that has one."""
    clause: Clause | None = None
    first, governed = None, None
    at -= 1
    while at >= 0 and start - at <= _MAX_DISTANCE and not (first and discourse.clause(at) is not clause):
        subject = subjects.get(at)
        if subject is None:
            at -= 1
            continue
        if _is_suitable(subject, pronoun, discourse) and not _is_of_somebody_else(subject, discourse):
            governor = _governor(subject.start, discourse)
            if governor >= 0:
                denied = discourse.word(governor) in lexicon.NEGATIONS
                governed = governed or (None if denied else subject)
            else:
                first, clause = subject, discourse.clause(at)
        at = subject.start - 1
    found = first or governed
    return found.names if found else frozenset()


def _is_suitable(subject: _Subject, pronoun: str, discourse: Discourse) -> bool:
    person = discourse.word(subject.end - 1) in discourse.vocabulary.people
    if not person and subject.end - subject.start == 1 and discourse.word(subject.start) in ("he", "she", "i", "we"):
        return pronoun in ("", _SOMEBODY)
    if pronoun in lexicon.PERSONAL or pronoun == _SOMEBODY:
        return person
    return not (pronoun and person)


def _is_introduced(tokens: Sequence[Token], at: int, vocabulary: FactVocabulary) -> bool:
    """Return whether a pronoun is only the subject of what a person is: `she is a new tenant`."""
    after = [token.text for token in tokens[at + 1 : at + 5]]
    if tokens[at].text not in _SPEAKERS or after[:1] == [] or after[0] not in lexicon.ARTICLES | lexicon.BE:
        return False
    party = next((number for number, word in enumerate(after) if word in vocabulary.parties), 0)
    return party > 0 and (lexicon.PREPOSITIONS | lexicon.NEGATIONS).isdisjoint(after[:party])


def _is_of_somebody_else(subject: _Subject, discourse: Discourse) -> bool:
    """Return whether the subject is another case, or a person of somebody else's: `another laptop`, `his tenant`."""
    before = discourse.word(subject.start - 1)
    if before in ("another", "other", "different"):
        return discourse.word(subject.start) in discourse.vocabulary.cases
    return discourse.word(subject.end - 1) in discourse.vocabulary.people and before in lexicon.POSSESSIVE


def _governor(start: int, discourse: Discourse) -> int:
    """Return the preposition or negation before the noun at token `start`, as in `for this dispute`, or -1."""
    clause = discourse.clause(start)
    for at in range(start - 1, start - 4, -1):
        word = discourse.word(at, within=clause)
        if word in lexicon.PREPOSITIONS or word in lexicon.NEGATIONS:
            return at
        if not word or (word not in lexicon.ARTICLES and at < start - 1):
            return -1
    return -1


def _is_of_another(end: int, discourse: Discourse) -> bool:
    """Return whether the predicate describes a noun after it: `open a ticket`."""
    clause = discourse.clause(end - 1)
    following = discourse.word(end, within=clause)
    return following in discourse.vocabulary.nouns or (following in lexicon.ARTICLES and following != "this")
