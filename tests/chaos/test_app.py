"""Chaos runs of the whole app: nothing is lost or duplicated."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackguide.sandbox import FaultKind, InjectedFault
from tests.chaos.app_chaos import ESCALATIONS, KILLS, PROCESSES, run_app_chaos
from tests.chaos.outcome import run_seeds, summary
from tests.support.processes import running
from tests.support.sandbox_workspace import SandboxWorkspace

RUNS = 2


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_is_lost_or_duplicated(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    processes = PROCESSES[kind]
    server = request.getfixturevalue("postgresql") if kind == "postgresql" else None
    urls = [server.migrated() if server is not None else None for _ in range(RUNS)]
    outcomes = run_seeds(
        lambda seed: run_app_chaos(tmp_path / str(seed), seed, urls[seed], processes), RUNS, concurrency=RUNS
    )
    with capsys.disabled():
        print(f"\n{kind}, {processes} app process(es): {summary(outcomes)}")
    assert [outcome.violations for outcome in outcomes] == [()] * RUNS
    assert [outcome.acknowledged for outcome in outcomes] == [ESCALATIONS] * RUNS
    assert [outcome.messages for outcome in outcomes] == [ESCALATIONS] * RUNS
    assert all(outcome.kills > KILLS for outcome in outcomes)
    assert all(outcome.injected[FaultKind.LOST_RESPONSE] > 0 for outcome in outcomes)


def test_a_post_whose_answer_is_lost_is_posted_once(slack: SandboxWorkspace) -> None:
    """Slack stores the message and resets the connection before it answers."""
    lost = InjectedFault(kind=FaultKind.LOST_RESPONSE, method="chat.postMessage", times=1)
    with running(slack.environment(), slack.folder) as process:
        process.wait_for_log("the directory is up to date")
        slack.sandbox.inject_fault(lost)
        slack.escalate()
        slack.wait(lambda: len(slack.posted()) == 1, "the post without an answer")
        slack.sandbox.faults.clear()
        slack.wait(lambda: any("D-1001 is in" in text for text in slack.notified()), "the notice")
        process.stop()
    assert len(slack.posted()) == 1
