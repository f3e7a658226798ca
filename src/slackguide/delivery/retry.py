"""Decide the outcome of an attempt: completed, retried later, dropped, or dead-lettered.

Only a refusal of the message itself is final at once. All other refusals can end without a change of the message, so
the job is retried with increasing delays, and stays visible to its sender.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from slackguide.delivery.sender import (
    DeliveryError,
    ErrorCategory,
    PostedMessage,
    RateLimitedError,
    RecipientDeniedError,
    SlackRefusedError,
    SlackUnreachableError,
)
from slackguide.delivery.tasks import Task, is_idempotent
from slackguide.escalation.messages import PostEscalation

INTERNAL_ERROR = "internal"
"""The code of an internal error. It never equals one of Slack's codes."""

FIRST_DELAY = 1.0
"""Maximum delay in seconds before the second attempt. It doubles with every further attempt."""

LONGEST_DELAY = 60.0
"""Maximum delay in seconds between attempts: after an outage of Slack, pending jobs are sent within a minute."""

LONGEST_RETRY_AFTER = 600.0
"""Maximum Retry-After in seconds. A longer one is reduced, so that a bad header does not block a channel for a day."""

MAX_PARTITION_PAUSE = 5.0
"""Maximum pause in seconds of a whole conversation while Slack is unreachable.

Without a pause, each job behind the failed one would wait for a timeout.
"""

FIRST_REFUSAL_DELAY = 60.0
"""Seconds before the second attempt after Slack refused the channel or the person. They double with every attempt."""

LONGEST_REFUSAL_DELAY = 3600.0
"""Maximum seconds between attempts while Slack refuses the channel or the person."""

MAX_CHANNEL_REFUSALS = 30
"""Refusals of the channel, about 25 hours, before the job becomes a dead letter."""

MAX_USER_REFUSALS = 7
"""Refusals of the person, about an hour, before a message to them is dropped."""

MAX_ATTEMPTS = 6
"""Attempts before a job with an unknown error (an unknown code or an internal error) becomes a dead letter."""


@dataclass(frozen=True)
class Completed:
    """The message is on Slack."""

    posted: PostedMessage


@dataclass(frozen=True)
class Retry:
    """Try again in `after` seconds and pause the conversation for `partition_pause` seconds.

    If `maybe_sent` is true, the next attempt looks for the message first. `refused` is Slack's code if it refused the
    channel or the person.
    """

    after: float
    partition_pause: float
    maybe_sent: bool
    reason: str
    refused: str | None = None


@dataclass(frozen=True)
class DeadLettered:
    """A dead letter: a retry cannot succeed until a person acts. `code` is Slack's code, or `INTERNAL_ERROR`."""

    code: str
    maybe_sent: bool = False


@dataclass(frozen=True)
class Dropped:
    """The job has no target any more: the card is gone, or the recipient has left or has no access."""

    code: str


Outcome = Completed | Retry | DeadLettered | Dropped


def decide_retry(
    task: Task, error: DeliveryError | None, *, attempts: int, maybe_sent: bool, jitter: float, refusals: int = 1
) -> Outcome:
    """Decide what follows an attempt that failed with `error` (None: an internal error).

    `attempts` includes this one, and so does `refusals`, the number of consecutive refusals with this error's code.
    `maybe_sent` is true if this or an earlier attempt may have posted the message; `error` can say so as well. `jitter`
    in 0-1 spreads the delays.
    """
    match error:
        case RateLimitedError(seconds=seconds):
            wait = min(max(seconds, FIRST_DELAY), LONGEST_RETRY_AFTER)
            return Retry(wait + jitter, wait, maybe_sent, "rate limited")
        case SlackUnreachableError(ambiguous=ambiguous):
            wait = _delay(attempts, jitter)
            return Retry(
                wait, min(wait, MAX_PARTITION_PAUSE), _may_be_sent(task, maybe_sent or ambiguous), "unreachable"
            )
        case SlackRefusedError():
            return _decide_refused(
                task, error, attempts=attempts, maybe_sent=maybe_sent, jitter=jitter, refusals=refusals
            )
        case RecipientDeniedError(code=code):
            return Dropped(code)
        case _:
            return _retry_unknown(task, INTERNAL_ERROR, attempts=attempts, maybe_sent=maybe_sent, jitter=jitter)


def _decide_refused(
    task: Task, refusal: SlackRefusedError, *, attempts: int, maybe_sent: bool, jitter: float, refusals: int
) -> Outcome:
    code = refusal.code
    if refusal.target_gone and is_idempotent(task):
        return Dropped(code)
    match refusal.category:
        case ErrorCategory.SERVICE:
            wait = _delay(attempts, jitter)
            return Retry(wait, min(wait, MAX_PARTITION_PAUSE), _may_be_sent(task, maybe_sent=True), code)
        case ErrorCategory.INSTALLATION:
            return Retry(LONGEST_DELAY + jitter, MAX_PARTITION_PAUSE, _may_be_sent(task, maybe_sent), code)
        case ErrorCategory.MESSAGE:
            return DeadLettered(code, maybe_sent)
        case ErrorCategory.USER if refusals >= MAX_USER_REFUSALS:
            return DeadLettered(code, maybe_sent) if isinstance(task, PostEscalation) else Dropped(code)
        case ErrorCategory.CHANNEL if refusals >= MAX_CHANNEL_REFUSALS:
            return DeadLettered(code, maybe_sent)
        case ErrorCategory.USER | ErrorCategory.CHANNEL:
            wait = min(FIRST_REFUSAL_DELAY * 2.0 ** (refusals - 1), LONGEST_REFUSAL_DELAY)
            return Retry(wait + jitter, 0.0, _may_be_sent(task, maybe_sent), code, refused=code)
        case ErrorCategory.UNKNOWN:
            return _retry_unknown(task, code, attempts=attempts, maybe_sent=maybe_sent, jitter=jitter)
        case other:
            assert_never(other)


def _retry_unknown(task: Task, code: str, *, attempts: int, maybe_sent: bool, jitter: float) -> Outcome:
    """Retry a few times, then dead-letter. The conversation is not paused.

    A post gets as many attempts as its lookups need to recover.
    """
    limit = MAX_ATTEMPTS if isinstance(task, PostEscalation) else MAX_ATTEMPTS // 2
    if attempts >= limit:
        return DeadLettered(code, maybe_sent)
    return Retry(_delay(attempts, jitter), 0.0, _may_be_sent(task, maybe_sent), code)


def _delay(attempts: int, jitter: float) -> float:
    """Return an exponential delay, of which one half is fixed and the other half is jittered."""
    longest = min(FIRST_DELAY * 2.0 ** min(attempts - 1, 16), LONGEST_DELAY)
    return longest * (0.5 + 0.5 * jitter)


def _may_be_sent(task: Task, maybe_sent: bool) -> bool:
    return maybe_sent and not is_idempotent(task)
