"""`slackguide sandbox --record` and `--replay`: a session in the sandbox that can be done again."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from slackguide.config import read_settings
from slackguide.trying import Trial
from tests.cli.running import Shell, shell
from tests.waiting import PATIENCE

__all__ = ["shell"]

SMALL = Path(__file__).parent.parent / "knowledge" / "sound"


def act(url: str, what: str, **asked: Any) -> Any:
    """Does on the page what a person would."""
    request = urllib.request.Request(
        f"{url}sandbox/{what}", json.dumps(asked).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        return json.load(response)


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A session of two questions, recorded."""
    file = tmp_path / "session.jsonl"
    settings = read_settings({"SLACKGUIDE_HOME": str(tmp_path / "home"), "SLACKGUIDE_KNOWLEDGE": str(SMALL)})
    with file.open("w", encoding="utf-8") as stream:
        trial = Trial(settings=settings, port=0, record=stream)
        trial.start()
        try:
            assert trial.ready()
            person = trial.sandbox.workspace.person("ana").id
            channel = trial.sandbox.workspace.conversation("general").id
            for text in ("help", "there is a parrot in the parcel"):
                act(
                    trial.sandbox.url,
                    "command",
                    **{"as": person, "channel": channel, "command": "/route", "text": text},
                )
        finally:
            trial.stop()
    return file


def test_a_session_is_done_again_alike(shell: Shell, recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACKGUIDE_KNOWLEDGE", str(SMALL))
    monkeypatch.setenv("SLACKGUIDE_HOME", str(recorded.parent))
    ran = shell("sandbox", "--replay", recorded)
    assert ran.status == 0, ran.out
    assert ran.out.count("the same") == 2


def test_what_is_different_now_is_told(shell: Shell, recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACKGUIDE_KNOWLEDGE", str(SMALL))
    monkeypatch.setenv("SLACKGUIDE_HOME", str(recorded.parent))
    lines = recorded.read_text(encoding="utf-8").splitlines()
    altered = lines[1].replace('"help"', '"what about help then"')
    assert altered != lines[1]
    recorded.write_text("\n".join([lines[0], altered, *lines[2:]]), encoding="utf-8")
    ran = shell("sandbox", "--replay", recorded)
    assert ran.status == 1
    assert (ran.out.count("DIFFERENT"), ran.out.count("the same")) == (1, 1)


@pytest.mark.parametrize("content", [None, "", "not json", '{"slack_sandbox_recording": 99}'])
def test_what_is_no_recording_is_refused_in_words(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    monkeypatch.setenv("SLACKGUIDE_KNOWLEDGE", str(SMALL))
    monkeypatch.setenv("SLACKGUIDE_HOME", str(tmp_path))
    file = tmp_path / "other.jsonl"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    ran = shell("sandbox", "--replay", file)
    assert ran.status == 2
    assert "other.jsonl" in ran.err
    assert "Traceback" not in ran.err


def test_recording_and_replaying_at_once_is_refused(shell: Shell, recorded: Path) -> None:
    ran = shell("sandbox", "--replay", recorded, "--record", recorded)
    assert ran.status == 2
