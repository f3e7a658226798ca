"""The message sender, as a protocol, and the errors it raises (`slack.sender` implements it)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from slackguide.delivery.jobs import Job
from slackguide.errors import SlackguideError


@dataclass(frozen=True)
class PostedMessage:
    """Where the message is. For a task that posts nothing (a card redrawn), where the message was changed."""

    channel_id: str
    ts: str
    permalink: str | None = None


class DeliveryError(SlackguideError):
    """A try that did not end in a message; delivery decides what comes next."""


class RefusalScope(StrEnum):
    """What a refusal is about, and so what has to change before the same call can succeed."""

    SERVICE = "service"
    """Slack is unwell. What it was asked to do may have been done; waiting helps."""

    MESSAGE = "message"
    """This one request: its content, or the message that it is about. The same request fails again."""

    PLACE = "place"
    """The channel: it does not exist for us, is archived or does not let us post."""

    PERSON = "person"
    """The recipient has left, or cannot be reached from here."""

    INSTALLATION = "installation"
    """Our token, app or scopes. No property of one job: every job waits until an administrator mends it."""

    UNKNOWN = "unknown"
    """A code that we have no rule for."""


class SlackRefusedError(DeliveryError):
    """Slack answered, and said no. `code` is its own (`not_in_channel`), `scope` what it is about.

    `target_gone`: the message or channel that a change was meant for cannot be changed any more. `needed` is the
    OAuth scope that Slack asks for with `missing_scope`.
    """

    def __init__(
        self,
        code: str,
        scope: RefusalScope = RefusalScope.UNKNOWN,
        *,
        target_gone: bool = False,
        needed: str | None = None,
    ) -> None:
        super().__init__(f"Slack refused: {code}{f' (needed: {needed})' if needed else ''}")
        self.code = code
        self.scope = scope
        self.target_gone = target_gone
        self.needed = needed


class RecipientDeniedError(DeliveryError):
    """The access policy does not let the recipient read this. `code` says why (`guest`)."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The access policy denies it: {code}")
        self.code = code


class RateLimitedError(DeliveryError):
    """Slack wants to be left alone for `seconds` (its Retry-After)."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Slack asks to wait {seconds:g} s")
        self.seconds = seconds


class SlackUnreachableError(DeliveryError):
    """No answer that counts. `ambiguous`: the request may have arrived (timeout, reset, 5xx), so look before repeating.

    A connection that was never made is not ambiguous.
    """

    def __init__(self, *, ambiguous: bool) -> None:
        super().__init__("Slack did not answer; the message may have arrived" if ambiguous else "Slack is unreachable")
        self.ambiguous = ambiguous


class MessageSender(Protocol):
    """Implemented by the Slack side. Every method raises `SlackRefusedError`, `RateLimitedError` or
    `SlackUnreachableError`.

    `prepare` also raises `RecipientDeniedError`. Delivery calls them in this order and renews the job's lease between
    calls.
    """

    def prepare(self, job: Job) -> None:
        """Whatever must be known before posting (the channel's id, a conversation with the person). Posts nothing.

        It may take several Web API calls; what it finds out is kept, so that it is quick the next time.
        """

    def find(self, job: Job) -> PostedMessage | None:
        """The message that an earlier try of this job may have left, identified by its metadata; None when there is
        none.

        Messages older than the job (`created_at`, less a minute for differing clocks) and those in `job.known` are
        other jobs' messages.
        """

    def post(self, job: Job) -> PostedMessage:
        """Send it: one Web API call that gives up well within the lease (5 s against 15 s)."""
