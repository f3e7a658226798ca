"""Encode and decode tasks: a kind and a JSON object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from slackguide.delivery.tasks import AnswerMessage, NoteDirectReply, RefreshAppHome, Task
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
    "refresh_home": RefreshAppHome,
}
"""The kinds that this version can carry out; a worker leaves all others to a newer one."""

ANSWERS = frozenset({"answer_message"})
"""The kinds whose preparation takes computing: workers of their own do them, so that they cannot hold up posts."""

_NAMES = {task: kind for kind, task in TASK_TYPES.items()}


def kind_of(task: type[Task]) -> str:
    """The kind of a class of tasks."""
    return _NAMES[task]


def encode_task(task: Task) -> tuple[str, dict[str, Any]]:
    """The kind and the payload of a task."""
    return kind_of(type(task)), asdict(task)


def decode_task(kind: str, payload: Mapping[str, Any]) -> Task:
    """The task of a row. Fields that an earlier version did not know have their defaults.

    Raises `UnreadableRow` for a kind, a field or a value that this version does not know: left aside, it might be what
    says where the message belongs.
    """
    try:
        task = TASK_TYPES[kind]
        if not payload.keys() <= {known.name for known in fields(task)}:
            raise UnreadableRow(kind)
        return task(**{name: _value(name, value) for name, value in payload.items()})
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UnreadableRow(kind) from None


def _value(name: str, value: Any) -> Any:
    """A field's value; most are text or None. Raises ValueError or TypeError for anything else."""
    if name == "notice":
        return NoticeKind(value)
    if name == "card" and value is not None:
        return PostedCard(**value)
    if name == "ext_shared" and isinstance(value, bool):
        return value
    if not isinstance(value, str | None):
        raise TypeError(name)
    return value
