"""Slack's API is away: it starts all the same, answers whom it knows, keeps what is sent, and ends in time."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

from slackguide.sandbox import FaultKind, InjectedFault
from tests.support.credentials import APP_TOKEN, BOT_TOKEN
from tests.support.processes import clean_environment, free_port, running
from tests.support.sandbox_workspace import SandboxWorkspace, small_knowledge
from tests.support.small_knowledge import phrasing


def test_it_starts_and_answers_from_what_it_knew(slack: SandboxWorkspace) -> None:
    with running(slack.environment(), slack.folder) as process:
        process.wait_for_log("the directory is up to date")
        process.stop()

    slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.NO_RESPONSE))
    with running(slack.environment(), slack.folder) as process:
        process.wait_for_status("/readyz", 200)
        assert "About the invoice" in slack.route(phrasing("help/invoice"))
        slack.sandbox.message("ana", phrasing("help/badge"))
        unknown = slack.sandbox.command("olga", "partner-desk", "/route", "what now")
        assert "looking you up" in unknown.messages[0].text
        process.signal(signal.SIGTERM)
        assert process.wait_for_exit() == 0, process.log
    assert slack.notified() == []

    slack.sandbox.faults.clear()
    with running(slack.environment(), slack.folder) as process:
        slack.wait(lambda: any("About the badge" in text for text in slack.notified()), "the pending answer")
        process.stop()
    assert len(slack.notified()) == 1


def test_socket_mode_starts_where_nothing_listens(tmp_path: Path) -> None:
    """Refused connections, and one that is taken and never answered."""
    knowledge = small_knowledge(tmp_path / "knowledge")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for number, port in enumerate((free_port(), silent.getsockname()[1])):
            environment = clean_environment(
                SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_APP_TOKEN=APP_TOKEN, SLACK_API_URL=f"http://127.0.0.1:{port}/api/",
                SLACKGUIDE_HOME=tmp_path / str(number), SLACKGUIDE_KNOWLEDGE=knowledge, HOST="127.0.0.1",
                PORT=free_port(),
            )  # fmt: skip
            with running(environment, tmp_path) as process:
                process.wait_for_log("health on")
                assert process.wait_for_status("/readyz", 503).document["reasons"] == [
                    "Socket Mode is not connected to Slack yet."
                ]
                assert process.get("/healthz").status == 200
                process.stop()
