"""Filling in, sending and working on escalations, as people do."""

from __future__ import annotations

from typing import Any

from slackguide.escalation.models import Escalation
from slackguide.sandbox import Exchange, Message
from slackguide.slack.ids import ESCALATION_EVENT
from tests.support.app_harness import AppHarness

TICKET = "https://x.zendesk.com/agent/tickets/4711"


def filled(**changes: Any) -> dict[str, Any]:
    """What an agent fills into ask-disputes."""
    usual: dict[str, Any] = {
        "ticket_url": TICKET,
        "contract_id": "34567890",
        "client_username": "acme",
        "freelancer_username": "jo",
        "dispute_type": "hourly",
        "dispute_reasons": ["manual_time", "excessive_hours"],
        "summary": "Both sides disagree about the hours of last week.",
    }
    return {**usual, **changes}


def opened(harness: AppHarness, who: str = "ana", form: str = "ask-disputes") -> None:
    """Opens the form."""
    assert harness.command(f"escalate {form}", who).ok


def sent(harness: AppHarness, who: str = "ana", **changes: Any) -> Escalation:
    """Opens, fills in and sends ask-disputes; the escalation as it is kept then."""
    opened(harness, who)
    view_id = harness.modal(who).id
    exchange = harness.submit(filled(**changes), who)
    assert exchange.ok, exchange
    assert not exchange.errors, exchange.errors
    stored = harness.repositories.escalations.by_view(view_id)
    assert stored is not None
    harness.workspace.views.clear(harness.workspace.person(who).id)
    return stored


def posts(harness: AppHarness, channel: str = "ask-disputes") -> list[Message]:
    """The escalations in a channel."""
    found = harness.workspace.messages(channel)
    return [m for m in found if m.metadata and m.metadata["event_type"] == ESCALATION_EVENT]


def posted(harness: AppHarness, escalation: Escalation) -> Message:
    """The one post of an escalation, and waits until all that is owed has been said."""
    harness.settle()
    mine = {"event_type": ESCALATION_EVENT, "event_payload": {"id": escalation.id}}
    (post,) = [message for message in posts(harness, escalation.channel) if message.metadata == mine]
    return post


def thread(harness: AppHarness, post: Message) -> str:
    """What stands under a post."""
    return "\n".join(m.text for m in harness.workspace.messages(post.channel, thread_ts=post.ts)[1:])


def notices(harness: AppHarness, who: str = "ana") -> list[Message]:
    """What slackguide told this person by direct message, the latest last."""
    return [message for message in harness.workspace.direct_messages(who) if message.by_bot]


def kept(harness: AppHarness, escalation: Escalation) -> Escalation:
    """The escalation as it stands now."""
    found = harness.repositories.escalations.get(escalation.id)
    assert found is not None
    return found


def submitted_again(harness: AppHarness, exchange: Exchange) -> str:
    """Sends the very same submission once more, as Slack or an impatient person does; the answer's body."""
    reply = harness.send("interactive", exchange.sent)
    assert reply.status == 200
    return reply.body
