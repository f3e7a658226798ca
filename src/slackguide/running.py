"""Runs slackguide until it is told to stop: chooses the mode, serves, and ends in good order."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from slackguide.config import Mode, Settings, read_settings
from slackguide.errors import SlackguideError
from slackguide.guide.in_force import GuideInForce
from slackguide.logs import set_up
from slackguide.web.front import Front
from slackguide.web.server import WebServer
from slackguide.wiring import Service, build_guide, database_url, open_stores, system_clock

log = logging.getLogger(__name__)

UNUSABLE = 2


def main() -> None:
    """`python app.py`: exit status 0 after SIGTERM, 2 where the environment or the knowledge cannot be used."""
    try:
        settings = read_settings()
        run(settings)
    except SlackguideError as error:
        print(f"slackguide: {error}", file=sys.stderr)
        sys.exit(UNUSABLE)
    except OSError as error:
        print(f"slackguide: the address cannot be used: {error.strerror or error}.", file=sys.stderr)
        sys.exit(UNUSABLE)


def run(settings: Settings) -> None:
    """Runs in the mode that the settings choose. Raises `SlackguideError` where it cannot start."""
    set_up(settings.log_level, settings.log_format)
    log.info("slackguide runs as %s, because %s", settings.mode.value, settings.why)
    match settings.mode:
        case Mode.SANDBOX:
            from slackguide.trying import run_sandbox  # the sandbox is no part of a deployment

            run_sandbox(settings)
        case Mode.SOCKET:
            run_socket_mode(settings)
        case Mode.HTTP:
            run_http(settings)


def run_http(settings: Settings) -> None:
    """Serves Slack's requests over HTTP."""
    service = build_service(settings)
    server = WebServer(Front(routes=service.routes), host=settings.host, port=settings.port)
    with until_told(service.guide.reload) as told:
        service.start()
        server.start()
        log.info("listening on %s:%d", settings.host, server.port)
        told.wait()
        log.info("stopping: nothing new is taken")
        server.stop()
        service.stop()
    log.info("stopped")


def run_socket_mode(settings: Settings) -> None:
    """Takes Slack's requests over a WebSocket; health is served over HTTP."""
    from slackguide.slack.socket_mode import Socket

    service = build_service(settings)
    socket = Socket(app=service.app, app_token=settings.app_token or "", api_url=settings.api_url)
    service.connected = socket.connected
    server = WebServer(Front(routes=service.health.routes), host=settings.host, port=settings.port, threads=4)
    with until_told(service.guide.reload) as told:
        service.start()
        server.start()
        socket.start()
        log.info("health on %s:%d", settings.host, server.port)
        told.wait()
        log.info("stopping: nothing new is taken")
        socket.stop()
        server.stop()
        service.stop()
    log.info("stopped")


def run_worker(settings: Settings) -> None:
    """Delivers alone: for several worker processes beside the one that answers."""
    service = build_service(settings)
    with until_told(service.guide.reload) as told:
        service.start(answering=False)
        log.info("delivering")
        told.wait()
        service.stop()
    log.info("stopped")


def build_service(settings: Settings) -> Service:
    """Everything behind Slack's surfaces, with nothing started yet."""
    guide = GuideInForce(directory=settings.knowledge, build=build_guide)
    stores = open_stores(database_url(settings), clock=system_clock, guide=guide, channels=settings.channels)
    return Service(
        settings=settings,
        token=settings.bot_token or "",
        api_url=settings.api_url,
        signing_secret=settings.signing_secret if settings.mode is Mode.HTTP else None,
        guide=guide,
        stores=stores,
        clock=system_clock,
    )


@contextmanager
def until_told(reload: Callable[[], object]) -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; SIGHUP calls `reload` in a thread of its own."""
    told = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        told.set()

    def again(number: int, frame: FrameType | None) -> None:
        del number, frame
        threading.Thread(target=reload, name="reload", daemon=True).start()

    before = {
        signal.SIGTERM: signal.signal(signal.SIGTERM, stop),
        signal.SIGINT: signal.signal(signal.SIGINT, stop),
        signal.SIGHUP: signal.signal(signal.SIGHUP, again),
    }
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
