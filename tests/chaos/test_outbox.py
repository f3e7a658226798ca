"""Killed at random moments, before a Slack that fails in every way: nothing lost, nothing doubled."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.chaos.outbox_chaos import KILLS, WEATHER, chaos
from tests.support.databases import sqlite_url

RUNS = 10
AT_ONCE = 5


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_ten_runs_of_chaos(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = request.getfixturevalue("postgresql") if kind == "postgresql" else None
    urls = [server.migrated() if server is not None else sqlite_url(tmp_path) for _ in range(RUNS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(lambda seed: chaos(urls[seed], seed, tmp_path), range(RUNS)))
    faults = sum((outcome.weather for outcome in outcomes), Counter())
    with capsys.disabled():
        print(
            f"\n{kind}: {RUNS} runs, {sum(outcome.kills for outcome in outcomes)} processes killed, "
            f"{sum(outcome.acknowledged for outcome in outcomes)} escalations acknowledged, "
            f"{sum(outcome.messages for outcome in outcomes)} messages kept once each, weather {dict(faults)}"
        )
    assert [outcome.faults for outcome in outcomes] == [()] * RUNS
    assert all(outcome.acknowledged == 12 for outcome in outcomes)
    assert all(outcome.kills >= KILLS for outcome in outcomes)
    assert set(faults) == set(WEATHER)
