"""The records of the request log: requests to the app, and its Web API calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slackguide.sandbox.block_kit.validation import Problem
from slackguide.sandbox.json_types import Json


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """A Web API call of the app, or a POST to a response_url (`url`), without the token.

    `fault` is the kind of the injected fault. `status` is None if the fault dropped the response.
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
        """Return whether the response reports success."""
        return self.status == 200 and bool(self.answer.get("ok"))


@dataclass(frozen=True, kw_only=True)
class AppReply:
    """The app's reply: status and body, or a `failure` (`timeout`, `unreachable`)."""

    status: int | None
    body: str
    milliseconds: float
    headers: Mapping[str, str] = field(default_factory=dict)
    failure: str | None = None

    @property
    def ok(self) -> bool:
        """Return whether the reply acknowledges the request."""
        return self.failure is None and self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request to the app with its reply, the Web API calls until then, and the visible result.

    `kind` is `slash_commands`, `block_actions`, `view_submission`, `view_closed`, `shortcut`, `message_action`,
    `block_suggestion` or the event's type. `sent` is the payload, `headers` and `raw` are the request as sent.
    `notice` is Slack's message after a failure, `errors` are the messages under a form's fields by block id,
    `messages` and `view` are those that changed for the person. `problems` are the rules that the reply violates.
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
        """Return whether the app acknowledged the request with a valid response."""
        return self.reply is not None and self.reply.ok and self.notice is None and not self.problems

    @property
    def status(self) -> int | None:
        """Return the HTTP status of the reply, None without one."""
        return self.reply.status if self.reply else None

    @property
    def body(self) -> str:
        """Return the body of the reply, "" without one."""
        return self.reply.body if self.reply else ""

    @property
    def milliseconds(self) -> float:
        """Return the duration of the request, 0 without a reply."""
        return self.reply.milliseconds if self.reply else 0.0
