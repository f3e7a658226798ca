"""The small tables: events, feedback, the app's identity, channels, and short-lived drafts."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from slackguide.delivery.tasks import AnswerMessage
from slackguide.storage.bot_identity import BotIdentity, BotIdentityRepository
from slackguide.storage.channels import ChannelRepository, StoredChannel
from slackguide.storage.drafts import DraftRepository
from slackguide.storage.feedback import FeedbackRepository, Verdict
from slackguide.storage.retention import RetentionService
from slackguide.storage.turns import TURN_LIMIT
from slackguide.storage.walks import Walk, WalkRepository
from tests.support.databases import Store

ANSWER = AnswerMessage("E1", "D1", "1.0", "U1", "T1", "where does <this> go & why \U0001f600")


def test_an_event_is_accepted_once_with_its_answer(store: Store) -> None:
    assert store.inbox.accept("E1", ANSWER)
    assert not store.inbox.accept("E1", ANSWER)
    job = store.outbox.claim()
    assert job is not None
    assert (job.task, job.escalation) == (ANSWER, None)
    store.elapse(2)
    assert store.outbox.claim() is None


def test_an_event_that_needs_no_answer_is_remembered_too(store: Store) -> None:
    assert store.inbox.accept("E1")
    assert not store.inbox.accept("E1", ANSWER)
    assert store.outbox.claim() is None


def test_an_event_delivered_to_twenty_threads_is_accepted_once(store: Store) -> None:
    start = threading.Barrier(20)

    def accept(_: int) -> bool:
        start.wait()
        return store.inbox.accept("E1", ANSWER)

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(accept, range(20))) == 1
    assert store.count("outbox") == 1


def test_old_event_ids_are_forgotten(store: Store) -> None:
    store.inbox.accept("E1")
    store.elapse(3 * 86_400)
    store.inbox.accept("E2")
    RetentionService(database=store.database, days=None).prune(store.now() + timedelta(days=1))
    assert store.inbox.accept("E1")
    assert not store.inbox.accept("E2")


def give(
    book: FeedbackRepository, answer: str, user: str, verdict: Verdict, entry: str | None = "disputes/one"
) -> bool:
    return book.record(answer_id=answer, user_id=user, entry_id=entry, verdict=verdict, question="where\x00 to")


def test_the_turns_of_a_conversation_are_the_person_s_own_in_that_thread_before_that_message(store: Store) -> None:
    def message(
        number: int, text: str, *, user: str = "U1", thread: str = "1.000000", channel: str = "D1"
    ) -> AnswerMessage:
        return AnswerMessage(f"E{number}", channel, thread, user, "T1", text, f"{number}.000000")

    accepted = [message(number, f"turn {number}") for number in range(1, 10)]
    others = [
        message(11, "by another", user="U2"),
        message(12, "in another thread", thread="2.000000"),
        message(13, "in another channel", channel="D2"),
    ]
    for task in (*accepted, *others, accepted[0]):
        store.inbox.accept(task.event_id, task)
    assert store.inbox.previous_turns(accepted[5], direct=False, at_most=3) == ("turn 3", "turn 4", "turn 5")
    assert store.inbox.previous_turns(accepted[2], direct=False, at_most=10) == ("turn 1", "turn 2")
    assert store.inbox.previous_turns(accepted[0], direct=False, at_most=10) == ()


BEGIN = 1_772_000_000
"""Seconds: the ids of messages have ten digits before the point."""


def direct(number: float, text: str, *, thread: float | None = None) -> AnswerMessage:
    ts, thread_ts = f"{BEGIN + number:.6f}", f"{BEGIN + (number if thread is None else thread):.6f}"
    return AnswerMessage(f"E{number}", "D1", thread_ts, "U1", "T1", text, ts)


def conversation_of(store: Store, task: AnswerMessage) -> tuple[str, ...]:
    return store.inbox.previous_turns(task, direct=True, at_most=10)


def test_a_direct_conversation_goes_on_at_top_level_and_in_the_threads_under_its_end(store: Store) -> None:
    for task in (
        direct(10, "first"),
        direct(20, "second"),
        direct(21, "under an old one", thread=10),
        direct(30, "third"),
        direct(32, "under the answer to the third", thread=31),
        direct(40, "under the third", thread=30),
    ):
        store.inbox.accept(task.event_id, task)

    at_top = conversation_of(store, direct(50, "now"))
    in_thread = conversation_of(store, direct(50, "now", thread=20))

    assert at_top == ("first", "second", "third", "under the answer to the third", "under the third")
    assert in_thread == ("first", "second")


def test_a_top_level_message_after_a_day_starts_anew_and_a_reply_does_not(store: Store) -> None:
    day = 24 * 3600
    for task in (direct(10, "old"), direct(20 + day, "new"), direct(30 + day, "under the old one", thread=10)):
        store.inbox.accept(task.event_id, task)

    assert conversation_of(store, direct(15 + 2 * day, "within a day")) == ("new",)
    assert conversation_of(store, direct(50 + 2 * day, "a day later")) == ()
    assert conversation_of(store, direct(50 + 3 * day, "again", thread=10)) == ("old", "under the old one")


def test_a_turn_is_stored_cut_and_one_of_an_older_version_has_none(store: Store) -> None:
    store.inbox.accept("E1", AnswerMessage("E1", "D1", "1.0", "U1", "T1", "x" * 40_000, "1.0"))
    store.inbox.accept("E2", AnswerMessage("E2", "D1", "1.0", "U1", "T1", "without a timestamp"))
    later = AnswerMessage("E3", "D1", "1.0", "U1", "T1", "later", "3.0")
    assert store.inbox.previous_turns(later, direct=False, at_most=10) == ("x" * TURN_LIMIT,)
    assert store.inbox.previous_turns(replace(later, ts=None), direct=False, at_most=10) == ()


def test_a_verdict_counts_once_a_person_and_answer_and_the_last_one_stays(store: Store) -> None:
    book = FeedbackRepository(database=store.database)
    assert give(book, "A1", "U1", Verdict.HELPFUL)
    assert not give(book, "A1", "U1", Verdict.HELPFUL)
    assert give(book, "A1", "U1", Verdict.NOT_THIS)
    assert give(book, "A1", "U2", Verdict.HELPFUL)
    assert give(book, "A2", "U1", Verdict.HELPFUL)
    stored = {(one.answer_id, one.user_id): one.verdict for one in book.list()}
    assert stored == {
        ("A1", "U1"): Verdict.NOT_THIS,
        ("A1", "U2"): Verdict.HELPFUL,
        ("A2", "U1"): Verdict.HELPFUL,
    }
    assert book.list()[0].question == "where\ufffd to"


def test_verdicts_are_listed_latest_first_and_filtered(store: Store) -> None:
    book = FeedbackRepository(database=store.database)
    give(book, "A1", "U1", Verdict.HELPFUL)
    store.elapse(60)
    between = store.now() - timedelta(seconds=30)
    give(book, "A2", "U2", Verdict.NOT_HELPFUL, "disputes/two")
    give(book, "A2", "U3", Verdict.NOT_HELPFUL, None)

    def ids(**filters: object) -> list[str]:
        return [one.user_id for one in book.list(**filters)]  # type: ignore[arg-type]

    assert set(ids()) == {"U1", "U2", "U3"}
    assert ids()[-1] == "U1"
    assert ids(entry_id="disputes/two") == ["U2"]
    assert set(ids(verdict=Verdict.NOT_HELPFUL)) == {"U2", "U3"}
    assert ids(user_id="U1") == ["U1"]
    assert set(ids(since=between)) == {"U2", "U3"}
    assert ids(until=between) == ["U1"]
    assert len(ids(limit=2)) == 2


def test_an_identity_is_stored_by_its_token_without_the_token(store: Store) -> None:
    identities = BotIdentityRepository(database=store.database)
    assert identities.get("xoxb-one") is None
    us = BotIdentity("T1", None, "B1", "UBOT", "https://example.slack.com/")
    identities.put("xoxb-one", BotIdentity("T1", "E1", "B1", "UOLD", "https://example.slack.com/"))
    identities.put("xoxb-one", us)
    assert identities.get("xoxb-one") == us
    assert identities.get("xoxb-two") is None
    with store.database.read() as connection:
        from slackguide.storage.tables import identities as table

        assert "xoxb" not in str(connection.execute(table.select()).all())


def test_channel_ids_are_stored_and_those_given_win(store: Store) -> None:
    channels = ChannelRepository(database=store.database, configured={"ask-ce": "CGIVEN"})
    assert channels.get("ask-disputes") is None
    channels.put({"ask-disputes": "C1", "old-disputes": "C1"})
    channels.put({"ask-disputes": "C2", "ask-ce": "COTHER"})
    store.elapse(90)
    assert channels.get("ask-disputes") == StoredChannel("C2", timedelta(seconds=90))
    assert channels.get("ask-ce") == StoredChannel("CGIVEN", None)
    channels.delete_id("C1")
    assert channels.get("old-disputes") is None
    assert channels.get("ask-disputes") is not None
    channels.delete("ask-disputes")
    assert channels.get("ask-disputes") is None


def test_a_walk_goes_on_where_it_ended_in_any_process_and_begins_anew_when_it_is_old(store: Store) -> None:
    walks = WalkRepository(database=store.database)
    first = walks.begin("people")
    assert first == Walk(0, "", store.now(), resumed=False)
    walks.save("people", first, 0, "c1")
    walks.save("people", first, 1, "c2")
    store.elapse(60)
    assert WalkRepository(database=store.database).begin("people") == Walk(1, "c2", first.started_at, resumed=True)
    assert walks.begin("channel x").resumed is False
    store.elapse(7 * 3600)
    assert walks.begin("people") == Walk(0, "", store.now(), resumed=False)
    RetentionService(database=store.database, days=None).prune(store.now())
    assert store.count("walks") == 0
    walks.save("people", walks.begin("people"), 0, "c1")
    walks.delete("people")
    assert store.count("walks") == 0


def test_a_draft_is_its_person_s_until_it_is_pruned(store: Store) -> None:
    tokens = iter(["one", "two"])
    drafts = DraftRepository(database=store.database, ids=lambda: next(tokens))
    content = {"text": "words \x00\ud800", "facts": {"reporter": "client"}, "list": [1, None]}
    assert drafts.put("U1", content) == "one"
    assert drafts.get("one", "U1") == content
    assert drafts.get("one", "U2") is None
    assert drafts.get("none", "U1") is None
    store.elapse(86_400)
    drafts.put("U1", {})
    RetentionService(database=store.database, days=None).prune(store.now() + timedelta(hours=1))
    assert drafts.get("one", "U1") is None
    assert drafts.get("two", "U1") == {}
