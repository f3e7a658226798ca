"""Apply a due reminder: choose its recipient and the time of the next one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from slackguide.escalation.messages import EscalationMessage, NoticeKind, NotifyPerson, ReplyInThread
from slackguide.escalation.models import Escalation, EscalationState, Event, EventKind
from slackguide.escalation.sla import ReminderPolicy, SlaStage, after_reminder
from slackguide.escalation.state_machine import Applied, stage_of


def remind(
    escalation: Escalation,
    at: datetime,
    policy: ReminderPolicy | None,
    has_left: Callable[[str], bool] = lambda _user: False,
) -> Applied | None:
    """Apply a due reminder. Return None if no reminder is due.

    For an unclaimed escalation the reminder is a reply under its card, to the people on duty. For a claimed one it is
    sent to the claimant. While details are requested it is sent to the requester. `has_left` returns whether a person
    can no longer be reached: then the claimant is reminded in place of the requester, and the queue in place of the
    claimant.
    """
    stage, timer = stage_of(escalation.state), escalation.sla_timer
    if stage is None or timer.remind_at is None or timer.remind_at > at:
        return None
    after = replace(escalation, sla_timer=after_reminder(timer, stage, at, policy))
    event = Event(
        at, None, EventKind.REMINDED, details={"stage": stage.value, "number": str(after.sla_timer.reminder_count)}
    )
    return Applied(after, event, (_message(escalation, stage, has_left),), f"{escalation.reference} has a reminder.")


def _message(escalation: Escalation, stage: SlaStage, has_left: Callable[[str], bool]) -> EscalationMessage:
    claimant, requester = escalation.claimed_by, escalation.requester.user_id
    if stage is SlaStage.UNCLAIMED or claimant is None:
        return ReplyInThread(NoticeKind.UNCLAIMED)
    if has_left(claimant):
        return ReplyInThread(NoticeKind.CLAIMANT_LEFT, claimant)
    if escalation.state is not EscalationState.AWAITING_REQUESTER:
        return NotifyPerson(claimant, NoticeKind.UNRESOLVED)
    if has_left(requester):
        return NotifyPerson(claimant, NoticeKind.REQUESTER_LEFT, requester)
    return NotifyPerson(requester, NoticeKind.UNRESOLVED)
