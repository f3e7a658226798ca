"""Where messages with people's text were sent. Cards of escalations are in `cards`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from slackguide.delivery.sender import PostedMessage
from slackguide.delivery.tasks import AlertTeamLead, AnswerMessage, OfferReply, Task, sender_of
from slackguide.escalation.messages import NotifyPerson, ReplyInThread
from slackguide.storage.database import insert_into
from slackguide.storage.tables import sent_messages


def has_text(task: Task) -> bool:
    """Return whether the message of a task holds people's text and is not a card."""
    return isinstance(task, AnswerMessage | OfferReply | AlertTeamLead | NotifyPerson | ReplyInThread)


def record(connection: Connection, now: datetime, task: Task, escalation_id: str | None, posted: PostedMessage) -> None:
    """Store where the message of a task was sent, if it holds text."""
    if has_text(task) and posted.ts:
        columns: dict[str, object] = {"escalation_id": escalation_id, "user_id": sender_of(task, None), "sent_at": now}
        if isinstance(task, AnswerMessage):
            columns["question_ts"] = task.ts
        statement = insert_into(connection, sent_messages).values(channel_id=posted.channel_id, ts=posted.ts, **columns)
        connection.execute(statement.on_conflict_do_nothing())
