from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackguide.evaluation.metrics import calibrate

CHANCE = st.floats(0, 1, allow_nan=False)


def test_the_error_is_the_gap_of_each_bin_weighted_by_what_it_holds() -> None:
    # From 0.9: four at 0.95, three of them right, gap 0.2. From 0.1: 0.10 and 0.15, none right, gap 0.125.
    pairs = [(0.95, True), (0.95, True), (0.95, False), (0.95, True), (0.10, False), (0.15, False)]
    table = calibrate(pairs)
    assert table.error == pytest.approx((4 * 0.2 + 2 * 0.125) / 6)
    full = [(bin.low, bin.count, bin.accuracy) for bin in table.bins if bin.count]
    assert full == [(0.1, 2, 0.0), (0.9, 4, 0.75)]
    assert table.bins[1].confidence == pytest.approx(0.125)


def test_opposite_errors_in_one_bin_cancel_out_and_in_two_do_not() -> None:
    assert calibrate([(0.5, True), (0.5, False)]).error == pytest.approx(0.0)
    assert calibrate([(0.45, True), (0.55, False)]).error == pytest.approx(0.55)


@pytest.mark.parametrize("number", range(10))
def test_a_bin_holds_its_lower_edge(number: int) -> None:
    bins = calibrate([(number / 10, True)]).bins
    assert [bin.count for bin in bins].index(1) == number


def test_the_last_bin_holds_certainty() -> None:
    assert calibrate([(1.0, True)]).bins[9].count == 1


def test_nothing_has_no_error() -> None:
    table = calibrate([])
    assert table.error is None
    assert len(table.bins) == 10


@given(st.lists(st.tuples(CHANCE, st.booleans()), min_size=1))
def test_every_result_is_in_one_bin_and_the_error_is_a_share(pairs: list[tuple[float, bool]]) -> None:
    table = calibrate(pairs)
    assert table.count == len(pairs)
    assert table.error is not None
    assert 0.0 <= table.error <= 1.0 + 1e-9
