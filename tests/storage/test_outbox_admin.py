"""Operators list pending jobs, and retry or drop them."""

from __future__ import annotations

import pytest

from slackguide.delivery.jobs import Job
from slackguide.delivery.retry import Completed, DeadLettered, Retry
from slackguide.delivery.sender import PostedMessage
from slackguide.delivery.tasks import RefreshAppHome
from slackguide.escalation.messages import NoticeKind, NotifyPerson, PostEscalation, UpdateCard
from slackguide.escalation.models import EventKind
from slackguide.escalation.state_machine import Claim
from slackguide.storage.outbox_admin import OutboxAdmin
from tests.support.databases import Store, new_escalation


@pytest.fixture
def backlog(store: Store) -> OutboxAdmin:
    return OutboxAdmin(database=store.database, notifier=store.notifier)


def claimed(store: Store) -> Job:
    job = store.outbox.claim()
    assert job is not None
    return job


def test_what_is_pending_is_listed_without_words(store: Store, backlog: OutboxAdmin) -> None:
    first = store.escalations.submit(new_escalation("V1", question="a secret concern")).escalation
    store.escalations.submit(new_escalation("V2", prefix="C", channel="ask-ce"))
    store.escalations.apply(first.id, Claim("U2"))
    store.outbox.complete(claimed(store), DeadLettered("is_archived"))
    listed = [
        (pending.kind, pending.reference, pending.conversation, pending.state, pending.error_code)
        for pending in backlog.pending()
    ]
    assert listed == [
        ("post_escalation", "D-1001", "#ask-disputes", "parked", "is_archived"),
        ("post_escalation", "C-1001", "#ask-ce", "due", None),
        ("update_card", "D-1001", "#ask-disputes", "waiting", None),
        ("reply_in_thread", "D-1001", "#ask-disputes", "waiting", None),
        ("tell_person", "D-1001", "@U1", "due", None),
    ]
    assert [pending.reference for pending in backlog.pending(dead_lettered_only=True)] == ["D-1001"]
    assert backlog.counts() == {"parked": 1, "due": 2, "waiting": 2}
    assert "secret" not in str(backlog.pending())


def test_a_dead_lettered_job_is_tried_again_with_fresh_patience(store: Store, backlog: OutboxAdmin) -> None:
    escalation = store.escalations.submit(new_escalation()).escalation
    store.outbox.complete(claimed(store), DeadLettered("is_archived", maybe_sent=True))
    store.elapse(2)
    assert store.outbox.claim() is None
    assert backlog.retry(" d-1001 ") == 1
    job = claimed(store)
    assert (job.attempts, job.maybe_sent, job.task) == (1, True, PostEscalation("ask-disputes"))
    assert store.escalations.history(escalation.id)[-1].kind is EventKind.RETRIED


def test_a_job_that_waits_for_its_next_try_can_be_tried_now(store: Store, backlog: OutboxAdmin) -> None:
    store.escalations.submit(new_escalation())
    job = claimed(store)
    store.outbox.complete(job, Retry(600, 0, False, "unreachable"))
    store.elapse(2)
    assert store.outbox.claim() is None
    assert backlog.retry(str(job.id)) == 1
    assert claimed(store).id == job.id


def test_everything_dead_lettered_is_tried_again(store: Store, backlog: OutboxAdmin) -> None:
    for number in range(3):
        store.escalations.submit(new_escalation(f"V{number}"))
        store.outbox.complete(claimed(store), DeadLettered("is_archived"))
        store.elapse(2)
    assert backlog.retry_dead_lettered() == 3
    assert backlog.counts() == {"due": 3}


def test_a_dropped_post_is_reported_to_its_requester_and_takes_what_waited_with_it(
    store: Store, backlog: OutboxAdmin
) -> None:
    escalation = store.escalations.submit(new_escalation()).escalation
    store.escalations.apply(escalation.id, Claim("U1"))
    store.outbox.complete(claimed(store), DeadLettered("is_archived"))
    dead_letter = backlog.pending(dead_lettered_only=True)[0]
    assert backlog.drop(str(dead_letter.id)) == 1
    assert [pending.kind for pending in backlog.pending()] == ["tell_person"]
    assert claimed(store).task == NotifyPerson("U1", NoticeKind.DROPPED)
    assert store.escalations.history(escalation.id)[-1].kind is EventKind.DROPPED


def test_what_is_being_sent_is_not_dropped(store: Store, backlog: OutboxAdmin) -> None:
    store.escalations.submit(new_escalation())
    job = claimed(store)
    assert backlog.drop("D-1001") == 0
    assert store.outbox.complete(job, Completed(PostedMessage("C1", "1.0")))


@pytest.mark.parametrize("name", ["D-9999", "99999", "nonsense", "", "'; DROP TABLE outbox"])
def test_an_unknown_name_does_nothing(store: Store, backlog: OutboxAdmin, name: str) -> None:
    store.escalations.submit(new_escalation())
    assert (backlog.retry(name), backlog.drop(name), backlog.resync(name)) == (0, 0, ())
    assert backlog.counts() == {"due": 1}


def test_a_card_is_drawn_again(store: Store, backlog: OutboxAdmin) -> None:
    store.escalations.submit(new_escalation())
    store.outbox.complete(claimed(store), Completed(PostedMessage("C1", "1.0")))
    assert backlog.resync("d-1001") == (UpdateCard(), RefreshAppHome("U1"))
    store.elapse(2)
    assert claimed(store).task == UpdateCard()


def test_a_post_that_was_dropped_is_queued_again_but_never_twice(store: Store, backlog: OutboxAdmin) -> None:
    store.escalations.submit(new_escalation())
    assert backlog.resync("D-1001") == (PostEscalation("ask-disputes"),)
    assert backlog.counts() == {"due": 1}
    backlog.drop("D-1001")
    backlog.resync("D-1001")
    kinds = sorted(pending.kind for pending in backlog.pending())
    assert kinds == ["post_escalation", "tell_person"]
