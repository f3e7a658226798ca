"""The settings, as the environment gives them."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from slackguide.config import Mode, read_settings
from slackguide.errors import ConfigurationError

BOT, APP, SECRET = {"SLACK_BOT_TOKEN": "xoxb-1"}, {"SLACK_APP_TOKEN": "xapp-1"}, {"SLACK_SIGNING_SECRET": "s"}


@pytest.mark.parametrize(
    ("given", "mode", "why"),
    [
        ({}, Mode.SANDBOX, "no Slack variable is set"),
        ({"SLACK_BOT_TOKEN": "  "}, Mode.SANDBOX, "no Slack variable is set"),
        (BOT | APP, Mode.SOCKET, "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are set"),
        (BOT | SECRET, Mode.HTTP, "SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET are set"),
        (BOT | APP | SECRET, Mode.SOCKET, "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are set"),
    ],
)
def test_the_mode_and_why(given: dict[str, str], mode: Mode, why: str) -> None:
    settings = read_settings(given)
    assert (settings.mode, settings.mode_reason) == (mode, why)


def test_the_defaults_are_the_contracts() -> None:
    settings = read_settings({})
    assert (settings.host, settings.port) == ("0.0.0.0", 3000)
    assert settings.api_url == "https://slack.com/api/"
    assert (settings.database_url, settings.home, settings.knowledge) == (None, Path("var"), Path("knowledge"))
    assert (settings.channels, settings.team_leads, settings.retention_days) == ({}, frozenset(), None)
    assert (settings.log_level, settings.log_format) == ("INFO", "console")


def test_lists_are_read() -> None:
    settings = read_settings(
        {"SLACKGUIDE_CHANNELS": "ask-disputes=C012AB, #ask-ce = C034CD,", "SLACKGUIDE_TEAM_LEADS": "U012,U034 ,"}
    )
    assert settings.channels == {"ask-disputes": "C012AB", "ask-ce": "C034CD"}
    assert settings.team_leads == {"U012", "U034"}


def test_an_address_gets_its_slash_and_words_their_case() -> None:
    settings = read_settings({"SLACK_API_URL": "https://slack-gov.com/api", "LOG_LEVEL": "debug", "LOG_FORMAT": "JSON"})
    assert (settings.api_url, settings.log_level, settings.log_format) == (
        "https://slack-gov.com/api/",
        "DEBUG",
        "json",
    )


@pytest.mark.parametrize("port", ["-1", "65536", "http", "30 00", "3.5", "0x10", "9" * 30])
def test_a_port_is_a_port(port: str) -> None:
    with pytest.raises(ConfigurationError, match="PORT must be an integer, 0 to 65535"):
        read_settings({"PORT": port})


@pytest.mark.parametrize("channels", ["ask-disputes", "ask-disputes=", "=C012AB", "a=c012", "a=C1;b=C2", "a=C1=C2"])
def test_a_channel_is_a_name_and_an_id(channels: str) -> None:
    with pytest.raises(ConfigurationError, match=r"SLACKGUIDE_CHANNELS contains `.*`, which is not NAME=CHANNELID"):
        read_settings({"SLACKGUIDE_CHANNELS": channels})


def test_a_time_zone_is_one_that_exists() -> None:
    assert read_settings({}).timezone is None
    assert read_settings({"SLACKGUIDE_TIMEZONE": " Asia/Manila "}).timezone == ZoneInfo("Asia/Manila")
    with pytest.raises(ConfigurationError, match="SLACKGUIDE_TIMEZONE is invalid: `PST8` is not a time zone: use one"):
        read_settings({"SLACKGUIDE_TIMEZONE": "PST8"})


def test_the_sandbox_knows_no_slack_variables() -> None:
    assert read_settings(APP, slack=False).mode is Mode.SANDBOX
    assert not read_settings(BOT | APP | SECRET, slack=False).bot_token


def test_delivery_needs_the_bots_token_alone() -> None:
    assert read_settings(BOT, answering=False).bot_token.get_secret_value() == "xoxb-1"
    with pytest.raises(ConfigurationError, match="SLACK_BOT_TOKEN is missing"):
        read_settings(APP | SECRET, answering=False)


def test_settings_print_no_secret() -> None:
    secrets = {
        "SLACK_BOT_TOKEN": "xoxb-secret",
        "SLACK_APP_TOKEN": "xapp-secret",
        "SLACK_SIGNING_SECRET": "signing-secret",
        "DATABASE_URL": "postgresql://guide:pass-secret@db/guide",
    }
    settings = read_settings(secrets)
    assert "secret" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}".replace(
        "signing_secret", ""
    )
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == secrets["DATABASE_URL"]
