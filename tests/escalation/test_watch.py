"""When an escalation is overdue, and whom a reminder goes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from slackguide.escalation.escalation import Escalation, EventKind, State
from slackguide.escalation.lifecycle import (
    AddDetails,
    Ask,
    Changed,
    Claim,
    HandOver,
    Press,
    Refusal,
    Release,
    Reopen,
    Resolve,
    Snooze,
    StopReminders,
    Withdraw,
    press_on,
)
from slackguide.escalation.reminder import remind
from slackguide.escalation.task import Notice, ReplyInThread, Task, TellPerson
from slackguide.escalation.watch import UNWATCHED, Policy, Stage, Watch, begin
from slackguide.escalation.working import WorkingHours
from tests.escalation.test_lifecycle import ANN, ASKED, ASKER, BOB, CLAIMED, DECIDED, NOON, RESOLVED, SENT

ALWAYS = WorkingHours(ZoneInfo("UTC"), dict.fromkeys(range(7), (time(0), time(0))))
POLICY = Policy(ALWAYS, unclaimed_after=30, unresolved_after=240, at_most=2)
UNCLAIMED = begin(Stage.UNCLAIMED, NOON, POLICY)
UNRESOLVED = begin(Stage.UNRESOLVED, NOON, POLICY)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("stage", "policy", "quiet", "watch"),
    [
        (Stage.UNCLAIMED, POLICY, False, Watch(after(30), after(30))),
        (Stage.UNRESOLVED, POLICY, False, Watch(after(240), after(240))),
        (Stage.UNRESOLVED, POLICY, True, Watch(after(240), None, quiet=True)),
        (Stage.UNCLAIMED, replace(POLICY, at_most=0), False, Watch(after(30), None)),
        (Stage.UNCLAIMED, replace(POLICY, unclaimed_after=None), False, UNWATCHED),
        (Stage.UNCLAIMED, None, False, UNWATCHED),
        (None, POLICY, True, UNWATCHED),
    ],
)
def test_a_stage_is_watched_from_its_beginning(
    stage: Stage | None, policy: Policy | None, quiet: bool, watch: Watch
) -> None:
    assert begin(stage, NOON, policy, quiet=quiet) == watch


@pytest.mark.parametrize(
    ("before", "press", "watch"),
    [
        (SENT, Claim(ANN), Watch(after(340), after(340))),
        (SENT, AddDetails(ASKER, "more"), UNCLAIMED),
        (SENT, Withdraw(ASKER), UNWATCHED),
        (CLAIMED, Ask(ANN, "which"), UNRESOLVED),
        (ASKED, AddDetails(ASKER, "this"), UNRESOLVED),
        (CLAIMED, Release(BOB), Watch(after(130), after(130))),
        (CLAIMED, HandOver(ANN, "ask-ce", "ask-ce"), Watch(after(130), after(130))),
        (CLAIMED, Resolve(ANN, DECIDED), UNWATCHED),
        (RESOLVED, Reopen(ASKER), Watch(after(130), after(130))),
        (SENT, Snooze(BOB, after(500)), replace(UNCLAIMED, remind_at=after(500))),
        (CLAIMED, StopReminders(BOB), replace(UNRESOLVED, remind_at=None, quiet=True)),
    ],
)
def test_a_press_that_changes_the_stage_starts_the_watch_anew(before: Escalation, press: Press, watch: Watch) -> None:
    watched = {State.SENT: UNCLAIMED, State.CLAIMED: UNRESOLVED, State.ASKED: UNRESOLVED}
    outcome = press_on(replace(before, watch=watched.get(before.state, UNWATCHED)), press, after(100), POLICY)
    assert isinstance(outcome, Changed)
    assert outcome.escalation.watch == watch


def test_stopped_reminders_stay_stopped_until_it_is_closed() -> None:
    quiet = replace(SENT, watch=replace(UNCLAIMED, remind_at=None, quiet=True))
    claimed = press_on(quiet, Claim(ANN), after(1), POLICY)
    assert isinstance(claimed, Changed)
    assert claimed.escalation.watch == Watch(after(241), None, quiet=True)
    resolved = press_on(claimed.escalation, Resolve(ANN, DECIDED), after(2), POLICY)
    assert isinstance(resolved, Changed)
    reopened = press_on(resolved.escalation, Reopen(ASKER), after(3), POLICY)
    assert isinstance(reopened, Changed)
    assert reopened.escalation.watch == Watch(after(33), after(33))


def test_snooze_and_stop_say_nothing_in_the_channel_and_need_something_open() -> None:
    for press in (Snooze(BOB, after(60)), StopReminders(BOB)):
        done = press_on(SENT, press, NOON, POLICY)
        assert isinstance(done, Changed)
        assert done.tasks == ()
        assert isinstance(press_on(RESOLVED, press, NOON, POLICY), Refusal)


@pytest.mark.parametrize(
    ("escalation", "task"),
    [
        (replace(SENT, watch=UNCLAIMED), ReplyInThread(Notice.UNCLAIMED)),
        (replace(CLAIMED, watch=UNRESOLVED), TellPerson(ANN, Notice.UNRESOLVED)),
        (replace(ASKED, watch=UNRESOLVED), TellPerson(ASKER, Notice.UNRESOLVED)),
    ],
)
def test_a_reminder_goes_to_whoever_has_to_act(escalation: Escalation, task: Task) -> None:
    changed = remind(escalation, after(1000), POLICY)
    assert changed is not None
    assert changed.tasks == (task,)
    assert changed.event.kind is EventKind.REMINDED
    assert changed.event.who is None


def test_reminders_come_at_most_so_often() -> None:
    first = remind(replace(SENT, watch=UNCLAIMED), after(31), POLICY)
    assert first is not None
    assert first.escalation.watch == Watch(after(30), after(61), 1)
    second = remind(first.escalation, after(61), POLICY)
    assert second is not None
    assert second.escalation.watch == Watch(after(30), None, 2)
    assert remind(second.escalation, after(9999), POLICY) is None
    woken = press_on(second.escalation, Snooze(BOB, after(200)), after(70), POLICY)
    assert isinstance(woken, Changed)
    assert remind(woken.escalation, after(199), POLICY) is None
    third = remind(woken.escalation, after(200), POLICY)
    assert third is not None
    assert third.escalation.watch == Watch(after(30), None, 3)


def test_reminders_that_knowledge_no_longer_has_end_with_the_next() -> None:
    changed = remind(replace(SENT, watch=UNCLAIMED), after(31), None)
    assert changed is not None
    assert changed.escalation.watch.remind_at is None


def test_nothing_to_remind_of() -> None:
    assert remind(replace(SENT, watch=UNCLAIMED), after(29), POLICY) is None
    assert remind(SENT, after(9999), POLICY) is None
    assert remind(replace(RESOLVED, watch=UNCLAIMED), after(9999), POLICY) is None


def test_working_hours_are_kept() -> None:
    office = WorkingHours(ZoneInfo("America/New_York"), dict.fromkeys(range(5), (time(9), time(17))))
    friday_evening = datetime(2026, 3, 6, 23, 0, tzinfo=UTC)
    watch = begin(Stage.UNCLAIMED, friday_evening, replace(POLICY, hours=office))
    assert watch.remind_at == datetime(2026, 3, 9, 13, 30, tzinfo=UTC)
