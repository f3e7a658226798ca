"""When an escalation is overdue, and who is reminded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from slackguide.delivery.tasks import Task
from slackguide.escalation.business_hours import BusinessHours
from slackguide.escalation.messages import NoticeKind, NotifyPerson, ReplyInThread
from slackguide.escalation.models import Escalation, EscalationState, EventKind
from slackguide.escalation.reminders import remind
from slackguide.escalation.sla import NO_TIMER, ReminderPolicy, SlaStage, SlaTimer, start_timer
from slackguide.escalation.state_machine import (
    AddDetails,
    Applied,
    Ask,
    Assign,
    Claim,
    Command,
    HandOver,
    Rejected,
    Release,
    Reopen,
    Resolve,
    Snooze,
    StopReminders,
    Withdraw,
    apply,
)
from tests.escalation.test_state_machine import ANN, ASKED, ASKER, BOB, CLAIMED, DECIDED, NOON, RESOLVED, SENT

ALWAYS = BusinessHours(ZoneInfo("UTC"), dict.fromkeys(range(7), (time(0), time(0))))
POLICY = ReminderPolicy(ALWAYS, unclaimed_after=30, unresolved_after=240, max_reminders=2)
UNCLAIMED = start_timer(SlaStage.UNCLAIMED, NOON, POLICY)
UNRESOLVED = start_timer(SlaStage.UNRESOLVED, NOON, POLICY)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("stage", "policy", "muted", "timer"),
    [
        (SlaStage.UNCLAIMED, POLICY, False, SlaTimer(after(30), after(30))),
        (SlaStage.UNRESOLVED, POLICY, False, SlaTimer(after(240), after(240))),
        (SlaStage.UNRESOLVED, POLICY, True, SlaTimer(after(240), None, muted=True)),
        (SlaStage.UNCLAIMED, replace(POLICY, max_reminders=0), False, SlaTimer(after(30), None)),
        (SlaStage.UNCLAIMED, replace(POLICY, unclaimed_after=None), False, NO_TIMER),
        (SlaStage.UNCLAIMED, None, False, NO_TIMER),
        (None, POLICY, True, NO_TIMER),
    ],
)
def test_a_stage_is_watched_from_its_beginning(
    stage: SlaStage | None, policy: ReminderPolicy | None, muted: bool, timer: SlaTimer
) -> None:
    assert start_timer(stage, NOON, policy, muted=muted) == timer


@pytest.mark.parametrize(
    ("before", "command", "timer"),
    [
        (SENT, Claim(ANN), SlaTimer(after(340), after(340))),
        (SENT, AddDetails(ASKER, "more"), UNCLAIMED),
        (SENT, Withdraw(ASKER), NO_TIMER),
        (CLAIMED, Ask(ANN, "which"), UNRESOLVED),
        (ASKED, AddDetails(ASKER, "this"), UNRESOLVED),
        (CLAIMED, Release(BOB), SlaTimer(after(130), after(130))),
        (CLAIMED, HandOver(ANN, "ask-ce", "ask-ce"), SlaTimer(after(130), after(130))),
        (CLAIMED, Resolve(ANN, DECIDED), NO_TIMER),
        (RESOLVED, Reopen(ASKER), SlaTimer(after(340), after(340))),
        (CLAIMED, Assign(ANN, BOB), SlaTimer(after(340), after(340))),
        (SENT, Snooze(BOB, after(500)), replace(UNCLAIMED, remind_at=after(500))),
        (CLAIMED, StopReminders(BOB), replace(UNRESOLVED, remind_at=None, muted=True)),
    ],
)
def test_a_click_that_changes_the_stage_starts_the_watch_anew(
    before: Escalation, command: Command, timer: SlaTimer
) -> None:
    watched = {
        EscalationState.SENT: UNCLAIMED,
        EscalationState.CLAIMED: UNRESOLVED,
        EscalationState.AWAITING_REQUESTER: UNRESOLVED,
    }
    outcome = apply(replace(before, sla_timer=watched.get(before.state, NO_TIMER)), command, after(100), POLICY)
    assert isinstance(outcome, Applied)
    assert outcome.escalation.sla_timer == timer


def test_stopped_reminders_stay_stopped_until_it_is_closed() -> None:
    muted = replace(SENT, sla_timer=replace(UNCLAIMED, remind_at=None, muted=True))
    claimed = apply(muted, Claim(ANN), after(1), POLICY)
    assert isinstance(claimed, Applied)
    assert claimed.escalation.sla_timer == SlaTimer(after(241), None, muted=True)
    resolved = apply(claimed.escalation, Resolve(ANN, DECIDED), after(2), POLICY)
    assert isinstance(resolved, Applied)
    reopened = apply(resolved.escalation, Reopen(ASKER), after(3), POLICY)
    assert isinstance(reopened, Applied)
    assert reopened.escalation.sla_timer == SlaTimer(after(243), after(243))


def test_snooze_and_stop_say_nothing_in_the_channel_and_need_something_open() -> None:
    for command in (Snooze(BOB, after(60)), StopReminders(BOB)):
        done = apply(SENT, command, NOON, POLICY)
        assert isinstance(done, Applied)
        assert done.messages == ()
        assert isinstance(apply(RESOLVED, command, NOON, POLICY), Rejected)


@pytest.mark.parametrize(
    ("escalation", "task"),
    [
        (replace(SENT, sla_timer=UNCLAIMED), ReplyInThread(NoticeKind.UNCLAIMED)),
        (replace(CLAIMED, sla_timer=UNRESOLVED), NotifyPerson(ANN, NoticeKind.UNRESOLVED)),
        (replace(ASKED, sla_timer=UNRESOLVED), NotifyPerson(ASKER, NoticeKind.UNRESOLVED)),
    ],
)
def test_a_reminder_goes_to_whoever_has_to_act(escalation: Escalation, task: Task) -> None:
    changed = remind(escalation, after(1000), POLICY)
    assert changed is not None
    assert changed.messages == (task,)
    assert changed.event.kind is EventKind.REMINDED
    assert changed.event.actor is None


def test_reminders_come_at_most_so_often() -> None:
    first = remind(replace(SENT, sla_timer=UNCLAIMED), after(31), POLICY)
    assert first is not None
    assert first.escalation.sla_timer == SlaTimer(after(30), after(61), 1)
    second = remind(first.escalation, after(61), POLICY)
    assert second is not None
    assert second.escalation.sla_timer == SlaTimer(after(30), None, 2)
    assert remind(second.escalation, after(9999), POLICY) is None
    woken = apply(second.escalation, Snooze(BOB, after(200)), after(70), POLICY)
    assert isinstance(woken, Applied)
    assert remind(woken.escalation, after(199), POLICY) is None
    third = remind(woken.escalation, after(200), POLICY)
    assert third is not None
    assert third.escalation.sla_timer == SlaTimer(after(30), None, 3)


def test_reminders_that_knowledge_no_longer_has_end_with_the_next() -> None:
    changed = remind(replace(SENT, sla_timer=UNCLAIMED), after(31), None)
    assert changed is not None
    assert changed.escalation.sla_timer.remind_at is None


def test_nothing_to_remind_of() -> None:
    assert remind(replace(SENT, sla_timer=UNCLAIMED), after(29), POLICY) is None
    assert remind(SENT, after(9999), POLICY) is None
    assert remind(replace(RESOLVED, sla_timer=UNCLAIMED), after(9999), POLICY) is None


def test_business_hours_are_respected() -> None:
    office = BusinessHours(ZoneInfo("America/New_York"), dict.fromkeys(range(5), (time(9), time(17))))
    friday_evening = datetime(2026, 3, 6, 23, 0, tzinfo=UTC)
    timer = start_timer(SlaStage.UNCLAIMED, friday_evening, replace(POLICY, hours=office))
    assert timer.remind_at == datetime(2026, 3, 9, 13, 30, tzinfo=UTC)
