"""What cannot run says why in words, with exit status 2, and leaves nothing behind."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.credentials import APP_TOKEN, BOT_TOKEN, SECRET
from tests.support.processes import APP, ExitedProcess, clean_environment, free_port, run_to_exit
from tests.support.sandbox_workspace import small_knowledge
from tests.support.small_knowledge import write_knowledge

CLI = ("-m", "slackguide")

INCOMPLETE = {
    "bot token alone": ({"SLACK_BOT_TOKEN": BOT_TOKEN}, {"SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"}),
    "app token alone": ({"SLACK_APP_TOKEN": APP_TOKEN}, {"SLACK_BOT_TOKEN"}),
    "secret alone": ({"SLACK_SIGNING_SECRET": SECRET}, {"SLACK_BOT_TOKEN"}),
    "both but the bot token": (
        {"SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": SECRET},
        {"SLACK_BOT_TOKEN"},
    ),
    "bot token, the others empty": (
        {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": " ", "SLACK_SIGNING_SECRET": ""},
        {"SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"},
    ),
}

HTTP = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SECRET, "HOST": "127.0.0.1"}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[ExitedProcess, Path]]:
    """Every start that has to be refused, two at a time: what each wrote, and the folder that it ran in."""
    knowledge = small_knowledge(tmp_path_factory.mktemp("sound"))
    faulty = write_knowledge(tmp_path_factory.mktemp("faulty"), rules="    to: dsek")
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    usual = {"SLACKGUIDE_KNOWLEDGE": knowledge, "PORT": free_port()}
    starts: dict[str, tuple[Mapping[str, object], tuple[str, ...]]] = {
        **{name: ({**usual, **given}, APP) for name, (given, _) in INCOMPLETE.items()},
        "many faults": (
            {
                **usual, "SLACK_APP_TOKEN": APP_TOKEN, "PORT": "http", "LOG_LEVEL": "loud", "LOG_FORMAT": "xml",
                "SLACKGUIDE_CHANNELS": "ask-disputes=general", "SLACKGUIDE_TEAM_LEADS": "lena",
                "SLACK_API_URL": "slack.com", "SLACKGUIDE_RETENTION_DAYS": "0",
            },
            APP,
        ),
        "faulty knowledge": ({**usual, **HTTP, "SLACKGUIDE_KNOWLEDGE": faulty}, APP),
        "no knowledge": ({**usual, "SLACKGUIDE_KNOWLEDGE": "nowhere"}, APP),
        "port taken": ({**usual, **HTTP, "PORT": port}, APP),
        "sandbox's port taken": ({**usual, "PORT": port}, APP),
        "unreachable database": (
            {**usual, **HTTP, "DATABASE_URL": f"postgresql://guide:pass-of-tests@127.0.0.1:{free_port()}/guide"},
            APP,
        ),
        "unknown database": ({**usual, **HTTP, "DATABASE_URL": "mysql://guide:pass-of-tests@127.0.0.1/guide"}, APP),
        "home is a file": ({**usual, **HTTP, "SLACKGUIDE_HOME": faulty / "help.yaml"}, APP),
        "json": ({**usual, **HTTP, "SLACKGUIDE_KNOWLEDGE": faulty, "LOG_FORMAT": "json"}, APP),
        "worker without a token": ({**usual, "SLACK_SIGNING_SECRET": SECRET}, (*CLI, "worker")),
        "serve": ({**usual, "SLACK_APP_TOKEN": APP_TOKEN}, (*CLI, "serve")),
    }  # fmt: skip

    def start(name: str) -> tuple[ExitedProcess, Path]:
        given, arguments = starts[name]
        folder = tmp_path_factory.mktemp("run")
        return run_to_exit(clean_environment(**given), folder, arguments), folder

    with taken, ThreadPoolExecutor(2) as pool:
        return dict(zip(starts, pool.map(start, starts), strict=True))


Refused = dict[str, tuple[ExitedProcess, Path]]


@pytest.mark.parametrize("name", INCOMPLETE)
def test_what_is_missing_is_named_before_anything_is_opened(refused: Refused, name: str) -> None:
    run, folder = refused[name]
    reported = run.err.partition("missing")[0] if len(INCOMPLETE[name][1]) == 1 else run.err
    assert (run.status, run.out) == (2, "")
    assert {variable for variable in INCOMPLETE[name][1] if variable in reported} == INCOMPLETE[name][1]
    assert "missing" in run.err
    assert list(folder.iterdir()) == []


def test_every_fault_is_reported_at_once(refused: Refused) -> None:
    run, folder = refused["many faults"]
    assert (run.status, list(folder.iterdir())) == (2, [])
    for words in (
        "PORT must be an integer, 0 to 65535.",
        "LOG_LEVEL must be one of 'DEBUG', 'INFO', 'WARNING' or 'ERROR'.",
        "LOG_FORMAT must be one of 'console' or 'json'.",
        "SLACKGUIDE_CHANNELS contains `ask-disputes=general`, which is not NAME=CHANNELID",
        "SLACKGUIDE_TEAM_LEADS contains `lena`, which is not a Slack user id",
        "SLACK_API_URL must be a URL",
        "SLACKGUIDE_RETENTION_DAYS must be an integer, 1 to 36500.",
        "SLACK_APP_TOKEN is set, but SLACK_BOT_TOKEN is missing.",
    ):
        assert words in run.err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("faulty knowledge", "help.yaml:"),
        ("no knowledge", "nowhere"),
        ("port taken", "cannot listen on"),
        ("sandbox's port taken", "cannot listen on"),
        ("unreachable database", "The database cannot be reached."),
        ("unknown database", "DATABASE_URL must be"),
        ("home is a file", "The database folder cannot be created"),
        ("worker without a token", "SLACK_BOT_TOKEN is missing"),
        ("serve", "SLACK_BOT_TOKEN is missing"),
    ],
)
def test_what_cannot_be_used_is_reported_with_a_message(refused: Refused, name: str, words: str) -> None:
    run, _ = refused[name]
    assert (run.status, run.out) == (2, "")
    assert words in run.err
    assert "Traceback" not in run.err


@pytest.mark.parametrize("name", ["faulty knowledge", "no knowledge", "unknown database", "json"])
def test_nothing_is_made_before_it_can_run(refused: Refused, name: str) -> None:
    assert list(refused[name][1].iterdir()) == []


def test_no_secret_is_reported(refused: Refused) -> None:
    for run, _ in refused.values():
        for secret in (BOT_TOKEN, APP_TOKEN, SECRET, "pass-of-tests"):
            assert secret not in run.err


def test_a_json_log_stays_one_to_its_last_line(refused: Refused) -> None:
    lines = [json.loads(line) for line in refused["json"][0].err.splitlines()]
    assert [line["level"] for line in lines] == ["info", "critical"]
    assert "help.yaml:" in lines[-1]["message"]
