"""Metrics: proportions with their denominators, calibration, confusions and latency."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from slackguide.evaluation.prediction import NOTHING_SHOWN
from slackguide.evaluation.results import Observation


@dataclass(frozen=True, slots=True)
class Proportion:
    """`count` of `of`."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        """0..1, or None of nothing."""
        return self.count / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Metrics:
    """All metrics; `METRIC_DESCRIPTIONS` defines each."""

    top1: Proportion
    top3: Proportion
    answered: Proportion
    offered: Proportion
    none: Proportion
    shown: Proportion
    answer_precision: Proportion
    offered_hit: Proportion
    none_out_of_scope: Proportion
    offered_out_of_scope: Proportion
    answered_out_of_scope: Proportion
    answer_precision_all: Proportion
    critical_first: Proportion
    critical_noticed: Proportion
    false_critical: Proportion
    false_alert: Proportion


METRIC_DESCRIPTIONS: dict[str, str] = {
    "top1": "an acceptable entry is ranked first, whatever the outcome",
    "top3": "an acceptable entry is ranked among the first three",
    "answered": "outcome answer",
    "offered": "outcome choices",
    "none": "outcome none or social",
    "shown": "an acceptable entry is the answer or among the choices",
    "answer_precision": "of the answers: the entry is acceptable",
    "offered_hit": "of the choices: an acceptable entry is among them",
    "none_out_of_scope": "out of scope: outcome none or social",
    "offered_out_of_scope": "out of scope: outcome choices",
    "answered_out_of_scope": "out of scope: outcome answer",
    "answer_precision_all": "of all answers, those out of scope counted as wrong: the entry is acceptable",
    "critical_first": "of the questions that only a critical entry answers: it is shown first",
    "critical_noticed": "of the questions that only a critical entry answers: it is shown first or alerted to",
    "false_critical": "of the questions that no critical entry answers: one is shown first all the same",
    "false_alert": "of the questions that no critical entry answers: an alert points to one",
}


Test: TypeAlias = Callable[[Observation], bool]


@dataclass(frozen=True, slots=True)
class Definition:
    """A metric: of the questions that meet `among`, the share that meets `holds`."""

    among: Test
    holds: Test


def definitions(critical: frozenset[str]) -> Mapping[str, Definition]:
    """Return the definition of each metric by name; `critical` are the ids of the critical entries."""

    def in_scope(one: Observation) -> bool:
        return one.case.in_scope

    def out_of_scope(one: Observation) -> bool:
        return not one.case.in_scope

    def answered_in_scope(one: Observation) -> bool:
        return one.case.in_scope and one.answered

    def offered_in_scope(one: Observation) -> bool:
        return one.case.in_scope and one.prediction.outcome == "choices"

    def only_critical(one: Observation) -> bool:
        return one.case.in_scope and critical.issuperset(one.case.ids)

    def not_critical(one: Observation) -> bool:
        return critical.isdisjoint(one.case.ids)

    def hit(one: Observation) -> bool:
        return one.hit

    def answered(one: Observation) -> bool:
        return one.answered

    def offered(one: Observation) -> bool:
        return one.prediction.outcome == "choices"

    def none(one: Observation) -> bool:
        return one.prediction.outcome in NOTHING_SHOWN

    return {
        "top1": Definition(in_scope, lambda one: one.ranked(1)),
        "top3": Definition(in_scope, lambda one: one.ranked(3)),
        "answered": Definition(in_scope, answered),
        "offered": Definition(in_scope, offered),
        "none": Definition(in_scope, none),
        "shown": Definition(in_scope, hit),
        "answer_precision": Definition(answered_in_scope, hit),
        "offered_hit": Definition(offered_in_scope, hit),
        "none_out_of_scope": Definition(out_of_scope, none),
        "offered_out_of_scope": Definition(out_of_scope, offered),
        "answered_out_of_scope": Definition(out_of_scope, answered),
        "answer_precision_all": Definition(answered, hit),
        "critical_first": Definition(
            only_critical, lambda one: _first_shown(one) in critical.intersection(one.case.ids)
        ),
        "critical_noticed": Definition(only_critical, lambda one: _is_alerted(one, critical)),
        "false_critical": Definition(not_critical, lambda one: _first_shown(one) in critical),
        "false_alert": Definition(not_critical, lambda one: bool(one.prediction.alerts)),
    }


def compute_metrics(observations: Sequence[Observation], *, critical: frozenset[str]) -> Metrics:
    """Compute the metrics of these observations; `critical` are the ids of the critical entries."""
    return Metrics(**{name: _proportion(found, observations) for name, found in definitions(critical).items()})


def _proportion(definition: Definition, observations: Iterable[Observation]) -> Proportion:
    found = [definition.holds(one) for one in observations if definition.among(one)]
    return Proportion(sum(found), len(found))


def _first_shown(one: Observation) -> str | None:
    return one.prediction.shown[0] if one.prediction.shown else None


def _is_alerted(one: Observation, critical: frozenset[str]) -> bool:
    meant = critical.intersection(one.case.ids)
    return _first_shown(one) in meant or bool(meant.intersection(one.prediction.alerts))


BINS = 10


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """The first matches with a confidence from `low` up to (not with) `high`; the last bin holds 1.0 too."""

    low: float
    high: float
    count: int
    confidence: float
    """Mean confidence; 0 where the bin is empty."""
    accuracy: float
    """Share of them that are right; 0 where the bin is empty."""

    @property
    def gap(self) -> float:
        """The difference between confidence and accuracy, 0..1."""
        return abs(self.confidence - self.accuracy)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The reliability table."""

    bins: tuple[CalibrationBin, ...]

    @property
    def count(self) -> int:
        """The number of first matches."""
        return sum(bin.count for bin in self.bins)

    @property
    def error(self) -> float | None:
        """Expected calibration error (Guo et al. 2017): the gaps of the bins, weighted by how much they hold; 0..1.

        None where there is nothing to take it from.
        """
        if not self.count:
            return None
        return sum(bin.count * bin.gap for bin in self.bins) / self.count


def calibrate(results: Iterable[tuple[float, bool]]) -> Calibration:
    """Return the reliability table of pairs (confidence 0..1, right or not), in 10 bins of equal width."""
    predictions: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in results:
        predictions[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    return Calibration(tuple(_bin(number, pairs) for number, pairs in enumerate(predictions)))


def _bin(number: int, pairs: list[tuple[float, bool]]) -> CalibrationBin:
    low, high, count = number / BINS, (number + 1) / BINS, len(pairs)
    if not count:
        return CalibrationBin(low, high, 0, 0.0, 0.0)
    return CalibrationBin(low, high, count, sum(c for c, _ in pairs) / count, sum(right for _, right in pairs) / count)


@dataclass(frozen=True, slots=True)
class Confusion:
    """Questions that one entry was ranked first for in place of another.

    `expected` are the acceptable entries, none: out of scope. `got` is None where nothing was ranked at all.
    """

    expected: tuple[str, ...]
    got: str | None
    observations: tuple[Observation, ...]

    @property
    def count(self) -> int:
        """The number of questions."""
        return len(self.observations)


def count_confusions(observations: Iterable[Observation]) -> tuple[Confusion, ...]:
    """Return the confusions, most frequent first.

    In scope: the first match is not acceptable. Out of scope: it was answered.
    """
    pairs: dict[tuple[tuple[str, ...], str | None], list[Observation]] = {}
    for one in observations:
        if one.wrong or (one.case.in_scope and not one.ranked(1)):
            pairs.setdefault((tuple(sorted(one.case.ids)), one.prediction.first), []).append(one)
    found = [Confusion(expected, got, tuple(ones)) for (expected, got), ones in pairs.items()]
    return tuple(sorted(found, key=lambda confusion: (-confusion.count, confusion.expected, confusion.got or "")))


SLOWEST = 5


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds per question, from its text to the whole answer."""

    p50: float
    p99: float
    slowest: tuple[Observation, ...]
    """The slowest first."""


def measure_latency(observations: Sequence[Observation]) -> Latency:
    """Return percentiles and the slowest five observations. Raises ValueError if there are none."""
    times = [one.seconds for one in observations]
    slowest = sorted(observations, key=lambda one: -one.seconds)[:SLOWEST]
    return Latency(percentile(times, 50), percentile(times, 99), tuple(slowest))


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile: the smallest value that `percent` (above 0, to 100) do not exceed.

    Raises ValueError if there are no values.
    """
    if not values:
        raise ValueError("no values: a percentile needs one")
    return sorted(values)[max(math.ceil(len(values) * percent / 100), 1) - 1]
