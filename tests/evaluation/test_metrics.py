from __future__ import annotations

import pytest

from slackguide.evaluation.metrics import Proportion, compute_metrics
from tests.support.factories import observed

CRITICAL = frozenset({"x/fire"})

OBSERVATIONS = [
    observed("a/a", "answer", "a/a b/b"),  # right
    observed("a/a c/c", "answer", "c/c a/a"),  # right: either will do
    observed("a/a", "answer", "b/b a/a"),  # wrong, second in the ranking
    observed("a/a", "choices", "b/b a/a c/c"),  # offered, among them
    observed("a/a", "choices", "b/b c/c a/a"),  # two offered, the right one third
    observed("a/a", "none", "a/a b/b"),  # ranked first, but not shown
    observed("a/a", "none", ""),  # nothing at all
    observed("x/fire", "answer", "x/fire a/a"),  # critical, first
    observed("x/fire", "answer", "a/a", alerts="x/fire"),  # critical, alert only, and a wrong answer
    observed("x/fire", "none", "x/fire"),  # critical, missed: a near miss is not shown
    observed("", "none", "a/a"),
    observed("", "choices", "a/a b/b"),
    observed("", "answer", "b/b"),
    observed("", "choices", "x/fire b/b"),  # critical by mistake
    observed("", "none", "", alerts="x/fire"),  # alert by mistake
]


@pytest.mark.parametrize(
    ("name", "count", "of"),
    [
        ("top1", 5, 10),
        ("top3", 8, 10),
        ("answered", 5, 10),
        ("offered", 2, 10),
        ("none", 3, 10),
        ("shown", 4, 10),
        ("answer_precision", 3, 5),
        ("offered_hit", 1, 2),
        ("none_out_of_scope", 2, 5),
        ("offered_out_of_scope", 2, 5),
        ("answered_out_of_scope", 1, 5),
        ("answer_precision_all", 3, 6),
        ("critical_first", 1, 3),
        ("critical_noticed", 2, 3),
        ("false_critical", 1, 12),
        ("false_alert", 1, 12),
    ],
)
def test_each_share(name: str, count: int, of: int) -> None:
    assert getattr(compute_metrics(OBSERVATIONS, critical=CRITICAL), name) == Proportion(count, of)


def test_a_question_that_a_critical_and_another_entry_answer_counts_for_neither() -> None:
    measures = compute_metrics([observed("x/fire a/a", "answer", "a/a")], critical=CRITICAL)
    assert (measures.critical_first.of, measures.false_critical.of, measures.top1) == (0, 0, Proportion(1, 1))


def test_a_share_of_nothing_has_no_value() -> None:
    assert Proportion(0, 0).value is None
    assert Proportion(0, 4).value == 0.0
    assert Proportion(3, 4).value == 0.75
