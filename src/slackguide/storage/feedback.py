"""Feedback on answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, select

from slackguide.storage.database import Database, insert_into
from slackguide.storage.tables import feedback


class Verdict(StrEnum):
    """The three buttons."""

    HELPFUL = "helpful"
    NOT_HELPFUL = "not_helpful"
    NOT_THIS = "not_this"


@dataclass(frozen=True)
class Feedback:
    """One person's verdict on one answer: the entry shown (None: there was none) and what was asked (None: erased)."""

    answer_id: str
    user_id: str
    entry_id: str | None
    verdict: Verdict
    question: str | None
    at: datetime


class FeedbackRepository:
    """Keeps one verdict a person and answer; the last press counts."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def record(
        self, *, answer_id: str, user_id: str, entry_id: str | None, verdict: Verdict, question: str | None
    ) -> bool:
        """Keep a verdict; False when this person had already given this very one on this answer."""
        with self._database.write() as connection:
            same = and_(feedback.c.answer_id == answer_id, feedback.c.user_id == user_id)
            before = connection.execute(select(feedback.c.verdict).where(same)).scalar_one_or_none()
            if before == verdict.value:
                return False
            stored = {
                "entry_id": entry_id,
                "verdict": verdict.value,
                "question": question,
                "at": self._database.now(connection),
            }
            connection.execute(
                insert_into(connection, feedback)
                .values(answer_id=answer_id, user_id=user_id, **stored)
                .on_conflict_do_update(index_elements=[feedback.c.answer_id, feedback.c.user_id], set_=stored)
            )
            return True

    def list(
        self,
        *,
        entry_id: str | None = None,
        verdict: Verdict | None = None,
        user_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 1000,
    ) -> tuple[Feedback, ...]:
        """The latest first; `since` is included, `until` is not."""
        found = select(feedback).order_by(feedback.c.at.desc(), feedback.c.answer_id, feedback.c.user_id).limit(limit)
        if entry_id is not None:
            found = found.where(feedback.c.entry_id == entry_id)
        if verdict is not None:
            found = found.where(feedback.c.verdict == verdict.value)
        if user_id is not None:
            found = found.where(feedback.c.user_id == user_id)
        if since is not None:
            found = found.where(feedback.c.at >= since)
        if until is not None:
            found = found.where(feedback.c.at < until)
        with self._database.read() as connection:
            return tuple(
                Feedback(row.answer_id, row.user_id, row.entry_id, Verdict(row.verdict), row.question, row.at)
                for row in connection.execute(found)
            )
