"""Gates: the least and the most that measures may be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from slackguide.errors import UnusableInput
from slackguide.evaluation.measures import MEANINGS
from slackguide.knowledge import did_you_mean

Bound: TypeAlias = Literal["at least", "at most"]

GATED: Mapping[str, str] = {
    **MEANINGS,
    "ece": "calibration error over the questions in scope",
    "ece_all": "calibration error over all questions",
}
"""Every measure a gate can name, and what it means."""

LESS_IS_BETTER = frozenset(
    {"none", "offered_out_of_scope", "answered_out_of_scope", "false_critical", "false_alert", "ece", "ece_all"}
)
MORE_IS_BETTER = frozenset(GATED) - LESS_IS_BETTER - {"answered", "offered"}


@dataclass(frozen=True, slots=True)
class Gate:
    """One measure and the bound (0..1) it has to keep."""

    measure: str
    bound: Bound
    value: float

    def met(self, measured: float | None) -> bool:
        """Whether the measured value keeps the bound; what could not be measured does not."""
        if measured is None:
            return False
        return measured >= self.value if self.bound == "at least" else measured <= self.value


@dataclass(frozen=True, slots=True)
class Checked:
    """A gate and what was measured for it; None: it could not be measured on these questions."""

    gate: Gate
    measured: float | None

    @property
    def met(self) -> bool:
        """Whether the gate is passed."""
        return self.gate.met(self.measured)

    def __str__(self) -> str:
        gate = self.gate
        if self.measured is None:
            return f"{gate.measure} cannot be measured: none of these questions is one of those it is taken of"
        words = f"{gate.measure} is {self.measured:.4f}, wanted {gate.bound} {gate.value:g}"
        if self.met:
            return words
        return f"{words}: {abs(self.measured - gate.value):.4f} {'short' if gate.bound == 'at least' else 'over'}"


def gates(text: str, bound: Bound) -> tuple[Gate, ...]:
    """Reads `top1=0.95,top3=0.99`.

    Raises `UnusableInput` for what is no measure, is no number from 0 to 1, or bounds a measure from its wrong side.
    """
    option = f"--{bound.replace(' ', '-')}"
    found: dict[str, Gate] = {}
    for item in text.split(","):
        name, _, number = (part.strip() for part in item.partition("="))
        if not name or not number or name[-1] in "<>":
            raise UnusableInput(f"`{item.strip()}` is no gate: {option} takes NAME=NUMBER, like {_example(bound)}.")
        if name not in GATED:
            close = did_you_mean(name, GATED) or f": there are {', '.join(GATED)}"
            raise UnusableInput(f"unknown measure `{name}`{close}")
        wrong_way = LESS_IS_BETTER if bound == "at least" else MORE_IS_BETTER
        if name in wrong_way:
            other, better = ("--at-most", "less") if bound == "at least" else ("--at-least", "more")
            raise UnusableInput(f"of `{name}` {better} is better: write {other} {name}={number}.")
        if name in found:
            raise UnusableInput(f"`{name}` is given twice: give each measure once to {option}.")
        found[name] = Gate(name, bound, _number(name, number))
    return tuple(found.values())


def check(wanted: Iterable[Gate], measured: Mapping[str, float | None]) -> tuple[Checked, ...]:
    """Each gate with what was measured for it."""
    return tuple(Checked(gate, measured[gate.measure]) for gate in wanted)


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 <= value <= 1.0:
        raise UnusableInput(f"`{text}` is no share: {name} takes a number from 0 to 1, like 0.95.")
    return value


def _example(bound: Bound) -> str:
    return "top1=0.95" if bound == "at least" else "ece=0.05"
