"""The event queue with Slack's retries: at once, after a minute, after five more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from slackguide.sandbox.transport.http import Envelope
from slackguide.sandbox.workspace.records import AppReply, Exchange

# docs.slack.dev/apis/events-api: the waits before retries 1, 2 and 3, in seconds.
RETRIES = (0.0, 60.0, 300.0)
# How often, in seconds of real time, the workspace's clock is looked at while a retry is pending: a clock cannot wake
# us.
_POLL_INTERVAL = 0.25


@dataclass(frozen=True, kw_only=True)
class ScheduledEvent:
    """An event to deliver once the clock says so."""

    at: float
    envelope: Envelope
    person: str


class EventQueue:
    """Delivers events in the background, and again when they were not acknowledged."""

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
        self._busy = 0
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="sandbox-events", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; drop what is pending, as when Slack gives up."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def send_now(self, person: str, envelope: Envelope) -> Exchange:
        """Deliver at once, in this thread; what is not acknowledged is retried in the background."""
        exchange = self._exchange(person, envelope)
        self._again(exchange, envelope)
        return exchange

    def send_later(self, person: str, envelope: Envelope) -> None:
        """Deliver from the background, for what the bot itself caused: it may be busy with the call."""
        self._add(ScheduledEvent(at=self._clock(), envelope=envelope, person=person))

    @property
    def pending(self) -> tuple[ScheduledEvent, ...]:
        """What is still to be delivered, soonest first."""
        with self._changed:
            return tuple(sorted(self._due, key=lambda due: due.at))

    def wake(self) -> None:
        """Look at the clock now: it was moved."""
        with self._changed:
            self._changed.notify_all()

    def wait_until_empty(self, timeout: float = 60.0) -> bool:
        """Wait until nothing is due by the clock and nothing is under way; false after `timeout` real seconds."""
        with self._changed:
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._busy == 0 and self._next() is None, timeout)

    def _add(self, due: ScheduledEvent) -> None:
        with self._changed:
            self._due.append(due)
            self._changed.notify_all()

    def _next(self) -> ScheduledEvent | None:
        now = self._clock()
        ready = [due for due in self._due if due.at <= now]
        return min(ready, key=lambda due: due.at, default=None)

    def _run(self) -> None:
        while True:
            with self._changed:
                due = self._next()
                while due is None and not self._stopped:
                    self._changed.wait(_POLL_INTERVAL if self._due else None)
                    due = self._next()
                if self._stopped or due is None:
                    return
                self._due.remove(due)
                self._busy += 1
            try:
                self.send_now(due.person, due.envelope)
            finally:
                with self._changed:
                    self._busy -= 1
                    self._changed.notify_all()

    def _again(self, exchange: Exchange, envelope: Envelope) -> None:
        reply = exchange.reply
        if reply is None or reply.ok or envelope.retry >= len(RETRIES):
            return
        if reply.headers.get("x-slack-no-retry") == "1":
            return
        retry = replace(envelope, retry=envelope.retry + 1, reason=_reason(reply))
        self._add(ScheduledEvent(at=self._clock() + RETRIES[envelope.retry], envelope=retry, person=exchange.person))


def _reason(reply: AppReply) -> str:
    """`x-slack-retry-reason` for what went wrong."""
    if reply.failure == "timeout":
        return "http_timeout"
    return "connection_failed" if reply.failure else "http_error"
