"""Where a run crashes, and how Slack answers: the plan of one scenario."""

from __future__ import annotations

import json
import urllib.error
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Response = dict[str, Any]
"""The `status`, `headers` and `body` of an HTTP response, as slack_sdk expects them."""


class Crash(BaseException):
    """The process ends here. No handler of the code under test runs."""


class Moment(StrEnum):
    """When a process ends: before a commit or call has any effect, or right after it."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Place:
    """A commit or a Slack call, counted from the beginning of a run, and the moment of the crash there."""

    kind: str
    number: int
    moment: Moment


def _http(status: int, error: str, **headers: str) -> Response:
    return {"status": status, "headers": headers, "body": json.dumps({"ok": False, "error": error})}


def _refused(code: str) -> Callable[[Callable[[], Response]], Response]:
    return lambda run: _http(200, code)


def _timeout(run: Callable[[], Response], *, processed: bool) -> Response:
    if processed:
        run()
    raise TimeoutError


def _server_error(run: Callable[[], Response], *, processed: bool) -> Response:
    if processed:
        run()
    return _http(500, "internal_error")


def _connection_refused(run: Callable[[], Response]) -> Response:
    raise urllib.error.URLError(ConnectionRefusedError())


def _fault(run: Callable[[], Response]) -> Response:
    run()
    return _http(200, "internal_error")


ANSWERS: dict[str, Callable[[Callable[[], Response]], Response]] = {
    "ok": lambda run: run(),
    "rate limited": lambda run: _http(429, "ratelimited", **{"Retry-After": "7"}),
    "connection refused": _connection_refused,
    "timeout, not processed": lambda run: _timeout(run, processed=False),
    "timeout, processed": lambda run: _timeout(run, processed=True),
    "500, not processed": lambda run: _server_error(run, processed=False),
    "500, processed": lambda run: _server_error(run, processed=True),
    "service fault, processed": _fault,
    "message refused": _refused("invalid_blocks"),
    "channel refused": _refused("is_archived"),
    "person refused": _refused("user_disabled"),
    "installation refused": _refused("token_revoked"),
    "unknown code": _refused("never_heard_of_it"),
}
"""Every class of answer. `run` lets Slack process the request. Each is given to one call; all others are answered."""


LATE = "late"
"""An answer of its own: a timeout, and Slack processes the message only when it is posted again.

It is the window that docs/delivery-guarantee.md names: the search between the two finds nothing.
"""

POST = "chat.postMessage"


@dataclass
class Plan:
    """A crash at `crash`, and the answer `answer` for one call.

    That call is the one with the number `answer_at`, or with None the first one after the crash. `log` has every
    commit and every call of the run in order. `late` has messages that Slack processes late.
    """

    crash: Place | None = None
    answer: str = "ok"
    answer_at: int | None = None
    crashed: bool = False
    answered: bool = False
    commits: int = 0
    calls: int = 0
    log: list[str] = field(default_factory=list)
    late: dict[str, Callable[[], Response]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    def commit_begins(self) -> None:
        """Count a commit. Raise `Crash` if the process ends before it."""
        self.commits += 1
        self.log.append(f"commit {self.commits}")
        self._crash("commit", self.commits, Moment.BEFORE)

    def commit_ends(self) -> None:
        """Raise `Crash` if the process ends after the current commit."""
        self._crash("commit", self.commits, Moment.AFTER)

    def call(self, method: str, message: str, run: Callable[[], Response]) -> Response:
        """Count a call and answer it as planned. Raise `Crash` if the process ends before or after it.

        `message` identifies a message across its attempts; it is empty if the call posts none.
        """
        self.calls += 1
        number = self.calls
        self.log.append(f"call {number} {method}")
        self.seen.append(method)
        self._crash("call", number, Moment.BEFORE)
        if message in self.late:
            self.late.pop(message)()
        if not self.answered and self._is_answered_here(number):
            self.answered = True
            if self.answer == LATE:
                self.late[message] = run
                raise TimeoutError
            return ANSWERS[self.answer](run)
        response = run()
        self._crash("call", number, Moment.AFTER)
        return response

    def _is_answered_here(self, number: int) -> bool:
        if self.answer_at is not None:
            return number == self.answer_at
        return self.crashed

    def _crash(self, kind: str, number: int, moment: Moment) -> None:
        if not self.crashed and self.crash == Place(kind, number, moment):
            self.crashed = True
            self.log.append(f"crash {moment}")
            raise Crash
