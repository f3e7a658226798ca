"""Feedback on answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, select

from slackguide.storage.database import Database, insert_into
from slackguide.storage.tables import feedback


class Verdict(StrEnum):
    """The verdict that a feedback button gives."""

    HELPFUL = "helpful"
    NOT_HELPFUL = "not_helpful"
    NOT_THIS = "not_this"


@dataclass(frozen=True)
class Feedback:
    """A user's verdict on one answer.

    `entry_id` is None if no entry was shown, `question` is None once erased. `reason` says what was wrong, if the user
    did.
    """

    answer_id: str
    user_id: str
    entry_id: str | None
    verdict: Verdict
    question: str | None
    at: datetime
    reason: str | None = None


class FeedbackRepository:
    """One verdict per user and answer. The last click counts."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def record(
        self,
        *,
        answer_id: str,
        user_id: str,
        entry_id: str | None,
        verdict: Verdict,
        question: str | None,
        reason: str | None = None,
    ) -> bool:
        """Store a verdict. Return False if it has no reason, and this user has already given it on this entry."""
        with self._database.write() as connection:
            is_same_answer = and_(feedback.c.answer_id == answer_id, feedback.c.user_id == user_id)
            last = select(feedback.c.verdict, feedback.c.entry_id).where(is_same_answer)
            previous = connection.execute(last).one_or_none()
            if previous is not None and tuple(previous) == (verdict.value, entry_id) and reason is None:
                return False
            stored = {
                "entry_id": entry_id,
                "verdict": verdict.value,
                "question": question,
                "reason": reason,
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
        """Return feedback, newest first. `since` is inclusive, `until` exclusive."""
        query = select(feedback).order_by(feedback.c.at.desc(), feedback.c.answer_id, feedback.c.user_id).limit(limit)
        if entry_id is not None:
            query = query.where(feedback.c.entry_id == entry_id)
        if verdict is not None:
            query = query.where(feedback.c.verdict == verdict.value)
        if user_id is not None:
            query = query.where(feedback.c.user_id == user_id)
        if since is not None:
            query = query.where(feedback.c.at >= since)
        if until is not None:
            query = query.where(feedback.c.at < until)
        with self._database.read() as connection:
            return tuple(
                Feedback(
                    row.answer_id, row.user_id, row.entry_id, Verdict(row.verdict), row.question, row.at, row.reason
                )
                for row in connection.execute(query)
            )
