"""The way out: what delivery asks of Slack, and how Slack's answers look to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from slackguide.errors import SlackguideError
from slackguide.escalation.job import Job


@dataclass(frozen=True)
class Posted:
    """Where the message is. For a task that posts nothing (a card redrawn), where the message was changed."""

    channel_id: str
    ts: str
    permalink: str | None = None


class DeliveryError(SlackguideError):
    """A try that did not end in a message; delivery decides what comes next."""


class Refused(DeliveryError):
    """Slack answered, and said no. `code` is its own (`not_in_channel`)."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack refused: {code}")
        self.code = code


class RateLimited(DeliveryError):
    """Slack wants to be left alone for `seconds` (its Retry-After)."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Slack asks to wait {seconds:g} s")
        self.seconds = seconds


class Unreachable(DeliveryError):
    """No answer that counts. `ambiguous`: the request may have arrived (timeout, reset, 5xx), so look before repeating.

    A connection that was never made is not ambiguous.
    """

    def __init__(self, *, ambiguous: bool) -> None:
        super().__init__("Slack did not answer; the message may have arrived" if ambiguous else "Slack is unreachable")
        self.ambiguous = ambiguous


class Poster(Protocol):
    """Implemented by the Slack side. Every method raises `Refused`, `RateLimited` or `Unreachable`.

    Delivery calls them in this order and renews the job's lease in between.
    """

    def prepare(self, job: Job) -> None:
        """Whatever must be known before posting (the channel's id, a conversation with the person). Posts nothing.

        It may take several Web API calls; what it finds out is kept, so that it is quick the next time.
        """

    def find(self, job: Job) -> Posted | None:
        """The message that an earlier try of this job may have left, told by its metadata; None when there is none.

        Messages older than the job (`created_at`, less a minute for differing clocks) and those in `job.known` are
        other jobs' messages.
        """

    def post(self, job: Job) -> Posted:
        """Send it: one Web API call that gives up well within the lease (5 s against 15 s)."""
