"""The Socket Mode connection: connect when Slack is reachable, and report the status."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0
"""Seconds between attempts at the first connection. slack_sdk reconnects after that."""

PING_SECONDS = 2.0
"""Seconds between pings. slack_sdk considers the connection lost after four unanswered pings, or five unsent ones."""


class SocketModeConnection:
    """A connection that is opened in the background, so that the app starts while Slack is unreachable."""

    def __init__(self, *, app: App, app_token: str, api_url: str) -> None:
        web_client = WebClient(token=app_token, base_url=api_url, timeout=10)
        self._handler = SocketModeHandler(app, app_token, web_client=web_client, ping_interval=PING_SECONDS)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._connect, name="socket", daemon=True)

    def connected(self) -> bool:
        """Return whether Slack's requests can arrive."""
        client = self._handler.client
        return bool(client is not None and client.is_connected())

    def start(self) -> None:
        """Start connecting."""
        self._thread.start()

    def stop(self) -> None:
        """Close the connection."""
        self._stopping.set()
        try:
            self._wake_threads()
            self._handler.close()  # type: ignore[no-untyped-call]
        except Exception as error:
            log.warning("closing the connection failed: %s", type(error).__name__)

    def _wake_threads(self) -> None:
        """End the reads of slack_sdk's threads. Its `close` waits for them, up to four seconds."""
        client = self._handler.client
        if client is None:
            return
        client.closed = True
        client.current_session_runner.event.set()
        client.current_session_state.terminated = True
        client.message_queue.put(None)
        session = client.current_session
        if session is not None and session.sock is not None:
            with suppress(OSError):  # `SSLSocket.shutdown` would let another thread send without encryption
                socket.socket.shutdown(session.sock, socket.SHUT_RDWR)

    def _connect(self) -> None:
        while not self._stopping.is_set():
            try:
                self._handler.connect()  # type: ignore[no-untyped-call]
            except Exception as error:
                log.warning("not connected to Slack: %s; trying again", type(error).__name__)
                self._stopping.wait(RETRY_SECONDS)
            else:
                log.info("connected to Slack")
                return
