"""Labels from use, and their numbered versions, of which one is in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, func, insert, select

from slackguide.errors import UnusableInput
from slackguide.labels import Label, LabelSource
from slackguide.storage.database import Database, insert_into
from slackguide.storage.feedback import Verdict
from slackguide.storage.tables import choices, feedback, label_uses, label_versions, labels


@dataclass(frozen=True, slots=True)
class LabelVersion:
    """A numbered, immutable set of labels, and the shift of the confidence that was learnt from them.

    Retention erases the texts of labels (`readable` counts the others) and leaves the shift as it is.
    """

    number: int
    created_at: datetime
    method: int
    """The version of the method that learnt the shift."""
    shift: float
    labels: int
    readable: int
    in_use: bool


class LabelRepository:
    """Choices, which become labels together with feedback, and versions of labels."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def record_choice(self, *, answer_id: str, user_id: str, entry_id: str, question: str) -> None:
        """Store the entry that a person opened from a list. The last one of an answer counts."""
        with self._database.write() as connection:
            stored = {"entry_id": entry_id, "question": question, "at": self._database.now(connection)}
            connection.execute(
                insert_into(connection, choices)
                .values(answer_id=answer_id, user_id=user_id, **stored)
                .on_conflict_do_update(index_elements=[choices.c.answer_id, choices.c.user_id], set_=stored)
            )

    def clicks(self) -> tuple[Label, ...]:
        """Return the labels from clicks, oldest first: the last one of each person and answer, if its text is left."""
        last: dict[tuple[str, str], tuple[datetime, Label | None]] = {}
        verdicts = select(feedback).where(feedback.c.verdict != Verdict.NOT_HELPFUL.value)
        with self._database.read() as connection:
            rows = [(row, _feedback_label(row)) for row in connection.execute(verdicts)]
            rows += [(row, _choice_label(row)) for row in connection.execute(select(choices))]
        for row, label in rows:
            key = (row.answer_id, row.user_id)
            if key not in last or row.at >= last[key][0]:
                last[key] = (row.at, label)
        return tuple(sorted((one for _, one in last.values() if one), key=lambda one: (one.at, one.text or "")))

    def add_version(self, collected: Sequence[Label], *, method: int, shift: float) -> int:
        """Store a new version and return its number. It is not in use."""
        with self._database.write() as connection:
            number = int(connection.execute(select(func.coalesce(func.max(label_versions.c.number), 0))).scalar_one())
            number += 1
            # Another process that adds a version at the same time fails: the number is the primary key.
            connection.execute(
                insert(label_versions).values(
                    number=number, created_at=self._database.now(connection), method=method, shift=shift
                )
            )
            if collected:
                connection.execute(insert(labels), [_row(number, *numbered) for numbered in enumerate(collected)])
            return number

    def versions(self) -> tuple[LabelVersion, ...]:
        """Return all versions, oldest first."""
        query = (
            select(label_versions, func.count(labels.c.position), func.count(labels.c.text))
            .outerjoin(labels, labels.c.version == label_versions.c.number)
            .group_by(*label_versions.c)
            .order_by(label_versions.c.number)
        )
        with self._database.read() as connection:
            used = _used(connection)
            return tuple(
                LabelVersion(number, created_at, method, shift, count, readable, number == used)
                for number, created_at, method, shift, count, readable in connection.execute(query)
            )

    def version(self, number: int) -> LabelVersion:
        """Return a version. Raises `UnusableInput` if there is none of that number."""
        for version in self.versions():
            if version.number == number:
                return version
        raise UnusableInput(f"There is no version {number} of the labels: `slackguide labels list` shows them all.")

    def labels_of(self, number: int) -> tuple[Label, ...]:
        """Return the labels of a version."""
        query = select(labels).where(labels.c.version == number).order_by(labels.c.position)
        with self._database.read() as connection:
            return tuple(
                Label(row.text, tuple(row.ids), LabelSource(row.source), row.at, row.rejected)
                for row in connection.execute(query)
            )

    def use(self, number: int | None) -> None:
        """Let every process answer with this version, or without labels."""
        with self._database.write() as connection:
            connection.execute(insert(label_uses).values(version=number, at=self._database.now(connection)))

    def undo(self) -> int | None:
        """Return to the version that was in use before the last `use`. Return its number, None if there was none.

        Raises `UnusableInput` if nothing was ever used.
        """
        with self._database.write() as connection:
            latest = connection.execute(select(func.max(label_uses.c.id))).scalar_one()
            if latest is None:
                raise UnusableInput("There is nothing to undo: no version of the labels was used.")
            connection.execute(delete(label_uses).where(label_uses.c.id == latest))
            return _used(connection)

    def shift(self, method: int) -> float:
        """Return the shift of the version in use; 0 without one, or if another method learnt it."""
        query = select(label_versions.c.shift, label_versions.c.method)
        with self._database.read() as connection:
            row = connection.execute(query.where(label_versions.c.number == _used(connection))).one_or_none()
        return float(row.shift) if row is not None and row.method == method else 0.0


def _used(connection: Connection) -> int | None:
    query = select(label_uses.c.version).order_by(label_uses.c.id.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none()


def _choice_label(row: Row[tuple[object, ...]]) -> Label:
    return Label(row.question, (row.entry_id,), LabelSource.CHOSEN, row.at, people=frozenset({row.user_id}))


def _feedback_label(row: Row[tuple[object, ...]]) -> Label | None:
    """Return the label of a verdict; None for one whose question is erased or unknown."""
    people = frozenset({row.user_id})
    if not row.question:
        return None
    if row.verdict == Verdict.NOT_THIS and row.entry_id is None:
        return Label(row.question, (), LabelSource.NONE_OF_THESE, row.at, people=people)
    if row.verdict == Verdict.NOT_THIS:
        return Label(row.question, (), LabelSource.NOT_THIS, row.at, rejected=row.entry_id, people=people)
    if row.verdict == Verdict.HELPFUL and row.entry_id is not None:
        return Label(row.question, (row.entry_id,), LabelSource.HELPFUL, row.at, people=people)
    return None


def _row(version: int, position: int, label: Label) -> dict[str, object]:
    return {
        "version": version,
        "position": position,
        "text": label.text,
        "ids": list(label.ids),
        "rejected": label.rejected,
        "source": label.source.value,
        "at": label.at,
    }
