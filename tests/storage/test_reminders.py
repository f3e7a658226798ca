"""Reminders are sent once, when they are due, by whichever process runs."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from slackguide.delivery.retry import Completed
from slackguide.delivery.sender import PostedMessage
from slackguide.delivery.tasks import Task
from slackguide.escalation.messages import NoticeKind, NotifyPerson, PostEscalation, ReplyInThread
from slackguide.escalation.models import EventKind, PostedCard
from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.state_machine import Claim, Resolve, Snooze, StopReminders
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.reminders import ReminderService
from tests.storage.test_queries import POLICY, watched
from tests.support.databases import Store, new_escalation


@pytest.fixture
def ledger(store: Store) -> SqlEscalationRepository:
    return watched(store)


def reminders(store: Store) -> ReminderService:
    return ReminderService(database=store.database, notifier=store.notifier, policy=lambda _: POLICY)


def reminded(store: Store) -> list[Task]:
    """Deliver every pending job; return the reminders among them."""
    tasks: list[Task] = []
    for _ in range(20):
        job = store.outbox.claim()
        if job is None and store.outbox.seconds_until_due() == float("inf"):
            break
        if job is not None:
            store.outbox.complete(job, Completed(PostedMessage("C1", f"{job.id}.0")))
            tasks.append(job.task)
        store.elapse(1.01)
    notices = (NoticeKind.UNCLAIMED, NoticeKind.UNRESOLVED)
    return [task for task in tasks if isinstance(task, ReplyInThread | NotifyPerson) and task.notice in notices]


def test_an_unclaimed_escalation_is_reminded_of_so_often_and_no_more(
    store: Store, ledger: SqlEscalationRepository
) -> None:
    escalation = ledger.submit(new_escalation()).escalation
    clock = reminders(store)
    assert clock.send_due() == 0
    given = []
    for _ in range(10):
        store.elapse(15 * 60)
        given.append(clock.send_due())
    assert given == [0, 1, 0, 1, 0, 1, 0, 0, 0, 0]
    assert reminded(store) == [ReplyInThread(NoticeKind.UNCLAIMED, card=PostedCard("C1", "1.0"))] * 3
    kinds = [event.kind for event in ledger.history(escalation.id)]
    assert kinds.count(EventKind.REMINDED) == 3


def test_a_claimed_one_reminds_its_claimant_after_its_own_time(store: Store, ledger: SqlEscalationRepository) -> None:
    escalation = ledger.submit(new_escalation()).escalation
    ledger.apply(escalation.id, Claim("UANN"))
    store.elapse(239 * 60)
    assert reminders(store).send_due() == 0
    store.elapse(2 * 60)
    assert reminders(store).send_due() == 1
    assert reminded(store) == [NotifyPerson("UANN", NoticeKind.UNRESOLVED)]


@pytest.mark.parametrize("end", ["resolve", "stop"])
def test_what_is_closed_or_stopped_is_not_reminded_of(store: Store, ledger: SqlEscalationRepository, end: str) -> None:
    escalation = ledger.submit(new_escalation()).escalation
    if end == "resolve":
        ledger.apply(escalation.id, Claim("UANN"))
        ledger.apply(escalation.id, Resolve("UANN", Resolution(ResolutionCode.RIGHT_PLACE, "done")))
    else:
        ledger.apply(escalation.id, StopReminders("UANN"))
    store.elapse(10 * 86_400)
    assert reminders(store).send_due() == 0


def test_a_snoozed_one_waits(store: Store, ledger: SqlEscalationRepository) -> None:
    escalation = ledger.submit(new_escalation()).escalation
    ledger.apply(escalation.id, Snooze("UANN", store.now() + timedelta(minutes=90)))
    store.elapse(60 * 60)
    assert reminders(store).send_due() == 0
    store.elapse(31 * 60)
    assert reminders(store).send_due() == 1


def test_twenty_replicas_give_a_reminder_once(store: Store, ledger: SqlEscalationRepository) -> None:
    for number in range(5):
        ledger.submit(new_escalation(f"V{number}"))
    store.elapse(31 * 60)
    start = threading.Barrier(20)

    def give(_: int) -> int:
        replica = reminders(store)
        start.wait()
        return replica.send_due()

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(give, range(20))) == 5


def test_a_reminder_before_the_post_waits_for_it(store: Store, ledger: SqlEscalationRepository) -> None:
    ledger.submit(new_escalation())
    store.elapse(31 * 60)
    reminders(store).send_due()
    job = store.outbox.claim()
    assert job is not None
    assert job.task == PostEscalation("ask-disputes")
    store.elapse(2)
    assert store.outbox.claim() is None
    store.outbox.complete(job, Completed(PostedMessage("C1", "1.0")))
    assert reminded(store) == [ReplyInThread(NoticeKind.UNCLAIMED, card=PostedCard("C1", "1.0"))]
