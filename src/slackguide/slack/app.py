"""Build the Bolt app without a call to Slack, so that it starts while Slack is unreachable."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.error_handler import ErrorHandler
from slackguide.slack.middleware import AccessMiddleware, RateLimitNotices
from slackguide.slack.registry import Listeners, register
from slackguide.storage.bot_identity import BotIdentity

LISTENER_THREADS = 16
"""Threads of Bolt's pool. Listeners run inline (`process_before_response`), so that few of them are busy."""


class RequestMetrics(Protocol):
    """Counts Slack's requests; implemented by `monitoring.ServiceMetrics`."""

    def request(self, kind: str, *, status: int, seconds: float) -> None:
        """Count a request."""


class MeteredApp(App):
    """An app that counts the requests that it dispatches, over HTTP and in Socket Mode."""

    metrics: RequestMetrics | None = None

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """See `App.dispatch`. A request that is dispatched again for a person just looked up counts once."""
        started = time.perf_counter()
        repeated = "acknowledged" in req.context
        response = super().dispatch(req)
        if self.metrics is not None and not repeated:
            kind = "command" if req.body.get("command") else str(req.body.get("type"))
            self.metrics.request(kind, status=response.status, seconds=time.perf_counter() - started)
        return response


def build_app(
    *,
    token: str,
    signing_secret: str | None,
    client: WebClient,
    identity: Callable[[], BotIdentity | None],
    listeners: Listeners,
    boundary: ErrorHandler,
    directory: DirectorySync,
    metrics: RequestMetrics | None = None,
) -> App:
    """Return the app with the access check and all listeners.

    `signing_secret` is None in Socket Mode, whose requests are not signed.
    """

    def authorize() -> AuthorizeResult:
        known = identity()
        return AuthorizeResult(
            enterprise_id=known.enterprise_id if known else None,
            team_id=known.team_id if known else None,
            bot_token=token,
            bot_id=known.bot_id if known else None,
            bot_user_id=known.bot_user_id if known else None,
        )

    app = MeteredApp(
        name="slack_bolt.slackguide",  # Bolt sets the level of the logger of this name, which must not be ours
        logger=_quiet_logger(),
        authorize=authorize,
        signing_secret=signing_secret or "",
        client=client,
        process_before_response=True,
        request_verification_enabled=signing_secret is not None,
        listener_executor=ThreadPoolExecutor(max_workers=LISTENER_THREADS, thread_name_prefix="listener"),
    )
    app.metrics = metrics
    app.error(boundary)
    app.use(RateLimitNotices(ticks=time.monotonic))
    app.use(AccessMiddleware(directory=directory, updater=listeners.updater, dispatch=app.dispatch))
    register(app, listeners)
    return app


def _quiet_logger() -> logging.Logger:
    """Return a logger at level ERROR: below it Bolt logs whole requests, including people's text."""
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.ERROR)
    return logger
