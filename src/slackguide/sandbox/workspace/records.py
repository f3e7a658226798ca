"""The request log: every request to the app and every Web API call it made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slackguide.sandbox.block_kit.validation import Problem
from slackguide.sandbox.json_types import Json


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """One Web API call of the bot (or one POST to a response_url), token left out.

    `status` is None when the weather took the answer away; `fault` names that weather. `url` is a response_url's.
    """

    number: int
    at: float
    method: str
    arguments: Json
    answer: Json
    status: int | None
    milliseconds: float
    fault: str | None = None
    problems: tuple[Problem, ...] = ()
    url: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the response reported success."""
        return self.status == 200 and bool(self.answer.get("ok"))


@dataclass(frozen=True, kw_only=True)
class AppReply:
    """What came back from the bot: status and body, or why nothing did (`timeout`, `unreachable`, `refused`)."""

    status: int | None
    body: str
    milliseconds: float
    headers: Mapping[str, str] = field(default_factory=dict)
    failure: str | None = None

    @property
    def ok(self) -> bool:
        """Whether Slack would call it acknowledged."""
        return self.failure is None and self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """What one action of a person led to: the request, the bot's answer, its Web API calls meanwhile, what is seen.

    `kind` is `slash_commands`, `block_actions`, `view_submission`, `view_closed`, `shortcut`, `message_action`,
    `block_suggestion` or the event's type. `sent` is the payload, `headers` and `raw` the request as it left.
    `notice` holds the words that Slack itself shows when something failed, `errors` those under the fields of a form
    (block id to text), `messages` and `view` what appeared in answer to the person. `problems` are Slack's limits that
    the bot's answer broke.
    """

    number: int
    at: float
    kind: str
    person: str
    sent: Json
    headers: Mapping[str, str]
    raw: str
    reply: AppReply | None
    calls: tuple[ApiCall, ...] = ()
    notice: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    messages: tuple[Any, ...] = ()
    view: Any = None
    options: tuple[Json, ...] = ()
    problems: tuple[Problem, ...] = ()
    retry: int = 0

    @property
    def ok(self) -> bool:
        """Whether the bot acknowledged and nothing of its answer was refused."""
        return self.reply is not None and self.reply.ok and self.notice is None and not self.problems

    @property
    def status(self) -> int | None:
        """HTTP status of the bot's answer, None when there was none."""
        return self.reply.status if self.reply else None

    @property
    def body(self) -> str:
        """Body of the bot's answer, empty when there was none."""
        return self.reply.body if self.reply else ""

    @property
    def milliseconds(self) -> float:
        """How long the bot took."""
        return self.reply.milliseconds if self.reply else 0.0
