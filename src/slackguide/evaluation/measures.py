"""The measures: shares of the questions, each with what it is a share of.

A plain name is over the questions in scope, `…_out_of_scope` over those out of scope, `…_all` over both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from slackguide.evaluation.observation import Observation


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of`."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        """0..1; None of nothing."""
        return self.count / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Measures:
    """Every share; what each is taken of stands in `MEANINGS`."""

    top1: Share
    top3: Share
    answered: Share
    offered: Share
    none: Share
    shown: Share
    answer_precision: Share
    offered_hit: Share
    none_out_of_scope: Share
    offered_out_of_scope: Share
    answered_out_of_scope: Share
    answer_precision_all: Share
    critical_first: Share
    critical_noticed: Share
    false_critical: Share
    false_alert: Share


MEANINGS: dict[str, str] = {
    "top1": "an acceptable entry is ranked first, whatever the outcome",
    "top3": "an acceptable entry is ranked among the first three",
    "answered": "outcome answer",
    "offered": "outcome choices",
    "none": "outcome none",
    "shown": "an acceptable entry is the answer or among the choices",
    "answer_precision": "of the answers: the entry is acceptable",
    "offered_hit": "of the choices: an acceptable entry is among them",
    "none_out_of_scope": "out of scope: outcome none",
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
    """A measure as the share of the questions `among` which something `holds`."""

    among: Test
    holds: Test


def definitions(critical: frozenset[str]) -> Mapping[str, Definition]:
    """Return what each measure is a share of, by name; `critical` are the ids of the critical entries."""

    def in_scope(one: Observation) -> bool:
        return one.case.in_scope

    def out_of_scope(one: Observation) -> bool:
        return not one.case.in_scope

    def answered_in_scope(one: Observation) -> bool:
        return one.case.in_scope and one.answered

    def offered_in_scope(one: Observation) -> bool:
        return one.case.in_scope and one.said.outcome == "choices"

    def only_critical(one: Observation) -> bool:
        return one.case.in_scope and critical.issuperset(one.case.ids)

    def not_critical(one: Observation) -> bool:
        return critical.isdisjoint(one.case.ids)

    def hit(one: Observation) -> bool:
        return one.hit

    def answered(one: Observation) -> bool:
        return one.answered

    def offered(one: Observation) -> bool:
        return one.said.outcome == "choices"

    def none(one: Observation) -> bool:
        return one.said.outcome == "none"

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
        "critical_noticed": Definition(only_critical, lambda one: _noticed(one, critical)),
        "false_critical": Definition(not_critical, lambda one: _first_shown(one) in critical),
        "false_alert": Definition(not_critical, lambda one: bool(one.said.alerts)),
    }


def measure(observations: Sequence[Observation], *, critical: frozenset[str]) -> Measures:
    """The measures of some observations; `critical` are the ids of the critical entries."""
    return Measures(**{name: _share(found, observations) for name, found in definitions(critical).items()})


def _share(definition: Definition, observations: Iterable[Observation]) -> Share:
    found = [definition.holds(one) for one in observations if definition.among(one)]
    return Share(sum(found), len(found))


def _first_shown(one: Observation) -> str | None:
    return one.said.shown[0] if one.said.shown else None


def _noticed(one: Observation, critical: frozenset[str]) -> bool:
    meant = critical.intersection(one.case.ids)
    return _first_shown(one) in meant or bool(meant.intersection(one.said.alerts))
