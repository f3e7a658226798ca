"""The message sender protocol, implemented by `slack.sender`, and the errors it raises."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from slackguide.delivery.jobs import Job
from slackguide.errors import SlackguideError


@dataclass(frozen=True)
class PostedMessage:
    """The location of a message. For a task that posts nothing, the location of the updated message."""

    channel_id: str
    ts: str
    permalink: str | None = None


class DeliveryError(SlackguideError):
    """An attempt that did not send the message. `decide_retry` decides what follows."""


class ErrorCategory(StrEnum):
    """The cause of a refusal, and so what must change before the same call can succeed."""

    SERVICE = "service"
    """Slack has a fault. The request may have succeeded. A retry can succeed."""

    MESSAGE = "message"
    """This request: its content, or the message it refers to. The same request fails again."""

    CHANNEL = "channel"
    """The channel: it is not visible to the app, is archived, or does not allow posting."""

    USER = "user"
    """The recipient: deactivated, or not reachable from this workspace."""

    INSTALLATION = "installation"
    """The token, app or scopes. All jobs wait until an administrator corrects the installation."""

    UNKNOWN = "unknown"
    """A code without a rule."""


class SlackRefusedError(DeliveryError):
    """Slack answered with an error. `code` is Slack's code (`not_in_channel`).

    `target_gone` is true if the message or channel to change cannot be changed any more. `needed` is the OAuth scope
    named with `missing_scope`.
    """

    def __init__(
        self,
        code: str,
        category: ErrorCategory = ErrorCategory.UNKNOWN,
        *,
        target_gone: bool = False,
        needed: str | None = None,
    ) -> None:
        super().__init__(f"Slack refused: {code}{f' (needed: {needed})' if needed else ''}")
        self.code = code
        self.category = category
        self.target_gone = target_gone
        self.needed = needed


class RecipientDeniedError(DeliveryError):
    """The access policy denies the recipient this content. `code` is the reason (`guest`)."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The access policy denies it: {code}")
        self.code = code


class RateLimitedError(DeliveryError):
    """Slack's rate limit. Retry after `seconds` (Slack's Retry-After)."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Slack asks to wait {seconds:g} s")
        self.seconds = seconds


class SlackUnreachableError(DeliveryError):
    """No usable answer. `ambiguous`: the request may have arrived (timeout, reset, 5xx), so look for the message first.

    A connection that was refused is not ambiguous.
    """

    def __init__(self, *, ambiguous: bool) -> None:
        super().__init__("Slack did not answer; the message may have arrived" if ambiguous else "Slack is unreachable")
        self.ambiguous = ambiguous


class MessageSender(Protocol):
    """A sender of the messages of jobs.

    The dispatcher calls the methods in this order and renews the job's lease between calls. Every method raises
    `SlackRefusedError`, `RateLimitedError` or `SlackUnreachableError`; `prepare` also raises `RecipientDeniedError`.
    """

    def prepare(self, job: Job) -> None:
        """Look up everything needed to post, such as the channel's id. Post nothing.

        It may take several Web API calls. The results are cached, so that the next call is fast.
        """

    def find(self, job: Job) -> PostedMessage | None:
        """Return the message that an earlier attempt of this job may have posted, identified by its metadata, or None.

        Messages older than the job (`created_at`, less a minute for clock skew) and those in `job.known_timestamps`
        belong to other jobs.
        """

    def post(self, job: Job) -> PostedMessage:
        """Send the message with one Web API call, whose timeout (5 s) is well within the lease (15 s)."""
