"""Run slackguide: select the mode, serve until a stop signal, shut down."""

from __future__ import annotations

import logging
import sys
from wsgiref.types import WSGIApplication

from slackguide.config import Mode, Settings, read_settings
from slackguide.errors import SlackguideError
from slackguide.logging_config import configure_logging, log_fatal
from slackguide.runtime.builder import ServiceBuilder
from slackguide.runtime.container import database_url, open_repositories, reloadable_guide, system_clock
from slackguide.runtime.process import StopSignals, bind_error, handle_signals, shutdown_deadline
from slackguide.runtime.service import Service
from slackguide.web.signature import BODY_LIMIT
from slackguide.web.wsgi import Router
from slackguide.wsgi_server import WsgiServer

log = logging.getLogger(__name__)

EXIT_UNUSABLE = 2
"""Exit status for an unusable environment or knowledge base."""

THREADS = 16
"""Threads for concurrent requests. An acknowledgement takes milliseconds; opening a modal may wait 2 s for Slack."""

HEALTH_THREADS = 4
"""Threads for health requests."""


def main() -> None:
    """Run `python app.py`. Exit with status 0 after SIGTERM, or 2 for unusable settings or knowledge."""
    try:
        run(read_settings())
    except SlackguideError as error:
        log_fatal(error.for_operators)
        sys.exit(EXIT_UNUSABLE)


def run(settings: Settings, *, fresh: bool = False) -> None:
    """Run in the mode that the settings select. Raises `SlackguideError` if it cannot start.

    `fresh` empties the sandbox first.
    """
    configure_logging(settings.log_level, settings.log_format)
    with handle_signals() as signals:
        log.info("slackguide starts in mode %s, because %s", settings.mode.value, settings.mode_reason)
        match settings.mode:
            case Mode.SANDBOX:
                from slackguide.runtime.sandbox_app import run_sandbox  # a deployment does not import the sandbox

                run_sandbox(settings, signals, fresh=fresh)
            case Mode.SOCKET:
                run_socket_mode(settings, signals)
            case Mode.HTTP:
                run_http(settings, signals)
    log.info("stopped")


def run_http(settings: Settings, signals: StopSignals) -> None:
    """Serve Slack's requests over HTTP."""
    service = build_service(settings)
    signals.on_reload(service.guide.reload)
    server = bind_server(Router(routes=service.routes), settings.host, settings.port, threads=THREADS)
    service.start()
    server.start()
    log.info("listening on %s:%d", settings.host, server.port)
    signals.wait()
    with shutdown_deadline():
        service.begin_shutdown()
        server.stop()
        service.stop()


def run_socket_mode(settings: Settings, signals: StopSignals) -> None:
    """Receive Slack's requests over a WebSocket. Serve health over HTTP."""
    from slackguide.slack.api.socket_mode import SocketModeConnection

    service = build_service(settings)
    signals.on_reload(service.guide.reload)
    socket = SocketModeConnection(
        app=service.app, app_token=settings.app_token.get_secret_value(), api_url=settings.api_url
    )
    service.connected = socket.connected
    server = bind_server(Router(routes=service.operator_routes), settings.host, settings.port, threads=HEALTH_THREADS)
    service.start()
    server.start()
    socket.start()
    log.info("serving health on %s:%d", settings.host, server.port)
    signals.wait()
    with shutdown_deadline():
        service.begin_shutdown()
        socket.stop()
        server.stop()
        service.stop()


def run_worker(settings: Settings, *, port: int | None = None) -> None:
    """Only deliver. Serve health on `port` (0 to 65535) if given. Raises `SlackguideError` if it cannot start."""
    configure_logging(settings.log_level, settings.log_format)
    with handle_signals() as signals:
        log.info("slackguide runs as a worker: it only delivers")
        service = build_service(settings)
        signals.on_reload(service.guide.reload)
        server = None
        if port is not None:
            router = Router(routes=service.operator_routes)
            server = bind_server(router, settings.host, port, threads=HEALTH_THREADS)
            server.start()
            log.info("serving health on %s:%d", settings.host, server.port)
        service.start(answering=False)
        log.info("delivering")
        signals.wait()
        with shutdown_deadline():
            service.begin_shutdown()
            if server is not None:
                server.stop()
            service.stop()
    log.info("stopped")


def build_service(settings: Settings) -> Service:
    """Build the service without starting it."""
    url = database_url(settings)  # an invalid one is reported before the guide is built
    guide = reloadable_guide(settings)
    repositories = open_repositories(url, clock=system_clock, guide=guide, channels=settings.channels)
    return ServiceBuilder(
        settings=settings,
        token=settings.bot_token.get_secret_value(),
        api_url=settings.api_url,
        signing_secret=settings.signing_secret.get_secret_value() if settings.mode is Mode.HTTP else None,
        guide=guide,
        repositories=repositories,
        clock=system_clock,
    ).build()


def bind_server(application: WSGIApplication, host: str, port: int, *, threads: int) -> WsgiServer:
    """Return a server that is bound to its address. Raises `ConfigurationError` if the address is unavailable."""
    try:
        return WsgiServer(
            application, host=host, port=port, threads=threads, ident="slackguide", backlog=1024,
            connection_limit=1000, max_request_body_size=BODY_LIMIT,
        )  # fmt: skip
    except OSError as error:
        raise bind_error(host, port, error) from None
