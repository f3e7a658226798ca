"""The offer to send a message on: from the requester to the specialists, or from a specialist to the requester."""

from __future__ import annotations

from slack_sdk.models.blocks import SectionBlock

from slackguide.escalation.models import Escalation
from slackguide.slack.button_payloads import ReplyPayload
from slackguide.slack.ids import Action
from slackguide.slack.mrkdwn import mention, mrkdwn
from slackguide.slack.views.blocks import RenderedMessage, actions, button


def offer_to_specialists(escalation: Escalation, payload: ReplyPayload, *, answered: bool) -> RenderedMessage:
    """Return the question whether the requester's message belongs to the escalation.

    `answered`: the message was answered already, so that it cannot be asked as a new question.
    """
    name, value = escalation.reference, payload.encode()
    reader = mention(escalation.claimed_by) if escalation.claimed_by else f"#{escalation.channel}"
    other = (
        button("Don't send", Action.DISMISS_REPLY, value, says=f"Don't send this for {name}")
        if answered
        else button("New question", Action.ASK_REPLY, value, says="Ask this as a new question")
    )
    return RenderedMessage(
        f"Send this for {name}?",
        (
            SectionBlock(text=mrkdwn(f"Send this to {reader} for {name}?")),
            actions([button("Send", Action.SEND_REPLY, value, style="primary", says=f"Send this for {name}"), other]),
        ),
    )


def offer_to_requester(escalation: Escalation, payload: ReplyPayload, *, may_ask: bool) -> RenderedMessage:
    """Return the question whether a specialist's reply is for the requester. `may_ask`: they may await an answer."""
    name, value = escalation.reference, payload.encode()
    requester = mention(escalation.requester.user_id)
    buttons = [
        button("Send", Action.FORWARD_REPLY, value, style="primary", says=f"Send this to the requester of {name}")
    ]
    if may_ask:
        says = f"Send this as a question to the requester of {name}"
        buttons.append(button("Send, and wait for an answer", Action.FORWARD_QUESTION, value, says=says))
    return RenderedMessage(
        f"Send this to the requester of {name}?",
        (
            SectionBlock(text=mrkdwn(f"Send this to {requester} for {name}? Replies here do not reach them.")),
            actions(buttons),
        ),
    )
