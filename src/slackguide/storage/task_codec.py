"""Encode a task as a kind and a JSON object, and decode it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from slackguide.delivery.tasks import (
    AlertTeamLead,
    AnswerMessage,
    EraseMessage,
    NoteDirectReply,
    OfferReply,
    RefreshAppHome,
    Task,
)
from slackguide.errors import UnreadableRow
from slackguide.escalation.messages import NoticeKind, NotifyPerson, PostEscalation, ReplyInThread, UpdateCard
from slackguide.escalation.models import PostedCard

TASK_TYPES: dict[str, type[Task]] = {
    "post_escalation": PostEscalation,
    "tell_person": NotifyPerson,
    "reply_in_thread": ReplyInThread,
    "update_card": UpdateCard,
    "answer_message": AnswerMessage,
    "note_direct_reply": NoteDirectReply,
    "offer_reply": OfferReply,
    "refresh_home": RefreshAppHome,
    "alert_team_lead": AlertTeamLead,
    "erase_message": EraseMessage,
}
"""Task types by kind. A worker leaves other kinds to a newer version."""

ANSWERS = frozenset({"answer_message"})
"""Kinds whose preparation is expensive."""

POSTS = frozenset({"post_escalation", "reply_in_thread", "update_card", "alert_team_lead"})
"""Kinds that write into the channels of escalations.

Answers, posts and everything else have separate workers, so that none of them delays another.
"""

_KINDS = {task: kind for kind, task in TASK_TYPES.items()}


def kind_of(task: type[Task]) -> str:
    """Return the kind of a task type."""
    return _KINDS[task]


def encode_task(task: Task) -> tuple[str, dict[str, Any]]:
    """Return the kind and the payload of a task."""
    return kind_of(type(task)), asdict(task)


def decode_task(kind: str, payload: Mapping[str, Any]) -> Task:
    """Return the task of a row. Fields that an earlier version did not have get their defaults.

    Raises `UnreadableRow` for an unknown kind, field or value: ignoring it could send the message to the wrong place.
    """
    try:
        task = TASK_TYPES[kind]
        if not payload.keys() <= {known.name for known in fields(task)}:
            raise UnreadableRow(kind)
        return task(**{name: _value(name, value) for name, value in payload.items()})
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UnreadableRow(kind) from None


def _value(name: str, value: Any) -> Any:
    """Decode a field's value, usually text or None. Raises ValueError or TypeError for anything else."""
    if name == "notice":
        return NoticeKind(value)
    if name == "card" and value is not None:
        return PostedCard(**value)
    if name == "message":
        return AnswerMessage(**{field: _value(field, item) for field, item in value.items()})
    if name in ("ext_shared", "answered") and isinstance(value, bool):
        return value
    if not isinstance(value, str | None):
        raise TypeError(name)
    return value
