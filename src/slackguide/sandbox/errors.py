"""The exceptions of the sandbox.

SandboxError
    ApiError            the error response to a call of the app
    NotAllowedError     an action that Slack's client does not offer
    NotFoundError       an unknown person, channel, message or view
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class SandboxError(Exception):
    """Base class of the sandbox's exceptions."""


class ApiError(SandboxError):
    """An error response to a Web API call: `{"ok": false, "error": code}`, with Slack's code."""

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
        """Return the JSON response, with `response_metadata.messages` if there are messages."""
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.more}
        if self.messages:
            body["response_metadata"] = {"messages": list(self.messages)}
        return body


class NotAllowedError(SandboxError):
    """An action that Slack's client does not offer, such as a click on a button that is not in the message."""


class NotFoundError(SandboxError):
    """A person, channel, message or view that is not in the workspace."""
