"""People's words are erased after their time; who, when and how it ended stay."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from slackguide.escalation.decision import Done, Parked
from slackguide.escalation.escalation import EventKind, State
from slackguide.escalation.lifecycle import Ask, Claim, Resolve
from slackguide.escalation.poster import Posted
from slackguide.escalation.resolution import Ending, Resolution
from slackguide.escalation.task import AnswerMessage
from slackguide.storage.database import Database
from slackguide.storage.feedback import FeedbackBook, Verdict
from slackguide.storage.retention import Retention
from tests.stores import Store, draft

SECRET = "a secret concern"
DAY = 86_400.0


def deliver_all(store: Store) -> None:
    for _ in range(30):
        job = store.outbox.claim()
        if job is not None:
            store.outbox.settle(job, Done(Posted("C1", f"{job.id}.0")))
        elif store.outbox.rest() == float("inf"):
            return
        store.elapse(1.01)
    raise AssertionError("the outbox does not become empty")


def everything(database: Database) -> str:
    """Every row of every table, as text."""
    with database.read() as connection:
        tables = ["escalations", "events", "outbox", "cases", "feedback", "drafts", "inbox"]
        return str([connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables])


def test_nothing_of_people_s_words_is_left(store: Store) -> None:
    sent = draft(values={"summary": SECRET}, question=SECRET, anyway=SECRET, cases=("ticket:1234567",), entry_id="a/b")
    escalation = store.ledger.submit(sent).escalation
    store.ledger.press(escalation.id, Claim("U2"))
    store.ledger.press(escalation.id, Ask("U2", SECRET))
    store.ledger.press(escalation.id, Resolve("U2", Resolution(Ending.WRONG_QUEUE, SECRET, "hv-mediation")))
    FeedbackBook(database=store.database).give(
        answer_id="A1", user_id="U1", entry_id="a/b", verdict=Verdict.HELPFUL, question=SECRET
    )
    deliver_all(store)
    assert SECRET in everything(store.database)
    store.elapse(91 * DAY)
    assert Retention(database=store.database, days=90).sweep() == 1
    left = everything(store.database)
    assert SECRET not in left
    assert "1234567" not in left
    kept = store.ledger.get(escalation.id)
    assert kept is not None
    assert kept.erased_at is not None
    assert (kept.values, kept.state, kept.reference, kept.entry_id) == ({}, State.RESOLVED, "D-1001", "a/b")
    assert kept.resolution == Resolution(Ending.WRONG_QUEUE, None, "hv-mediation")
    history = store.ledger.history(escalation.id)
    assert sorted(event.kind.value for event in history) == [
        "asked",
        "claimed",
        "erased",
        "posted",
        "resolved",
        "submitted",
    ]
    assert history[-1].kind is EventKind.ERASED
    assert FeedbackBook(database=store.database).list()[0].verdict is Verdict.HELPFUL


def test_what_is_younger_stays(store: Store) -> None:
    store.ledger.submit(draft("V1", question=SECRET))
    deliver_all(store)
    store.elapse(60 * DAY)
    young = store.ledger.submit(draft("V2", question=SECRET)).escalation
    deliver_all(store)
    store.elapse(31 * DAY)
    assert Retention(database=store.database, days=90).sweep() == 1
    kept = store.ledger.get(young.id)
    assert kept is not None
    assert kept.question == SECRET


def test_what_is_not_yet_on_slack_is_not_erased(store: Store) -> None:
    escalation = store.ledger.submit(draft(question=SECRET)).escalation
    job = store.outbox.claim()
    assert job is not None
    store.outbox.settle(job, Parked("is_archived"))
    store.elapse(91 * DAY)
    retention = Retention(database=store.database, days=90)
    assert retention.sweep() == 0
    kept = store.ledger.get(escalation.id)
    assert kept is not None
    assert kept.question == SECRET


def test_a_question_that_could_not_be_answered_is_forgotten(store: Store) -> None:
    store.inbox.accept("E1", AnswerMessage("E1", "D1", "1.0", "U1", "T1", SECRET))
    store.elapse(91 * DAY)
    Retention(database=store.database, days=90).sweep()
    assert SECRET not in everything(store.database)
    assert store.outbox.claim() is None


def test_without_a_number_of_days_nothing_is_erased(store: Store) -> None:
    escalation = store.ledger.submit(draft(question=SECRET)).escalation
    deliver_all(store)
    store.elapse(1000 * DAY)
    assert Retention(database=store.database, days=None).sweep() == 0
    kept = store.ledger.get(escalation.id)
    assert kept is not None
    assert kept.question == SECRET


def test_many_are_erased_in_batches(store: Store) -> None:
    for number in range(450):
        store.ledger.submit(draft(f"V{number}"))
    with store.database.write() as connection:
        connection.execute(text("UPDATE outbox SET state = 'done', once_key = NULL"))
    store.elapse(2 * DAY)
    assert Retention(database=store.database, days=None).erase_before(store.now() - timedelta(days=1)) == 450


def test_what_nobody_needs_is_pruned(store: Store) -> None:
    store.inbox.accept("E1")
    store.ledger.submit(draft())
    deliver_all(store)
    store.elapse(8 * DAY)
    Retention(database=store.database, days=None).sweep()
    assert {table: store.count(table) for table in ("inbox", "outbox", "lanes", "escalations")} == {
        "inbox": 0,
        "outbox": 0,
        "lanes": 0,
        "escalations": 1,
    }
