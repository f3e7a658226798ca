"""Decide the outcome of an attempt: completed, retried later, dropped, or dead-lettered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from slackguide.delivery.sender import (
    DeliveryError,
    PostedMessage,
    RateLimitedError,
    RecipientDeniedError,
    RefusalScope,
    SlackRefusedError,
    SlackUnreachableError,
)
from slackguide.delivery.tasks import Task, is_idempotent
from slackguide.escalation.messages import PostEscalation

OUR_FAULT = "internal"
"""The code under which a fault of our own is stored; never one of Slack's."""

FIRST_DELAY = 1.0
"""Seconds before the second try, at most; doubled with every further one."""

LONGEST_DELAY = 60.0
"""Seconds between tries, at most: after an outage of Slack pending jobs are sent within a minute."""

LONGEST_RETRY_AFTER = 600.0
"""Seconds; a longer Retry-After is taken for this much, so that one bad header does not silence a channel for a day."""

MAX_PARTITION_PAUSE = 5.0
"""Seconds, at most, that a whole conversation rests after Slack could not be reached, so that the jobs behind the one
that failed do not each spend a timeout on finding out."""

MAX_ATTEMPTS = 6
"""Tries before an answer that we have no rule for (an unknown code, a fault of our own) parks the job."""


@dataclass(frozen=True)
class Completed:
    """It is on Slack."""

    posted: PostedMessage


@dataclass(frozen=True)
class Retry:
    """Due again `after` seconds, its conversation rests `partition_pause` seconds; `maybe_sent`: look for it first."""

    after: float
    partition_pause: float
    maybe_sent: bool
    reason: str


@dataclass(frozen=True)
class DeadLettered:
    """A dead letter: waiting does not mend it; a person has to. `code` is Slack's, or `OUR_FAULT`."""

    code: str
    maybe_sent: bool = False


@dataclass(frozen=True)
class Dropped:
    """There is nothing left to do it to, or nobody: the card is gone, the recipient has left or may not read it."""

    code: str


Outcome = Completed | Retry | DeadLettered | Dropped


def decide_retry(task: Task, fault: DeliveryError | None, *, attempts: int, maybe_sent: bool, jitter: float) -> Outcome:
    """What to do after a try that ended in `fault` (None: an exception of our own).

    `attempts` counts this one, `maybe_sent` tells whether an earlier try or this one may have posted it, apart from
    what the fault itself says; `jitter` in 0-1 spreads the delays.
    """
    match fault:
        case RateLimitedError(seconds=seconds):
            wait = min(max(seconds, FIRST_DELAY), LONGEST_RETRY_AFTER)
            return Retry(wait + jitter, wait, maybe_sent, "rate limited")
        case SlackUnreachableError(ambiguous=ambiguous):
            wait = _delay(attempts, jitter)
            return Retry(
                wait, min(wait, MAX_PARTITION_PAUSE), _may_be_sent(task, maybe_sent or ambiguous), "unreachable"
            )
        case SlackRefusedError():
            return _refused(task, fault, attempts=attempts, maybe_sent=maybe_sent, jitter=jitter)
        case RecipientDeniedError(code=code):
            return Dropped(code)
        case _:
            return _retry_unknown(task, OUR_FAULT, attempts=attempts, maybe_sent=maybe_sent, jitter=jitter)


def _refused(task: Task, refusal: SlackRefusedError, *, attempts: int, maybe_sent: bool, jitter: float) -> Outcome:
    code = refusal.code
    if refusal.target_gone and is_idempotent(task):
        return Dropped(code)
    match refusal.scope:
        case RefusalScope.SERVICE:
            wait = _delay(attempts, jitter)
            return Retry(wait, min(wait, MAX_PARTITION_PAUSE), _may_be_sent(task, maybe_sent=True), code)
        case RefusalScope.INSTALLATION:
            return Retry(LONGEST_DELAY + jitter, MAX_PARTITION_PAUSE, _may_be_sent(task, maybe_sent), code)
        case RefusalScope.PERSON if not isinstance(task, PostEscalation):
            return Dropped(code)
        case RefusalScope.MESSAGE | RefusalScope.PLACE | RefusalScope.PERSON:
            return DeadLettered(code, maybe_sent)
        case RefusalScope.UNKNOWN:
            return _retry_unknown(task, code, attempts=attempts, maybe_sent=maybe_sent, jitter=jitter)
        case other:
            assert_never(other)


def _retry_unknown(task: Task, code: str, *, attempts: int, maybe_sent: bool, jitter: float) -> Outcome:
    """A few more tries, then a person; nothing else in the conversation waits for it, but the post does not give up
    before its lookups have had the same chance."""
    limit = MAX_ATTEMPTS if isinstance(task, PostEscalation) else MAX_ATTEMPTS // 2
    if attempts >= limit:
        return DeadLettered(code, maybe_sent)
    return Retry(_delay(attempts, jitter), 0.0, _may_be_sent(task, maybe_sent), code)


def _delay(attempts: int, jitter: float) -> float:
    """Doubling with the number of tries; half of it is fixed and half is spread by chance."""
    longest = min(FIRST_DELAY * 2.0 ** min(attempts - 1, 16), LONGEST_DELAY)
    return longest * (0.5 + 0.5 * jitter)


def _may_be_sent(task: Task, maybe_sent: bool) -> bool:
    return maybe_sent and not is_idempotent(task)
