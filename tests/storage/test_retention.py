"""User text is erased after the retention time; people, times and resolutions stay."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from slackguide.delivery.retry import Completed, DeadLettered
from slackguide.delivery.sender import PostedMessage
from slackguide.delivery.tasks import AnswerMessage
from slackguide.escalation.models import Escalation, EscalationState, EventKind
from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.state_machine import Ask, Claim, Rejected, Reopen, Resolve, Withdraw
from slackguide.storage import task_codec
from slackguide.storage.database import Database
from slackguide.storage.drafts import DraftRepository
from slackguide.storage.feedback import FeedbackRepository, Verdict
from slackguide.storage.labels import LabelRepository
from slackguide.storage.retention import RetentionService
from slackguide.storage.tables import outbox
from tests.support.databases import Store, new_escalation

SECRET = "a secret concern"
HOUR, DAY = 3_600.0, 86_400.0


def deliver_all(store: Store) -> None:
    for _ in range(30):
        job = store.outbox.claim()
        if job is not None:
            store.outbox.complete(job, Completed(PostedMessage("C1", f"{job.id}.0")))
        elif store.outbox.seconds_until_due() == float("inf"):
            return
        store.elapse(1.01)
    raise AssertionError("the outbox does not become empty")


def everything(database: Database) -> str:
    """Every row of every table, as text."""
    with database.read() as connection:
        tables = ["escalations", "events", "outbox", "cases", "feedback", "choices", "labels", "drafts", "inbox"]
        tables += ["turns"]
        return str([connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables])


def swept(store: Store, days: int | None, *, hours: int = 24) -> int:
    """Sweep every hour for a day, as a service does that runs; how many escalations were erased."""
    retention = RetentionService(database=store.database, days=days)
    erased = retention.sweep()
    for _ in range(hours):
        store.elapse(HOUR)
        erased += retention.sweep()
    return erased


def closed(store: Store, view: str = "V1") -> Escalation:
    """Return an escalation with words in it, on Slack and withdrawn."""
    escalation = store.escalations.submit(new_escalation(view, question=SECRET)).escalation
    store.escalations.apply(escalation.id, Withdraw("U1"))
    deliver_all(store)
    return kept(store, escalation)


def kept(store: Store, escalation: Escalation) -> Escalation:
    """Return the escalation as it stands now."""
    found = store.escalations.get(escalation.id)
    assert found is not None
    return found


def test_nothing_of_people_s_words_is_left(store: Store) -> None:
    sent = new_escalation(
        values={"summary": SECRET},
        question=SECRET,
        duplicate_reason=SECRET,
        case_keys=("ticket:1234567",),
        entry_id="a/b",
    )
    escalation = store.escalations.submit(sent).escalation
    store.escalations.apply(escalation.id, Claim("U2"))
    store.escalations.apply(escalation.id, Ask("U2", SECRET))
    store.escalations.apply(
        escalation.id, Resolve("U2", Resolution(ResolutionCode.WRONG_QUEUE, SECRET, "hv-mediation"))
    )
    FeedbackRepository(database=store.database).record(
        answer_id="A1", user_id="U1", entry_id="a/b", verdict=Verdict.HELPFUL, question=SECRET
    )
    book = LabelRepository(database=store.database)
    book.record_choice(answer_id="A1", user_id="U1", entry_id="a/b", question=SECRET)
    book.add_version(book.clicks(), method=1, shift=0.0)
    deliver_all(store)
    assert SECRET in everything(store.database)
    store.elapse(91 * DAY)
    assert swept(store, 90) == 1
    left = everything(store.database)
    assert SECRET not in left
    assert "1234567" not in left
    erased = kept(store, escalation)
    assert erased.erased_at is not None
    assert (erased.values, erased.state, erased.reference, erased.entry_id) == (
        {},
        EscalationState.RESOLVED,
        "D-1001",
        "a/b",
    )
    assert erased.resolution == Resolution(ResolutionCode.WRONG_QUEUE, None, "hv-mediation")
    history = store.escalations.history(escalation.id)
    assert sorted(event.kind.value for event in history) == [
        "asked",
        "claimed",
        "erased",
        "posted",
        "resolved",
        "submitted",
    ]
    assert history[-1].kind is EventKind.ERASED
    assert FeedbackRepository(database=store.database).list()[0].verdict is Verdict.HELPFUL


def test_what_was_closed_later_stays(store: Store) -> None:
    old = closed(store, "V1")
    store.elapse(60 * DAY)
    young = closed(store, "V2")
    store.elapse(30 * DAY)
    assert swept(store, 90) == 1
    assert kept(store, old).question is None
    assert kept(store, young).question == SECRET


@pytest.mark.parametrize("state", [EscalationState.SENT, EscalationState.CLAIMED, EscalationState.AWAITING_REQUESTER])
def test_an_open_one_is_never_erased(store: Store, state: EscalationState) -> None:
    escalation = store.escalations.submit(new_escalation(question=SECRET)).escalation
    if state is not EscalationState.SENT:
        store.escalations.apply(escalation.id, Claim("U2"))
    if state is EscalationState.AWAITING_REQUESTER:
        store.escalations.apply(escalation.id, Ask("U2", SECRET))
    deliver_all(store)
    store.elapse(1000 * DAY)
    assert swept(store, 90) == 0
    assert kept(store, escalation).question == SECRET
    assert kept(store, escalation).state is state


def test_one_that_was_opened_again_counts_as_open(store: Store) -> None:
    escalation = closed(store)
    store.escalations.apply(escalation.id, Reopen("U1"))
    deliver_all(store)
    store.elapse(1000 * DAY)
    assert swept(store, 90) == 0


def test_one_that_was_erased_cannot_be_opened_again(store: Store) -> None:
    escalation = closed(store)
    store.elapse(2 * DAY)
    assert swept(store, 2) == 1
    refusal = store.escalations.apply(escalation.id, Reopen("U1"))
    assert isinstance(refusal, Rejected)
    assert "was erased" in refusal.text


def test_what_is_still_being_delivered_is_not_erased(store: Store) -> None:
    escalation = store.escalations.submit(new_escalation(question=SECRET)).escalation
    store.escalations.apply(escalation.id, Withdraw("U1"))
    store.elapse(91 * DAY)
    assert swept(store, 90) == 0
    deliver_all(store)
    assert swept(store, 90) == 1


@pytest.mark.parametrize("kind", ["post_escalation", "tell_person", "reply_in_thread"])
def test_a_dead_lettered_message_of_a_closed_one_does_not_keep_its_text(store: Store, kind: str) -> None:
    """The requester's account is closed, or the channel is archived: nobody is going to read them any more."""
    escalation = store.escalations.submit(new_escalation(question=SECRET)).escalation
    deliver_with_dead_letters(store, kind)
    store.escalations.apply(escalation.id, Claim("U2"))
    store.escalations.apply(escalation.id, Ask("U2", SECRET))
    store.escalations.apply(escalation.id, Resolve("U2", Resolution(ResolutionCode.RIGHT_PLACE, SECRET)))
    deliver_with_dead_letters(store, kind)
    with store.database.read() as connection:
        assert kind in connection.execute(select(outbox.c.kind).where(outbox.c.state == "parked")).scalars().all()
    store.elapse(91 * DAY)
    assert swept(store, 90) == 1
    assert SECRET not in everything(store.database)
    with store.database.read() as connection:
        assert connection.execute(select(outbox.c.id).where(outbox.c.state.in_(["parked", "waiting"]))).all() == []


def deliver_with_dead_letters(store: Store, kind: str) -> None:
    """Deliver everything, but dead-letter jobs of this kind."""
    while (job := store.outbox.claim()) is not None or store.outbox.seconds_until_due() != float("inf"):
        if job is not None:
            fails = task_codec.encode_task(job.task)[0] == kind
            store.outbox.complete(
                job, DeadLettered("user_disabled") if fails else Completed(PostedMessage("C1", f"{job.id}.0"))
            )
        store.elapse(1.01)


def test_a_question_that_could_not_be_answered_is_forgotten(store: Store) -> None:
    store.inbox.accept("E1", AnswerMessage("E1", "D1", "1.0", "U1", "T1", SECRET, "1.0"))
    store.elapse(91 * DAY)
    swept(store, 90)
    assert SECRET not in everything(store.database)
    assert store.outbox.claim() is None


@pytest.mark.parametrize(("days", "age"), [(2, 2), (None, 7), (90, 7)])
def test_turns_of_a_conversation_are_erased_with_the_rest_and_after_a_week_anyway(
    store: Store, days: int | None, age: int
) -> None:
    store.inbox.accept("E1", AnswerMessage("E1", "D1", "1.0", "U1", "T1", SECRET, "1.0"))
    left = []
    for _ in range(age + 1):
        swept(store, days)
        left.append(store.count("turns"))
    assert left[: age - 1] == [1] * (age - 1)
    assert left[-1] == 0


def test_without_a_number_of_days_nothing_is_erased(store: Store) -> None:
    escalation = closed(store)
    store.elapse(1000 * DAY)
    assert swept(store, None) == 0
    assert kept(store, escalation).question == SECRET


# -- the clock --------------------------------------------------------------------------------------------------------


def all_kinds_of_words(store: Store) -> str:
    """Words wherever a sweep would erase or prune them; everything that is stored."""
    closed(store)
    FeedbackRepository(database=store.database).record(
        answer_id="A1", user_id="U1", entry_id="a/b", verdict=Verdict.HELPFUL, question=SECRET
    )
    book = LabelRepository(database=store.database)
    book.record_choice(answer_id="A1", user_id="U1", entry_id="a/b", question=SECRET)
    book.add_version(book.clicks(), method=1, shift=0.0)
    DraftRepository(database=store.database, ids=lambda: "token").put("U1", {"text": SECRET})
    store.inbox.accept("E1", AnswerMessage("E1", "D1", "1.0", "U1", "T1", SECRET, "1.0"))
    return everything(store.database)


@pytest.mark.parametrize("jump", [25 * HOUR, 400 * DAY, 36_500 * DAY])
def test_a_clock_that_jumps_ahead_erases_nothing(store: Store, jump: float, caplog: pytest.LogCaptureFixture) -> None:
    """Nor on the way back: what is stored then is the same as before, apart from the shift of time."""
    swept(store, 2)
    before = all_kinds_of_words(store)
    with caplog.at_level(logging.WARNING):
        store.elapse(jump)
        assert swept(store, 2, hours=3) == 0
    assert "nothing is erased" in caplog.text
    store.elapse(-jump - 3 * HOUR)
    assert RetentionService(database=store.database, days=2).sweep() == 0
    assert everything(store.database) == before
    store.elapse(HOUR)
    assert swept(store, 2, hours=20) == 0, "after a clock was set back, it has to prove itself again"


def test_a_start_with_a_wrong_clock_erases_nothing(store: Store) -> None:
    """The first sweep ever, of a database that an older version has filled."""
    before = all_kinds_of_words(store)
    store.elapse(400 * DAY)
    assert RetentionService(database=store.database, days=2).sweep() == 0
    store.elapse(-400 * DAY)
    assert everything(store.database) == before


def test_after_a_day_of_normal_time_a_clock_is_believed(store: Store) -> None:
    closed(store)
    store.elapse(400 * DAY)
    assert swept(store, 90, hours=23) == 0
    assert swept(store, 90, hours=2) == 1


def test_a_week_without_any_activity_does_not_hold_retention_up(store: Store) -> None:
    closed(store)
    assert sum(swept(store, 8) for _ in range(7)) == 0
    assert sum(swept(store, 8) for _ in range(2)) == 1


def test_a_process_that_runs_by_day_only_erases(store: Store) -> None:
    """Sixteen hours without a sweep are no jump; a weekend is, and the next day makes up for it."""
    closed(store)
    erased = []
    for hours_off in (16, 16, 64, 16, 16):
        erased.append(swept(store, 1, hours=8))
        store.elapse(hours_off * HOUR)
    assert erased == [0, 1, 0, 0, 0]
    late = closed(store, "V2")
    for _ in range(2):
        swept(store, 1, hours=8)
        store.elapse(16 * HOUR)
    swept(store, 1, hours=8)
    assert kept(store, late).erased_at is not None


def test_several_processes_that_sweep_at_once_erase_each_once(store: Store) -> None:
    escalations = [closed(store, f"V{number}") for number in range(5)]
    others = [Store(store.url, store.clock) for _ in range(3)]
    store.elapse(90 * DAY)
    assert swept(store, 90, hours=23) == 0
    store.elapse(2 * HOUR)
    start = threading.Barrier(len(others))

    def sweep(process: Store) -> int:
        start.wait()
        return RetentionService(database=process.database, days=90).sweep()

    with ThreadPoolExecutor(len(others)) as pool:
        assert sum(pool.map(sweep, others)) == len(escalations)
    for escalation in escalations:
        kinds = [event.kind for event in store.escalations.history(escalation.id)]
        assert kinds.count(EventKind.ERASED) == 1
    for process in others:
        process.database.close()


def test_many_are_erased_in_batches(store: Store) -> None:
    for number in range(450):
        store.escalations.submit(new_escalation(f"V{number}"))
    with store.database.write() as connection:
        connection.execute(text("UPDATE outbox SET state = 'done', once_key = NULL"))
        connection.execute(text("UPDATE escalations SET state = 'withdrawn', closed_at = changed_at"))
    store.elapse(2 * DAY)
    assert RetentionService(database=store.database, days=None).erase_before(store.now() - timedelta(days=1)) == 450


def test_what_nobody_needs_is_pruned(store: Store) -> None:
    store.inbox.accept("E1")
    store.escalations.submit(new_escalation())
    deliver_all(store)
    store.elapse(8 * DAY)
    swept(store, None)
    assert {table: store.count(table) for table in ("inbox", "outbox", "lanes", "escalations")} == {
        "inbox": 0,
        "outbox": 0,
        "lanes": 0,
        "escalations": 1,
    }
