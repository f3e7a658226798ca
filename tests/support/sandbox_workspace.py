"""A Slack workspace in this process, and what slackguide needs to serve it from another one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from slackguide.sandbox import BotApp, Exchange, Message, Sandbox, demo_team
from slackguide.sandbox.transport.http import Envelope, HttpTransport
from slackguide.sandbox.workspace.records import AppReply
from slackguide.slack.manifest import manifest
from tests.support.processes import clean_environment, free_port
from tests.support.small_knowledge import write_knowledge
from tests.support.waiting import WAIT_SECONDS

BOT_TOKEN, APP_TOKEN, SECRET = "xoxb-bot-token-of-tests", "xapp-app-token-of-tests", "signing-secret-of-tests"

FORM = """\
forms:
  ask-disputes:
    title: Ask Disputes
    prefix: D
    channel: ask-disputes
    specialists: disputes-specialists
    fields:
      ticket_url: {label: Ticket, kind: link, required: true}
      summary: {label: Summary, kind: long_text, required: true, prefill: concern}
"""


def small_knowledge(folder: Path) -> Path:
    """A knowledge base that loads fast, with one form."""
    write_knowledge(folder)
    (folder / "forms.yaml").write_text(FORM, encoding="utf-8")
    return folder


class SandboxWorkspace:
    """The workspace. `port` is where the process under test is to listen."""

    def __init__(self, folder: Path, *, app_token: str | None = None) -> None:
        self.port = free_port()
        self.folder = folder
        self.sandbox = Sandbox(
            clock=time.time,
            signing_secret=SECRET,
            bot_token=BOT_TOKEN,
            app_token=app_token,
            team=demo_team(
                escalation_channels=["ask-disputes"],
                groups={"disputes-specialists": ("marek",)},
                app=BotApp.from_manifest(manifest()),
            ),
            bot_url=f"http://127.0.0.1:{self.port}/slack/events",
            rate_limit=None,
            request_timeout=WAIT_SECONDS,
        )
        self.workspace = self.sandbox.workspace

    def environment(self, **changes: object) -> dict[str, str]:
        """What the process is started with, over HTTP."""
        usual: dict[str, object] = {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": self.sandbox.api_url,
            "SLACKGUIDE_HOME": self.folder / "home",
            "SLACKGUIDE_KNOWLEDGE": self.folder / "knowledge",
            "HOST": "127.0.0.1",
            "PORT": self.port,
        }
        return clean_environment(**{**usual, **changes})

    @property
    def database_url(self) -> str:
        """Of the SQLite file that the process makes."""
        return f"sqlite:///{self.folder / 'home' / 'slackguide.db'}"

    def route(self, text: str, who: str = "ana") -> str:
        """Types `/route text`; the words of the message in the acknowledgement."""
        exchange = self.sandbox.command(who, "general", "/route", text)
        assert exchange.ok, exchange
        (message,) = exchange.messages
        return str(message.text)

    def escalate(self, ticket: int = 1, who: str = "ana") -> Exchange:
        """Opens the form, fills it in and sends it; the acknowledgement has to confirm it."""
        opened = self.sandbox.command(who, "general", "/route", "escalate ask-disputes")
        assert opened.ok, opened
        top = self.workspace.views.top(self.workspace.person(who).id)
        assert top is not None
        link = f"https://support.zendesk.com/agent/tickets/{10_000 + ticket}"
        sent = self.sandbox.submit(who, top.id, {"ticket_url": link, "summary": f"What to do about {ticket}?"})
        assert sent.ok, sent
        assert not sent.errors, sent.errors
        assert '"response_action":"update"' in sent.body.replace(" ", "")
        return sent

    def posted(self) -> list[Message]:
        """The escalations in their channel."""
        return [
            message
            for message in self.workspace.messages("ask-disputes")
            if (message.metadata or {}).get("event_type") == "slackguide_escalation"
        ]

    def notified(self, who: str = "ana") -> list[str]:
        """What slackguide wrote to a person directly."""
        return [message.text for message in self.workspace.direct_messages(who) if message.by_bot]

    def wait(self, met: Any, what: str) -> None:
        """Waits until something is so in the workspace."""
        assert self.workspace.wait_for(met, timeout=WAIT_SECONDS), f"it never happened: {what}"

    def transport(self, port: int) -> HttpTransport:
        """Signed requests to a process on that port."""
        return HttpTransport(url=f"http://127.0.0.1:{port}/slack/events", signing_secret=SECRET)

    def again(self, exchange: Exchange, port: int) -> AppReply:
        """Sends a form once more, to whichever process listens on that port, as Slack's retries may."""
        return self.transport(port).send(Envelope(kind="interactive", payload=dict(exchange.sent)))[1]


@contextmanager
def sandbox_workspace(folder: Path, *, app_token: str | None = None) -> Iterator[SandboxWorkspace]:
    """A workspace with a small knowledge base beside it."""
    small_knowledge(folder / "knowledge")
    slack = SandboxWorkspace(folder, app_token=app_token)
    slack.sandbox.start()
    try:
        yield slack
    finally:
        slack.sandbox.faults.clear()
        slack.sandbox.stop()
