"""A Slack workspace on loopback, for new users, knowledge authors and tests.

The app connects to it by HTTP or WebSocket, with Slack's payloads. Of slackguide it imports only `wsgi_server`.
"""

from __future__ import annotations

from slackguide.sandbox.block_kit.validation import Problem
from slackguide.sandbox.errors import ApiError, NotAllowedError, NotFoundError, SandboxError
from slackguide.sandbox.sandbox import Sandbox
from slackguide.sandbox.web_api.fault_injection import FaultKind, InjectedFault, RateLimit
from slackguide.sandbox.workspace.records import ApiCall, AppReply, Exchange
from slackguide.sandbox.workspace.team import (
    BotApp,
    Channel,
    Command,
    Person,
    PersonRole,
    Shortcut,
    Team,
    UserGroup,
    demo_team,
)
from slackguide.sandbox.workspace.view_stacks import OpenView
from slackguide.sandbox.workspace.workspace import Conversation, Message, Workspace

__all__ = [
    "ApiCall",
    "ApiError",
    "AppReply",
    "BotApp",
    "Channel",
    "Command",
    "Conversation",
    "Exchange",
    "FaultKind",
    "InjectedFault",
    "Message",
    "NotAllowedError",
    "NotFoundError",
    "OpenView",
    "Person",
    "PersonRole",
    "Problem",
    "RateLimit",
    "Sandbox",
    "SandboxError",
    "Shortcut",
    "Team",
    "UserGroup",
    "Workspace",
    "demo_team",
]
