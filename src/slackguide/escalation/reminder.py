"""A reminder whose time has come: whom it goes to, and when the next one is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from slackguide.escalation.escalation import Escalation, Event, EventKind, State
from slackguide.escalation.lifecycle import Changed, stage_of
from slackguide.escalation.task import Notice, ReplyInThread, Task, TellPerson
from slackguide.escalation.watch import Policy, Stage, reminded


def remind(escalation: Escalation, at: datetime, policy: Policy | None) -> Changed | None:
    """What a due reminder does; None when there is nothing to remind of any more.

    Unclaimed: said under the card, where everybody reads it. Claimed: to whoever has it. Asked: to the requester,
    because the answer is theirs to give.
    """
    stage, watch = stage_of(escalation.state), escalation.watch
    if stage is None or watch.remind_at is None or watch.remind_at > at:
        return None
    after = replace(escalation, watch=reminded(watch, stage, at, policy))
    event = Event(at, None, EventKind.REMINDED, about={"stage": stage.value, "number": str(after.watch.reminded)})
    return Changed(after, event, (_message(escalation, stage),), f"{escalation.reference} was reminded of.")


def _message(escalation: Escalation, stage: Stage) -> Task:
    if stage is Stage.UNCLAIMED or escalation.claimed_by is None:
        return ReplyInThread(Notice.UNCLAIMED)
    waits_for = escalation.requester.user_id if escalation.state is State.ASKED else escalation.claimed_by
    return TellPerson(waits_for, Notice.UNRESOLVED)
