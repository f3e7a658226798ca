"""The sandbox: a Slack workspace, its Web API and its page, served on loopback."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from wsgiref.types import WSGIApplication

from slackguide.sandbox.id_generator import IdGenerator
from slackguide.sandbox.transport.app_connection import AppConnection
from slackguide.sandbox.transport.event_queue import EventQueue
from slackguide.sandbox.transport.http import REQUEST_TIMEOUT, Envelope, HttpTransport
from slackguide.sandbox.transport.socket_mode import SocketModeServer
from slackguide.sandbox.ui.api import KnowledgePreview, UiApi
from slackguide.sandbox.ui.wsgi import WsgiApp
from slackguide.sandbox.user.interactions import UserInteractions
from slackguide.sandbox.user.payloads import Payloads
from slackguide.sandbox.user.response_urls import ResponseUrls
from slackguide.sandbox.web_api import methods
from slackguide.sandbox.web_api.call_handler import CallHandler
from slackguide.sandbox.web_api.endpoint import WebApi
from slackguide.sandbox.web_api.fault_injection import PAGES, FaultInjector, InjectedFault, RateLimit, RateLimiter
from slackguide.sandbox.workspace.changes import ChangeFeed
from slackguide.sandbox.workspace.records import AppReply, Exchange
from slackguide.sandbox.workspace.team import Team
from slackguide.sandbox.workspace.workspace import Message, Workspace
from slackguide.wsgi_server import WsgiServer

THREADS = 40
"""How many requests are served at once: from the page, its event streams, and the app, including those that hang."""

BOT_PATH = "/slack/events"
_LOOPBACK = ("127.0.0.1", "localhost")


class Sandbox(UserInteractions):
    """A Slack workspace with its Web API, its page, and methods to act as a user.

    `clock` returns epoch seconds: message timestamps and the expiry of trigger ids and response URLs depend on it.
    `advance(seconds)` moves that clock; None if it is real. An open WebSocket receives requests to the app first, then
    `bot_url`, then `routes["/slack/events"]`. `routes` maps exact paths to further WSGI applications, such as health
    checks. `seed` makes the ids of one run differ from those of another; it defaults to the clock's time.
    `honours_client_msg_id`: chat.postMessage deduplicates by `client_msg_id`. Slack does not document whether it does.
    `config_token` is an app configuration token, which may export the app's manifest.

    The constructor binds the port, so that `api_url` is known; `start` begins to serve. Raises OSError if the port is
    in use, ValueError if the host is not loopback.
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
        page_limit: RateLimit | None = PAGES,
        request_timeout: float = REQUEST_TIMEOUT,
        signing_clock: Callable[[], float] = time.time,
        seed: str | None = None,
        honours_client_msg_id: bool = False,
        config_token: str | None = None,
    ) -> None:
        if host not in _LOOPBACK:
            raise ValueError(f"the sandbox has no authentication: it listens on loopback only, not on {host}")
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
            # The `reset` fault raises OSError to drop the connection; that is no error to log.
            log_socket_errors=False,
            # waitress needs look-ahead to detect that a client disconnected.
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
        self._http = http
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
                honours_client_msg_id=honours_client_msg_id,
            ),
            rate_limiter=RateLimiter(limit=rate_limit, clock=clock) if rate_limit else None,
            page_limiter=RateLimiter(limit=page_limit, clock=clock) if page_limit else None,
            bot_token=bot_token,
            app_token=app_token,
            config_token=config_token,
        )
        ui_api = UiApi(
            user=self,
            faults=self.faults,
            sockets=self.sockets,
            preview=preview,
            advance=self.advance if advance is not None else None,
        )
        app.mount(web_api=web_api, response_urls=response_urls, ui_api=ui_api, changes=self._changes)

    def _bot_changed(self, before: Message, after: Message) -> None:
        self.bot_changed(before, after)

    def start(self) -> None:
        """Start serving requests and delivering events."""
        self._server.start()
        self.events.start()
        if self.sockets is not None:
            self.sockets.start()

    def stop(self) -> None:
        """Stop serving, close every stream and connection, and release the port."""
        self.faults.stop()
        self._changes.close()
        self.events.stop()
        if self.sockets is not None:
            self.sockets.stop()
        self._server.stop()

    def advance(self, seconds: float) -> None:
        """Move the clock forward and deliver the events that became due. Raises RuntimeError if the clock is real."""
        if self._advance is None:
            raise RuntimeError("this sandbox runs on the real clock, which cannot be moved")
        self._advance(seconds)
        self._changes.publish("clock", {"now": self.workspace.clock()})
        self.events.wake()

    def check_certificate(self) -> AppReply:
        """Send the unsigned `ssl_check`, as Slack does when a request URL is saved.

        Raises RuntimeError without a request URL.
        """
        if self._http is None:
            raise RuntimeError("the app has no request URL")
        return self._http.check_certificate()

    def limit_events(self) -> Exchange:
        """Tell the app that its events are dropped (docs.slack.dev/reference/events/app_rate_limited)."""
        minute = int(self.workspace.clock()) // 60 * 60
        payload = {
            "token": "outdated", "type": "app_rate_limited", "team_id": self.workspace.team.id,
            "minute_rate_limited": minute, "api_app_id": self.workspace.app.id,
        }  # fmt: skip
        return self._bot.exchange("app_rate_limited", "", Envelope(kind="events_api", payload=payload))

    def inject_fault(self, fault: InjectedFault) -> None:
        """Add a fault, after those already active."""
        self.faults.add(fault)


def _deliver(bot: AppConnection, person: str, envelope: Envelope) -> Exchange:
    """Deliver an event. Slack ignores the response body."""
    event: Any = envelope.payload.get("event", {})
    return bot.exchange(str(event.get("type", "event")), person, envelope)
