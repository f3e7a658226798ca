"""Apply a due reminder: choose its recipient and the time of the next one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from slackguide.escalation.messages import EscalationMessage, NoticeKind, NotifyPerson, ReplyInThread
from slackguide.escalation.models import Escalation, EscalationState, Event, EventKind
from slackguide.escalation.sla import ReminderPolicy, SlaStage, after_reminder
from slackguide.escalation.state_machine import Applied, stage_of


def remind(escalation: Escalation, at: datetime, policy: ReminderPolicy | None) -> Applied | None:
    """Apply a due reminder. Return None if no reminder is due.

    For an unclaimed escalation the reminder is a reply under its card. For a claimed one it is sent to the claimant.
    While details are requested it is sent to the requester.
    """
    stage, timer = stage_of(escalation.state), escalation.sla_timer
    if stage is None or timer.remind_at is None or timer.remind_at > at:
        return None
    after = replace(escalation, sla_timer=after_reminder(timer, stage, at, policy))
    event = Event(
        at, None, EventKind.REMINDED, details={"stage": stage.value, "number": str(after.sla_timer.reminder_count)}
    )
    return Applied(after, event, (_message(escalation, stage),), f"{escalation.reference} has a reminder.")


def _message(escalation: Escalation, stage: SlaStage) -> EscalationMessage:
    if stage is SlaStage.UNCLAIMED or escalation.claimed_by is None:
        return ReplyInThread(NoticeKind.UNCLAIMED)
    recipient = (
        escalation.requester.user_id
        if escalation.state is EscalationState.AWAITING_REQUESTER
        else escalation.claimed_by
    )
    return NotifyPerson(recipient, NoticeKind.UNRESOLVED)
