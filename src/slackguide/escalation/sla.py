"""Service levels: when an escalation is overdue, and when to send reminders.

While it is unclaimed, the time runs from its submission, release, hand-over or reopening; once claimed, from the claim.
Each stage has its own number of working minutes. Further reminders follow at the same interval.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from slackguide.escalation.business_hours import BusinessHours
from slackguide.knowledge.forms import WEEKDAYS, Form


class SlaStage(StrEnum):
    """The next step that an open escalation needs: a claim or a resolution."""

    UNCLAIMED = "unclaimed"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True)
class ReminderPolicy:
    """A form's reminder settings: working minutes per stage (None: no reminders) and the maximum number."""

    hours: BusinessHours
    unclaimed_after: int | None
    unresolved_after: int | None
    max_reminders: int = 3

    def minutes(self, stage: SlaStage) -> int | None:
        """Return the working minutes before the first reminder and between reminders."""
        return self.unclaimed_after if stage is SlaStage.UNCLAIMED else self.unresolved_after


@dataclass(frozen=True)
class SlaTimer:
    """The SLA timer of the current stage.

    `overdue_at` is the time at which the stage is overdue. `remind_at` is the time of the next reminder, or None.
    `reminder_count` is the number of reminders sent. `muted` is true if somebody stopped the reminders; they stay off
    until the escalation is closed.
    """

    overdue_at: datetime | None = None
    remind_at: datetime | None = None
    reminder_count: int = 0
    muted: bool = False


NO_TIMER = SlaTimer()
"""The timer of an escalation that is closed, or whose form has no reminders."""


def start_timer(
    stage: SlaStage | None, at: datetime, policy: ReminderPolicy | None, *, muted: bool = False
) -> SlaTimer:
    """Return the timer of an escalation that enters `stage` at `at`. The stage is None for a closed escalation."""
    minutes = policy.minutes(stage) if policy is not None and stage is not None else None
    if policy is None or minutes is None:
        return SlaTimer(muted=muted and stage is not None)
    due = policy.hours.after(at, minutes)
    return SlaTimer(overdue_at=due, remind_at=None if muted or policy.max_reminders < 1 else due, muted=muted)


def after_reminder(timer: SlaTimer, stage: SlaStage, at: datetime, policy: ReminderPolicy | None) -> SlaTimer:
    """Return the timer after a reminder at `at`, with the time of the next one if the current policy allows another."""
    count = timer.reminder_count + 1
    minutes = policy.minutes(stage) if policy is not None else None
    if policy is None or minutes is None or count >= policy.max_reminders:
        return replace(timer, reminder_count=count, remind_at=None)
    return replace(timer, reminder_count=count, remind_at=policy.hours.after(at, max(minutes, 1)))


def snooze(timer: SlaTimer, until: datetime) -> SlaTimer:
    """Return the timer with the next reminder at `until`, even if the maximum is reached."""
    return replace(timer, remind_at=until, muted=False)


def stop_reminders(timer: SlaTimer) -> SlaTimer:
    """Return the timer with reminders turned off."""
    return replace(timer, remind_at=None, muted=True)


def reminder_policy(form: Form) -> ReminderPolicy | None:
    """Return the reminder policy of a form, or None if it has none."""
    rules = form.reminders
    if rules is None:
        return None
    hours = BusinessHours(rules.zone, {WEEKDAYS.index(day): shift for day, shift in rules.hours.items()})
    return ReminderPolicy(hours, rules.unclaimed_after, rules.unresolved_after, rules.at_most)
