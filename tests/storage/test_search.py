"""Escalations are found by every condition, page by page, and by an index where people wait for them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Select, event, text, true

from slackguide.escalation.decision import Done
from slackguide.escalation.escalation import OPEN, Requester, State
from slackguide.escalation.lifecycle import Claim, HandOver, Resolve
from slackguide.escalation.poster import Posted
from slackguide.escalation.resolution import Ending, Resolution
from slackguide.escalation.search import Cursor, Search
from slackguide.escalation.task import RefreshHome
from slackguide.escalation.watch import Policy
from slackguide.escalation.working import WorkingHours
from slackguide.storage import searching
from slackguide.storage.ledger import SqlLedger
from slackguide.storage.outbox import _next
from tests.stores import Store, draft

ALWAYS = WorkingHours(ZoneInfo("UTC"), dict.fromkeys(range(7), (time(0), time(0))))
POLICY = Policy(ALWAYS, unclaimed_after=30, unresolved_after=240)


def watched(store: Store, *specialists: str) -> SqlLedger:
    """The ledger as it is with forms that have reminders and specialists."""
    numbers = iter(range(1_000_000))
    return SqlLedger(
        database=store.database,
        bell=store.bell,
        ids=lambda: f"e{next(numbers):06}",
        policy=lambda desk: POLICY if desk == "ask-disputes" else None,
        specialists=lambda desk: specialists if desk == "ask-disputes" else (),
    )


@pytest.fixture
def ledger(store: Store) -> SqlLedger:
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
            draft(
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
        made.press(found.id, Claim("UANN" if reference != "D-1003" else "UBOB"))
        if reference == "D-1001":
            made.press(found.id, Resolve("UANN", Resolution(Ending.WRONG_QUEUE, "moved", "hv-mediation")))
        if reference == "D-1003":
            made.press(found.id, HandOver("UBOB", "ask-ce", "ask-ce"))
    return made


def references(ledger: SqlLedger, search: Search) -> list[str]:
    return [escalation.reference for escalation in ledger.walk(search)]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (Search(), ["C-1002", "D-1004", "C-1001", "D-1003", "D-1002", "D-1001"]),
        (Search(oldest_first=True), ["D-1001", "D-1002", "D-1003", "C-1001", "D-1004", "C-1002"]),
        (Search(forms=["ask-ce"]), ["C-1002", "C-1001"]),
        (Search(desks=["ask-ce"]), ["C-1002", "C-1001", "D-1003"]),
        (Search(desks=[]), []),
        (Search(states={State.SENT}), ["C-1002", "D-1004", "C-1001", "D-1003"]),
        (Search(states=OPEN), ["C-1002", "D-1004", "C-1001", "D-1003", "D-1002"]),
        (Search(states={State.RESOLVED, State.WITHDRAWN}), ["D-1001"]),
        (Search(desks=["ask-disputes"], states={State.SENT}), ["D-1004"]),
        (Search(requester="U1"), ["C-1001", "D-1003", "D-1001"]),
        (Search(claimed_by="UANN", states=OPEN), ["D-1002"]),
        (Search(claimed_by="UANN"), ["D-1002", "D-1001"]),
        (Search(person="UANN"), ["D-1002", "D-1001"]),
        (Search(person="U2"), ["D-1002"]),
        (Search(entry_id="disputes/one"), ["D-1004", "D-1001"]),
        (Search(ending=Ending.WRONG_QUEUE), ["D-1001"]),
        (Search(ending=Ending.DUPLICATE), []),
        (Search(unposted=True, requester="U2"), ["D-1002"]),
    ],
)
def test_search(ledger: SqlLedger, search: Search, found: list[str]) -> None:
    assert references(ledger, search) == found
    assert ledger.count(search) == len(found)


def test_search_by_when_it_was_sent(ledger: SqlLedger) -> None:
    third = ledger.by_reference("D-1003")
    assert third is not None
    assert references(ledger, Search(since=third.created_at)) == ["C-1002", "D-1004", "C-1001", "D-1003"]
    assert references(ledger, Search(until=third.created_at)) == ["D-1002", "D-1001"]


def test_what_is_overdue(store: Store, ledger: SqlLedger) -> None:
    assert references(ledger, Search(overdue_at=store.now())) == []
    store.elapse(31 * 60)
    assert references(ledger, Search(overdue_at=store.now())) == ["D-1004"]
    store.elapse(4 * 3600)
    assert references(ledger, Search(overdue_at=store.now(), states=OPEN)) == ["D-1004", "D-1002"]


def test_counting_stops_where_it_may(ledger: SqlLedger) -> None:
    assert ledger.count(Search(), at_most=4) == 4
    assert ledger.count(Search(), at_most=10) == 6


@pytest.mark.parametrize("oldest_first", [False, True])
def test_pages_neither_repeat_nor_skip_while_others_submit(ledger: SqlLedger, oldest_first: bool) -> None:
    search = Search(oldest_first=oldest_first)
    expected = references(ledger, search)
    seen: list[str] = []
    after: Cursor | None = None
    for number in range(10):
        page = ledger.page(search, after=after, limit=2)
        seen += [escalation.reference for escalation in page.escalations]
        if not oldest_first:
            ledger.submit(draft(f"meanwhile {number}"))
        after = page.following
        if after is None:
            break
    assert seen == expected


def test_the_last_page_says_that_it_is_the_last(ledger: SqlLedger) -> None:
    assert ledger.page(Search(), limit=6).following is None
    assert ledger.page(Search(), limit=5).following is not None
    assert ledger.page(Search(requester="nobody")).escalations == ()


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
        (Search(requester="U1"), "ix_escalations_requester_user"),
        (Search(desks=["ask-disputes"], states={State.SENT}), "ix_escalations_unclaimed"),
        (Search(requester="U1", states=OPEN), "ix_escalations_open"),
        (Search(claimed_by="U1", states={State.CLAIMED, State.ASKED}), "ix_escalations_taken"),
        (Search(claimed_by="U1", states=OPEN), "ix_escalations_taken"),
        (Search(desks=["ask-disputes"], overdue_at=datetime(2026, 3, 2, tzinfo=UTC)), "ix_escalations_watched"),
        (Search(), "ix_escalations_created_at"),
        (Search(ending=Ending.WRONG_QUEUE), "ix_escalations_ending"),
    ],
)
def test_what_people_wait_for_is_found_by_its_index(store: Store, search: Search, index: str) -> None:
    """The planner's word for it, with a page that begins somewhere."""
    assert index in query_plan(store, searching.ordered(search, Cursor(store.now(), "e1")).limit(10))


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_claim_looks_only_at_what_is_unfinished(store: Store) -> None:
    assert "ix_outbox_due" in query_plan(store, _next(store.now(), (), true()))


def test_whoever_looks_at_their_home_gets_a_new_one_when_something_changes(store: Store) -> None:
    ledger = watched(store, "USPEC", "UIDLE")
    for user in ("U1", "USPEC", "UELSE"):
        ledger.seen_home(user)

    def refreshed() -> set[str]:
        with store.database.write() as connection:
            rows = connection.execute(text("SELECT payload FROM outbox WHERE kind = 'refresh_home'")).scalars()
            told = {str(payload) for payload in rows}
            connection.execute(text("DELETE FROM outbox WHERE kind = 'refresh_home'"))
        return {user for user in ("U1", "USPEC", "UIDLE", "UELSE") if any(user in payload for payload in told)}

    escalation = ledger.submit(draft()).escalation
    assert refreshed() == {"U1", "USPEC"}
    ledger.press(escalation.id, Claim("USPEC"))
    assert refreshed() == {"U1", "USPEC"}
    ledger.press(escalation.id, HandOver("USPEC", "ask-ce", "ask-ce"))
    assert refreshed() == {"U1", "USPEC"}
    store.elapse(timedelta(days=4).total_seconds())
    ledger.press(escalation.id, Claim("UELSE"))
    assert refreshed() == set()


def test_a_post_refreshes_the_requester_s_home(store: Store) -> None:
    store.ledger.submit(draft())
    store.ledger.seen_home("U1")
    job = store.outbox.claim()
    assert job is not None
    store.outbox.settle(job, Done(Posted("C1", "1.0")))
    following = store.outbox.claim()
    assert following is not None
    assert following.task == RefreshHome("U1")
