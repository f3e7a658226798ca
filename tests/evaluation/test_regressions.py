from __future__ import annotations

import pytest

from slackguide.evaluation.prediction import Prediction
from slackguide.evaluation.regressions import Verdict, judge_change, prediction_changes
from slackguide.evaluation.results import LabelledCase
from tests.support.factories import observed

RIGHT = Prediction("answer", ("a/a", "b/b"), 1)
AMONG = Prediction("choices", ("b/b", "a/a"), 2)
NOTHING = Prediction("none", ("a/a",), 0)
BESIDE = Prediction("choices", ("b/b", "c/c", "a/a"), 2)
WRONG = Prediction("answer", ("b/b", "a/a"), 1)

IN_SCOPE = (RIGHT, AMONG, NOTHING, BESIDE, WRONG)
OUT_OF_SCOPE = (NOTHING, AMONG, RIGHT)


@pytest.mark.parametrize(("ids", "order"), [(("a/a",), IN_SCOPE), ((), OUT_OF_SCOPE)], ids=["in scope", "out of scope"])
def test_the_order_from_best_to_worst(ids: tuple[str, ...], order: tuple[Prediction, ...]) -> None:
    case = LabelledCase("set.jsonl", 1, "a question", ids)
    for place, old in enumerate(order):
        for other, new in enumerate(order):
            wanted: Verdict = "different" if place == other else "better" if other < place else "worse"
            assert judge_change(case, old, new) == wanted, (old, new)


def _alerting(*alerts: str) -> Prediction:
    return Prediction("none", (), 0, alerts=alerts)


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (_alerting(), _alerting("a/a"), "better"),
        (_alerting("a/a"), _alerting(), "worse"),
        (_alerting(), _alerting("b/b"), "worse"),
        (_alerting("b/b"), _alerting("a/a"), "better"),
        (_alerting("b/b"), _alerting("c/c"), "different"),
    ],
)
def test_alerts_decide_between_equals(old: Prediction, new: Prediction, wanted: Verdict) -> None:
    assert judge_change(LabelledCase("set.jsonl", 1, "a question", ("a/a",)), old, new) == wanted


def test_the_moves_name_what_moved_and_the_worse_come_first() -> None:
    sent = Prediction("answer", ("a/a",), 1, destination="desk")
    open_still = Prediction("answer", ("a/a",), 1, missing=("floor",))
    surer = Prediction("answer", ("a/a", "c/c"), 1, confidence=0.9, destination="desk")
    asked, reordered = (Prediction("answer", ("a/a",), 1, missing=names) for names in (("x", "y"), ("y", "x")))
    pairs = [(sent, surer), (sent, open_still), (WRONG, RIGHT), (RIGHT, NOTHING), (AMONG, BESIDE), (asked, reordered)]
    old = [observed("a/a", "none", "", line=line) for line in range(len(pairs))]
    new = [observed("a/a", "none", "", line=line) for line in range(len(pairs))]
    cases = [one.case for one in old]
    before = [type(one)(one.case, pair[0]) for one, pair in zip(old, pairs, strict=True)]
    after = [type(one)(one.case, pair[1]) for one, pair in zip(new, pairs, strict=True)]
    found = [(move.case.line, move.parts, move.verdict) for move in prediction_changes(before, after, cases)]
    assert found == [
        (3, ("entry", "outcome"), "worse"),
        (4, ("entry",), "worse"),
        (2, ("entry",), "better"),
        (1, ("destination",), "different"),
    ]


def test_lists_of_different_length_are_refused() -> None:
    one = observed("a/a", "none", "")
    with pytest.raises(ValueError, match=r"shorter|longer"):
        prediction_changes([one], [], [one.case])
