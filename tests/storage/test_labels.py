"""Labels from clicks, and versions of labels, on both kinds of database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from slackguide.errors import UnusableInput
from slackguide.labels import Label, LabelSource
from slackguide.storage.database import Database
from slackguide.storage.feedback import FeedbackRepository, Verdict
from slackguide.storage.labels import LabelRepository
from slackguide.storage.retention import RetentionService
from tests.support.databases import Store

DAY = 86_400.0
METHOD = 1


def book(store: Store) -> LabelRepository:
    return LabelRepository(database=store.database)


def choose(store: Store, entry: str, answer: str = "A1", user: str = "U1", question: str = "where to") -> None:
    book(store).record_choice(answer_id=answer, user_id=user, entry_id=entry, question=question)
    store.elapse(1)


def judge(store: Store, verdict: Verdict, entry: str | None, answer: str = "A1", question: str | None = "to") -> None:
    FeedbackRepository(database=store.database).record(
        answer_id=answer, user_id="U1", entry_id=entry, verdict=verdict, question=question
    )
    store.elapse(1)


def meanings(store: Store) -> list[tuple[str, tuple[str, ...], str | None]]:
    return [(one.source.value, one.ids, one.rejected) for one in book(store).clicks()]


def version(store: Store, *texts: str, shift: float = 0.5) -> int:
    labels = [Label(text, ("a",), LabelSource.CHOSEN, store.now()) for text in texts]
    return book(store).add_version(labels, method=METHOD, shift=shift)


def test_each_kind_of_click_is_a_label(store: Store) -> None:
    choose(store, "a", "A1")
    judge(store, Verdict.HELPFUL, "b", "A2")
    judge(store, Verdict.NOT_THIS, "c", "A3")
    judge(store, Verdict.NOT_THIS, None, "A4")
    judge(store, Verdict.NOT_HELPFUL, "d", "A5")
    judge(store, Verdict.HELPFUL, "e", "A6", question=None)
    assert meanings(store) == [
        ("chosen", ("a",), None),
        ("helpful", ("b",), None),
        ("not_this", (), "c"),
        ("none_of_these", (), None),
    ]
    assert {person for one in book(store).clicks() for person in one.people} == {"U1"}


def test_the_last_click_of_a_person_on_an_answer_counts(store: Store) -> None:
    judge(store, Verdict.NOT_THIS, "a")
    choose(store, "b")
    choose(store, "c")
    assert meanings(store) == [("chosen", ("c",), None)]
    judge(store, Verdict.NOT_THIS, "c")
    choose(store, "d", user="U2")
    assert meanings(store) == [("not_this", (), "c"), ("chosen", ("d",), None)]
    judge(store, Verdict.HELPFUL, "c")
    assert meanings(store) == [("chosen", ("d",), None), ("helpful", ("c",), None)]


def test_versions_are_numbered_and_keep_their_labels(store: Store) -> None:
    labels = (
        Label("one \U0001f600", ("a", "b"), LabelSource.ESCALATION, store.now()),
        Label("two", (), LabelSource.NOT_THIS, store.now(), rejected="c"),
    )
    assert book(store).versions() == ()
    assert book(store).add_version(labels, method=METHOD, shift=-0.1234) == 1
    assert version(store) == 2
    assert book(store).labels_of(1) == labels
    assert book(store).labels_of(2) == ()
    assert [(one.number, one.shift, one.labels, one.in_use) for one in book(store).versions()] == [
        (1, -0.1234, 2, False),
        (2, 0.5, 0, False),
    ]
    with pytest.raises(UnusableInput, match="no version 3"):
        book(store).version(3)


def test_every_process_reads_the_same_version_and_undo_returns_to_the_one_before(store: Store) -> None:
    first, second = version(store, "one", shift=0.25), version(store, "two", shift=0.75)
    with pytest.raises(UnusableInput, match="nothing to undo"):
        book(store).undo()
    elsewhere = Database(url=store.url, clock=store.clock)
    other = LabelRepository(database=elsewhere)
    shifts = [other.shift(METHOD)]
    for number in (first, second, None):
        book(store).use(number)
        shifts.append(other.shift(METHOD))
    assert shifts == [0.0, 0.25, 0.75, 0.0]
    assert [book(store).undo() for _ in range(3)] == [second, first, None]
    assert other.shift(METHOD) == 0.0
    elsewhere.close()


def test_a_shift_of_another_method_is_not_used(store: Store) -> None:
    book(store).use(version(store, "one"))
    assert (book(store).shift(METHOD), book(store).shift(METHOD + 1)) == (0.5, 0.0)


def test_erasure_forgets_the_words_and_leaves_the_answers(store: Store) -> None:
    choose(store, "a", question="an old secret")
    old = version(store, "an old secret")
    book(store).use(old)
    store.elapse(60 * DAY)
    choose(store, "b", "A2", question="a young one")
    young = version(store, "a young one")
    store.elapse(40 * DAY)
    RetentionService(database=store.database, days=90).erase_before(store.now() - timedelta(days=90))
    assert [one.text for one in book(store).clicks()] == ["a young one"]
    assert [one.text for number in (old, young) for one in book(store).labels_of(number)] == [None, "a young one"]
    assert [(one.labels, one.readable) for one in book(store).versions()] == [(1, 0), (1, 1)]
    assert book(store).shift(METHOD) == 0.5, "same version, same answers"
