"""A small Bolt app served over HTTP, with the sandbox as its Slack, and builders of blocks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from slackguide.sandbox import BotApp, Command, RateLimit, Sandbox, Shortcut, Team, demo_team
from slackguide.sandbox.ui.api import KnowledgePreview
from slackguide.wsgi_server import WsgiServer
from tests.support.clock import ManualClock
from tests.support.credentials import BOT_TOKEN, SECRET
from tests.support.waiting import WAIT_SECONDS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

Json = dict[str, Any]

START = datetime(2027, 1, 15, 8, 0, tzinfo=UTC)
"""The time at which a sandbox of these tests starts."""

BOT = BotApp(
    commands=(Command(name="/route", description="Where does this go?", usage="[concern]"),),
    shortcuts=(
        Shortcut(callback_id="ask", name="Ask the guide"),
        Shortcut(callback_id="ask-about", name="Ask about this message", kind="message"),
    ),
    events=frozenset({"message.im", "app_mention", "app_home_opened"}),
)


class SandboxOptions(TypedDict, total=False):
    """The options of a sandbox that a test may set."""

    team: Team
    port: int
    bot_url: str | None
    app_token: str
    routes: Mapping[str, WSGIApplication]
    preview: KnowledgePreview
    advance: Callable[[float], None] | None
    rate_limit: RateLimit | None
    request_timeout: float
    signing_clock: Callable[[], float]
    seed: str
    honours_client_msg_id: bool
    config_token: str


ESCALATION_CHANNELS = ("ask-disputes", "ask-ce")
SPECIALISTS = {"team-leads": ("lena",), "disputes-specialists": ("marek",), "ce-specialists": ("priya",)}


def team() -> Team:
    """Return the demo team with the small app installed."""
    return demo_team(escalation_channels=ESCALATION_CHANNELS, groups=SPECIALISTS, app=BOT)


def bolt_app(sandbox: Sandbox) -> App:
    """Return an app that verifies signatures and is authorized without a call to Slack."""

    def authorize(**_: object) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=sandbox.workspace.team.id,
            bot_user_id=BOT.user_id,
            bot_id=BOT.bot_id,
            bot_token=BOT_TOKEN,
        )

    return App(
        client=WebClient(BOT_TOKEN, base_url=sandbox.api_url, timeout=int(WAIT_SECONDS)),
        signing_secret=SECRET,
        authorize=authorize,
        process_before_response=True,
    )


class ServedApp:
    """A sandbox with a Bolt app behind it. Tests add listeners to `app`."""

    def __init__(self, sandbox: Sandbox, clock: ManualClock, app: App) -> None:
        self.sandbox = sandbox
        self.workspace = sandbox.workspace
        self.clock = clock
        self.app = app
        self.client = WebClient(BOT_TOKEN, base_url=sandbox.api_url, timeout=int(WAIT_SECONDS))


@contextmanager
def served(**options: Unpack[SandboxOptions]) -> Iterator[ServedApp]:
    """Run a sandbox and a Bolt app that it reaches over HTTP."""
    clock = ManualClock(START)
    handlers: list[SlackRequestHandler] = []  # the app needs the sandbox, and the sandbox the server's port

    def application(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        return handlers[0](environ, start)

    server = WsgiServer(application, host="127.0.0.1", port=0, threads=8)
    settings: SandboxOptions = {
        "team": team(),
        "bot_url": f"http://127.0.0.1:{server.port}/slack/events",
        "advance": clock.advance,
        "rate_limit": None,
        **options,
    }
    sandbox = Sandbox(clock=lambda: clock.now, signing_secret=SECRET, bot_token=BOT_TOKEN, **settings)
    app = bolt_app(sandbox)
    handlers.append(SlackRequestHandler(app))
    server.start()
    sandbox.start()
    try:
        yield ServedApp(sandbox, clock, app)
    finally:
        sandbox.stop()
        server.stop()


def section(text: str) -> Json:
    """Return a section block."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(action_id: str, text: str = "Press", **more: object) -> Json:
    """Return a button element."""
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": text}, **more}


def actions(*elements: Json, block_id: str = "buttons") -> Json:
    """Return an actions block."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def field(name: str, element: Json, **more: object) -> Json:
    """Return an input block whose ids are `name`."""
    return {
        "type": "input",
        "block_id": name,
        "label": {"type": "plain_text", "text": name.capitalize()},
        "element": {"action_id": name, **element},
        **more,
    }


def modal(*blocks: Json, callback_id: str = "form", **more: object) -> Json:
    """Return a modal."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": {"type": "plain_text", "text": "A form"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": list(blocks),
        **more,
    }


def threads() -> set[str]:
    """Return the names of the running threads."""
    return {thread.name for thread in threading.enumerate()}
