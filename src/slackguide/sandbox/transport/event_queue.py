"""The queue of events to the app, with Slack's retries: at once, after a minute, after five more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from slackguide.sandbox.transport.http import Envelope
from slackguide.sandbox.workspace.records import AppReply, Exchange

RETRY_DELAYS = (0.0, 60.0, 300.0)
"""Seconds before retries 1, 2 and 3 (docs.slack.dev/apis/events-api)."""

_POLL_INTERVAL = 0.25
"""Seconds of real time between polls of the workspace's clock while a retry is pending."""


@dataclass(frozen=True, kw_only=True)
class ScheduledEvent:
    """An event to deliver at a time (epoch seconds)."""

    at: float
    envelope: Envelope
    person: str


class EventQueue:
    """Delivers events in a background thread, and retries those that the app does not acknowledge."""

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        exchange: Callable[[str, Envelope], Exchange],
    ) -> None:
        self._clock = clock
        self._exchange = exchange
        self._changed = threading.Condition()
        self._due: list[ScheduledEvent] = []
        self._delivering = 0
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="sandbox-events", daemon=True)

    def start(self) -> None:
        """Start delivering."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and drop pending events."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def send_now(self, person: str, envelope: Envelope) -> Exchange:
        """Deliver an event now, in this thread. Retries run in the background."""
        exchange = self._exchange(person, envelope)
        self._schedule_retry(exchange, envelope)
        return exchange

    def send_later(self, person: str, envelope: Envelope) -> None:
        """Deliver in the background an event that a call of the app causes, so that the call can return."""
        self._add(ScheduledEvent(at=self._clock(), envelope=envelope, person=person))

    @property
    def pending(self) -> tuple[ScheduledEvent, ...]:
        """Return the pending events, soonest first."""
        with self._changed:
            return tuple(sorted(self._due, key=lambda due: due.at))

    def wake(self) -> None:
        """Check for due events now, after the clock was moved."""
        with self._changed:
            self._changed.notify_all()

    def wait_until_empty(self, timeout: float = 60.0) -> bool:
        """Wait until no event is due or being delivered. Return false after `timeout` seconds of real time."""
        with self._changed:
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._delivering == 0 and self._next_due() is None, timeout)

    def _add(self, due: ScheduledEvent) -> None:
        with self._changed:
            self._due.append(due)
            self._changed.notify_all()

    def _next_due(self) -> ScheduledEvent | None:
        now = self._clock()
        ready = [due for due in self._due if due.at <= now]
        return min(ready, key=lambda due: due.at, default=None)

    def _run(self) -> None:
        while True:
            with self._changed:
                due = self._next_due()
                while due is None and not self._stopped:
                    self._changed.wait(_POLL_INTERVAL if self._due else None)
                    due = self._next_due()
                if self._stopped or due is None:
                    return
                self._due.remove(due)
                self._delivering += 1
            try:
                self.send_now(due.person, due.envelope)
            finally:
                with self._changed:
                    self._delivering -= 1
                    self._changed.notify_all()

    def _schedule_retry(self, exchange: Exchange, envelope: Envelope) -> None:
        reply = exchange.reply
        if reply is None or reply.ok or envelope.retry >= len(RETRY_DELAYS):
            return
        if reply.headers.get("x-slack-no-retry") == "1":
            return
        retry = replace(envelope, retry=envelope.retry + 1, reason=_reason(reply))
        self._add(
            ScheduledEvent(at=self._clock() + RETRY_DELAYS[envelope.retry], envelope=retry, person=exchange.person)
        )


def _reason(reply: AppReply) -> str:
    """Return the `x-slack-retry-reason` for a failed reply."""
    if reply.failure == "timeout":
        return "http_timeout"
    return "connection_failed" if reply.failure else "http_error"
