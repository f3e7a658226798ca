"""The guide's prediction for one question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

from slackguide.guide import Answer, Choices, NoAnswer, Outcome, Social

OutcomeName: TypeAlias = Literal["answer", "choices", "none", "social"]

NOTHING_SHOWN: frozenset[OutcomeName] = frozenset({"none", "social"})
"""The outcomes in which the person sees no entry."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One outcome in ids."""

    outcome: OutcomeName
    ranking: tuple[str, ...]
    """The matcher's entries, best first, whatever the outcome."""
    offered: int
    """Number of `ranking` that are shown: 1 for an answer, 2 to 4 for choices, 0 for none."""
    confidence: float = 0.0
    """Of the first match, 0..1."""
    alerts: tuple[str, ...] = ()
    """The critical entries of the alerts."""
    destination: str | None = None
    """Id of the destination, if decided."""
    missing: tuple[str, ...] = ()
    """The facts that the destination still depends on."""

    @property
    def shown(self) -> tuple[str, ...]:
        """The entries that the person sees, best first."""
        return self.ranking[: self.offered]

    @property
    def first(self) -> str | None:
        """The entry that the matcher puts first, whatever the outcome."""
        return self.ranking[0] if self.ranking else None


def prediction_of(outcome: Outcome) -> Prediction:
    """Return an outcome of the guide as ids."""
    ranking = tuple(match.id for match in outcome.matches)
    alerts = tuple(alert.id for alert in outcome.alerts)
    match outcome:
        case Answer(decision=decision):
            target = decision.destination.id if decision.destination else None
            return Prediction("answer", ranking, 1, outcome.confidence, alerts, target, decision.missing)
        case Choices(offered=offered):
            return Prediction("choices", ranking, offered, outcome.confidence, alerts)
        case NoAnswer():
            return Prediction("none", ranking, 0, outcome.confidence, alerts)
        case Social():
            return Prediction("social", ranking, 0, outcome.confidence, alerts)
        case other:
            assert_never(other)
