"""What can go wrong: for the bot (Slack's own codes), and for a person who tries what the screen does not offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class SandboxError(Exception):
    """Base of everything the sandbox raises on purpose."""


class ApiError(SandboxError):
    """A refusal of a Web API call: `{"ok": false, "error": code}`, with Slack's code."""

    def __init__(
        self,
        code: str,
        *,
        messages: Sequence[str] = (),
        more: Mapping[str, Any] | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.messages = tuple(messages)
        self.more = dict(more or {})
        self.status = status
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The JSON answer, with `response_metadata.messages` where Slack explains itself."""
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.more}
        if self.messages:
            body["response_metadata"] = {"messages": list(self.messages)}
        return body


class NotAllowedError(SandboxError):
    """A person tried what Slack's screen would not let them do, such as pressing a button that is not there."""


class NotFoundError(SandboxError):
    """No person, channel, message or view of that name in this workspace."""
