"""The settings, read from the environment once: every fault of them at once, before anything is opened."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from slackguide.errors import ConfigurationError

SLACK_API = "https://slack.com/api/"
DEFAULT_PORT = 3000
HIGHEST_PORT = 65_535
LONGEST_RETENTION = 36_500
LOOPBACK = "127.0.0.1"


class Mode(StrEnum):
    """How slackguide meets Slack."""

    SANDBOX = "sandbox"
    SOCKET = "Socket Mode"
    HTTP = "HTTP"


def _channels(value: object) -> object:
    if not isinstance(value, str):
        return value
    pairs: dict[str, str] = {}
    for item in filter(None, (part.strip() for part in value.split(","))):
        name, equals, id = (part.strip() for part in item.partition("="))
        if not equals or not re.fullmatch(r"[CG][A-Z0-9]+", id) or not name:
            raise ValueError(f"has `{item}`, which is not NAME=CHANNELID, like ask-disputes=C012AB")
        pairs[name.removeprefix("#")] = id
    return pairs


def _people(value: object) -> object:
    if not isinstance(value, str):
        return value
    ids = [part.strip() for part in value.split(",") if part.strip()]
    for id in ids:
        if not re.fullmatch(r"[UW][A-Z0-9]+", id):
            raise ValueError(f"has `{id}`, which is no Slack user id, like U012AB")
    return frozenset(ids)


def _base_url(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise ValueError("has to be an address, like https://slack.com/api/")
    return value if value.endswith("/") else f"{value}/"


class Settings(BaseModel):
    """What the environment says. A Slack secret that is not set is empty; `database_url` is never empty."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    bot_token: SecretStr = Field(default=SecretStr(""), alias="SLACK_BOT_TOKEN")
    app_token: SecretStr = Field(default=SecretStr(""), alias="SLACK_APP_TOKEN")
    signing_secret: SecretStr = Field(default=SecretStr(""), alias="SLACK_SIGNING_SECRET")
    api_url: Annotated[str, BeforeValidator(_base_url)] = Field(default=SLACK_API, alias="SLACK_API_URL")
    database_url: SecretStr | None = Field(default=None, alias="DATABASE_URL")
    home: Path = Field(default=Path("var"), alias="SLACKGUIDE_HOME")
    knowledge: Path = Field(default=Path("knowledge"), alias="SLACKGUIDE_KNOWLEDGE")
    channels: Annotated[dict[str, str], BeforeValidator(_channels)] = Field(
        default_factory=dict, alias="SLACKGUIDE_CHANNELS"
    )
    team_leads: Annotated[frozenset[str], BeforeValidator(_people)] = Field(
        default=frozenset(), alias="SLACKGUIDE_TEAM_LEADS"
    )
    retention_days: Annotated[int, Field(ge=1, le=LONGEST_RETENTION)] | None = Field(
        default=None, alias="SLACKGUIDE_RETENTION_DAYS"
    )
    host: str = Field(default="0.0.0.0", alias="HOST")  # noqa: S104 - the contract's default
    port: Annotated[int, Field(ge=0, le=HIGHEST_PORT)] = Field(default=DEFAULT_PORT, alias="PORT")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", alias="LOG_LEVEL")
    log_format: Literal["console", "json"] = Field(default="console", alias="LOG_FORMAT")

    @property
    def mode(self) -> Mode:
        """How slackguide meets Slack, as far as the variables say."""
        if self.bot_token and self.app_token:
            return Mode.SOCKET
        return Mode.HTTP if self.bot_token and self.signing_secret else Mode.SANDBOX

    @property
    def mode_reason(self) -> str:
        """Why this mode, for the first line of the log."""
        match self.mode:
            case Mode.SOCKET:
                return "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are set"
            case Mode.HTTP:
                return "SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET are set"
            case Mode.SANDBOX:
                return "no Slack variable is set"


SLACK_VARIABLES = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")

NUMBERS = {"PORT": f"0 to {HIGHEST_PORT}", "SLACKGUIDE_RETENTION_DAYS": f"1 to {LONGEST_RETENTION}"}
"""The variables that hold a whole number, and its bounds."""


def read_settings(
    environment: Mapping[str, str] = os.environ, *, slack: bool = True, answering: bool = True
) -> Settings:
    """The settings. Raises `ConfigurationError` that names every variable at fault or missing.

    `slack=False` leaves the Slack variables out: for the sandbox whatever the environment says. `answering=False` is
    for delivery alone, which needs the bot's token and no more.
    """
    given: dict[str, Any] = {name: value.strip() for name, value in environment.items() if value.strip()}
    for name in ("LOG_LEVEL", "LOG_FORMAT"):
        if name in given:
            given[name] = given[name].upper() if name == "LOG_LEVEL" else given[name].lower()
    if not slack:
        given = {name: value for name, value in given.items() if name not in SLACK_VARIABLES}
    faults: list[str] = []
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        settings = None
        faults += [f"{fault['loc'][0]} {_message(fault)}" for fault in error.errors(include_url=False)]
    faults += _missing(given) if answering else _token_missing(given)
    if faults or settings is None:
        raise ConfigurationError("Not started, nothing was opened. " + " ".join(f"{fault}." for fault in faults))
    return settings


def _missing(given: Mapping[str, Any]) -> list[str]:
    """What is missing where some Slack variable is set, but not enough for either way."""
    bot, app, secret = (bool(given.get(name)) for name in SLACK_VARIABLES)
    if not (bot or app or secret) or (bot and (app or secret)):
        return []
    if bot:
        return [
            "SLACK_BOT_TOKEN is set, but SLACK_APP_TOKEN (for Socket Mode) and SLACK_SIGNING_SECRET (for HTTP) are "
            "missing: set one of the two"
        ]
    there = [name for name, is_set in zip(SLACK_VARIABLES[1:], (app, secret), strict=True) if is_set]
    return [f"{' and '.join(there)} {'is' if len(there) == 1 else 'are'} set, but SLACK_BOT_TOKEN is missing"]


def _token_missing(given: Mapping[str, Any]) -> list[str]:
    return [] if given.get("SLACK_BOT_TOKEN") else ["SLACK_BOT_TOKEN is missing: delivery needs it"]


def _message(fault: Any) -> str:
    if (bounds := NUMBERS.get(fault["loc"][0])) is not None:
        return f"has to be a whole number, {bounds}"
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    if fault["type"] == "literal_error":
        return f"has to be one of {fault['ctx']['expected']}"
    return f"cannot be used: {str(fault['msg']).lower()}"
