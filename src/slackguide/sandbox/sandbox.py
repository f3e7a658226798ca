"""The sandbox: one object that is a whole Slack on loopback."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from wsgiref.types import WSGIApplication

from slackguide.sandbox.ids import IdGenerator
from slackguide.sandbox.transport.app import AppConnection
from slackguide.sandbox.transport.event_queue import EventQueue
from slackguide.sandbox.transport.http import REQUEST_TIMEOUT, Envelope, HttpTransport
from slackguide.sandbox.transport.socket_mode import SocketModeServer
from slackguide.sandbox.ui.api import KnowledgePreview, UiApi
from slackguide.sandbox.ui.wsgi import WsgiApp
from slackguide.sandbox.user.interactions import UserInteractions
from slackguide.sandbox.user.payloads import Payloads
from slackguide.sandbox.user.response_urls import ResponseUrls
from slackguide.sandbox.web_api import methods
from slackguide.sandbox.web_api.api import WebApi
from slackguide.sandbox.web_api.call_handler import CallHandler
from slackguide.sandbox.web_api.fault_injection import FaultInjector, InjectedFault, RateLimit, RateLimiter
from slackguide.sandbox.workspace.changes import ChangeFeed
from slackguide.sandbox.workspace.records import Exchange
from slackguide.sandbox.workspace.team import Team
from slackguide.sandbox.workspace.workspace import Message, Workspace
from slackguide.wsgi_server import WsgiServer

# Requests served at once: the page's own, the bot's calls, one for each open page's live stream, and hanging ones.
THREADS = 40
BOT_PATH = "/slack/events"
_LOOPBACK = ("127.0.0.1", "localhost")


class Sandbox(UserInteractions):
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
        preview: KnowledgePreview | None = None,
        advance: Callable[[float], None] | None = None,
        rate_limit: RateLimit | None = RateLimit(),  # noqa: B008 (frozen)
        request_timeout: float = REQUEST_TIMEOUT,
        signing_clock: Callable[[], float] = time.time,
        seed: str | None = None,
    ) -> None:
        if host not in _LOOPBACK:
            raise ValueError(f"the sandbox lets anyone act as anyone: it listens on loopback only, not on {host}")
        ids = IdGenerator(seed=seed if seed is not None else str(clock()))
        self._changes = ChangeFeed()
        workspace = Workspace(team=team, clock=clock, ids=ids, changes=self._changes)
        self._advance = advance
        app = WsgiApp(routes=routes or {})
        self._server = WsgiServer(
            app,
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
        self.faults = FaultInjector(publish=self._changes.publish)
        self.sockets = (
            SocketModeServer(
                host=host, app_id=workspace.app.id, ids=ids, publish=self._changes.publish, timeout=request_timeout
            )
            if app_token
            else None
        )
        if bot_url is None and routes and BOT_PATH in routes:
            bot_url = self.url.rstrip("/") + BOT_PATH
        http = (
            HttpTransport(
                url=bot_url, signing_secret=signing_secret, timeout=request_timeout, signing_clock=signing_clock
            )
            if bot_url
            else None
        )
        bot = AppConnection(workspace=workspace, http=http, sockets=self.sockets)
        calls = CallHandler(workspace=workspace, faults=self.faults)
        response_urls = ResponseUrls(
            workspace=workspace, calls=calls, root=f"{self.url}hooks/", changed=self._bot_changed
        )
        self.events = EventQueue(clock=clock, exchange=lambda person, envelope: _deliver(bot, person, envelope))
        super().__init__(
            workspace=workspace,
            bot=bot,
            events=self.events,
            response_urls=response_urls,
            payloads=Payloads(workspace=workspace),
        )
        web_api = WebApi(
            calls=calls,
            context=methods.MethodContext(
                workspace=workspace,
                site=self.url,
                connect=self.sockets.url if self.sockets else None,
                posted=self.bot_posted,
                changed=self._bot_changed,
            ),
            rate_limiter=RateLimiter(limit=rate_limit, clock=clock) if rate_limit else None,
            bot_token=bot_token,
            app_token=app_token,
        )
        page = UiApi(sandbox=self, changes=self._changes, preview=preview, can_advance=advance is not None)
        app.open(web_api=web_api, response_urls=response_urls, page=page, changes=self._changes)

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
        self.faults.stop()
        self._changes.close()
        self.events.stop()
        if self.sockets is not None:
            self.sockets.stop()
        self._server.stop()

    def advance(self, seconds: float) -> None:
        """Move the clock and deliver what became due. Raises RuntimeError for a clock that cannot be moved."""
        if self._advance is None:
            raise RuntimeError("this sandbox was given a clock that cannot be moved")
        self._advance(seconds)
        self._changes.publish("clock", {"now": self.workspace.clock()})
        self.events.wake()

    def inject_fault(self, fault: InjectedFault) -> None:
        """Let a fault begin."""
        self.faults.add(fault)


def _deliver(bot: AppConnection, person: str, envelope: Envelope) -> Exchange:
    """Deliver an event; nothing of its answer is shown."""
    event: Any = envelope.payload.get("event", {})
    return bot.exchange(str(event.get("type", "event")), person, envelope)
