"""What a concern comes to: an answer, choices to pick from, or an honest nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from slackguide.knowledge import Entry, Role
from slackguide.knowledge.conditions import FactValue
from slackguide.matching import Alert, Evidence
from slackguide.triage import Decision


@dataclass(frozen=True, slots=True)
class Concern:
    """What was asked: the agent's words, the facts given beside them, and the entry where it is known already."""

    text: str = ""
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    entry: str | None = None
    dropped: frozenset[str] = frozenset()
    """Facts that the words seem to say and the agent has taken back."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as far as the answer hangs on it."""

    role: Role = "agent"


LEAST_PRIVILEGED = Asker("agent")
"""The role with the fewest rights: what it may read, every member may. Public messages and cards are drawn for it."""


@dataclass(frozen=True, slots=True)
class RankedEntry:
    """An entry that may be meant; `confidence` is the calibrated probability (0..1) that it is."""

    id: str
    title: str
    confidence: float


@dataclass(frozen=True, slots=True)
class BaseOutcome:
    """What every outcome tells: the entries that came near, best first, and the alerts beside them."""

    confidence: float
    matches: tuple[RankedEntry, ...]
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Answer(BaseOutcome):
    """One entry is the answer, with the destination as far as the facts decide it."""

    entry: Entry
    decision: Decision
    note: str | None
    """The note template, filled with what is known."""
    extracted: Mapping[str, str]
    """The facts that were read out of the agent's words, each with the words it was read from."""
    unclear: Mapping[str, str]
    """Facts the words speak of without settling them, each with what to ask."""
    urgent: bool
    """A clear sign of a critical concern put this entry first, whatever else matched."""
    why: Evidence


@dataclass(frozen=True, slots=True)
class Choices(BaseOutcome):
    """Two to four entries may be meant: the agent picks."""

    offered: int
    """How many of `matches` to offer, from the best."""


@dataclass(frozen=True, slots=True)
class NoAnswer(BaseOutcome):
    """Nothing fits; `matches` may hold near misses."""


Outcome: TypeAlias = Answer | Choices | NoAnswer
