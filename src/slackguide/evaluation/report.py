"""The accuracy report: the same section for every file and for all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from slackguide.evaluation.metrics import (
    Calibration,
    Confusion,
    Latency,
    Metrics,
    Proportion,
    calibrate,
    compute_metrics,
    count_confusions,
    measure_latency,
)
from slackguide.evaluation.results import Observation


@dataclass(frozen=True, slots=True)
class ReportSection:
    """The results on one set of questions."""

    name: str
    observations: tuple[Observation, ...]
    metrics: Metrics
    calibration: Calibration
    """Of the first matches of the questions in scope."""
    calibration_all: Calibration
    """Of all first matches; those of out-of-scope questions are wrong."""
    confusions: tuple[Confusion, ...]
    latency: Latency

    @property
    def in_scope(self) -> int:
        """The number of questions that an entry answers."""
        return self.metrics.top1.of

    @property
    def out_of_scope(self) -> int:
        """The number of questions that no entry answers."""
        return self.metrics.none_out_of_scope.of

    @property
    def wrong_answers(self) -> tuple[Observation, ...]:
        """The questions answered by an entry that is not acceptable, highest confidence first."""
        wrong = [one for one in self.observations if one.wrong]
        return tuple(sorted(wrong, key=lambda one: -one.prediction.confidence))

    @property
    def alerted(self) -> tuple[Observation, ...]:
        """The questions that got an alert."""
        return tuple(one for one in self.observations if one.prediction.alerts)

    def shares(self) -> dict[str, Proportion]:
        """Return the proportions by name."""
        return {field.name: getattr(self.metrics, field.name) for field in fields(self.metrics)}

    def values(self) -> dict[str, float | None]:
        """Return every value that a gate can bound, by name. None: it cannot be measured on these questions."""
        shares = {name: share.value for name, share in self.shares().items()}
        return {**shares, "ece": self.calibration.error, "ece_all": self.calibration_all.error}


@dataclass(frozen=True, slots=True)
class Report:
    """The sections of the files, in the order given, and the overall one."""

    overall: ReportSection
    files: tuple[ReportSection, ...]


def build_report(observations: Sequence[Observation], *, critical: frozenset[str]) -> Report:
    """Build the report of these observations, by file and overall. Raises ValueError if there are none."""
    names = dict.fromkeys(one.case.file for one in observations)
    files = [build_section(name, [one for one in observations if one.case.file == name], critical) for name in names]
    return Report(build_section("all questions", observations, critical), tuple(files))


def build_section(name: str, observations: Sequence[Observation], critical: frozenset[str]) -> ReportSection:
    """Build the section of these observations. Raises ValueError if there are none."""
    matched = [one for one in observations if one.prediction.ranking]
    return ReportSection(
        name=name,
        observations=tuple(observations),
        metrics=compute_metrics(observations, critical=critical),
        calibration=calibrate((one.prediction.confidence, one.ranked(1)) for one in matched if one.case.in_scope),
        calibration_all=calibrate((one.prediction.confidence, one.ranked(1)) for one in matched),
        confusions=count_confusions(observations),
        latency=measure_latency(observations),
    )
