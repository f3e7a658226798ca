"""The input and output types of the matcher."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from numpy.typing import NDArray

Outcome = Literal["answer", "choices", "none"]

Array = NDArray[Any]
Arrays = Mapping[str, Array]
"""What a model learnt, by the names of its parts."""

Recall = Callable[[str, Callable[[], Arrays]], Arrays]
"""Returns what the model of a name learnt before from the same texts, or else calls the function that learns it."""


def learn_anew(name: str, learn: Callable[[], Arrays]) -> Arrays:
    """Learn without a store."""
    del name
    return learn()


@dataclass(frozen=True, slots=True)
class EntryDocument:
    """The texts of one entry that are used for matching."""

    id: str
    title: str
    phrasings: tuple[str, ...]
    """Phrasings of the concern: the training examples of the matcher."""
    tickets: tuple[str, ...] = ()
    """Whole messages about the concern: further training examples, with whatever else people write."""
    body: str = ""
    """The text of the answer: steps, warnings, destination names, labels."""
    distinguish_from: tuple[str, ...] = ()
    """The ids of entries that are often confused with this one. They are preferred as further choices."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The abbreviations and synonyms of a knowledge base."""

    abbreviations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Expansions by abbreviation: `"mfa" -> ("multi-factor authentication",)`. Several expansions are alternatives."""
    synonyms: tuple[tuple[str, ...], ...] = ()
    """Groups of synonymous words or short phrases: `("locked", "blocked", "shut off")`."""


@dataclass(frozen=True, slots=True)
class CriticalPatterns:
    """The patterns of one critical entry. Phrases match words, with misspellings, inflections and small gaps."""

    id: str
    message: str
    """The text of the alert that a weak match adds to another answer."""
    clear: tuple[str, ...]
    weak: tuple[str, ...]
    exclusions: tuple[str, ...]
    """Harmless figures of speech. A phrase match that overlaps one is ignored."""
    serious: tuple[str, ...] = ()
    """Positive training examples: whole messages."""
    harmless: tuple[str, ...] = ()
    """Negative training examples: whole messages with similar wording."""


@dataclass(frozen=True, slots=True)
class Match:
    """One entry and the calibrated probability (0 to 1) that it is the correct one."""

    id: str
    confidence: float


@dataclass(frozen=True, slots=True)
class ConcernMatch:
    """One of several concerns in a message: its part of the text, and the entry that matches it best."""

    text: str
    match: Match


@dataclass(frozen=True, slots=True)
class Alert:
    """A possible critical entry, shown in addition to the outcome."""

    id: str
    message: str


@dataclass(frozen=True, slots=True)
class Matching:
    """The result of matching one query."""

    outcome: Outcome
    confidence: float
    """The confidence in the first match, for every outcome; 0 if there is none."""
    matches: tuple[Match, ...]
    """The matches, best first."""
    offered: int
    """The number of `matches` to show: 1 for an answer, 2 to 4 for choices, 0 for none."""
    alerts: tuple[Alert, ...]
    urgent: bool
    """Whether a clear pattern ranked a critical entry first."""
    concerns: tuple[ConcernMatch, ...] = ()
    """The concerns of a message that speaks of more than one; the outcome is then `choices`."""
    language: str | None = None
    """The language of a message that is not in English, as far as it is recognized."""
    runner_up: Match | None = None
    """The second match of an answer that is likely but not certain."""
