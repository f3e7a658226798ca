"""Rows of a newer version on the same database are skipped and do not stop anything else."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import update

from slackguide.delivery.retry import DeadLettered
from slackguide.errors import UnreadableRow
from slackguide.escalation.filters import EscalationFilter
from slackguide.escalation.messages import PostEscalation
from slackguide.escalation.models import Duplicate, Escalation, EventKind
from slackguide.escalation.state_machine import Claim, Withdraw
from slackguide.storage.outbox_admin import OutboxAdmin
from slackguide.storage.reminders import ReminderService
from slackguide.storage.tables import escalations, events, outbox
from tests.storage.test_queries import POLICY, watched
from tests.support.databases import Store, new_escalation

CHANGES: dict[str, dict[str, object]] = {
    "state": {"state": "pondered"},
    "ending": {"ending": "shrugged"},
    "value": {"fields": [["summary", {"colour": "red"}]]},
    "number": {"fields": [["summary", 1.5]]},
    "advice": {"advice": {"target": "somewhere"}},
}


def sent(store: Store, number: int, **changes: object) -> Escalation:
    """Return an escalation, sent a second after the one before."""
    store.elapse(1)
    return store.submit(new_escalation(f"V{number}", **changes)).escalation


def newer(store: Store, escalation: Escalation, change: dict[str, object]) -> None:
    """Write into the escalation what this version does not know."""
    with store.database.write() as connection:
        connection.execute(update(escalations).where(escalations.c.id == escalation.id).values(change))


@pytest.mark.parametrize("change", CHANGES)
def test_an_escalation_that_cannot_be_read_is_left_out_of_lists_and_named_once(
    store: Store, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = (sent(store, n, case_keys=("ticket:1",), duplicate_reason="another week") for n in range(3))
    newer(store, second, CHANGES[change])
    for _ in range(2):
        page = store.escalations.page(EscalationFilter(), limit=2)
        assert ([stored.id for stored in page.escalations], page.unreadable) == ([third.id], 1)
        following = store.escalations.page(EscalationFilter(), after=page.next_cursor, limit=2)
        assert ([stored.id for stored in following.escalations], following.unreadable) == ([first.id], 0)
    assert [stored.id for stored in store.escalations.iterate(EscalationFilter())] == [third.id, first.id]
    assert store.escalations.submit(new_escalation("V9", case_keys=("ticket:1",))) == Duplicate(first)
    for readable in (first, third):
        store.escalations.apply(readable.id, Withdraw("U1"))
    assert sent(store, 10, case_keys=("ticket:1",)).id not in (first.id, second.id, third.id)
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warned) == 1
    assert second.id in warned[0]
    assert "D-1002" in warned[0]
    assert "disagree" not in caplog.text


def test_whoever_clicks_on_one_is_reported_with_a_message(store: Store) -> None:
    escalation = store.submit(new_escalation()).escalation
    newer(store, escalation, CHANGES["state"])
    with pytest.raises(UnreadableRow, match="Nothing was changed"):
        store.escalations.apply(escalation.id, Claim("U2"))


def test_an_event_that_cannot_be_read_is_left_out_of_the_history(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    escalation = store.submit(new_escalation()).escalation
    store.escalations.apply(escalation.id, Claim("U2"))
    with store.database.write() as connection:
        connection.execute(update(events).where(events.c.number == 1).values(kind="applauded"))
    assert [event.kind for event in store.escalations.history(escalation.id)] == [EventKind.CLAIMED]
    assert f"event 1 of escalation {escalation.id}" in caplog.text


def test_the_reminder_of_one_does_not_keep_back_those_of_others(store: Store) -> None:
    ledger = watched(store)
    first = ledger.submit(new_escalation("V1")).escalation
    second = ledger.submit(new_escalation("V2")).escalation
    newer(store, first, CHANGES["value"])
    store.elapse(3600)
    assert ReminderService(database=store.database, notifier=store.notifier, policy=lambda _: POLICY).send_due() == 1
    assert [event.kind for event in ledger.history(second.id)] == [EventKind.SUBMITTED, EventKind.REMINDED]


def test_what_is_pending_is_listed_and_tried_again_whether_it_can_be_read_or_not(store: Store) -> None:
    backlog = OutboxAdmin(database=store.database, notifier=store.notifier)
    unreadable, other = (sent(store, n, channel=f"ask-{n}") for n in range(2))
    for _ in range(2):
        job = store.outbox.claim()
        assert job is not None
        store.outbox.complete(job, DeadLettered("is_archived"))
    newer(store, unreadable, CHANGES["state"])
    with store.database.write() as connection:
        connection.execute(update(outbox).where(outbox.c.escalation_id == other.id).values(kind="sing_a_song"))
    assert [(pending.kind, pending.reference) for pending in backlog.pending()] == [
        ("post_escalation", "D-1001"),
        ("sing_a_song", "D-1002"),
    ]
    assert backlog.retry_dead_lettered() == 2
    assert backlog.counts() == {"due": 2}


def test_the_rest_of_delivery_goes_on_when_an_escalation_becomes_unreadable_while_it_is_sent(store: Store) -> None:
    escalation = store.submit(new_escalation("V1")).escalation
    job = store.outbox.claim()
    assert job is not None
    newer(store, escalation, CHANGES["state"])
    with pytest.raises(UnreadableRow):
        store.outbox.complete(job, DeadLettered("is_archived"))
    other = store.submit(new_escalation("V2", prefix="C", channel="ask-ce")).escalation
    store.elapse(16)
    following = store.outbox.claim()
    assert following is not None
    assert following.task == PostEscalation("ask-ce")
    assert following.escalation is not None
    assert following.escalation.id == other.id
    assert store.outbox.claim() is None
