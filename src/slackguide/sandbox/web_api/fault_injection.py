"""Inject faults into Web API calls: slow, rate-limited, failing, hanging, or done with the response lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from slackguide.sandbox.json_types import Json


class FaultKind(StrEnum):
    """A kind of weather.

    `slow` answers late; `rate_limited` answers 429 with Retry-After; `failing` answers 500; `reset` drops the
    connection without an answer; `hanging` never answers; `lost_answer` does what was asked, then never answers;
    `refusing` answers 200 with a Slack error code.
    """

    SLOW = "slow"
    RATE_LIMITED = "rate_limited"
    FAILING = "failing"
    RESET = "reset"
    HANGING = "hanging"
    LOST_ANSWER = "lost_answer"
    REFUSING = "refusing"


EVERY_METHOD = "*"


@dataclass(frozen=True, kw_only=True)
class InjectedFault:
    """One piece of weather: over which method (`*`: all), for how many more calls (None: until it clears).

    `seconds` is the delay of `slow` and the Retry-After of `rate_limited`; `code` the error of `refusing`.
    """

    kind: FaultKind
    method: str = EVERY_METHOD
    times: int | None = None
    seconds: float = 1.0
    code: str = "internal_error"

    def covers(self, method: str) -> bool:
        """Whether a call of this method falls under it."""
        return self.method in (EVERY_METHOD, method)


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """How fast a channel may be posted to: a burst, then so many a second (Slack: about one, with short bursts)."""

    per_second: float = 1.0
    burst: int = 20


class FaultInjector:
    """The faults in force, in the order they were set; the first that covers a call takes it."""

    def __init__(self, *, publish: Callable[[str, Json], None]) -> None:
        self._publish = publish
        self._changed = threading.Condition()
        self._faults: list[InjectedFault] = []
        self._cleared = 0
        self._stopped = False

    @property
    def faults(self) -> tuple[InjectedFault, ...]:
        """What is in force."""
        with self._changed:
            return tuple(self._faults)

    def add(self, fault: InjectedFault) -> None:
        """Let a fault begin, behind those in force."""
        with self._changed:
            self._faults.append(fault)
        self._publish("faults", {})

    def clear(self) -> None:
        """Fair weather at once; calls that hang are dropped, slow ones go on."""
        with self._changed:
            self._faults.clear()
            self._cleared += 1
            self._changed.notify_all()
        self._publish("faults", {})

    def take(self, method: str) -> InjectedFault | None:
        """The fault that meets this call, counted down."""
        with self._changed:
            index = next((at for at, fault in enumerate(self._faults) if fault.covers(method)), None)
            if index is None:
                return None
            fault = self._faults[index]
            if fault.times is not None:
                left = fault.times - 1
                self._faults[index : index + 1] = [replace(fault, times=left)] if left else []
        if fault.times is not None:
            self._publish("faults", {})
        return fault

    def hold(self, seconds: float) -> None:
        """Keep a slow call for so long, or until the weather clears or the sandbox stops."""
        with self._changed:
            cleared = self._cleared
            self._changed.wait_for(lambda: self._stopped or self._cleared > cleared, seconds)

    def hold_until_disconnected(self, disconnected: Callable[[], bool], *, poll_interval: float = 0.2) -> None:
        """Keep a call until its caller is gone, the weather clears or the sandbox stops.

        `poll_interval` is how often, in seconds, the connection is looked at; WSGI does not tell by itself.
        """
        with self._changed:
            cleared = self._cleared
            while not (self._stopped or disconnected() or self._cleared > cleared):
                self._changed.wait(poll_interval)

    def stop(self) -> None:
        """Let every waiting call go."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()


class RateLimiter:
    """Slack's own limit on posting to one channel, as a bucket that the clock refills."""

    def __init__(self, *, limit: RateLimit, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, channel: str) -> float:
        """Take one posting: 0 when there was one, else the seconds until the next."""
        with self._lock:
            now = self._clock()
            left, at = self._left.get(channel, (float(self._limit.burst), now))
            left = min(float(self._limit.burst), left + max(0.0, now - at) * self._limit.per_second)
            if left < 1:
                self._left[channel] = (left, now)
                return (1 - left) / self._limit.per_second
            self._left[channel] = (left - 1, now)
            return 0.0
