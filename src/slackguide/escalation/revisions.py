"""Changes and deletions of messages whose text an escalation has taken over."""

from __future__ import annotations

from slackguide.escalation.messages import EscalationMessage, NoticeKind, NotifyPerson, ReplyInThread, UpdateCard
from slackguide.escalation.models import Escalation, Event, EventKind

SOURCE = "message"
"""The detail of an event that names the message its text comes from: see `source_of`."""


def source_of(channel_id: str, ts: str) -> str:
    """Return the name of a message in the details of an event."""
    return f"{channel_id}/{ts}"


def revision_messages(escalation: Escalation, event: Event, text: str | None) -> tuple[EscalationMessage, ...]:
    """Return what an escalation sends after a message was changed to `text`, or deleted (None).

    The card shows it. Whoever was notified of the earlier text is notified again: the claimant of a requester's
    details, the requester of what a specialist wrote.
    """
    notice = NoticeKind.DETAILS_DELETED if text is None else NoticeKind.DETAILS_CHANGED
    if event.kind is not EventKind.DETAILS_ADDED:
        return UpdateCard(), NotifyPerson(escalation.requester.user_id, notice, event.actor, text)
    in_thread = escalation.card is not None and event.details[SOURCE].startswith(f"{escalation.card.channel_id}/")
    if in_thread and escalation.claimed_by is None:
        return (UpdateCard(),)
    return UpdateCard(), ReplyInThread(notice, event.actor, None if in_thread else text, reader=escalation.claimed_by)
