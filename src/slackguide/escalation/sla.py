"""Service levels: when an escalation is overdue, and when to remind of it.

While nobody has claimed it, the time runs from when it was sent (or released, handed over, reopened); once claimed,
from the claim. Each stage has its own working minutes, and each further reminder comes after the same time again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from slackguide.escalation.business_hours import BusinessHours
from slackguide.knowledge.forms import WEEKDAYS, Form


class SlaStage(StrEnum):
    """What an open escalation is waiting for."""

    UNCLAIMED = "unclaimed"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True)
class ReminderPolicy:
    """A form's reminders, from knowledge: working minutes (None: none of that kind), and how often at most."""

    hours: BusinessHours
    unclaimed_after: int | None
    unresolved_after: int | None
    max_reminders: int = 3

    def minutes(self, stage: SlaStage) -> int | None:
        """Working minutes until the first reminder, and between two."""
        return self.unclaimed_after if stage is SlaStage.UNCLAIMED else self.unresolved_after


@dataclass(frozen=True)
class SlaTimer:
    """How an escalation is watched in its present stage.

    `overdue_at`: when the stage should have ended; `remind_at`: the next reminder, None for no more; `reminder_count`:
    how many there were; `muted`: somebody stopped them, which lasts until it is closed.
    """

    overdue_at: datetime | None = None
    remind_at: datetime | None = None
    reminder_count: int = 0
    muted: bool = False


NO_TIMER = SlaTimer()
"""Closed, or of a form without reminders."""


def start_timer(
    stage: SlaStage | None, at: datetime, policy: ReminderPolicy | None, *, muted: bool = False
) -> SlaTimer:
    """The watch of an escalation that enters `stage` at `at`; None is closed."""
    minutes = policy.minutes(stage) if policy is not None and stage is not None else None
    if policy is None or minutes is None:
        return SlaTimer(muted=muted and stage is not None)
    due = policy.hours.after(at, minutes)
    return SlaTimer(overdue_at=due, remind_at=None if muted or policy.max_reminders < 1 else due, muted=muted)


def after_reminder(timer: SlaTimer, stage: SlaStage, at: datetime, policy: ReminderPolicy | None) -> SlaTimer:
    """The watch after a reminder at `at`: the next one, if the policy (as it is now) allows one."""
    count = timer.reminder_count + 1
    minutes = policy.minutes(stage) if policy is not None else None
    if policy is None or minutes is None or count >= policy.max_reminders:
        return replace(timer, reminder_count=count, remind_at=None)
    return replace(timer, reminder_count=count, remind_at=policy.hours.after(at, max(minutes, 1)))


def snooze(timer: SlaTimer, until: datetime) -> SlaTimer:
    """The next reminder comes at `until`, even if it would have been the last."""
    return replace(timer, remind_at=until, muted=False)


def stop_reminders(timer: SlaTimer) -> SlaTimer:
    """No more reminders."""
    return replace(timer, remind_at=None, muted=True)


def reminder_policy(form: Form) -> ReminderPolicy | None:
    """The reminders of a form; None where it has none."""
    rules = form.reminders
    if rules is None:
        return None
    hours = BusinessHours(rules.zone, {WEEKDAYS.index(day): shift for day, shift in rules.hours.items()})
    return ReminderPolicy(hours, rules.unclaimed_after, rules.unresolved_after, rules.at_most)
