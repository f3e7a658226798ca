"""The Socket Mode connection: connect when Slack is reachable, and report whether it is connected."""

from __future__ import annotations

import logging
import threading

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0
"""How soon the first connection is tried again; later ones are the client's own business."""

PING_SECONDS = 2.0
"""How often the line is tried: slack_sdk takes it for cut after four pings without an answer, or five unsent."""


class SocketModeConnection:
    """The connection. It begins in the background: a start needs no Slack."""

    def __init__(self, *, app: App, app_token: str, api_url: str) -> None:
        web_client = WebClient(token=app_token, base_url=api_url, timeout=10)
        self._handler = SocketModeHandler(app, app_token, web_client=web_client, ping_interval=PING_SECONDS)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._connect, name="socket", daemon=True)

    def connected(self) -> bool:
        """Whether Slack's requests reach us now."""
        client = self._handler.client
        return bool(client is not None and client.is_connected())

    def start(self) -> None:
        """Begins to connect."""
        self._thread.start()

    def stop(self) -> None:
        """Takes nothing new and closes the connection."""
        self._stopping.set()
        try:
            self._handler.close()  # type: ignore[no-untyped-call]
        except Exception as error:
            log.warning("the connection was not closed in good order: %s", type(error).__name__)

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
