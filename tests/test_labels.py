"""Labels, and which of them enter a version."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from slackguide.labels import MAX_LABELS, MAX_PER_PERSON, Label, LabelSource, select_labels

START = datetime(2026, 11, 1, tzinfo=UTC)


def label(text: str | None, *people: str, at: int = 0, ids: tuple[str, ...] = ("a",)) -> Label:
    return Label(text, ids, LabelSource.CHOSEN, START + timedelta(minutes=at), people=frozenset(people))


@pytest.mark.parametrize(
    ("source", "ids", "rejected", "verdicts"),
    [
        (LabelSource.CHOSEN, ("a", "b"), None, (True, True, False)),
        (LabelSource.NONE_OF_THESE, (), None, (False, False, False)),
        (LabelSource.NOT_THIS, (), "a", (False, None, None)),
    ],
)
def test_a_label_judges_the_entries_that_it_says_something_about(
    source: LabelSource, ids: tuple[str, ...], rejected: str | None, verdicts: tuple[bool | None, ...]
) -> None:
    one = Label("where to", ids, source, START, rejected)
    assert tuple(map(one.judge, "abc")) == verdicts


def test_the_latest_labels_of_each_person_are_selected() -> None:
    labels = [label(f"question {number}", "U1", at=number) for number in range(10)]
    other = label("by another", "U2", at=-1)
    selected = select_labels([*labels, other])
    assert selected == (other, *labels[10 - MAX_PER_PERSON :])


def test_nobody_exceeds_the_limit_through_the_escalations_of_others() -> None:
    escalated = [label(f"question {number}", f"U{number}", "specialist", at=number) for number in range(10)]
    assert len(select_labels(escalated)) == MAX_PER_PERSON


def test_the_same_text_counts_once_and_an_erased_one_not_at_all() -> None:
    same = [label("again", "U1"), label("again", "U2", at=1), label("again", "U3", ids=("b",))]
    selected = select_labels([*same, label(None, "U4"), label("", "U5")])
    assert sorted((one.text, one.ids) for one in selected) == [("again", ("a",)), ("again", ("b",))]


def test_a_version_has_a_limit() -> None:
    labels = [label(f"question {number}", f"U{number}", at=number) for number in range(MAX_LABELS + 3)]
    assert select_labels(labels) == tuple(labels[3:])
