"""Run the sandbox: the real Bolt app against a simulated Slack on loopback. Reload the knowledge when it is edited."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

from slackguide.config import LOOPBACK, Settings
from slackguide.errors import StorageError
from slackguide.knowledge import KnowledgeBase
from slackguide.monitoring import METRICS_PATH
from slackguide.runtime.builder import ServiceBuilder
from slackguide.runtime.clock import ManualClock
from slackguide.runtime.container import open_repositories, reloadable_guide
from slackguide.runtime.knowledge_watcher import KnowledgeWatcher
from slackguide.runtime.preview import PreviewApi
from slackguide.runtime.process import StopSignals, bind_error, shutdown_deadline
from slackguide.sandbox import BotApp, Sandbox, Team, demo_team
from slackguide.sandbox.transport.http import REQUEST_TIMEOUT
from slackguide.slack.manifest import manifest
from slackguide.web.health import HEALTH_PATHS
from slackguide.web.wsgi import EVENTS_PATH

log = logging.getLogger(__name__)


class SandboxApp:
    """A sandbox and the service that answers in it, both on loopback.

    Its database is a file of its own, emptied at every start: its workspace is new, and no pending job of a real
    workspace may be delivered to a simulated one. Raises `ConfigurationError` if the port is unavailable. `patience` is
    the number of seconds that the simulated Slack waits for an acknowledgement.
    """

    def __init__(self, *, settings: Settings, port: int, patience: float = REQUEST_TIMEOUT) -> None:
        self.clock = ManualClock()
        self.guide = reloadable_guide(settings)
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
                routes={path: _forward(routes, path) for path in (EVENTS_PATH, METRICS_PATH, *HEALTH_PATHS)},
                preview=PreviewApi(guide=self.guide),
                request_timeout=patience,
            )
        except OSError as error:
            raise bind_error(LOOPBACK, port, error) from None
        # Only after binding the port: otherwise a sandbox that already runs there would lose its database.
        file = fresh_database_file(settings, port=urlsplit(self.sandbox.url).port or port)
        self.service = ServiceBuilder(
            settings=settings,
            token=token,
            api_url=self.sandbox.api_url,
            signing_secret=secret,
            guide=self.guide,
            repositories=open_repositories(f"sqlite:///{file}", clock=self.clock.now, guide=self.guide, channels={}),
            clock=self.clock.now,
        ).build()
        routes.update(self.service.routes)
        self._watcher = KnowledgeWatcher(self.guide, settings.knowledge)

    def start(self) -> None:
        """Start the sandbox, the service and the knowledge watcher."""
        self.sandbox.start()
        self.service.start()
        self._watcher.start()

    def stop(self) -> None:
        """Stop them in reverse order."""
        self._watcher.stop()
        self.service.stop()
        self.sandbox.stop()


def _forward(routes: Mapping[str, WSGIApplication], path: str) -> WSGIApplication:
    """Return an application that looks up its route at each request, because the routes are added after the sandbox."""
    return lambda environ, start: routes[path](environ, start)


def team_for(knowledge: KnowledgeBase) -> Team:
    """Return the simulated team: a channel for each form, and a member for each user group."""
    leads = knowledge.team_lead_groups
    specialists = [form.specialists for form in knowledge.forms.values() if form.specialists]
    names = ("marek", "priya")
    groups = dict.fromkeys(knowledge.user_groups, ("ben",))  # the groups of roles that are neither of those below
    groups |= dict.fromkeys(leads, ("lena",))
    groups |= {handle: (names[number % len(names)],) for number, handle in enumerate(dict.fromkeys(specialists))}
    answered = {
        handle: [form.title for form in knowledge.forms.values() if form.specialists == handle]
        for handle in specialists
    }
    titles = {member: f"Specialist, {answered[handle][0]}" for handle in answered for member in groups[handle]}
    return demo_team(
        titles=titles,
        escalation_channels=[form.channel for form in knowledge.forms.values()],
        groups=groups,
        app=BotApp.from_manifest(manifest()),
    )


def run_sandbox(settings: Settings, signals: StopSignals) -> None:
    """Serve the sandbox until a stop signal."""
    if settings.database_url is not None:
        log.warning("DATABASE_URL is ignored: the sandbox uses its own SQLite file in %s", settings.home)
    app = SandboxApp(settings=settings, port=settings.port)
    signals.on_reload(app.guide.reload)
    app.start()
    log.info("open %s in a browser", app.sandbox.url)
    signals.wait()
    with shutdown_deadline():
        app.stop()


def fresh_database_file(settings: Settings, *, port: int) -> Path:
    """Delete the database of the sandbox at `port` and return its path. Raises `StorageError` if that fails."""
    file = (settings.home / f"sandbox-{port}.db").resolve()
    try:
        for suffix in ("", "-wal", "-shm"):
            file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"{file} cannot be deleted ({error.strerror}). Nothing was started. Set SLACKGUIDE_HOME to a "
            "writable folder."
        ) from None
    return file
