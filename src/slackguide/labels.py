"""Labels: what people's clicks, and the ends of escalations, say about the entry that answers a question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAX_PER_PERSON = 4
"""The maximum number of labels of one person in a version, so that nobody steers the matcher alone."""

MAX_LABELS = 500
"""The maximum number of labels in a version."""


class LabelSource(StrEnum):
    """The origin of a label."""

    CHOSEN = "chosen"
    HELPFUL = "helpful"
    NOT_THIS = "not_this"
    NONE_OF_THESE = "none_of_these"
    ESCALATION = "escalation"


@dataclass(frozen=True, slots=True)
class Label:
    """A question, with the entries that answer it, or one that does not.

    `people` are those who could have made it up. A version does not store them. `text` is None once it is erased.
    """

    text: str | None
    ids: tuple[str, ...]
    """The acceptable entries. None for `NOT_THIS`, which says nothing about the others, and for `NONE_OF_THESE`."""
    source: LabelSource
    at: datetime
    rejected: str | None = None
    """The entry that is not acceptable."""
    people: frozenset[str] = frozenset()

    def judge(self, entry_id: str) -> bool | None:
        """Return whether the entry answers the question; None if the label does not say so."""
        if self.source is LabelSource.NOT_THIS and entry_id != self.rejected:
            return None
        return entry_id in self.ids


def select_labels(labels: Iterable[Label]) -> tuple[Label, ...]:
    """Return the labels of a new version, oldest first: the latest `MAX_PER_PERSON` of each person.

    The same text with the same label counts once.
    """
    given: Counter[str] = Counter()
    selected: dict[tuple[str | None, tuple[str, ...], str | None], Label] = {}
    for label in sorted(labels, key=lambda one: (one.at, one.text or ""), reverse=True):
        key = (label.text, label.ids, label.rejected)
        if len(selected) == MAX_LABELS:
            break
        if not label.text or key in selected or any(given[person] >= MAX_PER_PERSON for person in label.people):
            continue
        given.update(label.people)
        selected[key] = label
    return tuple(reversed(selected.values()))
