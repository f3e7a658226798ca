"""What comes of a try: settled, tried again later, dropped, or parked until a person mends what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from slackguide.escalation.poster import (
    DeliveryError,
    Denied,
    Posted,
    RateLimited,
    RefusalScope,
    Refused,
    Unreachable,
)
from slackguide.escalation.task import PostEscalation, Task, repeatable

OUR_FAULT = "internal"
"""The code under which a fault of our own is stored; never one of Slack's."""

FIRST_DELAY = 1.0
"""Seconds before the second try, at most; doubled with every further one."""

LONGEST_DELAY = 60.0
"""Seconds between tries, at most: Slack back after an outage gets what is owed within a minute."""

LONGEST_RETRY_AFTER = 600.0
"""Seconds; a longer Retry-After is taken for this much, so that one bad header does not silence a channel for a day."""

LANE_REST = 5.0
"""Seconds, at most, that a whole conversation rests after Slack could not be reached, so that the jobs behind the one
that failed do not each spend a timeout on finding out."""

PATIENCE = 6
"""Tries before an answer that we have no rule for (an unknown code, a fault of our own) parks the job."""


@dataclass(frozen=True)
class Done:
    """It is on Slack."""

    posted: Posted


@dataclass(frozen=True)
class Retry:
    """Due again `after` seconds, its conversation rests `lane_rest` seconds; `doubtful`: look for it first."""

    after: float
    lane_rest: float
    doubtful: bool
    why: str


@dataclass(frozen=True)
class Parked:
    """A dead letter: waiting does not mend it; a person has to. `code` is Slack's, or `OUR_FAULT`."""

    code: str
    doubtful: bool = False


@dataclass(frozen=True)
class Dropped:
    """There is nothing left to do it to, or nobody: the card is gone, the recipient has left or may not read it."""

    code: str


Decision = Done | Retry | Parked | Dropped


def judge(task: Task, fault: DeliveryError | None, *, tries: int, doubtful: bool, chance: float) -> Decision:
    """What to do after a try that ended in `fault` (None: an exception of our own).

    `tries` counts this one, `doubtful` tells whether an earlier try or this one may have posted it, apart from what the
    fault itself says; `chance` in 0-1 spreads the delays.
    """
    match fault:
        case RateLimited(seconds=seconds):
            wait = min(max(seconds, FIRST_DELAY), LONGEST_RETRY_AFTER)
            return Retry(wait + chance, wait, doubtful, "rate limited")
        case Unreachable(ambiguous=ambiguous):
            wait = _delay(tries, chance)
            return Retry(wait, min(wait, LANE_REST), _doubt(task, doubtful or ambiguous), "unreachable")
        case Refused():
            return _refused(task, fault, tries=tries, doubtful=doubtful, chance=chance)
        case Denied(code=code):
            return Dropped(code)
        case _:
            return _patient(task, OUR_FAULT, tries=tries, doubtful=doubtful, chance=chance)


def _refused(task: Task, refusal: Refused, *, tries: int, doubtful: bool, chance: float) -> Decision:
    code = refusal.code
    if refusal.target_gone and repeatable(task):
        return Dropped(code)
    match refusal.scope:
        case RefusalScope.SERVICE:
            wait = _delay(tries, chance)
            return Retry(wait, min(wait, LANE_REST), _doubt(task, doubtful=True), code)
        case RefusalScope.INSTALLATION:
            return Retry(LONGEST_DELAY + chance, LANE_REST, _doubt(task, doubtful), code)
        case RefusalScope.PERSON if not isinstance(task, PostEscalation):
            return Dropped(code)
        case RefusalScope.MESSAGE | RefusalScope.PLACE | RefusalScope.PERSON:
            return Parked(code, doubtful)
        case RefusalScope.UNKNOWN:
            return _patient(task, code, tries=tries, doubtful=doubtful, chance=chance)
        case other:
            assert_never(other)


def _patient(task: Task, code: str, *, tries: int, doubtful: bool, chance: float) -> Decision:
    """A few more tries, then a person; nothing else in the conversation waits for it, but the post does not give up
    before its lookups have had the same chance."""
    limit = PATIENCE if isinstance(task, PostEscalation) else PATIENCE // 2
    if tries >= limit:
        return Parked(code, doubtful)
    return Retry(_delay(tries, chance), 0.0, _doubt(task, doubtful), code)


def _delay(tries: int, chance: float) -> float:
    """Doubling with the number of tries; half of it is fixed and half is spread by chance."""
    longest = min(FIRST_DELAY * 2.0 ** min(tries - 1, 16), LONGEST_DELAY)
    return longest * (0.5 + 0.5 * chance)


def _doubt(task: Task, doubtful: bool) -> bool:
    return doubtful and not repeatable(task)
