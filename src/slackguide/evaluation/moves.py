"""What a change of knowledge does to questions: which of them move, and whether for the better."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from slackguide.evaluation.observation import Case, Observation
from slackguide.evaluation.said import Said

Verdict: TypeAlias = Literal["better", "worse", "different"]
Part: TypeAlias = Literal["entry", "outcome", "destination", "alerts"]

VERDICTS: tuple[Verdict, ...] = ("worse", "better", "different")
"""In the order a reviewer wants to read them."""


@dataclass(frozen=True, slots=True)
class Move:
    """A question to which the guide says something else than before; `parts` are what is new in it.

    The order of choices after the first, and of facts to ask for, is no move.
    """

    case: Case
    old: Said
    new: Said
    parts: tuple[Part, ...]
    verdict: Verdict


def moves(old: Sequence[Observation], new: Sequence[Observation], labels: Iterable[Case]) -> tuple[Move, ...]:
    """The questions that moved: worse first, then better, then different, each in reading order.

    All three are the same questions in the same order; raises ValueError where their numbers differ.
    """
    found: list[Move] = []
    for before, after, case in zip(old, new, labels, strict=True):
        parts = _parts(before.said, after.said)
        if parts:
            found.append(Move(case, before.said, after.said, parts, verdict(case, before.said, after.said)))
    return tuple(sorted(found, key=lambda move: VERDICTS.index(move.verdict)))


def verdict(case: Case, old: Said, new: Said) -> Verdict:
    """Better or worse by the labels; different where both do equally well by them.

    In scope, from best to worst: a right answer, choices with an acceptable entry, none, choices without one, a wrong
    answer. Out of scope: none, choices, answer. Between equals alerts decide: those that belong, then those that do
    not. The labels say nothing of destinations: another destination of the same entry is different.
    """
    before, after = _merit(case, old), _merit(case, new)
    if after == before:
        return "different"
    return "better" if after > before else "worse"


def _parts(old: Said, new: Said) -> tuple[Part, ...]:
    moved: dict[Part, bool] = {
        "entry": old.shown[:1] != new.shown[:1] or set(old.shown) != set(new.shown),
        "outcome": old.outcome != new.outcome,
        "destination": (old.target, set(old.missing)) != (new.target, set(new.missing)),
        "alerts": set(old.alerts) != set(new.alerts),
    }
    return tuple(part for part, has in moved.items() if has)


def _merit(case: Case, said: Said) -> tuple[int, int, int]:
    right = [alert for alert in said.alerts if alert in case.ids]
    return _standing(case, said), len(right), len(right) - len(said.alerts)


def _standing(case: Case, said: Said) -> int:
    hit = any(id in case.ids for id in said.shown)
    if said.outcome == "none":
        return 2
    if said.outcome == "choices":
        return 3 if hit else 1
    return 4 if hit else 0
