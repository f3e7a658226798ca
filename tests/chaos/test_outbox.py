"""Chaos runs of the outbox: nothing is lost or duplicated."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.outbox_chaos import FAULT_WEIGHTS, KILLS, run_outbox_chaos
from tests.chaos.outcome import injected_faults, run_seeds, summary
from tests.support.databases import sqlite_url

RUNS = 10


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_is_lost_or_duplicated(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = request.getfixturevalue("postgresql") if kind == "postgresql" else None
    urls = [server.migrated() if server is not None else sqlite_url(tmp_path) for _ in range(RUNS)]
    outcomes = run_seeds(lambda seed: run_outbox_chaos(urls[seed], seed, tmp_path), RUNS, concurrency=5)
    with capsys.disabled():
        print(f"\n{kind}: {summary(outcomes)}")
    assert [outcome.violations for outcome in outcomes] == [()] * RUNS
    assert all(outcome.acknowledged == 12 for outcome in outcomes)
    assert all(outcome.kills >= KILLS for outcome in outcomes)
    assert set(injected_faults(outcomes)) == set(FAULT_WEIGHTS)
