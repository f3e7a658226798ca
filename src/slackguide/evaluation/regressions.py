"""Changed predictions between two knowledge bases, and whether each is better or worse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from slackguide.evaluation.prediction import NOTHING_SHOWN, Prediction
from slackguide.evaluation.results import LabelledCase, Observation

Verdict: TypeAlias = Literal["better", "worse", "different"]
ChangedPart: TypeAlias = Literal["entry", "outcome", "destination", "alerts"]

VERDICTS: tuple[Verdict, ...] = ("worse", "better", "different")
"""In the order in which a reviewer reads them."""


@dataclass(frozen=True, slots=True)
class PredictionChange:
    """A question whose prediction changed; `parts` are the parts that changed.

    The order of choices after the first, and of facts to ask for, does not count as a change.
    """

    case: LabelledCase
    old: Prediction
    new: Prediction
    parts: tuple[ChangedPart, ...]
    verdict: Verdict


def prediction_changes(
    old: Sequence[Observation], new: Sequence[Observation], labels: Iterable[LabelledCase]
) -> tuple[PredictionChange, ...]:
    """Return the changed predictions: worse first, then better, then different, each in reading order.

    All three are the same questions in the same order; raises ValueError where their numbers differ.
    """
    found: list[PredictionChange] = []
    for before, after, case in zip(old, new, labels, strict=True):
        parts = _changed_parts(before.prediction, after.prediction)
        if parts:
            found.append(
                PredictionChange(
                    case,
                    before.prediction,
                    after.prediction,
                    parts,
                    judge_change(case, before.prediction, after.prediction),
                )
            )
    return tuple(sorted(found, key=lambda change: VERDICTS.index(change.verdict)))


def judge_change(case: LabelledCase, old: Prediction, new: Prediction) -> Verdict:
    """Better or worse by the labels; different where both do equally well by them.

    In scope, from best to worst: a right answer, choices with an acceptable entry, none, choices without one, a wrong
    answer. Out of scope: none, choices, answer. Between equals alerts decide: those that belong, then those that do
    not. The labels say nothing of destinations: another destination of the same entry is different.
    """
    before, after = _score(case, old), _score(case, new)
    if after == before:
        return "different"
    return "better" if after > before else "worse"


def _changed_parts(old: Prediction, new: Prediction) -> tuple[ChangedPart, ...]:
    changes: dict[ChangedPart, bool] = {
        "entry": old.shown[:1] != new.shown[:1] or set(old.shown) != set(new.shown),
        "outcome": old.outcome != new.outcome,
        "destination": (old.destination, set(old.missing)) != (new.destination, set(new.missing)),
        "alerts": set(old.alerts) != set(new.alerts),
    }
    return tuple(part for part, has in changes.items() if has)


def _score(case: LabelledCase, prediction: Prediction) -> tuple[int, int, int]:
    right = [alert for alert in prediction.alerts if alert in case.ids]
    return _rank(case, prediction), len(right), len(right) - len(prediction.alerts)


def _rank(case: LabelledCase, prediction: Prediction) -> int:
    hit = any(id in case.ids for id in prediction.shown)
    if prediction.outcome in NOTHING_SHOWN:
        return 2
    if prediction.outcome == "choices":
        return 3 if hit else 1
    return 4 if hit else 0
