"""A sandbox in this process for slackguide in another process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from slackguide.sandbox import BotApp, Exchange, Message, Sandbox, demo_team
from slackguide.sandbox.transport.http import Envelope, HttpTransport
from slackguide.sandbox.workspace.records import AppReply
from slackguide.slack.manifest import manifest
from tests.support.credentials import BOT_TOKEN, SECRET
from tests.support.escalations import notices, posts
from tests.support.processes import clean_environment, free_port
from tests.support.small_knowledge import write_knowledge
from tests.support.waiting import WAIT_SECONDS

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
    """Write a knowledge base that loads fast and has one form."""
    write_knowledge(folder)
    (folder / "forms.yaml").write_text(FORM, encoding="utf-8")
    return folder


class SandboxWorkspace:
    """A workspace, and the `port` for the process under test."""

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
        """Return the environment of a process that slackguide serves over HTTP."""
        defaults: dict[str, object] = {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": self.sandbox.api_url,
            "SLACKGUIDE_HOME": self.folder / "home",
            "SLACKGUIDE_KNOWLEDGE": self.folder / "knowledge",
            "HOST": "127.0.0.1",
            "PORT": self.port,
        }
        return clean_environment(**{**defaults, **changes})

    @property
    def database_url(self) -> str:
        """Return the URL of the SQLite database that the process creates."""
        return f"sqlite:///{self.folder / 'home' / 'slackguide.db'}"

    def route(self, text: str, who: str = "ana") -> str:
        """Send `/route text`; return the text of the acknowledgement."""
        exchange = self.sandbox.command(who, "general", "/route", text)
        assert exchange.ok, exchange
        (message,) = exchange.messages
        return str(message.text)

    def escalate(self, ticket: int = 1, who: str = "ana") -> Exchange:
        """Open, fill in and submit the form; fail unless the acknowledgement closes it."""
        opened = self.sandbox.command(who, "general", "/route", "escalate ask-disputes")
        assert opened.ok, opened
        top = self.workspace.views.top(self.workspace.person(who).id)
        assert top is not None
        link = f"https://support.zendesk.com/agent/tickets/{10_000 + ticket}"
        sent = self.sandbox.submit(who, top.id, {"ticket_url": link, "summary": f"What to do about {ticket}?"})
        assert sent.ok, sent
        assert not sent.errors, sent.errors
        assert not sent.body, "the form is closed"
        return sent

    def posted(self) -> list[Message]:
        """Return the escalations in their channel."""
        return posts(self)

    def notified(self, who: str = "ana") -> list[str]:
        """Return the texts of slackguide's direct messages to a person."""
        return [message.text for message in notices(self, who)]

    def wait(self, met: Callable[[], Any], description: str) -> None:
        """Wait for a condition of the workspace."""
        assert self.workspace.wait_for(met, timeout=WAIT_SECONDS), f"it never happened: {description}"

    def transport(self, port: int) -> HttpTransport:
        """Return a transport that sends signed requests to the process on a port."""
        return HttpTransport(url=f"http://127.0.0.1:{port}/slack/events", signing_secret=SECRET)

    def resubmit(self, exchange: Exchange, port: int) -> AppReply:
        """Submit a form once more, to the process on a port, as Slack's retries may."""
        return self.transport(port).send(Envelope(kind="interactive", payload=dict(exchange.sent)))[1]


@contextmanager
def sandbox_workspace(folder: Path, *, app_token: str | None = None) -> Iterator[SandboxWorkspace]:
    """Run a workspace, with a small knowledge base in `folder`."""
    small_knowledge(folder / "knowledge")
    slack = SandboxWorkspace(folder, app_token=app_token)
    slack.sandbox.start()
    try:
        yield slack
    finally:
        slack.sandbox.faults.clear()
        slack.sandbox.stop()
