"""Tasks as rows: a kind and a JSON object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from slackguide.escalation.escalation import Card
from slackguide.escalation.task import (
    AnswerMessage,
    NoteDirectReply,
    Notice,
    PostEscalation,
    RefreshHome,
    ReplyInThread,
    Task,
    TellPerson,
    UpdateCard,
)

KINDS: dict[str, type[Task]] = {
    "post_escalation": PostEscalation,
    "tell_person": TellPerson,
    "reply_in_thread": ReplyInThread,
    "update_card": UpdateCard,
    "answer_message": AnswerMessage,
    "note_direct_reply": NoteDirectReply,
    "refresh_home": RefreshHome,
}
"""The kinds that this version can carry out; a worker leaves all others to a newer one."""

_NAMES = {task: kind for kind, task in KINDS.items()}


def to_row(task: Task) -> tuple[str, dict[str, Any]]:
    """The kind and the payload of a task."""
    return _NAMES[type(task)], asdict(task)


def from_row(kind: str, payload: Mapping[str, Any]) -> Task:
    """The task of a row whose kind is one of `KINDS`; keys that a newer version added are left aside."""
    match kind:
        case "tell_person":
            return TellPerson(payload["user_id"], Notice(payload["notice"]), payload["who"], payload["words"])
        case "reply_in_thread":
            return ReplyInThread(Notice(payload["notice"]), payload["who"], payload["words"])
        case "update_card":
            card = payload["card"]
            return UpdateCard(Card(card["channel_id"], card["ts"], card["permalink"]) if card is not None else None)
        case "refresh_home":
            return RefreshHome(payload["user_id"])
        case "answer_message":
            return AnswerMessage(
                event_id=payload["event_id"],
                channel_id=payload["channel_id"],
                thread_ts=payload["thread_ts"],
                user_id=payload["user_id"],
                team_id=payload["team_id"],
                text=payload["text"],
                ts=payload.get("ts"),
                ext_shared=bool(payload.get("ext_shared")),
            )
        case "note_direct_reply":
            return NoteDirectReply(payload["channel_id"], payload["thread_ts"])
        case _:
            return PostEscalation(payload["channel"])
