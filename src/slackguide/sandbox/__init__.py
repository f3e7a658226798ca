"""A Slack workspace on loopback, for newcomers, knowledge authors and tests.

It speaks HTTP, WebSocket and Slack's payloads, and imports nothing of the rest of slackguide but the WSGI server.
"""

from slackguide.sandbox.block_kit.validation import Problem
from slackguide.sandbox.errors import ApiError, CannotDo, SandboxError, Unknown
from slackguide.sandbox.records import Call, Exchange, Reply
from slackguide.sandbox.sandbox import Sandbox
from slackguide.sandbox.screens import View
from slackguide.sandbox.team import BotApp, Channel, Command, Person, Role, Shortcut, Team, UserGroup, demo_team
from slackguide.sandbox.weather import Fault, Pace, Sky
from slackguide.sandbox.workspace import Conversation, Message, Workspace

__all__ = [
    "ApiError",
    "BotApp",
    "Call",
    "CannotDo",
    "Channel",
    "Command",
    "Conversation",
    "Exchange",
    "Fault",
    "Message",
    "Pace",
    "Person",
    "Problem",
    "Reply",
    "Role",
    "Sandbox",
    "SandboxError",
    "Shortcut",
    "Sky",
    "Team",
    "Unknown",
    "UserGroup",
    "View",
    "Workspace",
    "demo_team",
]
