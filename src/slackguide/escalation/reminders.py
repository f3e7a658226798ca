"""Apply a due reminder: choose its recipient and the time of the next one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from slackguide.escalation.messages import EscalationMessage, NoticeKind, NotifyPerson, ReplyInThread
from slackguide.escalation.models import Escalation, EscalationState, Event, EventKind
from slackguide.escalation.sla import ReminderPolicy, SlaStage, after_reminder
from slackguide.escalation.state_machine import Applied, stage_of


def remind(escalation: Escalation, at: datetime, policy: ReminderPolicy | None) -> Applied | None:
    """What a due reminder does; None when there is nothing to remind of any more.

    Unclaimed: said under the card, where everybody reads it. Claimed: to whoever has it. Asked: to the requester,
    because the answer is theirs to give.
    """
    stage, timer = stage_of(escalation.state), escalation.sla_timer
    if stage is None or timer.remind_at is None or timer.remind_at > at:
        return None
    after = replace(escalation, sla_timer=after_reminder(timer, stage, at, policy))
    event = Event(
        at, None, EventKind.REMINDED, details={"stage": stage.value, "number": str(after.sla_timer.reminder_count)}
    )
    return Applied(after, event, (_message(escalation, stage),), f"{escalation.reference} was reminded of.")


def _message(escalation: Escalation, stage: SlaStage) -> EscalationMessage:
    if stage is SlaStage.UNCLAIMED or escalation.claimed_by is None:
        return ReplyInThread(NoticeKind.UNCLAIMED)
    waits_for = (
        escalation.requester.user_id
        if escalation.state is EscalationState.AWAITING_REQUESTER
        else escalation.claimed_by
    )
    return NotifyPerson(waits_for, NoticeKind.UNRESOLVED)
