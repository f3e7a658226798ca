"""Accuracy gates: lower and upper bounds of metrics."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from slackguide.errors import UnusableInput
from slackguide.evaluation.conversation_metrics import METRICS
from slackguide.evaluation.metrics import METRIC_DESCRIPTIONS, definitions
from slackguide.evaluation.report import build_section
from slackguide.evaluation.results import Observation
from slackguide.knowledge import did_you_mean

Bound: TypeAlias = Literal["at least", "at most"]
Limit: TypeAlias = Annotated[float, Field(ge=0, le=1, strict=True)]

GATED: Mapping[str, str] = {
    **METRIC_DESCRIPTIONS,
    "ece": "calibration error over the questions in scope",
    "ece_all": "calibration error over all questions",
}
"""The metrics that a gate can bound, with their definitions."""

LESS_IS_BETTER = frozenset(
    {"none", "offered_out_of_scope", "answered_out_of_scope", "false_critical", "false_alert", "ece", "ece_all"}
)
MORE_IS_BETTER = frozenset(GATED) - LESS_IS_BETTER - {"answered", "offered"}


@dataclass(frozen=True, slots=True)
class Gate:
    """One metric and its bound (0..1)."""

    metric: str
    bound: Bound
    value: float

    def met(self, metrics: float | None) -> bool:
        """Whether the value is within the bound. A value that could not be measured is not."""
        if metrics is None:
            return False
        return metrics >= self.value if self.bound == "at least" else metrics <= self.value


@dataclass(frozen=True, slots=True)
class GateSet:
    """Gates for the question files whose names match a pattern; for all files if there is no pattern."""

    name: str
    patterns: tuple[str, ...]
    gates: tuple[Gate, ...]

    def covers(self, file: str) -> bool:
        """Return whether the set includes a file, by its name without folder and suffix."""
        return not self.patterns or any(fnmatchcase(PurePath(file).stem, pattern) for pattern in self.patterns)


@dataclass(frozen=True, slots=True)
class GateResult:
    """A gate and the measured value, or None if the questions of its set do not allow a measurement."""

    gate: Gate
    measured: float | None
    questions: str = "all questions"
    """The name of the set."""
    misses: tuple[Observation, ...] = ()
    """The questions that count against the gate, highest confidence first. Calibration errors have none."""

    @property
    def met(self) -> bool:
        """Whether the gate is passed."""
        return self.gate.met(self.measured)

    def __str__(self) -> str:
        gate = self.gate
        name = f"{gate.metric} of {self.questions}"
        if self.measured is None:
            return f"{name} cannot be measured: no question of the set counts for this metric"
        text = f"{name} is {self.measured:.4f}, wanted {gate.bound} {gate.value:g}"
        if self.met:
            return text
        return f"{text}: {abs(self.measured - gate.value):.4f} {'short' if gate.bound == 'at least' else 'over'}"


class _Set(BaseModel):
    """One `[[sets]]` of a file of gates."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1)
    files: list[str] = []
    at_least: dict[str, Limit] = {}
    at_most: dict[str, Limit] = {}


class _Conversations(BaseModel):
    """The bounds of the measures of conversations."""

    model_config = ConfigDict(extra="forbid")

    at_least: dict[str, Limit] = {}
    at_most: dict[str, Limit] = {}


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sets: list[_Set] = Field(min_length=1)
    conversations: _Conversations = _Conversations()


def read_gates(path: Path) -> tuple[GateSet, ...]:
    """Return the gates of a TOML file, in its order.

    Each of its `[[sets]]` has a `name`, optionally `files` (names of question files without folder and suffix, with
    `*` as a wildcard; omitted: all questions), and bounds under `at_least` and `at_most`, like `top1 = 0.95`.

    Raises `UnusableInput`, with the file name, if the file cannot be read, or if a bound is not a number from 0 to 1,
    is of an unknown metric, or is on the wrong side of a metric.
    """
    found = _read_file(path)
    try:
        return tuple(_gate_set(one) for one in found.sets)
    except UnusableInput as error:
        raise UnusableInput(f"{path}: {error}") from error


def read_conversation_gates(path: Path) -> tuple[Gate, ...]:
    """Return the gates of conversations of a TOML file, under `[conversations]`. Raises `UnusableInput`."""
    found = _read_file(path).conversations
    unknown = sorted({*found.at_least, *found.at_most} - METRICS.keys())
    if unknown:
        close = did_you_mean(unknown[0], METRICS) or f": there are {', '.join(METRICS)}"
        raise UnusableInput(f"{path}: conversations: unknown measure `{unknown[0]}`{close}")
    return (
        *(Gate(name, "at least", value) for name, value in found.at_least.items()),
        *(Gate(name, "at most", value) for name, value in found.at_most.items()),
    )


def _read_file(path: Path) -> _File:
    try:
        return _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UnusableInput(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnusableInput(f"{path} is not TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        position = ".".join(str(part) for part in first["loc"])
        raise UnusableInput(f"{path}: {position}: {first['msg']}.") from error


def _gate_set(found: _Set) -> GateSet:
    gates = (
        *(_gate(found.name, name, "at least", value) for name, value in found.at_least.items()),
        *(_gate(found.name, name, "at most", value) for name, value in found.at_most.items()),
    )
    if not gates:
        raise UnusableInput(f"the set `{found.name}` has no gate: give it bounds under at_least or at_most.")
    return GateSet(found.name, tuple(found.files), gates)


def _gate(set_name: str, name: str, bound: Bound, value: float) -> Gate:
    if name not in GATED:
        close = did_you_mean(name, GATED) or f": there are {', '.join(GATED)}"
        raise UnusableInput(f"`{set_name}`: unknown measure `{name}`{close}")
    if name in (LESS_IS_BETTER if bound == "at least" else MORE_IS_BETTER):
        other, better = ("at_most", "less") if bound == "at least" else ("at_least", "more")
        raise UnusableInput(f"`{set_name}`: of `{name}` {better} is better: put it under {other}.")
    return Gate(name, bound, value)


def check_gates(
    wanted: Iterable[GateSet], observations: Sequence[Observation], *, critical: frozenset[str]
) -> tuple[GateResult, ...]:
    """Return each gate with its measured value; `critical` are the ids of the critical entries."""
    return tuple(results for one in wanted for results in _check(one, observations, critical))


def _check(wanted: GateSet, observations: Sequence[Observation], critical: frozenset[str]) -> Iterator[GateResult]:
    asked = [one for one in observations if wanted.covers(one.case.file)]
    metrics = build_section(wanted.name, asked, critical).values() if asked else dict.fromkeys(GATED)
    for gate in wanted.gates:
        yield GateResult(gate, metrics[gate.metric], wanted.name, _misses(gate, asked, critical))


def _misses(gate: Gate, observations: Iterable[Observation], critical: frozenset[str]) -> tuple[Observation, ...]:
    definition = definitions(critical).get(gate.metric)
    if definition is None:
        return ()
    counted = gate.bound == "at most"
    found = [one for one in observations if definition.among(one) and definition.holds(one) is counted]
    return tuple(sorted(found, key=lambda one: -one.prediction.confidence))
