"""Settings from environment variables, validated at once before anything is opened."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from slackguide.errors import ConfigurationError
from slackguide.time_zones import find_zone

SLACK_API = "https://slack.com/api/"
"""Default base URL of Slack's Web API."""
DEFAULT_HOME = Path("var")
DEFAULT_PORT = 3000
HIGHEST_PORT = 65_535
LONGEST_RETENTION = 36_500
"""Maximum retention in days."""
LOOPBACK = "127.0.0.1"


class Mode(StrEnum):
    """How the app connects to Slack."""

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
            raise ValueError(f"contains `{item}`, which is not NAME=CHANNELID, such as ask-billing=C012AB")
        pairs[name.removeprefix("#")] = id
    return pairs


def _people(value: object) -> object:
    if not isinstance(value, str):
        return value
    ids = [part.strip() for part in value.split(",") if part.strip()]
    for id in ids:
        if not re.fullmatch(r"[UW][A-Z0-9]+", id):
            raise ValueError(f"contains `{id}`, which is not a Slack user id, such as U012AB")
    return frozenset(ids)


def _zone(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return find_zone(value)
    except ValueError as error:
        raise ValueError(f"is invalid: {error}") from None


def _base_url(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise ValueError("must be a URL, such as https://slack.com/api/")
    return value if value.endswith("/") else f"{value}/"


class Settings(BaseModel):
    """Settings from the environment. A Slack secret that is not set is an empty string.

    docs/reference/settings.md is generated from the texts below the fields.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, use_attribute_docstrings=True)

    bot_token: SecretStr = Field(default=SecretStr(""), alias="SLACK_BOT_TOKEN")
    """The bot token, `xoxb-…`. A worker needs no other Slack variable."""
    app_token: SecretStr = Field(default=SecretStr(""), alias="SLACK_APP_TOKEN")
    """The app-level token, `xapp-…`, with `connections:write`. With the bot token it selects Socket Mode."""
    signing_secret: SecretStr = Field(default=SecretStr(""), alias="SLACK_SIGNING_SECRET")
    """The signing secret. With the bot token it selects HTTP, unless the app token is set, too."""
    config_token: SecretStr = Field(default=SecretStr(""), alias="SLACK_CONFIG_TOKEN")
    """Only for `slackguide doctor`: an app configuration token, with which Slack tells the app's events."""
    api_url: Annotated[str, BeforeValidator(_base_url)] = Field(default=SLACK_API, alias="SLACK_API_URL")
    """The base URL of another Slack, such as GovSlack."""
    database_url: SecretStr | None = Field(default=None, alias="DATABASE_URL")
    """The database, `postgresql://…` for several processes. Default: a SQLite file in `SLACKGUIDE_HOME`."""
    home: Path = Field(default=DEFAULT_HOME, alias="SLACKGUIDE_HOME")
    """The folder of the SQLite file and of what is learnt about the knowledge base."""
    knowledge: Path = Field(default=Path("knowledge"), alias="SLACKGUIDE_KNOWLEDGE")
    """The folder of the knowledge base."""
    channels: Annotated[dict[str, str], BeforeValidator(_channels)] = Field(
        default_factory=dict, alias="SLACKGUIDE_CHANNELS"
    )
    """Ids of channels that the knowledge names: `questions=C012AB,orders=C034CD`. Others are looked up."""
    team_leads: Annotated[frozenset[str], BeforeValidator(_people)] = Field(
        default=frozenset(), alias="SLACKGUIDE_TEAM_LEADS"
    )
    """User ids of team leads, beside the members of the user groups in the knowledge: `U012,U034`."""
    retention_days: Annotated[int, Field(ge=1, le=LONGEST_RETENTION)] | None = Field(
        default=None, alias="SLACKGUIDE_RETENTION_DAYS"
    )
    """Erase people's text from escalations this many days after they were closed. Default: never."""
    timezone: Annotated[ZoneInfo | None, BeforeValidator(_zone)] = Field(default=None, alias="SLACKGUIDE_TIMEZONE")
    """The time zone of people whose zone Slack does not give, such as `America/Chicago`. Default: the zone of the
    working hours, if all forms have the same, else UTC."""
    host: str = Field(default="0.0.0.0", alias="HOST")  # noqa: S104 - the contract's default
    """The address that the HTTP server listens on. The sandbox ignores it and listens on `127.0.0.1`."""
    port: Annotated[int, Field(ge=0, le=HIGHEST_PORT)] = Field(default=DEFAULT_PORT, alias="PORT")
    """The port of the HTTP server: Slack's requests, the page of the sandbox, health checks and metrics."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", alias="LOG_LEVEL")
    """`DEBUG`, `INFO`, `WARNING` or `ERROR`."""
    log_format: Literal["console", "json"] = Field(default="console", alias="LOG_FORMAT")
    """`console`, or `json` for one JSON object per line."""

    @property
    def mode(self) -> Mode:
        """The mode that the Slack variables select."""
        if self.bot_token and self.app_token:
            return Mode.SOCKET
        return Mode.HTTP if self.bot_token and self.signing_secret else Mode.SANDBOX

    @property
    def mode_reason(self) -> str:
        """The reason for the mode, for the first log line."""
        match self.mode:
            case Mode.SOCKET:
                return "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are set"
            case Mode.HTTP:
                return "SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET are set"
            case Mode.SANDBOX:
                return "no Slack variable is set"


SLACK_VARIABLES = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")
"""Variables with Slack secrets. They select the mode."""

NUMBERS = {"PORT": f"0 to {HIGHEST_PORT}", "SLACKGUIDE_RETENTION_DAYS": f"1 to {LONGEST_RETENTION}"}
"""Bounds of the variables that hold an integer."""


def read_settings(
    environment: Mapping[str, str] = os.environ, *, slack: bool = True, answering: bool = True
) -> Settings:
    """Read and validate the settings. Raises `ConfigurationError` that lists every invalid or missing variable.

    `slack=False` ignores the Slack variables, to run the sandbox regardless of the environment. `answering=False` is
    for a process that only delivers, which needs no more than the bot token.
    """
    variables: dict[str, Any] = {name: value.strip() for name, value in environment.items() if value.strip()}
    for name in ("LOG_LEVEL", "LOG_FORMAT"):
        if name in variables:
            variables[name] = variables[name].upper() if name == "LOG_LEVEL" else variables[name].lower()
    if not slack:
        variables = {name: value for name, value in variables.items() if name not in SLACK_VARIABLES}
    problems: list[str] = []
    try:
        settings = Settings.model_validate(variables)
    except ValidationError as error:
        settings = None
        problems += [f"{detail['loc'][0]} {_message(detail)}" for detail in error.errors(include_url=False)]
    problems += _missing(variables) if answering else _token_missing(variables)
    if problems or settings is None:
        raise ConfigurationError("Not started, nothing was opened. " + " ".join(f"{problem}." for problem in problems))
    return settings


def read_home(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the home folder, whatever the other variables are: a command that only reads knowledge needs no more."""
    return Path(environment.get("SLACKGUIDE_HOME", "").strip() or DEFAULT_HOME)


def _missing(variables: Mapping[str, Any]) -> list[str]:
    """Return an error if some Slack variables are set, but not those of Socket Mode or HTTP."""
    bot, app, secret = (bool(variables.get(name)) for name in SLACK_VARIABLES)
    if not (bot or app or secret) or (bot and (app or secret)):
        return []
    if bot:
        return [
            "SLACK_BOT_TOKEN is set, but SLACK_APP_TOKEN (for Socket Mode) and SLACK_SIGNING_SECRET (for HTTP) are "
            "missing: set one of the two"
        ]
    present = [name for name, is_set in zip(SLACK_VARIABLES[1:], (app, secret), strict=True) if is_set]
    return [f"{' and '.join(present)} {'is' if len(present) == 1 else 'are'} set, but SLACK_BOT_TOKEN is missing"]


def _token_missing(variables: Mapping[str, Any]) -> list[str]:
    return [] if variables.get("SLACK_BOT_TOKEN") else ["SLACK_BOT_TOKEN is missing: delivery needs it"]


def _message(detail: Any) -> str:
    if (bounds := NUMBERS.get(detail["loc"][0])) is not None:
        return f"must be an integer, {bounds}"
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    if detail["type"] == "literal_error":
        return f"must be one of {detail['ctx']['expected']}"
    return f"is invalid: {str(detail['msg']).lower()}"
