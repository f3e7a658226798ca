"""The measures: shares of the questions, each with what it is a share of.

A plain name is over the questions in scope, `…_out_of_scope` over those out of scope, `…_all` over both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

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


def measure(observations: Sequence[Observation], *, critical: frozenset[str]) -> Measures:
    """The measures of some observations; `critical` are the ids of the critical entries."""
    inside = [one for one in observations if one.case.in_scope]
    outside = [one for one in observations if not one.case.in_scope]
    dire = [one for one in inside if critical.issuperset(one.case.ids)]
    other = [one for one in observations if not critical.intersection(one.case.ids)]
    return Measures(
        top1=_share(inside, lambda one: one.ranked(1)),
        top3=_share(inside, lambda one: one.ranked(3)),
        answered=_share(inside, lambda one: one.answered),
        offered=_share(inside, lambda one: one.said.outcome == "choices"),
        none=_share(inside, lambda one: one.said.outcome == "none"),
        shown=_share(inside, lambda one: one.hit),
        answer_precision=_share((one for one in inside if one.answered), lambda one: one.hit),
        offered_hit=_share((one for one in inside if one.said.outcome == "choices"), lambda one: one.hit),
        none_out_of_scope=_share(outside, lambda one: one.said.outcome == "none"),
        offered_out_of_scope=_share(outside, lambda one: one.said.outcome == "choices"),
        answered_out_of_scope=_share(outside, lambda one: one.answered),
        answer_precision_all=_share((one for one in observations if one.answered), lambda one: one.hit),
        critical_first=_share(dire, lambda one: _first_shown(one) in critical.intersection(one.case.ids)),
        critical_noticed=_share(dire, lambda one: _noticed(one, critical)),
        false_critical=_share(other, lambda one: _first_shown(one) in critical),
        false_alert=_share(other, lambda one: bool(one.said.alerts)),
    )


def _share(observations: Iterable[Observation], counts: Callable[[Observation], bool]) -> Share:
    found = [counts(one) for one in observations]
    return Share(sum(found), len(found))


def _first_shown(one: Observation) -> str | None:
    return one.said.shown[0] if one.said.shown else None


def _noticed(one: Observation, critical: frozenset[str]) -> bool:
    meant = critical.intersection(one.case.ids)
    return _first_shown(one) in meant or bool(meant.intersection(one.said.alerts))
