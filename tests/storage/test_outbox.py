"""Jobs are claimed by one worker at a time, within Slack's rate limits, and completed once."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from itertools import pairwise

import pytest
from sqlalchemy import event, insert, select, update

from slackguide.delivery.jobs import Job
from slackguide.delivery.retry import Completed, DeadLettered, Dropped, Retry
from slackguide.delivery.sender import PostedMessage
from slackguide.delivery.tasks import AnswerMessage, NoteDirectReply, RefreshAppHome, Task
from slackguide.escalation.messages import NoticeKind, NotifyPerson, PostEscalation, ReplyInThread, UpdateCard
from slackguide.escalation.models import EventKind, PostedCard, Requester
from slackguide.escalation.state_machine import Ask, Claim, HandOver, Release
from slackguide.storage import task_codec
from slackguide.storage.job_queue import SqlJobQueue
from slackguide.storage.outbox import enqueue
from slackguide.storage.send_limits import PERSON_BURST
from slackguide.storage.tables import escalations, outbox
from tests.support.databases import Store, new_escalation

POSTED = PostedMessage("C1", "100.1", "https://example.slack.com/archives/C1/p1001")
CARD = PostedCard("C1", "100.1", POSTED.permalink)


def claimed(store: Store) -> Job:
    job = store.outbox.claim()
    assert job is not None
    return job


def answer(event: str, channel: str = "D1") -> AnswerMessage:
    return AnswerMessage(event, channel, "1.0", "U1", "T1", "where does this go")


def drained(store: Store) -> list[Job]:
    """Complete every pending job as posted, one second apart; return the jobs in order."""
    jobs: list[Job] = []
    for _ in range(50):
        job = store.outbox.claim()
        if job is None:
            if store.outbox.seconds_until_due() == float("inf"):
                return jobs
            store.elapse(1.0)
            continue
        jobs.append(job)
        assert store.outbox.complete(job, Completed(PostedMessage("C1", f"{job.id}.5")))
    raise AssertionError("the outbox does not become empty")


def test_a_claimed_job_is_nobody_elses_until_its_lease_is_over(store: Store) -> None:
    store.escalations.submit(new_escalation())
    job = claimed(store)
    store.elapse(14)
    assert store.worker("two").claim() is None
    store.elapse(2)
    second = store.worker("two").claim()
    assert second is not None
    assert (job.maybe_sent, second.maybe_sent) == (False, True)
    assert (job.attempts, second.attempts) == (1, 2)
    assert not store.outbox.renew(job)
    assert not store.outbox.complete(job, Retry(1, 0, False, "late"))
    assert store.outbox.renew(second)


def test_a_renewed_lease_lasts_anew(store: Store) -> None:
    store.escalations.submit(new_escalation())
    job = claimed(store)
    store.elapse(10)
    assert store.outbox.renew(job)
    store.elapse(10)
    assert store.worker("two").claim() is None


def test_a_released_job_is_as_it_was(store: Store) -> None:
    store.escalations.submit(new_escalation())
    store.outbox.release(claimed(store))
    store.elapse(1)
    job = claimed(store)
    assert (job.attempts, job.maybe_sent) == (1, False)


def test_twenty_workers_claim_a_job_once(store: Store) -> None:
    for number in range(5):
        store.inbox.accept(f"E{number}", answer(f"E{number}", f"D{number}"))
    start = threading.Barrier(20)

    def claim(number: int) -> Job | None:
        worker = store.worker(f"w{number}")
        start.wait()
        return worker.claim()

    with ThreadPoolExecutor(20) as pool:
        jobs = [job.id for job in pool.map(claim, range(20)) if job is not None]
    assert len(jobs) == len(set(jobs)) > 0
    while (job := store.outbox.claim()) is not None:
        jobs.append(job.id)
    assert sorted(jobs) == sorted(set(jobs))
    assert len(jobs) == 5


def test_one_message_a_second_to_a_channel_across_workers(store: Store) -> None:
    for number in range(3):
        store.escalations.submit(new_escalation(f"V{number}"))
    store.escalations.submit(new_escalation("V9", channel="ask-ce", prefix="C"))
    first, other = claimed(store), store.worker("two").claim()
    assert first.task == PostEscalation("ask-disputes")
    assert other is not None
    assert other.task == PostEscalation("ask-ce")
    assert store.worker("three").claim() is None
    assert 0 < store.outbox.seconds_until_due() <= 1
    store.elapse(1.01)
    assert claimed(store).task == PostEscalation("ask-disputes")
    assert store.worker("two").claim() is None


def test_twenty_workers_keep_the_pace_of_one_channel(store: Store) -> None:
    for number in range(20):
        store.escalations.submit(new_escalation(f"V{number}"))
    start = threading.Barrier(20)

    def claim(number: int) -> Job | None:
        worker = store.worker(f"w{number}")
        start.wait()
        return worker.claim()

    with ThreadPoolExecutor(20) as pool:
        assert sum(job is not None for job in pool.map(claim, range(20))) == 1


def test_a_post_is_stored_with_its_card_and_what_follows(store: Store) -> None:
    escalation = store.escalations.submit(new_escalation()).escalation
    job = claimed(store)
    assert store.outbox.complete(job, Completed(POSTED), follow_ups=[NotifyPerson("U1", NoticeKind.POSTED)])
    stored = store.escalations.get(escalation.id)
    assert stored is not None
    assert stored.card == PostedCard("C1", "100.1", POSTED.permalink)
    assert [event.kind for event in store.escalations.history(escalation.id)] == [EventKind.SUBMITTED, EventKind.POSTED]
    notified = claimed(store)
    assert notified.task == NotifyPerson("U1", NoticeKind.POSTED)
    assert notified.escalation == stored
    assert not store.outbox.complete(job, Completed(POSTED), follow_ups=[NotifyPerson("U1", NoticeKind.POSTED)])
    assert store.outbox.complete(notified, Completed(PostedMessage("D1", "2.0")))
    assert store.outbox.seconds_until_due() == float("inf")


def test_what_was_posted_counts_even_when_the_lease_was_lost(store: Store) -> None:
    store.escalations.submit(new_escalation())
    slow = claimed(store)
    store.elapse(16)
    second = store.worker("two").claim()
    assert second is not None
    assert store.outbox.complete(slow, Completed(POSTED))
    assert not store.outbox.renew(second)
    assert not store.outbox.complete(second, DeadLettered("is_archived"))
    assert store.outbox.seconds_until_due() == float("inf")


def test_a_retry_is_due_when_it_says_and_rests_its_conversation(store: Store) -> None:
    store.escalations.submit(new_escalation("V1"))
    store.escalations.submit(new_escalation("V2"))
    store.outbox.complete(claimed(store), Retry(after=30, partition_pause=20, maybe_sent=True, reason="rate limited"))
    store.elapse(19)
    assert store.outbox.claim() is None
    store.elapse(1.5)
    assert claimed(store).attempts == 1
    store.elapse(10)
    job = claimed(store)
    assert (job.attempts, job.maybe_sent) == (2, True)


def test_a_shorter_rest_does_not_end_a_longer_one(store: Store) -> None:
    for number in range(3):
        store.escalations.submit(new_escalation(f"V{number}"))
    first = claimed(store)
    store.elapse(1.01)
    second = claimed(store)
    store.outbox.complete(first, Retry(after=60, partition_pause=30, maybe_sent=False, reason="rate limited"))
    store.outbox.complete(second, Retry(after=60, partition_pause=5, maybe_sent=False, reason="unreachable"))
    store.elapse(20)
    assert store.outbox.claim() is None
    store.elapse(11)
    assert claimed(store).attempts == 1


def test_a_dead_lettered_job_waits_for_a_person(store: Store) -> None:
    escalation = store.escalations.submit(new_escalation()).escalation
    job = claimed(store)
    store.outbox.complete(
        job, DeadLettered("is_archived"), follow_ups=[NotifyPerson("U1", NoticeKind.DEAD_LETTERED, None, "words")]
    )
    assert claimed(store).task == NotifyPerson("U1", NoticeKind.DEAD_LETTERED, None, "words")
    store.elapse(86_400)
    assert [job.task for job in drained(store)] == [NotifyPerson("U1", NoticeKind.DEAD_LETTERED, None, "words")]
    event = store.escalations.history(escalation.id)[-1]
    assert (event.kind, dict(event.details)) == (
        EventKind.DEAD_LETTERED,
        {"code": "is_archived", "channel": "ask-disputes"},
    )


def test_what_belongs_under_the_card_waits_for_it_and_keeps_its_order(store: Store) -> None:
    escalation = store.escalations.submit(new_escalation()).escalation
    store.escalations.apply(escalation.id, Claim("U2"))
    store.escalations.apply(escalation.id, Release("U2"))
    in_channel = [job.task for job in drained(store) if not isinstance(job.task, NotifyPerson)]
    assert in_channel == [
        PostEscalation("ask-disputes"),
        UpdateCard(),
        ReplyInThread(NoticeKind.CLAIMED, "U2", card=PostedCard("C1", "1.5")),
        ReplyInThread(NoticeKind.RELEASED, "U2", card=PostedCard("C1", "1.5")),
    ]


def test_a_later_reply_waits_for_an_earlier_one_that_is_tried_again(store: Store) -> None:
    escalation = store.escalations.submit(new_escalation()).escalation
    store.outbox.complete(claimed(store), Completed(POSTED))
    store.escalations.apply(escalation.id, Claim("U2"))
    seen = []
    for _ in range(10):
        store.elapse(1.01)
        job = store.outbox.claim()
        if job is None:
            continue
        if job.task == UpdateCard() and job.attempts == 1:
            store.outbox.complete(job, Retry(3, 0, False, "unreachable"))
            continue
        seen.append(job.task)
        store.outbox.complete(job, Completed(POSTED))
    replies = [task for task in seen if not isinstance(task, NotifyPerson)]
    assert replies == [UpdateCard(), ReplyInThread(NoticeKind.CLAIMED, "U2", card=CARD)]


def test_a_card_is_redrawn_once_for_many_changes_but_again_for_one_that_comes_meanwhile(store: Store) -> None:
    escalation = store.escalations.submit(new_escalation()).escalation
    drained(store)
    for _ in range(2):
        store.escalations.apply(escalation.id, Claim("U2"))
        store.escalations.apply(escalation.id, Release("U2"))
    store.elapse(2)
    job = claimed(store)
    assert job.task == UpdateCard()
    store.escalations.apply(escalation.id, Claim("U3"))
    store.outbox.complete(job, Retry(1, 0, False, "unreachable"))
    redrawn = [job for job in drained(store) if job.task == UpdateCard()]
    assert len(redrawn) == 2
    assert redrawn[-1].escalation is not None
    assert redrawn[-1].escalation.claimed_by == "U3"


def test_a_hand_over_redraws_the_old_card_and_posts_a_new_one(store: Store) -> None:
    escalation = store.escalations.submit(new_escalation()).escalation
    store.outbox.complete(claimed(store), Completed(POSTED))
    store.escalations.apply(escalation.id, Claim("U2"))
    store.escalations.apply(escalation.id, HandOver("U2", "ask-ce", "ask-ce"))
    jobs = drained(store)
    old = PostedCard("C1", "100.1", POSTED.permalink)
    posts = [job for job in jobs if isinstance(job.task, PostEscalation)]
    assert UpdateCard(old) in [job.task for job in jobs]
    assert [job.task for job in posts] == [PostEscalation("ask-ce")]
    assert posts[0].known_timestamps == frozenset({"100.1"})
    stored = store.escalations.get(escalation.id)
    assert stored is not None
    assert stored.card == PostedCard("C1", f"{posts[0].id}.5")


def test_a_post_that_lands_where_the_escalation_no_longer_is_gets_redrawn(store: Store) -> None:
    escalation = store.escalations.submit(new_escalation()).escalation
    job = claimed(store)
    store.escalations.apply(escalation.id, Claim("U2"))
    store.escalations.apply(escalation.id, HandOver("U2", "ask-ce", "ask-ce"))
    store.outbox.complete(job, Completed(POSTED))
    tasks = [job.task for job in drained(store)]
    assert UpdateCard(PostedCard("C1", "100.1", POSTED.permalink)) in tasks
    assert tasks.count(PostEscalation("ask-ce")) == 1
    stored = store.escalations.get(escalation.id)
    assert stored is not None
    assert stored.card is not None
    assert stored.card.ts != "100.1"


# -- hand-over --------------------------------------------------------------------------------------------------------


def replies(jobs: list[Job]) -> list[ReplyInThread]:
    return [job.task for job in jobs if isinstance(job.task, ReplyInThread)]


def card_of_post(jobs: list[Job], channel: str) -> PostedCard:
    """Return the card that `drained` gave to the post in a channel."""
    (post,) = [job for job in jobs if job.task == PostEscalation(channel)]
    return PostedCard("C1", f"{post.id}.5")


def test_what_was_said_under_the_old_card_stays_there_however_late_it_is_sent(store: Store) -> None:
    escalation = store.escalations.submit(new_escalation()).escalation
    store.outbox.complete(claimed(store), Completed(POSTED))
    store.escalations.apply(escalation.id, Claim("U2"))
    store.escalations.apply(escalation.id, Ask("U2", "for disputes only"))
    store.escalations.apply(escalation.id, HandOver("U2", "ask-ce", "ask-ce", "it is theirs"))
    jobs = drained(store)
    new = card_of_post(jobs, "ask-ce")
    assert [reply for reply in replies(jobs) if reply.card == CARD] == [
        ReplyInThread(NoticeKind.CLAIMED, "U2", card=CARD),
        ReplyInThread(NoticeKind.DETAILS_REQUESTED, "U2", "for disputes only", card=CARD),
    ]
    assert [reply for reply in replies(jobs) if reply.card != CARD] == [
        ReplyInThread(NoticeKind.HANDED_OVER, "U2", "it is theirs", card=new, from_channel="ask-disputes"),
    ]


def test_what_was_said_before_the_old_card_was_posted_waits_for_that_card(store: Store) -> None:
    """The old channel takes the post only after the new one has its card."""
    escalation = store.escalations.submit(new_escalation()).escalation
    slow = claimed(store)
    store.escalations.apply(escalation.id, Claim("U2"))
    store.escalations.apply(escalation.id, Ask("U2", "for disputes only"))
    store.outbox.complete(slow, Retry(20, 0, False, "unreachable"))
    store.escalations.apply(escalation.id, HandOver("U2", "ask-ce", "ask-ce", "it is theirs"))
    store.escalations.apply(escalation.id, Claim("U3"))
    jobs = drained(store)
    channels = [job.task.channel for job in jobs if isinstance(job.task, PostEscalation)]
    assert channels == ["ask-ce", "ask-disputes"]
    old, new = card_of_post(jobs, "ask-disputes"), card_of_post(jobs, "ask-ce")
    assert [reply for reply in replies(jobs) if reply.card == old] == [
        ReplyInThread(NoticeKind.CLAIMED, "U2", card=old),
        ReplyInThread(NoticeKind.DETAILS_REQUESTED, "U2", "for disputes only", card=old),
    ]
    assert [reply for reply in replies(jobs) if reply.card != old] == [
        ReplyInThread(NoticeKind.HANDED_OVER, "U2", "it is theirs", card=new, from_channel="ask-disputes"),
        ReplyInThread(NoticeKind.CLAIMED, "U3", card=new),
    ]
    stored = store.escalations.get(escalation.id)
    assert stored is not None
    assert stored.card == new


def test_a_card_that_waits_for_the_old_channel_does_not_keep_the_new_one_from_being_redrawn(store: Store) -> None:
    escalation = store.escalations.submit(new_escalation()).escalation
    store.outbox.complete(claimed(store), DeadLettered("is_archived"))
    store.escalations.apply(escalation.id, Claim("U2"))
    store.escalations.apply(escalation.id, HandOver("U2", "ask-ce", "ask-ce"))
    drained(store)
    store.escalations.apply(escalation.id, Claim("U3"))
    redrawn = [job for job in drained(store) if job.task == UpdateCard()]
    assert [job.escalation.claimed_by for job in redrawn if job.escalation] == ["U3"]


def old_reply(store: Store, text: str) -> None:
    """Make the row of a reply as 0.1.0 wrote it: without the card, and due as soon as there is any card."""
    payload = {"notice": "asked", "who": "U2", "words": text}
    with store.database.write() as connection:
        rows = connection.execute(select(outbox).where(outbox.c.kind == "reply_in_thread")).all()
        (row,) = [row for row in rows if row.payload.get("words") == text]
        connection.execute(update(outbox).where(outbox.c.id == row.id).values(payload=payload, state="due"))


def test_a_reply_that_an_earlier_release_queued_goes_under_its_old_card(store: Store) -> None:
    escalation = store.escalations.submit(new_escalation()).escalation
    store.outbox.complete(claimed(store), Completed(POSTED))
    store.escalations.apply(escalation.id, Claim("U2"))
    store.escalations.apply(escalation.id, Ask("U2", "for disputes only"))
    old_reply(store, "for disputes only")
    store.escalations.apply(escalation.id, HandOver("U2", "ask-ce", "ask-ce"))
    assert ReplyInThread(NoticeKind.DETAILS_REQUESTED, "U2", "for disputes only", card=CARD) in replies(drained(store))


def test_a_reply_of_an_earlier_release_waits_where_its_card_is_not_posted_yet(store: Store) -> None:
    escalation = store.escalations.submit(new_escalation()).escalation
    slow = claimed(store)
    store.escalations.apply(escalation.id, Claim("U2"))
    store.escalations.apply(escalation.id, Ask("U2", "for disputes only"))
    old_reply(store, "for disputes only")
    store.outbox.complete(slow, Retry(20, 0, False, "unreachable"))
    store.escalations.apply(escalation.id, HandOver("U2", "ask-ce", "ask-ce"))
    jobs = drained(store)
    (reply,) = [reply for reply in replies(jobs) if reply.words is not None]
    assert reply == ReplyInThread(
        NoticeKind.DETAILS_REQUESTED, "U2", "for disputes only", card=card_of_post(jobs, "ask-disputes")
    )


# -- refusals of the installation -------------------------------------------------------------------------------------

CODES = {"token_revoked", "missing_scope"}


def test_what_the_installation_was_refused_is_due_at_once_when_it_is_accepted_again(store: Store) -> None:
    store.escalations.submit(new_escalation("V1"))
    store.escalations.submit(new_escalation("V2", channel="ask-ce", prefix="C"))
    store.outbox.complete(claimed(store), Retry(60, 5, False, "token_revoked"))
    store.outbox.complete(claimed(store), Retry(60, 5, False, "unreachable"))
    store.elapse(6)
    assert store.outbox.claim() is None
    assert store.worker("two").resume(CODES) == 1
    job = claimed(store)
    assert (job.task, job.attempts) == (PostEscalation("ask-disputes"), 1)
    assert store.outbox.claim() is None


def test_dead_letters_that_an_earlier_release_made_of_such_a_refusal_are_due_again(store: Store) -> None:
    escalation = store.escalations.submit(new_escalation()).escalation
    notice = NotifyPerson("U1", NoticeKind.DEAD_LETTERED, None, "D-1001 is saved, but not yet in #ask-disputes")
    store.outbox.complete(claimed(store), DeadLettered("token_revoked", maybe_sent=True), follow_ups=[notice])
    store.outbox.complete(claimed(store), DeadLettered("token_revoked"))
    store.inbox.accept("E1", answer("E1"))
    store.outbox.complete(claimed(store), DeadLettered("missing_scope"))
    other = store.escalations.submit(new_escalation("V2", channel="ask-ce", prefix="C")).escalation
    store.outbox.complete(claimed(store), DeadLettered("is_archived"))
    store.elapse(2)
    assert store.outbox.resume(CODES) == 3
    post = claimed(store)
    assert (post.task, post.attempts, post.maybe_sent) == (PostEscalation("ask-disputes"), 1, True)
    assert store.outbox.complete(post, Completed(POSTED))
    assert [job.task for job in drained(store)] == [answer("E1")]
    assert [event.kind for event in store.escalations.history(escalation.id)][-2:] == [
        EventKind.RETRIED,
        EventKind.POSTED,
    ]
    assert store.escalations.history(other.id)[-1].kind is EventKind.DEAD_LETTERED
    assert store.outbox.resume(CODES) == 0


# -- rows of a newer version ------------------------------------------------------------------------------------------


def test_a_home_is_refreshed_once_however_often_it_is_queued(store: Store) -> None:
    store.inbox.accept("E1", RefreshAppHome("U1"))
    store.inbox.accept("E2", RefreshAppHome("U1"), RefreshAppHome("U2"))
    assert [job.task for job in drained(store)] == [RefreshAppHome("U1"), RefreshAppHome("U2")]


def test_dropped_is_finished(store: Store) -> None:
    store.inbox.accept("E1", RefreshAppHome("U1"))
    assert store.outbox.complete(claimed(store), Dropped("message_not_found"))
    assert store.outbox.seconds_until_due() == float("inf")
    store.inbox.accept("E2", RefreshAppHome("U1"))
    assert store.outbox.seconds_until_due() != float("inf")


def test_people_s_words_leave_the_outbox_when_they_are_delivered(store: Store) -> None:
    store.inbox.accept("E1", answer("E1"))
    drained(store)
    with store.database.read() as connection:
        assert connection.execute(select(outbox.c.payload)).scalar_one() == {}


@pytest.mark.parametrize(
    "task",
    [answer("E1"), replace(answer("E1", "C1"), ts="1.0", ext_shared=True), NoteDirectReply("C1", "1.0")],
)
def test_what_a_message_is_owed_comes_back_as_it_was_queued(store: Store, task: Task) -> None:
    store.inbox.accept("E1", task)
    assert claimed(store).task == task


def test_the_line_in_the_thread_is_queued_with_the_settlement_of_the_answer(store: Store) -> None:
    store.inbox.accept("E1", answer("E1", "C1"))
    note = NoteDirectReply("C1", "1.0")
    assert store.outbox.complete(claimed(store), Completed(PostedMessage("D1", "2.0")), follow_ups=(note,))
    store.elapse(1.01)
    assert [job.task for job in drained(store)] == [note]


def test_an_answer_of_an_older_version_does_not_say_whether_its_channel_is_shared(store: Store) -> None:
    store.inbox.accept("E1", answer("E1", "C1"))
    old = {name: value for name, value in asdict(answer("E1", "C1")).items() if name not in ("ts", "ext_shared")}
    with store.database.write() as connection:
        connection.execute(update(outbox).values(payload=old))
    assert claimed(store).task == answer("E1", "C1")


UNREADABLE: dict[str, dict[str, object]] = {
    "kind": {"kind": "sing_a_song"},
    "notice": {"payload": {"user_id": "U1", "notice": "applauded", "who": None, "words": None}},
    "field": {"payload": {"user_id": "U1", "notice": "posted", "who": None, "words": None, "in_words_for": "U2"}},
    "value": {"payload": {"user_id": ["U1", "U2"], "notice": "posted", "who": None, "words": None}},
    "missing field": {"payload": {"notice": "posted"}},
    "shape": {"payload": ["U1", "posted"]},
}


def enqueue_notice(store: Store, person: str) -> None:
    with store.database.write() as connection:
        enqueue(connection, store.database.now(connection), None, [NotifyPerson(person, NoticeKind.POSTED)])


@pytest.mark.parametrize("change", UNREADABLE)
def test_a_row_of_a_newer_version_is_left_to_it_and_stops_nothing(
    store: Store, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    enqueue_notice(store, "U1")
    store.inbox.accept("E2", answer("E2"))
    with store.database.write() as connection:
        connection.execute(update(outbox).where(outbox.c.id == 1).values(UNREADABLE[change]))
    assert [job.task for job in drained(store)] == [answer("E2")]
    for _ in range(5):
        assert store.outbox.claim() is None
        assert store.outbox.seconds_until_due() == float("inf")
    with store.database.read() as connection:
        row = connection.execute(select(outbox).where(outbox.c.id == 1)).one()
    assert (row.state, row.tries, row.lease) == ("due", 0, 0)
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warned) == 1
    assert "job 1 " in warned[0]
    store.elapse(11 * 60)
    assert store.outbox.claim() is None
    assert len([record for record in caplog.records if record.levelno == logging.WARNING]) == 1


@pytest.mark.parametrize("change", [{"kind": "sing_a_song"}, {"payload": {"notice": "applauded"}}])
def test_what_comes_after_an_unreadable_row_in_the_same_conversation_is_sent(
    store: Store, change: dict[str, object]
) -> None:
    escalation = store.escalations.submit(new_escalation()).escalation
    store.outbox.complete(claimed(store), Completed(POSTED))
    store.escalations.apply(escalation.id, Claim("U2"))
    with store.database.write() as connection:
        connection.execute(update(outbox).where(outbox.c.kind == "update_card").values(change))
    sent = [job.task for job in drained(store)]
    assert len(sent) == 2
    assert ReplyInThread(NoticeKind.CLAIMED, "U2", card=CARD) in sent


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_row_that_was_unreadable_is_looked_at_again_later(store: Store) -> None:
    """Its escalation may have changed. Only SQLite: on PostgreSQL the clock is the server's."""
    escalation = store.escalations.submit(new_escalation()).escalation
    change_state(store, escalation.id, "pondered")
    assert store.outbox.claim() is None
    change_state(store, escalation.id, "sent")
    assert store.outbox.claim() is None
    store.elapse(11 * 60)
    assert claimed(store).task == PostEscalation("ask-disputes")


def change_state(store: Store, escalation_id: str, state: str) -> None:
    with store.database.write() as connection:
        connection.execute(update(escalations).where(escalations.c.id == escalation_id).values(state=state))


@pytest.mark.parametrize(
    "change", [{"state": "pondered"}, {"ending": "shrugged"}, {"fields": [["summary", {"colour": "red"}]]}]
)
def test_a_job_of_an_escalation_that_cannot_be_read_is_left_to_a_newer_version(
    store: Store, change: dict[str, object]
) -> None:
    newer = store.escalations.submit(new_escalation("V1")).escalation
    store.escalations.submit(new_escalation("V2"))
    with store.database.write() as connection:
        connection.execute(update(escalations).where(escalations.c.id == newer.id).values(change))
    posts = [job for job in drained(store) if isinstance(job.task, PostEscalation)]
    assert [job.escalation.reference for job in posts if job.escalation] == ["D-1002"]
    with store.database.read() as connection:
        assert connection.execute(select(outbox.c.state, outbox.c.tries).where(outbox.c.id == 1)).one() == ("due", 0)


def test_many_unreadable_rows_do_not_keep_the_rest_waiting(store: Store) -> None:
    for number in range(250):
        enqueue_notice(store, f"U{number}")
    with store.database.write() as connection:
        connection.execute(update(outbox).values(payload={"notice": "applauded"}))
    store.inbox.accept("E1", answer("E1"))
    looks = 1
    while (job := store.outbox.claim()) is None:
        assert 0 < store.outbox.seconds_until_due() <= 1
        looks += 1
    assert job.task == answer("E1")
    assert looks <= 3
    assert store.outbox.seconds_until_due() > 10


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_clock_that_is_set_back_holds_nothing_up(store: Store) -> None:
    """Only SQLite: on PostgreSQL the clock is the server's."""
    store.escalations.submit(new_escalation("V1"))
    store.escalations.submit(new_escalation("V2"))
    store.outbox.complete(claimed(store), Retry(30, 20, False, "rate limited"))
    store.clock.advance(-3600)
    assert claimed(store).task == PostEscalation("ask-disputes")
    held = store.clock()
    store.clock.advance(-3600)
    fresh = store.worker("two")
    assert fresh.claim() is not None
    assert store.clock() < held
    store.clock.advance(14)
    assert fresh.claim() is None
    store.clock.advance(2)
    again = fresh.claim()
    assert again is not None
    assert again.maybe_sent


def counted_steps(store: Store) -> list[int]:
    """Return a list that grows with every thousand instructions that SQLite's virtual machine executes."""
    steps: list[int] = []

    def count() -> int:
        steps.append(1)
        return 0

    def watch(connection: sqlite3.Connection, *_: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_progress_handler(count, 1000)

    store.database.engine.dispose()
    event.listen(store.database.engine, "connect", watch)
    return steps


def test_ten_thousand_due_at_once_keep_the_pace_and_let_others_through(store: Store) -> None:
    escalation = store.escalations.submit(new_escalation()).escalation
    now = store.now()
    usual = {"escalation_id": None, "state": "due", "due_at": now, "set_at": now, "created_at": now}
    jobs = [
        {"kind": "post_escalation", "payload": {"channel": "ask-disputes"}, "lane": "#ask-disputes", **usual}
        for _ in range(10_000)
    ]
    with store.database.write() as connection:
        connection.execute(insert(outbox), jobs)
    store.inbox.accept("E1", answer("E1"))
    store.elapse(1)
    steps = counted_steps(store)
    first = claimed(store).escalation
    assert first is not None
    assert first.id == escalation.id
    assert claimed(store).task == answer("E1")
    assert store.outbox.claim() is None
    assert 0 < store.outbox.seconds_until_due() <= 1
    store.elapse(1.01)
    assert claimed(store).task == PostEscalation("ask-disputes")
    assert store.outbox.claim() is None
    if store.database.is_sqlite:
        assert 0 < len(steps) < 2_000, "more than a few looks through the queue"


def test_one_person_s_flood_does_not_keep_others_waiting_in_the_same_channel(store: Store) -> None:
    """After a burst, one message every three seconds for that person; what others send comes in between."""
    flood = PERSON_BURST * 2
    for number in range(flood):
        store.submit(new_escalation(f"V{number}"))
    store.elapse(1)
    other = store.submit(new_escalation("V99", requester=Requester("U2", "T1"))).escalation
    sent: list[tuple[int, str]] = []
    for second in range(80):
        job = store.outbox.claim()
        if job is not None:
            assert job.escalation is not None
            sent.append((second, job.escalation.requester.user_id))
            store.outbox.complete(job, Completed(PostedMessage("C1", f"{job.id}.5")))
        store.elapse(1)

    times = [at for at, who in sent if who == "U1"]
    assert len(times) == flood, "late, but not lost"
    assert times[PERSON_BURST - 1] == PERSON_BURST - 1, "the burst at the pace of the channel"
    assert [later - earlier for earlier, later in pairwise(times[-4:])] == [3, 3, 3]
    (other_at,) = [at for at, who in sent if who == other.requester.user_id]
    assert other_at < times[-9]


@pytest.mark.parametrize("by", ["U1", None])
def test_notices_that_a_person_causes_are_limited_and_slackguide_s_own_are_not(store: Store, by: str | None) -> None:
    escalation = store.submit(new_escalation()).escalation
    drained(store)
    store.elapse(600)
    notices = [NotifyPerson(f"U{number}", NoticeKind.CLAIMED, by) for number in range(PERSON_BURST + 10)]
    with store.database.write() as connection:
        enqueue(connection, store.database.now(connection), escalation, notices)

    claimed = 0
    while store.outbox.claim() is not None:
        claimed += 1

    assert claimed == (PERSON_BURST if by else len(notices))


def test_nothing_pending_rests_for_ever(store: Store) -> None:
    assert store.outbox.claim() is None
    assert store.outbox.seconds_until_due() == float("inf")


def test_every_kind_has_one_of_three_workers_which_leave_each_other_s_jobs_alone(store: Store) -> None:
    """Divided as the service divides them (`runtime.builder`)."""
    apart = task_codec.ANSWERS | task_codec.POSTS
    options: list[dict[str, Collection[str]]] = [
        {"only": task_codec.POSTS}, {"only": task_codec.ANSWERS}, {"without": apart},
    ]  # fmt: skip
    queues = [
        SqlJobQueue(database=store.database, notifier=store.notifier, worker=str(number), **division)  # type: ignore[arg-type]
        for number, division in enumerate(options)
    ]
    notice = NotifyPerson("U1", NoticeKind.POSTED)
    others = (NoteDirectReply("C9", "1.0"), RefreshAppHome("U1"))
    tasks: list[list[Task]] = [[PostEscalation("ask-disputes")], [answer("E1")], [notice, *others]]
    escalation = store.submit(new_escalation()).escalation
    store.inbox.accept("E1", answer("E1"), *others)
    with store.database.write() as connection:
        enqueue(connection, store.database.now(connection), escalation, [notice])
    for queue, expected in zip(queues, tasks, strict=True):
        claimed: list[Task] = []
        while (job := queue.claim()) is not None:
            claimed.append(job.task)
        assert sorted(map(str, claimed)) == sorted(map(str, expected))
