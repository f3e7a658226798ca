"""The manifest: what is registered, for Socket Mode or HTTP."""

from __future__ import annotations

import pytest

from slackguide.slack.manifest import manifest
from tests.support.cli_runner import Shell, shell

__all__ = ["shell"]

URL = "https://guide.example.com/slack/events"


def test_without_an_address_it_is_for_socket_mode(shell: Shell) -> None:
    ran = shell("manifest")
    assert (ran.status, ran.err, ran.document) == (0, "", manifest())
    assert ran.document["settings"]["socket_mode_enabled"] is True
    assert "url" not in ran.document["features"]["slash_commands"][0]


def test_an_address_is_written_wherever_slack_needs_it(shell: Shell) -> None:
    ran = shell("manifest", "--url", URL)
    found = ran.document
    assert (ran.status, ran.err) == (0, "")
    assert found["settings"]["socket_mode_enabled"] is False
    assert [command["url"] for command in found["features"]["slash_commands"]] == [URL]
    assert found["settings"]["interactivity"]["request_url"] == URL
    assert found["settings"]["event_subscriptions"]["request_url"] == URL


def test_another_path_is_remarked_on(shell: Shell) -> None:
    ran = shell("manifest", "--url", "https://guide.example.com/bots/guide")
    assert ran.status == 0
    assert "slackguide accepts requests at /slack/events" in ran.err
    assert ran.document["settings"]["interactivity"]["request_url"] == "https://guide.example.com/bots/guide"


@pytest.mark.parametrize("url", ["http://x/slack/events", "guide.example.com", "https://", "https://a b/", ""])
def test_what_slack_would_not_take_is_refused(shell: Shell, url: str) -> None:
    ran = shell("manifest", "--url", url)
    assert (ran.status, ran.out) == (2, "")
    assert "is not a URL that Slack accepts" in " ".join(ran.err.replace("│", " ").split())
