"""Run the sandbox's workspace without the app, which runs elsewhere: to rehearse a deployment."""

from __future__ import annotations

import logging
import secrets
import sys
import time

from slackguide.config import LOOPBACK, Settings
from slackguide.logging_config import configure_logging
from slackguide.runtime.process import bind_error, handle_signals, shutdown_deadline
from slackguide.runtime.sandbox_app import team_for
from slackguide.sandbox import Sandbox
from slackguide.triage.completeness import load_verified

log = logging.getLogger(__name__)


def run_workspace(settings: Settings, *, app_url: str) -> None:
    """Serve a workspace until a stop signal. It sends Slack's requests to `app_url`, or over an open WebSocket.

    Prints the variables with which the app connects. Raises `ConfigurationError` if the port is unavailable.
    """
    configure_logging(settings.log_level, settings.log_format)
    with handle_signals() as signals:
        token, secret, app_token = (secrets.token_hex(16) for _ in range(3))
        try:
            sandbox = Sandbox(
                clock=time.time,
                host=LOOPBACK,
                port=settings.port,
                signing_secret=secret,
                bot_token=f"xoxb-{token}",
                app_token=f"xapp-{app_token}",
                team=team_for(load_verified(settings.knowledge)),
                bot_url=app_url,
            )
        except OSError as error:
            raise bind_error(LOOPBACK, settings.port, error) from None
        sandbox.start()
        print(f"SLACK_API_URL={sandbox.api_url}\nSLACK_BOT_TOKEN=xoxb-{token}\nSLACK_SIGNING_SECRET={secret}")
        print(f"# Instead of the signing secret, for Socket Mode:\n# SLACK_APP_TOKEN=xapp-{app_token}")
        sys.stdout.flush()
        log.info("a workspace without the app: open %s in a browser", sandbox.url)
        signals.wait()
        with shutdown_deadline():
            sandbox.stop()
