"""A Slack workspace on loopback, for newcomers, knowledge authors and tests.

It speaks HTTP, WebSocket and Slack's payloads, and imports nothing of the rest of slackguide but the WSGI server.
"""

from .block_kit.validation import Problem
from .errors import ApiError, CannotDo, SandboxError, Unknown
from .records import Call, Exchange, Reply
from .sandbox import Sandbox
from .screens import View
from .team import BotApp, Channel, Command, Person, Role, Shortcut, Team, UserGroup, demo_team
from .weather import Fault, Pace, Sky
from .workspace import Conversation, Message, Workspace

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
