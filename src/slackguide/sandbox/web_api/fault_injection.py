"""Inject faults into Web API calls, and limit the rate of posted messages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from slackguide.sandbox.json_types import Json


class FaultKind(StrEnum):
    """A kind of injected fault."""

    SLOW = "slow"
    """The response comes late."""

    RATE_LIMITED = "rate_limited"
    """The response is 429 with Retry-After."""

    SERVER_ERROR = "server_error"
    """The response is 500."""

    CONNECTION_RESET = "connection_reset"
    """The connection closes without a response; the call is not processed."""

    NO_RESPONSE = "no_response"
    """The connection stays open without a response; the call is not processed."""

    LOST_RESPONSE = "lost_response"
    """The call is processed, and the response never arrives."""

    API_ERROR = "api_error"
    """The response is 200 with a Slack error code."""


EVERY_METHOD = "*"
"""The `method` of a fault that applies to every Web API method."""


@dataclass(frozen=True, kw_only=True)
class InjectedFault:
    """A fault that applies to calls of `method` (`*`: any), for the next `times` calls (None: until cleared).

    `seconds` is the delay of `slow` and the Retry-After of `rate_limited`; `code` is the error of `api_error`.
    """

    kind: FaultKind
    method: str = EVERY_METHOD
    times: int | None = None
    seconds: float = 1.0
    code: str = "internal_error"

    def covers(self, method: str) -> bool:
        """Return whether the fault applies to a call of this method."""
        return self.method in (EVERY_METHOD, method)


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """The rate limit of messages to one channel: a burst, then `per_second` (Slack: about one, with short bursts)."""

    per_second: float = 1.0
    burst: int = 20


PAGES = RateLimit(per_second=20 / 60, burst=20)
"""Slack's limit of pages of `users.list` and `conversations.list`: about twenty a minute."""


class FaultInjector:
    """The active faults, oldest first. The first that covers a call applies to it."""

    def __init__(self, *, publish: Callable[[str, Json], None]) -> None:
        self._publish = publish
        self._changed = threading.Condition()
        self._faults: list[InjectedFault] = []
        self._cleared = 0
        self._stopped = False

    @property
    def faults(self) -> tuple[InjectedFault, ...]:
        """Return the active faults."""
        with self._changed:
            return tuple(self._faults)

    def add(self, fault: InjectedFault) -> None:
        """Add a fault, after those already active."""
        with self._changed:
            self._faults.append(fault)
        self._publish("faults", {})

    def clear(self) -> None:
        """Remove every fault. Held calls without a response are dropped; slow calls continue at once."""
        with self._changed:
            self._faults.clear()
            self._cleared += 1
            self._changed.notify_all()
        self._publish("faults", {})

    def take(self, method: str) -> InjectedFault | None:
        """Return the fault that applies to this call, and count it."""
        with self._changed:
            index = next((position for position, fault in enumerate(self._faults) if fault.covers(method)), None)
            if index is None:
                return None
            fault = self._faults[index]
            if fault.times is not None:
                remaining = fault.times - 1
                self._faults[index : index + 1] = [replace(fault, times=remaining)] if remaining else []
        if fault.times is not None:
            self._publish("faults", {})
        return fault

    def hold(self, seconds: float) -> None:
        """Block a slow call for `seconds`, or until the faults are cleared or the sandbox stops."""
        with self._changed:
            cleared = self._cleared
            self._changed.wait_for(lambda: self._stopped or self._cleared > cleared, seconds)

    def hold_until_disconnected(self, disconnected: Callable[[], bool], *, poll_interval: float = 0.2) -> None:
        """Block a call until its client disconnects, the faults are cleared or the sandbox stops.

        The connection is polled every `poll_interval` seconds: WSGI does not notify of a disconnection.
        """
        with self._changed:
            cleared = self._cleared
            while not (self._stopped or disconnected() or self._cleared > cleared):
                self._changed.wait(poll_interval)

    def stop(self) -> None:
        """Release every blocked call."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()


class RateLimiter:
    """Slack's rate limit of messages to one channel, or of calls of one method, as a token bucket."""

    def __init__(self, *, limit: RateLimit, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait(self, channel: str) -> float:
        """Take one token. Return 0 on success, else the seconds until the next token."""
        with self._lock:
            now = self._clock()
            tokens, updated = self._buckets.get(channel, (float(self._limit.burst), now))
            tokens = min(float(self._limit.burst), tokens + max(0.0, now - updated) * self._limit.per_second)
            if tokens < 1:
                self._buckets[channel] = (tokens, now)
                return (1 - tokens) / self._limit.per_second
            self._buckets[channel] = (tokens - 1, now)
            return 0.0
