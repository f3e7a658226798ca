"""Escalations as people submit them and see them."""

from __future__ import annotations

from typing import Any, Protocol

from slackguide.escalation.models import Escalation
from slackguide.sandbox import Exchange, Message, Workspace
from slackguide.slack.ids import ESCALATION_EVENT
from tests.support.app_harness import AppHarness


class HasWorkspace(Protocol):
    """A harness around a workspace."""

    @property
    def workspace(self) -> Workspace:
        """Return the workspace."""


TICKET = "https://x.zendesk.com/agent/tickets/4711"


def filled(**changes: Any) -> dict[str, Any]:
    """Return the values of the ask-disputes form."""
    defaults: dict[str, Any] = {
        "ticket_url": TICKET,
        "contract_id": "34567890",
        "client_username": "acme",
        "freelancer_username": "jo",
        "dispute_type": "hourly",
        "dispute_reasons": ["manual_time", "excessive_hours"],
        "summary": "Both sides disagree about the hours of last week.",
    }
    return {**defaults, **changes}


def opened(harness: AppHarness, who: str = "ana", form: str = "ask-disputes") -> None:
    """Open a form."""
    assert harness.command(f"escalate {form}", who).ok


def sent(harness: AppHarness, who: str = "ana", **changes: Any) -> Escalation:
    """Open, fill in and submit ask-disputes; return the stored escalation."""
    opened(harness, who)
    view_id = harness.modal(who).id
    exchange = harness.submit(filled(**changes), who)
    assert exchange.ok, exchange
    assert not exchange.errors, exchange.errors
    stored = harness.repositories.escalations.by_view(view_id)
    assert stored is not None
    harness.workspace.views.clear(harness.workspace.person(who).id)
    return stored


def posts(harness: HasWorkspace, channel: str = "ask-disputes") -> list[Message]:
    """Return the posted escalations in a channel."""
    messages = harness.workspace.messages(channel)
    return [message for message in messages if (message.metadata or {}).get("event_type") == ESCALATION_EVENT]


def posted(harness: AppHarness, escalation: Escalation) -> Message:
    """Wait until every pending message is sent; return the one post of an escalation."""
    harness.settle()
    mine = {"event_type": ESCALATION_EVENT, "event_payload": {"id": escalation.id}}
    (post,) = [message for message in posts(harness, escalation.channel) if message.metadata == mine]
    return post


def thread(harness: AppHarness, post: Message) -> str:
    """Return the text of the replies under a post."""
    return "\n".join(m.text for m in harness.workspace.messages(post.channel, thread_ts=post.ts)[1:])


def notices(harness: HasWorkspace, who: str = "ana") -> list[Message]:
    """Return slackguide's direct messages to a person, the latest last."""
    return [message for message in harness.workspace.direct_messages(who) if message.by_bot]


def kept(harness: AppHarness, escalation: Escalation) -> Escalation:
    """Return an escalation as it is stored now."""
    current = harness.repositories.escalations.get(escalation.id)
    assert current is not None
    return current


def submitted_again(harness: AppHarness, exchange: Exchange) -> str:
    """Submit the same form once more, as Slack's retries may; return the body of the reply."""
    reply = harness.send("interactive", exchange.sent)
    assert reply.status == 200
    return reply.body
