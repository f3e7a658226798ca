"""A small real Bolt app, served over real HTTP: what the sandbox is driven against in these tests."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from slackguide.sandbox import BotApp, Command, Sandbox, Shortcut, Team, demo_team
from slackguide.wsgi_server import WsgiServer

SECRET = "secret-of-the-tests"
BOT_TOKEN = "xoxb-of-the-tests"
APP_TOKEN = "xapp-of-the-tests"

BOT = BotApp(
    commands=(Command(name="/route", description="Where does this go?", usage="[concern]"),),
    shortcuts=(
        Shortcut(callback_id="ask", name="Ask the guide"),
        Shortcut(callback_id="ask-about", name="Ask about this message", kind="message"),
    ),
    events=frozenset({"message.im", "app_mention", "app_home_opened"}),
)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def team() -> Team:
    return demo_team(app=BOT)


def bolt_app(sandbox: Sandbox) -> App:
    """An app that knows who it is without asking Slack, and verifies signatures."""

    def authorize(**_: object) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=sandbox.workspace.team.id,
            bot_user_id=BOT.user_id,
            bot_id=BOT.bot_id,
            bot_token=BOT_TOKEN,
        )

    return App(
        client=WebClient(BOT_TOKEN, base_url=sandbox.api_url, timeout=5),
        signing_secret=SECRET,
        authorize=authorize,
        process_before_response=True,
    )


class Served:
    """A sandbox with the app behind it: `app` is to be given listeners."""

    def __init__(self, sandbox: Sandbox, clock: Clock, app: App) -> None:
        self.sandbox = sandbox
        self.workspace = sandbox.workspace
        self.clock = clock
        self.app = app
        self.client = WebClient(BOT_TOKEN, base_url=sandbox.api_url, timeout=5)


@contextmanager
def served(**options: object) -> Iterator[Served]:
    """A running sandbox and the app that it drives over HTTP."""
    clock = Clock()
    handler: list[Callable[..., object]] = []

    def late(environ: object, start: object) -> object:
        return handler[0](environ, start)

    server = WsgiServer(late, host="127.0.0.1", port=0, threads=8)
    settings = {"pace": None, "team": team(), "bot_url": f"http://127.0.0.1:{server.port}/slack/events", **options}
    settings.setdefault("advance", clock.advance)
    sandbox = Sandbox(clock=clock, signing_secret=SECRET, bot_token=BOT_TOKEN, **settings)
    app = bolt_app(sandbox)
    handler.append(SlackRequestHandler(app))
    server.start()
    sandbox.start()
    try:
        yield Served(sandbox, clock, app)
    finally:
        sandbox.stop()
        server.stop()


def section(text: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(action_id: str, text: str = "Press", **more: object) -> dict[str, object]:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": text}, **more}


def actions(*elements: dict[str, object], block_id: str = "buttons") -> dict[str, object]:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def field(name: str, element: dict[str, object], **more: object) -> dict[str, object]:
    return {
        "type": "input",
        "block_id": name,
        "label": {"type": "plain_text", "text": name.capitalize()},
        "element": {"action_id": name, **element},
        **more,
    }


def modal(*blocks: dict[str, object], callback_id: str = "form", **more: object) -> dict[str, object]:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": {"type": "plain_text", "text": "A form"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": list(blocks),
        **more,
    }


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}
