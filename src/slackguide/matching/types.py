"""Input and output types of the matcher: plain values, no behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["answer", "choices", "none"]


@dataclass(frozen=True, slots=True)
class EntryDocument:
    """One entry of the knowledge base, as far as matching is concerned."""

    id: str
    title: str
    phrasings: tuple[str, ...]
    """How people put the concern: the matcher learns from these."""
    body: str = ""
    """The answer's own text: steps, warnings, destination names, labels."""
    distinguish_from: tuple[str, ...] = ()
    """Ids of neighbours that people mix up with this one: offered beside it when the matcher is not sure."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Team shorthand and words that mean the same here."""

    abbreviations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Shorthand to what it stands for: `"fp" -> ("fixed price",)`. Several expansions are alternatives."""
    synonyms: tuple[tuple[str, ...], ...] = ()
    """Groups of words or short phrases that mean the same: `("locked", "blocked", "shut off")`."""


@dataclass(frozen=True, slots=True)
class CriticalPatterns:
    """The signs of one critical entry. Phrases match on words, with misspellings, inflections and small gaps."""

    id: str
    message: str
    """Shown beside another answer where only a weak sign was found."""
    clear: tuple[str, ...]
    weak: tuple[str, ...]
    exclusions: tuple[str, ...]
    """Harmless figures of speech: a sign inside one of them does not count."""
    serious: tuple[str, ...] = ()
    """Whole messages that are meant: the detector learns from these, too."""
    harmless: tuple[str, ...] = ()
    """Whole messages with the same words that are not."""


@dataclass(frozen=True, slots=True)
class Match:
    """One entry and the probability (0..1, calibrated) that it is the one meant."""

    id: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Alert:
    """A weak sign of a critical entry, to be shown beside whatever else is answered."""

    id: str
    message: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What carried a match: the words of the question, strongest first, and the phrasing nearest to it ("" if none)."""

    words: tuple[str, ...] = ()
    phrasing: str = ""


@dataclass(frozen=True, slots=True)
class Matching:
    """The outcome of one question."""

    outcome: Outcome
    confidence: float
    """Of the first match, whatever the outcome; 0 when there is none."""
    matches: tuple[Match, ...]
    """Best first."""
    offered: int
    """How many of `matches` to show: 1 for an answer, 2 to 4 for choices, 0 for none."""
    alerts: tuple[Alert, ...]
    urgent: bool
    """A clear sign put a critical entry first."""
    why: Evidence
