"""Without Slack variables: the sandbox, on loopback, with the knowledge that is shipped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.credentials import APP_TOKEN, BOT_TOKEN, SECRET
from tests.support.processes import CHECKOUT, Process, clean_environment, free_port, request, run_to_exit, running
from tests.support.sandbox_workspace import small_knowledge

CLI = ("-m", "slackguide")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """`python app.py` in the checkout, as the README has it."""
    home = tmp_path_factory.mktemp("home")
    with running(
        clean_environment(PORT=free_port(), SLACKGUIDE_HOME=home, LOG_FORMAT="json"), CHECKOUT, ("app.py",)
    ) as process:
        process.wait_for_log("in a browser")
        yield process


def test_the_first_line_says_what_runs_and_why(sandbox: Process) -> None:
    first = json.loads(sandbox.lines[0])["message"]
    assert first == "slackguide starts in mode sandbox, because no Slack variable is set"
    opened = json.loads(sandbox.wait_for_log("in a browser"))["message"]
    assert opened == f"open http://127.0.0.1:{sandbox.port}/ in a browser"


def test_the_page_and_health_are_served(sandbox: Process) -> None:
    page = sandbox.get("/")
    assert page.status == 200
    assert page.body.lower().startswith("<!doctype html>")
    assert sandbox.get("/healthz").document == {"status": "ok"}
    assert sandbox.wait_for_status("/readyz", 200).document == {"status": "ready"}


def test_a_command_typed_into_the_page_is_answered(sandbox: Process) -> None:
    sandbox.wait_for_log("the directory is up to date")
    words = "how do I send a case to mediation, hourly, paid 12 days ago"
    asked_for = {"as": "ana", "channel": "general", "command": "/route", "text": words}
    body = json.dumps(asked_for).encode()
    reply = request(sandbox.port, "POST", "/sandbox/command", body, {"Content-Type": "application/json"})
    assert reply.status == 200, reply
    assert reply.document["ok"] is True
    seen = sandbox.get("/sandbox/request_log")
    assert "Send a case to Mediation" in seen.body
    assert words not in sandbox.log


def test_it_ends_in_good_order(tmp_path: Path) -> None:
    environment = clean_environment(
        PORT=free_port(), SLACKGUIDE_HOME=tmp_path, SLACKGUIDE_KNOWLEDGE=small_knowledge(tmp_path / "k")
    )
    with running(environment, tmp_path) as process:
        process.wait_for_log("in a browser")
        process.wait_for_status("/readyz", 200)
        process.stop()
        assert any(line.endswith("slackguide.runtime.entrypoint: stopped") for line in process.lines)


@pytest.fixture
def always(tmp_path: Path) -> Iterator[Process]:
    """`slackguide sandbox` in an environment that is set for Slack, with a database that it must not touch."""
    port = free_port()
    environment = clean_environment(
        PORT=1, SLACKGUIDE_HOME=tmp_path / "home", SLACKGUIDE_KNOWLEDGE=small_knowledge(tmp_path / "knowledge"),
        SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_APP_TOKEN=APP_TOKEN, SLACK_SIGNING_SECRET=SECRET, HOST="0.0.0.0",
        DATABASE_URL=f"sqlite:///{tmp_path}/real.db",
    )  # fmt: skip
    with running(environment, tmp_path, (*CLI, "sandbox", "--port", str(port))) as process:
        process.port = port
        process.wait_for_log("in a browser")
        yield process


def test_the_sandbox_command_is_the_sandbox_whatever_the_environment_says(always: Process, tmp_path: Path) -> None:
    assert "slackguide starts in mode sandbox" in always.lines[0]
    always.wait_for_status("/readyz", 200)
    assert "DATABASE_URL is ignored" in always.log
    assert not (tmp_path / "real.db").exists()
    assert [path.name for path in (tmp_path / "home").glob("*.db")] == [f"sandbox-{always.port}.db"]


def test_a_second_sandbox_on_the_port_leaves_the_first_its_database(always: Process, tmp_path: Path) -> None:
    always.wait_for_status("/readyz", 200)
    environment = clean_environment(SLACKGUIDE_HOME=tmp_path / "home", SLACKGUIDE_KNOWLEDGE=tmp_path / "knowledge")
    second = run_to_exit(environment, tmp_path, (*CLI, "sandbox", "--port", str(always.port)))
    assert second.status == 2
    assert "cannot listen on" in second.err
    assert always.get("/readyz").status == 200


@pytest.mark.parametrize("mode", ["HTTP", "Socket Mode"])
def test_a_workspace_alone_serves_an_app_of_its_own(tmp_path: Path, mode: str) -> None:
    """The app gets what the workspace prints, as docs/getting-started.md shows."""
    app_port, port = free_port(), free_port()
    url = f"http://127.0.0.1:{app_port}/slack/events"
    base = {"SLACKGUIDE_HOME": tmp_path, "SLACKGUIDE_KNOWLEDGE": small_knowledge(tmp_path / "knowledge")}
    arguments = (*CLI, "sandbox", "--port", str(port), "--app-url", url)
    with running(clean_environment(**base), tmp_path, arguments) as workspace:
        workspace.wait_for_log("a workspace without the app")
        printed = workspace.printed_lines(5)
        variables = dict(line.removeprefix("# ").split("=", 1) for line in printed if "=" in line)
        if mode == "HTTP":
            del variables["SLACK_APP_TOKEN"]
        environment = clean_environment(**base, **variables, HOST="127.0.0.1", PORT=app_port)
        with running(environment, tmp_path) as app:
            assert f"mode {mode}" in app.wait_for_log("starts in mode")
            app.wait_for_status("/readyz", 200)
            app.wait_for_log("the directory is up to date")
            typed = {"as": "ana", "channel": "general", "command": "/route", "text": "the invoice was refused"}
            body = json.dumps(typed).encode()
            reply = request(port, "POST", "/sandbox/command", body, {"Content-Type": "application/json"})
            assert reply.document["ok"] is True
            assert "About the invoice" in request(port, "GET", "/sandbox/request_log").body
            app.stop()
        workspace.stop()


def test_a_workspace_alone_takes_an_app_on_this_machine_only(tmp_path: Path) -> None:
    refused = run_to_exit(clean_environment(), tmp_path, (*CLI, "sandbox", "--app-url", "https://guide.example.com/"))
    assert refused.status == 2
    assert "is not a URL on" in refused.err
