"""The sandbox: one object that is a whole Slack on loopback."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from wsgiref.types import WSGIApplication

from slackguide.sandbox import methods
from slackguide.sandbox.answering import Answering
from slackguide.sandbox.bot import Bot
from slackguide.sandbox.delivery import PATIENCE, HttpLine, Parcel
from slackguide.sandbox.events import Events
from slackguide.sandbox.hooks import Hooks
from slackguide.sandbox.ids import Ids
from slackguide.sandbox.interacting import Interacting
from slackguide.sandbox.live import Live
from slackguide.sandbox.page_api import Author, PageApi
from slackguide.sandbox.payloads import Payloads
from slackguide.sandbox.records import Exchange
from slackguide.sandbox.server import Door
from slackguide.sandbox.socket_mode import SocketMode
from slackguide.sandbox.team import Team
from slackguide.sandbox.weather import Fault, Pace, Postings, Weather
from slackguide.sandbox.web_api import WebApi
from slackguide.sandbox.workspace import Message, Workspace
from slackguide.wsgi_server import WsgiServer

# Requests served at once: the page's own, the bot's calls, one for each open page's live stream, and hanging ones.
THREADS = 40
BOT_PATH = "/slack/events"
_LOOPBACK = ("127.0.0.1", "localhost")


class Sandbox(Interacting):
    """A Slack workspace, its Web API, its page, and the person at the keyboard.

    `clock` gives epoch seconds; it stamps messages and ages triggers and response URLs. `advance(seconds)` moves it, if
    it can be moved. `bot_url` is where the bot takes requests; without one, `routes["/slack/events"]` is, if given, and
    an open WebSocket comes before either. `routes` are further WSGI applications by exact path (health checks).
    `seed` keeps ids of one run apart from those of another; by default it is the clock's time.

    It listens once constructed, so that `api_url` is known; `start` begins to answer. Raises OSError when the port is
    taken, ValueError for a host that is not loopback.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        signing_secret: str,
        bot_token: str,
        team: Team,
        host: str = "127.0.0.1",
        port: int = 0,
        bot_url: str | None = None,
        app_token: str | None = None,
        routes: Mapping[str, WSGIApplication] | None = None,
        author: Author | None = None,
        advance: Callable[[float], None] | None = None,
        pace: Pace | None = Pace(),  # noqa: B008 (frozen)
        patience: float = PATIENCE,
        signing_clock: Callable[[], float] = time.time,
        seed: str | None = None,
    ) -> None:
        if host not in _LOOPBACK:
            raise ValueError(f"the sandbox lets anyone act as anyone: it listens on loopback only, not on {host}")
        ids = Ids(seed=seed if seed is not None else str(clock()))
        self._live = Live()
        workspace = Workspace(team=team, clock=clock, ids=ids, live=self._live)
        self._advance = advance
        door = Door(routes=routes or {})
        self._server = WsgiServer(
            door,
            host=host,
            port=port,
            threads=THREADS,
            # An application that raises OSError drops the connection without a word: that is what `reset` weather is.
            log_socket_errors=False,
            # Without look-ahead waitress cannot tell an application that its caller has gone.
            channel_request_lookahead=1,
        )
        self.url = f"http://{host}:{self._server.port}/"
        self.api_url = f"{self.url}api/"
        self.weather = Weather(publish=self._live.publish)
        self.sockets = (
            SocketMode(host=host, app_id=workspace.app.id, ids=ids, publish=self._live.publish, patience=patience)
            if app_token
            else None
        )
        if bot_url is None and routes and BOT_PATH in routes:
            bot_url = self.url.rstrip("/") + BOT_PATH
        http = (
            HttpLine(url=bot_url, signing_secret=signing_secret, patience=patience, signing_clock=signing_clock)
            if bot_url
            else None
        )
        bot = Bot(workspace=workspace, http=http, sockets=self.sockets)
        answering = Answering(workspace=workspace, weather=self.weather)
        hooks = Hooks(workspace=workspace, answering=answering, root=f"{self.url}hooks/", changed=self._bot_changed)
        self.events = Events(clock=clock, exchange=lambda person, parcel: _deliver(bot, person, parcel))
        super().__init__(
            workspace=workspace, bot=bot, events=self.events, hooks=hooks, payloads=Payloads(workspace=workspace)
        )
        web_api = WebApi(
            answering=answering,
            context=methods.Context(
                workspace=workspace,
                site=self.url,
                connect=self.sockets.url if self.sockets else None,
                posted=self.bot_posted,
                changed=self._bot_changed,
            ),
            postings=Postings(pace=pace, clock=clock) if pace else None,
            bot_token=bot_token,
            app_token=app_token,
        )
        page = PageApi(sandbox=self, live=self._live, author=author, can_advance=advance is not None)
        door.open(web_api=web_api, hooks=hooks, page=page, live=self._live)

    def _bot_changed(self, before: Message, after: Message) -> None:
        self.bot_changed(before, after)

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()
        self.events.start()
        if self.sockets is not None:
            self.sockets.start()

    def stop(self) -> None:
        """Stop answering, end every open stream and connection, and give the port back."""
        self.weather.stop()
        self._live.close()
        self.events.stop()
        if self.sockets is not None:
            self.sockets.stop()
        self._server.stop()

    def advance(self, seconds: float) -> None:
        """Move the clock and deliver what became due. Raises RuntimeError for a clock that cannot be moved."""
        if self._advance is None:
            raise RuntimeError("this sandbox was given a clock that cannot be moved")
        self._advance(seconds)
        self._live.publish("clock", {"now": self.workspace.clock()})
        self.events.wake()

    def bad_weather(self, fault: Fault) -> None:
        """Let a fault begin."""
        self.weather.add(fault)


def _deliver(bot: Bot, person: str, parcel: Parcel) -> Exchange:
    """Deliver an event; nothing of its answer is shown."""
    event: Any = parcel.payload.get("event", {})
    return bot.exchange(str(event.get("type", "event")), person, parcel)
