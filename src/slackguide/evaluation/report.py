"""The accuracy report: the same section for every file and for all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from slackguide.evaluation.calibration import Calibration, calibration
from slackguide.evaluation.confusions import Confusion, confusions
from slackguide.evaluation.measures import Measures, Share, measure
from slackguide.evaluation.observation import Observation
from slackguide.evaluation.speed import Speed, speed


@dataclass(frozen=True, slots=True)
class Section:
    """Everything measured on some questions."""

    name: str
    observations: tuple[Observation, ...]
    measures: Measures
    calibration: Calibration
    """Of the first matches of the questions in scope."""
    calibration_all: Calibration
    """Of all first matches; those out of scope are never right."""
    confusions: tuple[Confusion, ...]
    speed: Speed

    @property
    def in_scope(self) -> int:
        """How many questions some entry answers."""
        return self.measures.top1.of

    @property
    def out_of_scope(self) -> int:
        """How many questions no entry answers."""
        return self.measures.none_out_of_scope.of

    @property
    def wrong_answers(self) -> tuple[Observation, ...]:
        """The questions that were answered by an entry that is not acceptable, the surest first."""
        wrong = [one for one in self.observations if one.wrong]
        return tuple(sorted(wrong, key=lambda one: -one.said.confidence))

    @property
    def alerted(self) -> tuple[Observation, ...]:
        """The questions that got an alert."""
        return tuple(one for one in self.observations if one.said.alerts)

    def shares(self) -> dict[str, Share]:
        """The measures by name."""
        return {field.name: getattr(self.measures, field.name) for field in fields(self.measures)}

    def values(self) -> dict[str, float | None]:
        """Every number a gate can ask for, by name; None where it cannot be taken from these questions."""
        shares = {name: share.value for name, share in self.shares().items()}
        return {**shares, "ece": self.calibration.error, "ece_all": self.calibration_all.error}


@dataclass(frozen=True, slots=True)
class Report:
    """The sections of the files, in the order given, and the overall one."""

    overall: Section
    files: tuple[Section, ...]


def report(observations: Sequence[Observation], *, critical: frozenset[str]) -> Report:
    """Measures observations by file and overall. Raises ValueError where there are none."""
    names = dict.fromkeys(one.case.file for one in observations)
    files = [section(name, [one for one in observations if one.case.file == name], critical) for name in names]
    return Report(section("all questions", observations, critical), tuple(files))


def section(name: str, observations: Sequence[Observation], critical: frozenset[str]) -> Section:
    """Measures some observations. Raises ValueError where there are none."""
    matched = [one for one in observations if one.said.ranking]
    return Section(
        name=name,
        observations=tuple(observations),
        measures=measure(observations, critical=critical),
        calibration=calibration((one.said.confidence, one.ranked(1)) for one in matched if one.case.in_scope),
        calibration_all=calibration((one.said.confidence, one.ranked(1)) for one in matched),
        confusions=confusions(observations),
        speed=speed(observations),
    )
