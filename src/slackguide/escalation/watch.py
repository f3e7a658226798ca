"""Who is late: when an escalation is overdue, and when to remind of it.

While nobody has claimed it, the time runs from when it was sent (or released, handed over, reopened); once claimed,
from the claim. Each stage has its own working minutes, and each further reminder comes after the same time again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from slackguide.escalation.working import WorkingHours


class Stage(StrEnum):
    """What an open escalation is waiting for."""

    UNCLAIMED = "unclaimed"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True)
class Policy:
    """A form's reminders, from knowledge: working minutes (None: none of that kind), and how often at most."""

    hours: WorkingHours
    unclaimed_after: int | None
    unresolved_after: int | None
    at_most: int = 3

    def minutes(self, stage: Stage) -> int | None:
        """Working minutes until the first reminder, and between two."""
        return self.unclaimed_after if stage is Stage.UNCLAIMED else self.unresolved_after


@dataclass(frozen=True)
class Watch:
    """How an escalation is watched in its present stage.

    `overdue_at`: when the stage should have ended; `remind_at`: the next reminder, None for no more; `reminded`: how
    many there were; `quiet`: somebody stopped them, which lasts until it is closed.
    """

    overdue_at: datetime | None = None
    remind_at: datetime | None = None
    reminded: int = 0
    quiet: bool = False


UNWATCHED = Watch()
"""Closed, or of a form without reminders."""


def begin(stage: Stage | None, at: datetime, policy: Policy | None, *, quiet: bool = False) -> Watch:
    """The watch of an escalation that enters `stage` at `at`; None is closed."""
    minutes = policy.minutes(stage) if policy is not None and stage is not None else None
    if policy is None or minutes is None:
        return Watch(quiet=quiet and stage is not None)
    due = policy.hours.after(at, minutes)
    return Watch(overdue_at=due, remind_at=None if quiet or policy.at_most < 1 else due, quiet=quiet)


def reminded(watch: Watch, stage: Stage, at: datetime, policy: Policy | None) -> Watch:
    """The watch after a reminder at `at`: the next one, if the policy (as it is now) allows one."""
    count = watch.reminded + 1
    minutes = policy.minutes(stage) if policy is not None else None
    if policy is None or minutes is None or count >= policy.at_most:
        return replace(watch, reminded=count, remind_at=None)
    return replace(watch, reminded=count, remind_at=policy.hours.after(at, max(minutes, 1)))


def snoozed(watch: Watch, until: datetime) -> Watch:
    """The next reminder comes at `until`, even if it would have been the last."""
    return replace(watch, remind_at=until, quiet=False)


def stopped(watch: Watch) -> Watch:
    """No more reminders."""
    return replace(watch, remind_at=None, quiet=True)
