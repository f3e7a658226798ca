"""Events and their retries: at least once, at once again, after a minute, after five more."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from slackguide.sandbox.delivery import Parcel
from slackguide.sandbox.records import Exchange, Reply

# docs.slack.dev/apis/events-api: the waits before retries 1, 2 and 3, in seconds.
RETRIES: Final = (0.0, 60.0, 300.0)
# How often, in seconds of real time, the workspace's clock is looked at while a retry is owed: a clock cannot wake us.
_LOOK: Final = 0.25


@dataclass(frozen=True, kw_only=True)
class Due:
    """An event to deliver once the clock says so."""

    at: float
    parcel: Parcel
    person: str


class Events:
    """Delivers events in the background, and again when they were not acknowledged."""

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        exchange: Callable[[str, Parcel], Exchange],
    ) -> None:
        self._clock = clock
        self._exchange = exchange
        self._changed = threading.Condition()
        self._due: list[Due] = []
        self._busy = 0
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="sandbox-events", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; what is still owed is dropped, as when Slack gives up."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def now(self, person: str, parcel: Parcel) -> Exchange:
        """Deliver at once, in this thread; what is not acknowledged is retried in the background."""
        exchange = self._exchange(person, parcel)
        self._again(exchange, parcel)
        return exchange

    def later(self, person: str, parcel: Parcel) -> None:
        """Deliver from the background, for what the bot itself caused: it may be busy with the call."""
        self._add(Due(at=self._clock(), parcel=parcel, person=person))

    @property
    def owed(self) -> tuple[Due, ...]:
        """What is still to be delivered, soonest first."""
        with self._changed:
            return tuple(sorted(self._due, key=lambda due: due.at))

    def wake(self) -> None:
        """Look at the clock now: it was moved."""
        with self._changed:
            self._changed.notify_all()

    def settle(self, timeout: float = 60.0) -> bool:
        """Wait until nothing is due by the clock and nothing is under way; false after `timeout` real seconds."""
        with self._changed:
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._busy == 0 and self._next() is None, timeout)

    def _add(self, due: Due) -> None:
        with self._changed:
            self._due.append(due)
            self._changed.notify_all()

    def _next(self) -> Due | None:
        now = self._clock()
        ready = [due for due in self._due if due.at <= now]
        return min(ready, key=lambda due: due.at, default=None)

    def _run(self) -> None:
        while True:
            with self._changed:
                due = self._next()
                while due is None and not self._stopped:
                    self._changed.wait(_LOOK if self._due else None)
                    due = self._next()
                if self._stopped or due is None:
                    return
                self._due.remove(due)
                self._busy += 1
            try:
                self.now(due.person, due.parcel)
            finally:
                with self._changed:
                    self._busy -= 1
                    self._changed.notify_all()

    def _again(self, exchange: Exchange, parcel: Parcel) -> None:
        reply = exchange.reply
        if reply is None or reply.ok or parcel.retry >= len(RETRIES):
            return
        if reply.headers.get("x-slack-no-retry") == "1":
            return
        retry = replace(parcel, retry=parcel.retry + 1, reason=_reason(reply))
        self._add(Due(at=self._clock() + RETRIES[parcel.retry], parcel=retry, person=exchange.person))


def _reason(reply: Reply) -> str:
    """`x-slack-retry-reason` for what went wrong."""
    if reply.failure == "timeout":
        return "http_timeout"
    return "connection_failed" if reply.failure else "http_error"
