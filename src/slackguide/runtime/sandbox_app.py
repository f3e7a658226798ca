"""Run the sandbox: the real Bolt app behind a Slack double on loopback; reload knowledge as it is edited."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

from slackguide.config import LOOPBACK, Settings
from slackguide.errors import StorageError
from slackguide.guide.reloading import ReloadableGuide
from slackguide.knowledge import KnowledgeBase
from slackguide.runtime.clock import ManualClock
from slackguide.runtime.container import build_guide, open_repositories
from slackguide.runtime.knowledge_watcher import KnowledgeWatcher
from slackguide.runtime.preview import PreviewPages
from slackguide.runtime.process import StopSignals, bind_error, shutdown_deadline
from slackguide.runtime.service import Service
from slackguide.sandbox import BotApp, Sandbox, Team, demo_team
from slackguide.sandbox.transport.http import REQUEST_TIMEOUT
from slackguide.slack.manifest import manifest
from slackguide.web.health import HEALTH_PATHS
from slackguide.web.wsgi import EVENTS_PATH

log = logging.getLogger(__name__)


class SandboxApp:
    """A sandbox and the service that answers in it, both on loopback.

    Its database is a file of its own, emptied at every start: the workspace around it is new too, and no pending job
    of a real workspace may end up in a made-up one. Raises `ConfigurationError` where the port cannot be had.
    `patience` is how many seconds the made-up Slack waits for an acknowledgement.
    """

    def __init__(self, *, settings: Settings, port: int, patience: float = REQUEST_TIMEOUT) -> None:
        self.clock = ManualClock()
        self.guide = ReloadableGuide(directory=settings.knowledge, build=build_guide)
        token, secret = f"xoxb-{secrets.token_hex(16)}", secrets.token_hex(16)
        routes: dict[str, WSGIApplication] = {}
        try:
            self.sandbox = Sandbox(
                clock=self.clock.seconds,
                advance=self.clock.advance,
                host=LOOPBACK,
                port=port,
                signing_secret=secret,
                bot_token=token,
                team=team_for(self.guide().knowledge),
                routes={path: _forward(routes, path) for path in (EVENTS_PATH, *HEALTH_PATHS)},
                preview=PreviewPages(guide=self.guide),
                request_timeout=patience,
            )
        except OSError as error:
            raise bind_error(LOOPBACK, port, error) from None
        # Only now, with the port ours: another sandbox that runs there would lose its database.
        file = fresh_database_file(settings, port=urlsplit(self.sandbox.url).port or port)
        self.service = Service(
            settings=settings,
            token=token,
            api_url=self.sandbox.api_url,
            signing_secret=secret,
            guide=self.guide,
            repositories=open_repositories(f"sqlite:///{file}", clock=self.clock.now, guide=self.guide, channels={}),
            clock=self.clock.now,
        )
        routes.update(self.service.routes)
        self._watcher = KnowledgeWatcher(self.guide, settings.knowledge)

    def start(self) -> None:
        """Begins."""
        self.sandbox.start()
        self.service.start()
        self._watcher.start()

    def stop(self) -> None:
        """Ends."""
        self._watcher.stop()
        self.service.stop()
        self.sandbox.stop()


def _forward(routes: Mapping[str, WSGIApplication], path: str) -> WSGIApplication:
    """An application that is made after the sandbox, whose address it needs."""
    return lambda environ, start: routes[path](environ, start)


def team_for(knowledge: KnowledgeBase) -> Team:
    """The sandbox's people and channels: the channels of the forms, and somebody in every user group."""
    leads = knowledge.team_lead_groups
    specialists = [form.specialists for form in knowledge.forms.values() if form.specialists]
    names = ("marek", "priya")
    groups = dict.fromkeys(leads, ("lena",))
    groups |= {handle: (names[number % len(names)],) for number, handle in enumerate(dict.fromkeys(specialists))}
    return demo_team(
        escalation_channels=[form.channel for form in knowledge.forms.values()],
        groups=groups,
        app=BotApp.from_manifest(manifest()),
    )


def run_sandbox(settings: Settings, signals: StopSignals) -> None:
    """Serve the sandbox until told to stop."""
    if settings.database_url is not None:
        log.warning("DATABASE_URL is left alone: the sandbox keeps a SQLite file of its own in %s", settings.home)
    app = SandboxApp(settings=settings, port=settings.port)
    signals.on_reload(app.guide.reload)
    app.start()
    log.info("open %s in a browser", app.sandbox.url)
    signals.wait()
    with shutdown_deadline():
        app.stop()


def fresh_database_file(settings: Settings, *, port: int) -> Path:
    """The file of the sandbox at that port, emptied. Raises `StorageError` where the folder cannot be written to."""
    file = (settings.home / f"sandbox-{port}.db").resolve()
    try:
        for suffix in ("", "-wal", "-shm"):
            file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"{file} cannot be emptied ({error.strerror}). Nothing was started; set SLACKGUIDE_HOME to a folder that "
            "can be written to."
        ) from None
    return file
