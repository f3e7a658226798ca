"""Socket Mode: ready once it is connected, and again after the line was cut; health is served over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from slackguide.sandbox import FaultKind, InjectedFault
from tests.support.credentials import APP_TOKEN
from tests.support.processes import Process, request, running
from tests.support.sandbox_workspace import SandboxWorkspace, sandbox_workspace
from tests.support.small_knowledge import phrasing

NOT_CONNECTED = {"status": "not ready", "reasons": ["Socket Mode is not connected to Slack yet."]}


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[SandboxWorkspace]:
    with sandbox_workspace(tmp_path, app_token=APP_TOKEN) as found:
        yield found


@pytest.fixture
def process(slack: SandboxWorkspace) -> Iterator[Process]:
    """With enough for both ways, started while Slack opens no connections."""
    slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.SERVER_ERROR, method="apps.connections.open"))
    with running(slack.environment(SLACK_APP_TOKEN=APP_TOKEN), slack.folder) as found:
        found.wait_for_log("health on 127.0.0.1")
        yield found


def test_from_not_ready_to_answering_to_the_end(process: Process, slack: SandboxWorkspace) -> None:
    sockets = slack.sandbox.sockets
    assert sockets is not None
    assert process.lines[0].endswith("starts in mode Socket Mode, because SLACK_BOT_TOKEN and SLACK_APP_TOKEN are set")
    assert process.wait_for_status("/readyz", 503).document == NOT_CONNECTED
    assert process.get("/healthz").document == {"status": "ok"}
    assert request(process.port, "POST", "/slack/events").status == 404
    process.wait_for_log("not connected to Slack")

    slack.sandbox.faults.clear()
    process.wait_for_status("/readyz", 200)
    process.wait_for_log("the directory is up to date")
    assert "About the invoice" in slack.route(phrasing("help/invoice"))
    assert slack.workspace.exchanges[-1].raw.startswith('{"envelope_id"')
    slack.escalate()
    slack.wait(lambda: len(slack.posted()) == 1, "the post")

    before = sockets.opened
    sockets.drop()
    slack.wait(lambda: sockets.opened > before and sockets.connected == 1, "the new connection")
    process.wait_for_status("/readyz", 200)
    assert "About the badge" in slack.route(phrasing("help/badge"))

    process.stop()
    assert sockets.connected == 0
    assert APP_TOKEN not in process.log
    assert "ticket=" not in process.log
