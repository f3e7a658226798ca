"""Forwarded messages: the attachment that holds the original, as in Slack's events.

Slack does not document it. Its fields are those of a recorded event: `tests/golden/SlackWebhookEvent` of
MercuryTechnologies/slack-web.
"""

from __future__ import annotations

from datetime import UTC, datetime

from slackguide.sandbox.json_types import Json
from slackguide.sandbox.workspace.workspace import Message, Workspace


def share_attachment(workspace: Workspace, original: Message) -> Json:
    """Return the attachment of a message that forwards `original`. It has the message's blocks, but no attachments."""
    team, app = workspace.team, workspace.app
    if original.by_bot:
        name, real_name = app.name, app.display_name
    else:
        author = workspace.person(original.user)
        name, real_name = author.name, author.real_name
    site = f"https://{team.domain}.slack.com"
    conversation = workspace.conversation(original.channel)
    attachment: Json = {
        "id": 1,
        "from_url": f"{site}/archives/{original.channel}/p{original.ts.replace('.', '')}",
        "ts": original.ts,
        "author_id": original.user,
        "author_name": real_name,
        "author_subname": name,
        "author_link": f"{site}/team/{original.user}",
        "channel_id": original.channel,
        "channel_team": team.id,
        "channel_name": conversation.name,
        "is_msg_unfurl": True,
        "is_share": True,
        "color": "D0D0D0",
        "text": original.text,
        "fallback": f"[{_long_time(original.ts)}] {name}: {original.text}",
        "mrkdwn_in": ["text"],
        "footer": "Direct Message" if conversation.person else f"Posted in #{conversation.name}",
    }
    if original.blocks:
        attachment["message_blocks"] = [
            {
                "team": team.id,
                "channel": original.channel,
                "ts": original.ts,
                "message": {"blocks": list(original.blocks)},
            }
        ]
    return attachment


def _long_time(ts: str) -> str:
    """Return a time like `October 12th, 2022 4:04 PM`."""
    at = datetime.fromtimestamp(float(ts), UTC)
    suffix = "th" if at.day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(at.day % 10, "th")
    return f"{at:%B} {at.day}{suffix}, {at.year} {at.hour % 12 or 12}:{at:%M %p}"
