"""The direct message to a team lead about a critical concern."""

from __future__ import annotations

from slack_sdk.models.blocks import SectionBlock

from slackguide.delivery.tasks import AlertTeamLead
from slackguide.knowledge import KnowledgeBase
from slackguide.slack.mrkdwn import escape, mention, mrkdwn
from slackguide.slack.views.blocks import RenderedMessage


def team_lead_alert(task: AlertTeamLead, knowledge: KnowledgeBase) -> RenderedMessage:
    """Return who asks, what it is about and the ticket. What the person wrote is not in it."""
    entry = knowledge.entries.get(task.entry_id)
    title = entry.title if entry else "A critical concern"
    ticket = f"<{escape(task.ticket_url)}>" if task.ticket_url else "not given: ask them"
    text = f"*{escape(title)}*\n{mention(task.asker_id)} needs a Team Lead now. Ticket: {ticket}"
    fallback = f"{title}: a colleague needs a Team Lead now."
    return RenderedMessage(fallback, (SectionBlock(text=mrkdwn(text)),))
