"""Run slackguide: choose the mode, serve until a stop signal, shut down."""

from __future__ import annotations

import logging
import sys
from wsgiref.types import WSGIApplication

from slackguide.config import Mode, Settings, read_settings
from slackguide.errors import SlackguideError
from slackguide.guide.reloading import ReloadableGuide
from slackguide.logging_config import configure_logging, log_fatal
from slackguide.runtime.container import build_guide, database_url, open_repositories, system_clock
from slackguide.runtime.process import StopSignals, bind_error, handle_signals, shutdown_deadline
from slackguide.runtime.service import Service
from slackguide.web.signature import BODY_LIMIT
from slackguide.web.wsgi import Router
from slackguide.wsgi_server import WsgiServer

log = logging.getLogger(__name__)

EXIT_UNUSABLE = 2

THREADS = 16
"""Requests at once: an acknowledgement takes milliseconds, and the one that opens a modal may wait 2 s for Slack."""

HEALTH_THREADS = 4


def main() -> None:
    """`python app.py`: exit status 0 after SIGTERM, 2 where the environment or the knowledge cannot be used."""
    try:
        run(read_settings())
    except SlackguideError as error:
        log_fatal(str(error))
        sys.exit(EXIT_UNUSABLE)


def run(settings: Settings) -> None:
    """Run in the mode that the settings choose. Raises `SlackguideError` where it cannot start."""
    configure_logging(settings.log_level, settings.log_format)
    with handle_signals() as signals:
        log.info("slackguide runs as %s, because %s", settings.mode.value, settings.mode_reason)
        match settings.mode:
            case Mode.SANDBOX:
                from slackguide.runtime.sandbox_app import run_sandbox  # the sandbox is no part of a deployment

                run_sandbox(settings, signals)
            case Mode.SOCKET:
                run_socket_mode(settings, signals)
            case Mode.HTTP:
                run_http(settings, signals)
    log.info("stopped")


def run_http(settings: Settings, signals: StopSignals) -> None:
    """Serves Slack's requests over HTTP."""
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
    """Takes Slack's requests over a WebSocket; health is served over HTTP."""
    from slackguide.slack.api.socket_mode import SocketModeConnection

    service = build_service(settings)
    signals.on_reload(service.guide.reload)
    socket = SocketModeConnection(
        app=service.app, app_token=settings.app_token.get_secret_value(), api_url=settings.api_url
    )
    service.connected = socket.connected
    server = bind_server(Router(routes=service.health.routes), settings.host, settings.port, threads=HEALTH_THREADS)
    service.start()
    server.start()
    socket.start()
    log.info("health on %s:%d", settings.host, server.port)
    signals.wait()
    with shutdown_deadline():
        service.begin_shutdown()
        socket.stop()
        server.stop()
        service.stop()


def run_worker(settings: Settings, *, port: int | None = None) -> None:
    """Delivers alone; with a port (0 to 65535), serves health there. Raises `SlackguideError` where it cannot start."""
    configure_logging(settings.log_level, settings.log_format)
    with handle_signals() as signals:
        log.info("slackguide runs as a worker: it delivers, and answers nobody")
        service = build_service(settings)
        signals.on_reload(service.guide.reload)
        server = None
        if port is not None:
            router = Router(routes=service.health.routes)
            server = bind_server(router, settings.host, port, threads=HEALTH_THREADS)
            server.start()
            log.info("health on %s:%d", settings.host, server.port)
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
    """Everything behind Slack's surfaces, with nothing started yet."""
    guide = ReloadableGuide(directory=settings.knowledge, build=build_guide)
    repositories = open_repositories(
        database_url(settings), clock=system_clock, guide=guide, channels=settings.channels
    )
    return Service(
        settings=settings,
        token=settings.bot_token.get_secret_value(),
        api_url=settings.api_url,
        signing_secret=settings.signing_secret.get_secret_value() if settings.mode is Mode.HTTP else None,
        guide=guide,
        repositories=repositories,
        clock=system_clock,
    )


def bind_server(application: WSGIApplication, host: str, port: int, *, threads: int) -> WsgiServer:
    """Return a server that has its address. Raises `ConfigurationError` where the address cannot be had."""
    try:
        return WsgiServer(
            application, host=host, port=port, threads=threads, ident="slackguide", backlog=1024,
            connection_limit=1000, max_request_body_size=BODY_LIMIT,
        )  # fmt: skip
    except OSError as error:
        raise bind_error(host, port, error) from None
