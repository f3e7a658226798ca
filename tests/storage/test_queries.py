"""Escalations match every filter, page by page, with an index where people wait for the result."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Select, event, text, true

from slackguide.delivery.retry import Completed
from slackguide.delivery.sender import PostedMessage
from slackguide.delivery.tasks import RefreshAppHome
from slackguide.escalation.business_hours import BusinessHours
from slackguide.escalation.filters import EscalationFilter, PageCursor
from slackguide.escalation.models import OPEN_STATES, EscalationState, Requester
from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.sla import ReminderPolicy
from slackguide.escalation.state_machine import Claim, HandOver, Resolve
from slackguide.storage import queries
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.job_queue import _next_due
from tests.support.databases import Store, new_escalation

ALWAYS = BusinessHours(ZoneInfo("UTC"), dict.fromkeys(range(7), (time(0), time(0))))
POLICY = ReminderPolicy(ALWAYS, unclaimed_after=30, unresolved_after=240)


def watched(store: Store, *specialists: str) -> SqlEscalationRepository:
    """Return the ledger as it is with forms that have reminders and specialists."""
    numbers = iter(range(1_000_000))
    return SqlEscalationRepository(
        database=store.database,
        notifier=store.notifier,
        ids=lambda: f"e{next(numbers):06}",
        policy=lambda desk: POLICY if desk == "ask-disputes" else None,
        specialists=lambda desk: specialists if desk == "ask-disputes" else (),
    )


@pytest.fixture
def ledger(store: Store) -> SqlEscalationRepository:
    """Six escalations, a minute apart: D-1001 to D-1004, C-1001, C-1002."""
    made = watched(store)
    for number, (form, prefix, requester, entry) in enumerate(
        [
            ("ask-disputes", "D", "U1", "disputes/one"),
            ("ask-disputes", "D", "U2", None),
            ("ask-disputes", "D", "U1", None),
            ("ask-ce", "C", "U1", "ce/one"),
            ("ask-disputes", "D", "U3", "disputes/one"),
            ("ask-ce", "C", "U3", None),
        ]
    ):
        made.submit(
            new_escalation(
                f"V{number}",
                form_id=form,
                prefix=prefix,
                channel=form,
                requester=Requester(requester, "T1"),
                entry_id=entry,
            )
        )
        store.elapse(60)
    for reference in ("D-1001", "D-1002", "D-1003"):
        found = made.by_reference(reference)
        assert found is not None
        made.apply(found.id, Claim("UANN" if reference != "D-1003" else "UBOB"))
        if reference == "D-1001":
            made.apply(found.id, Resolve("UANN", Resolution(ResolutionCode.WRONG_QUEUE, "moved", "hv-mediation")))
        if reference == "D-1003":
            made.apply(found.id, HandOver("UBOB", "ask-ce", "ask-ce"))
    return made


def references(ledger: SqlEscalationRepository, search: EscalationFilter) -> list[str]:
    return [escalation.reference for escalation in ledger.iterate(search)]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (EscalationFilter(), ["C-1002", "D-1004", "C-1001", "D-1003", "D-1002", "D-1001"]),
        (EscalationFilter(oldest_first=True), ["D-1001", "D-1002", "D-1003", "C-1001", "D-1004", "C-1002"]),
        (EscalationFilter(forms=["ask-ce"]), ["C-1002", "C-1001"]),
        (EscalationFilter(queues=["ask-ce"]), ["C-1002", "C-1001", "D-1003"]),
        (EscalationFilter(queues=[]), []),
        (EscalationFilter(states={EscalationState.SENT}), ["C-1002", "D-1004", "C-1001", "D-1003"]),
        (EscalationFilter(states=OPEN_STATES), ["C-1002", "D-1004", "C-1001", "D-1003", "D-1002"]),
        (EscalationFilter(states={EscalationState.RESOLVED, EscalationState.WITHDRAWN}), ["D-1001"]),
        (EscalationFilter(queues=["ask-disputes"], states={EscalationState.SENT}), ["D-1004"]),
        (EscalationFilter(requester="U1"), ["C-1001", "D-1003", "D-1001"]),
        (EscalationFilter(claimed_by="UANN", states=OPEN_STATES), ["D-1002"]),
        (EscalationFilter(claimed_by="UANN"), ["D-1002", "D-1001"]),
        (EscalationFilter(person="UANN"), ["D-1002", "D-1001"]),
        (EscalationFilter(person="U2"), ["D-1002"]),
        (EscalationFilter(entry_id="disputes/one"), ["D-1004", "D-1001"]),
        (EscalationFilter(resolution_code=ResolutionCode.WRONG_QUEUE), ["D-1001"]),
        (EscalationFilter(resolution_code=ResolutionCode.DUPLICATE), []),
        (EscalationFilter(unposted=True, requester="U2"), ["D-1002"]),
    ],
)
def test_search(ledger: SqlEscalationRepository, search: EscalationFilter, found: list[str]) -> None:
    assert references(ledger, search) == found
    assert ledger.count(search) == len(found)


def test_search_by_when_it_was_sent(ledger: SqlEscalationRepository) -> None:
    third = ledger.by_reference("D-1003")
    assert third is not None
    assert references(ledger, EscalationFilter(since=third.created_at)) == ["C-1002", "D-1004", "C-1001", "D-1003"]
    assert references(ledger, EscalationFilter(until=third.created_at)) == ["D-1002", "D-1001"]


def test_what_is_overdue(store: Store, ledger: SqlEscalationRepository) -> None:
    assert references(ledger, EscalationFilter(overdue_at=store.now())) == []
    store.elapse(31 * 60)
    assert references(ledger, EscalationFilter(overdue_at=store.now())) == ["D-1004"]
    store.elapse(4 * 3600)
    assert references(ledger, EscalationFilter(overdue_at=store.now(), states=OPEN_STATES)) == ["D-1004", "D-1002"]


def test_counting_stops_where_it_may(ledger: SqlEscalationRepository) -> None:
    assert ledger.count(EscalationFilter(), at_most=4) == 4
    assert ledger.count(EscalationFilter(), at_most=10) == 6


@pytest.mark.parametrize("oldest_first", [False, True])
def test_pages_neither_repeat_nor_skip_while_others_submit(ledger: SqlEscalationRepository, oldest_first: bool) -> None:
    search = EscalationFilter(oldest_first=oldest_first)
    expected = references(ledger, search)
    seen: list[str] = []
    after: PageCursor | None = None
    for number in range(10):
        page = ledger.page(search, after=after, limit=2)
        seen += [escalation.reference for escalation in page.escalations]
        if not oldest_first:
            ledger.submit(new_escalation(f"meanwhile {number}"))
        after = page.next_cursor
        if after is None:
            break
    assert seen == expected


def test_the_last_page_says_that_it_is_the_last(ledger: SqlEscalationRepository) -> None:
    assert ledger.page(EscalationFilter(), limit=6).next_cursor is None
    assert ledger.page(EscalationFilter(), limit=5).next_cursor is not None
    assert ledger.page(EscalationFilter(requester="nobody")).escalations == ()


def query_plan(store: Store, query: Select[Any]) -> str:
    """Return SQLite's plan for the query, with the parameters as the application binds them."""

    def explain(
        _connection: Connection, _cursor: object, sql: str, values: object, _context: object, _many: bool
    ) -> tuple[str, object]:
        return f"EXPLAIN QUERY PLAN {sql}", values

    with store.database.read() as connection:
        event.listen(connection, "before_cursor_execute", explain, retval=True)
        return str(connection.execute(query).cursor.fetchall())


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("search", "index"),
    [
        (EscalationFilter(requester="U1"), "ix_escalations_requester_user"),
        (EscalationFilter(queues=["ask-disputes"], states={EscalationState.SENT}), "ix_escalations_unclaimed"),
        (EscalationFilter(requester="U1", states=OPEN_STATES), "ix_escalations_open"),
        (
            EscalationFilter(claimed_by="U1", states={EscalationState.CLAIMED, EscalationState.AWAITING_REQUESTER}),
            "ix_escalations_taken",
        ),
        (EscalationFilter(claimed_by="U1", states=OPEN_STATES), "ix_escalations_taken"),
        (
            EscalationFilter(queues=["ask-disputes"], overdue_at=datetime(2026, 3, 2, tzinfo=UTC)),
            "ix_escalations_watched",
        ),
        (EscalationFilter(), "ix_escalations_created_at"),
        (EscalationFilter(resolution_code=ResolutionCode.WRONG_QUEUE), "ix_escalations_ending"),
    ],
)
def test_what_people_wait_for_is_found_by_its_index(store: Store, search: EscalationFilter, index: str) -> None:
    """The planner's word for it, with a page that begins somewhere."""
    assert index in query_plan(store, queries.order_by(search, PageCursor(store.now(), "e1")).limit(10))


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_claim_looks_only_at_what_is_unfinished(store: Store) -> None:
    assert "ix_outbox_due" in query_plan(store, _next_due(store.now(), (), true()))


def test_whoever_looks_at_their_home_gets_a_new_one_when_something_changes(store: Store) -> None:
    ledger = watched(store, "USPEC", "UIDLE")
    for user in ("U1", "USPEC", "UELSE"):
        ledger.record_home_view(user)

    def refreshed() -> set[str]:
        with store.database.write() as connection:
            rows = connection.execute(text("SELECT payload FROM outbox WHERE kind = 'refresh_home'")).scalars()
            notified = {str(payload) for payload in rows}
            connection.execute(text("DELETE FROM outbox WHERE kind = 'refresh_home'"))
        return {user for user in ("U1", "USPEC", "UIDLE", "UELSE") if any(user in payload for payload in notified)}

    escalation = ledger.submit(new_escalation()).escalation
    assert refreshed() == {"U1", "USPEC"}
    ledger.apply(escalation.id, Claim("USPEC"))
    assert refreshed() == {"U1", "USPEC"}
    ledger.apply(escalation.id, HandOver("USPEC", "ask-ce", "ask-ce"))
    assert refreshed() == {"U1", "USPEC"}
    store.elapse(timedelta(days=4).total_seconds())
    ledger.apply(escalation.id, Claim("UELSE"))
    assert refreshed() == set()


def test_a_post_refreshes_the_requester_s_home(store: Store) -> None:
    store.escalations.submit(new_escalation())
    store.escalations.record_home_view("U1")
    job = store.outbox.claim()
    assert job is not None
    store.outbox.complete(job, Completed(PostedMessage("C1", "1.0")))
    following = store.outbox.claim()
    assert following is not None
    assert following.task == RefreshAppHome("U1")
