from __future__ import annotations

import pytest

from slackguide.evaluation.metrics import count_confusions, measure_latency, percentile
from slackguide.evaluation.report import build_report
from tests.support.factories import observed


def test_confusions_go_by_pair_the_most_frequent_first() -> None:
    found = count_confusions(
        [
            observed("a/a", "answer", "a/a", line=1),
            observed("a/a", "choices", "b/b a/a", line=2),
            observed("b/b c/c", "answer", "a/a", line=3),
            observed("c/c b/b", "none", "a/a", line=4),
            observed("", "answer", "b/b", line=5),
            observed("", "choices", "b/b a/a", line=6),
            observed("a/a", "none", "", line=7),
        ]
    )
    reported = [(one.expected, one.got, [o.case.line for o in one.observations]) for one in found]
    assert reported == [
        (("b/b", "c/c"), "a/a", [3, 4]),
        ((), "b/b", [5]),
        (("a/a",), None, [7]),
        (("a/a",), "b/b", [2]),
    ]


def test_percentiles_are_values_that_were_measured() -> None:
    hundred = [float(number) for number in range(100, 0, -1)]
    assert (percentile(hundred, 50), percentile(hundred, 99), percentile(hundred, 100)) == (50.0, 99.0, 100.0)
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert percentile([7.0], 1) == 7.0
    with pytest.raises(ValueError, match="needs one"):
        percentile([], 50)


def test_the_slowest_five_come_slowest_first() -> None:
    found = measure_latency([observed("", "none", "", seconds=seconds) for seconds in (3, 1, 7, 5, 6, 2, 4)])
    assert [one.seconds for one in found.slowest] == [7, 6, 5, 4, 3]
    assert (found.p50, found.p99) == (4, 7)


def test_every_file_has_a_section_and_all_of_them_one_more() -> None:
    found = build_report(
        [
            observed("a/a", "answer", "a/a", confidence=0.9, file="one"),
            observed("a/a", "answer", "b/b", confidence=0.7, file="two"),
            observed("b/b", "answer", "a/a", confidence=0.8, file="two"),
            observed("", "none", "b/b", confidence=0.2, file="two"),
            observed("", "none", "", confidence=0.0, file="two"),
        ],
        critical=frozenset(),
    )
    assert [(part.name, part.in_scope, part.out_of_scope) for part in found.files] == [("one", 1, 0), ("two", 2, 2)]
    assert (found.overall.in_scope, found.overall.out_of_scope) == (3, 2)
    assert [one.prediction.confidence for one in found.overall.wrong_answers] == [0.8, 0.7]
    values = found.overall.values()
    assert values["top1"] == pytest.approx(1 / 3)
    assert values["ece"] == pytest.approx((0.1 + 0.7 + 0.8) / 3)
    assert values["ece_all"] == pytest.approx((0.1 + 0.7 + 0.8 + 0.2) / 4), "no match, no confidence"
    assert found.files[0].values()["none_out_of_scope"] is None
