"""Runs slackguide until it is told to stop: chooses the mode, serves, and ends in good order."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Literal
from wsgiref.types import WSGIApplication

from slackguide.config import Mode, Settings, read_settings
from slackguide.errors import ConfigurationError, SlackguideError
from slackguide.guide.reloading import ReloadableGuide
from slackguide.logs import last_words, set_up
from slackguide.web.front import BODY_LIMIT, Front
from slackguide.wiring import Service, build_guide, database_url, open_stores, system_clock
from slackguide.wsgi_server import WsgiServer

log = logging.getLogger(__name__)

UNUSABLE = 2

THREADS = 16
"""Requests at once: an acknowledgement takes milliseconds, and the one that opens a modal may wait 2 s for Slack."""

HEALTH_THREADS = 4

STOP_SECONDS = 9.0
"""How long the end may take: the contract gives it 10 s."""


class Orders:
    """What the operating system tells this process: to stop (SIGTERM, SIGINT), to read the knowledge again (SIGHUP).

    A signal's handler runs in the midst of whatever the main thread does, waiting on a lock included: all that is safe
    there is to append the order to a deque. `woken` blocks until a signal has arrived since it last returned.
    """

    def __init__(self, *, woken: Callable[[], object]) -> None:
        self._woken = woken
        self._given: deque[Literal["stop", "reload"]] = deque()
        self._reload: Callable[[], object] = lambda: None

    def on_reload(self, reload: Callable[[], object]) -> None:
        """What to do at SIGHUP; before this is said, nothing."""
        self._reload = reload

    def wait(self) -> None:
        """Until told to stop; at once where that came while starting. Reads in a thread of its own: nothing waits."""
        while self._next() == "reload":
            threading.Thread(target=self._reload, name="reload", daemon=True).start()
        log.info("stopping: nothing new is taken")

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Handles a signal."""
        del number, frame
        self._given.append("stop")

    def reload(self, number: int, frame: FrameType | None) -> None:
        """Handles a signal."""
        del number, frame
        self._given.append("reload")

    def _next(self) -> Literal["stop", "reload"]:
        while not self._given:
            self._woken()
        return self._given.popleft()


def main() -> None:
    """`python app.py`: exit status 0 after SIGTERM, 2 where the environment or the knowledge cannot be used."""
    try:
        run(read_settings())
    except SlackguideError as error:
        last_words(str(error))
        sys.exit(UNUSABLE)


def run(settings: Settings) -> None:
    """Run in the mode that the settings choose. Raises `SlackguideError` where it cannot start."""
    set_up(settings.log_level, settings.log_format)
    with until_told() as orders:
        log.info("slackguide runs as %s, because %s", settings.mode.value, settings.why)
        match settings.mode:
            case Mode.SANDBOX:
                from slackguide.trying import run_sandbox  # the sandbox is no part of a deployment

                run_sandbox(settings, orders)
            case Mode.SOCKET:
                run_socket_mode(settings, orders)
            case Mode.HTTP:
                run_http(settings, orders)
    log.info("stopped")


def run_http(settings: Settings, orders: Orders) -> None:
    """Serves Slack's requests over HTTP."""
    service = build_service(settings)
    orders.on_reload(service.guide.reload)
    server = listening(Front(routes=service.routes), settings.host, settings.port, threads=THREADS)
    service.start()
    server.start()
    log.info("listening on %s:%d", settings.host, server.port)
    orders.wait()
    with in_time():
        service.wind_down()
        server.stop()
        service.stop()


def run_socket_mode(settings: Settings, orders: Orders) -> None:
    """Takes Slack's requests over a WebSocket; health is served over HTTP."""
    from slackguide.slack.api.socket_mode import SocketModeConnection

    service = build_service(settings)
    orders.on_reload(service.guide.reload)
    socket = SocketModeConnection(
        app=service.app, app_token=settings.app_token.get_secret_value(), api_url=settings.api_url
    )
    service.connected = socket.connected
    server = listening(Front(routes=service.health.routes), settings.host, settings.port, threads=HEALTH_THREADS)
    service.start()
    server.start()
    socket.start()
    log.info("health on %s:%d", settings.host, server.port)
    orders.wait()
    with in_time():
        service.wind_down()
        socket.stop()
        server.stop()
        service.stop()


def run_worker(settings: Settings, *, port: int | None = None) -> None:
    """Delivers alone; with a port (0 to 65535), serves health there. Raises `SlackguideError` where it cannot start."""
    set_up(settings.log_level, settings.log_format)
    with until_told() as orders:
        log.info("slackguide runs as a worker: it delivers, and answers nobody")
        service = build_service(settings)
        orders.on_reload(service.guide.reload)
        server = None
        if port is not None:
            front = Front(routes=service.health.routes)
            server = listening(front, settings.host, port, threads=HEALTH_THREADS)
            server.start()
            log.info("health on %s:%d", settings.host, server.port)
        service.start(answering=False)
        log.info("delivering")
        orders.wait()
        with in_time():
            service.wind_down()
            if server is not None:
                server.stop()
            service.stop()
    log.info("stopped")


def build_service(settings: Settings) -> Service:
    """Everything behind Slack's surfaces, with nothing started yet."""
    guide = ReloadableGuide(directory=settings.knowledge, build=build_guide)
    stores = open_stores(database_url(settings), clock=system_clock, guide=guide, channels=settings.channels)
    return Service(
        settings=settings,
        token=settings.bot_token.get_secret_value(),
        api_url=settings.api_url,
        signing_secret=settings.signing_secret.get_secret_value() if settings.mode is Mode.HTTP else None,
        guide=guide,
        stores=stores,
        clock=system_clock,
    )


def listening(application: WSGIApplication, host: str, port: int, *, threads: int) -> WsgiServer:
    """Return a server that has its address. Raises `ConfigurationError` where the address cannot be had."""
    try:
        return WsgiServer(
            application, host=host, port=port, threads=threads, ident="slackguide", backlog=1024,
            connection_limit=1000, max_request_body_size=BODY_LIMIT,
        )  # fmt: skip
    except OSError as error:
        raise cannot_listen(host, port, error) from None


def cannot_listen(host: str, port: int, error: OSError) -> ConfigurationError:
    """The words for an address that cannot be had."""
    return ConfigurationError(
        f"Not started: {host}:{port} cannot be listened on ({error.strerror or error}). Whatever listens there goes on "
        "undisturbed. Set PORT to a free port, or HOST to an address of this machine."
    )


@contextmanager
def until_told() -> Iterator[Orders]:
    """Orders instead of the signals' usual effect, from before anything is started until everything has ended."""
    # Python runs a handler between two instructions of the main thread. A signal that arrives just before that thread
    # blocks in a lock would wait there for the next signal; a byte in a socket wakes whoever reads it, early or late.
    awake, wakeup = socket.socketpair()
    wakeup.setblocking(False)
    orders = Orders(woken=lambda: awake.recv(4096))
    handlers = {signal.SIGTERM: orders.stop, signal.SIGINT: orders.stop, signal.SIGHUP: orders.reload}
    with awake, wakeup:
        fd_before = signal.set_wakeup_fd(wakeup.fileno(), warn_on_full_buffer=False)
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield orders
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(fd_before)


@contextmanager
def in_time(seconds: float = STOP_SECONDS) -> Iterator[None]:
    """Ends the process after so many seconds whatever still hangs: what it leases is then due again by itself."""

    def cut_off() -> None:
        log.error("not everything ended within %g s; it is left, and what was under way is looked for", seconds)
        logging.shutdown()
        os._exit(0)

    timer = threading.Timer(seconds, cut_off)
    timer.daemon = True
    timer.start()
    yield
