"""Run the sandbox: the real Bolt app against a simulated Slack on loopback. Reload the knowledge when it is edited."""

from __future__ import annotations

import json
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

    Its database is a file of its own, so that no pending job of a real workspace is delivered to a simulated one.
    `stop` stores the workspace beside it, and the next start goes on with both, unless it is `fresh`, of another
    knowledge folder, or the last one was killed. Raises `ConfigurationError` if the port is unavailable. `patience` is
    the number of seconds that the simulated Slack waits for an acknowledgement.
    """

    def __init__(
        self, *, settings: Settings, port: int, patience: float = REQUEST_TIMEOUT, fresh: bool = False
    ) -> None:
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
        self._knowledge = str(settings.knowledge.resolve())
        self._file = (settings.home / f"sandbox-{urlsplit(self.sandbox.url).port or port}.db").resolve()
        self._restore_or_empty(fresh=fresh)
        self.service = ServiceBuilder(
            settings=settings,
            token=token,
            api_url=self.sandbox.api_url,
            signing_secret=secret,
            guide=self.guide,
            repositories=open_repositories(
                f"sqlite:///{self._file}", clock=self.clock.now, guide=self.guide, channels={}
            ),
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
        """Stop them in reverse order, and store the workspace."""
        self._watcher.stop()
        self.service.stop()
        self.sandbox.stop()
        stored = {
            "knowledge": self._knowledge,
            "offset": self.clock.offset,
            "workspace": self.sandbox.workspace.saved(),
        }
        try:
            self._workspace_file.write_text(json.dumps(stored), "utf-8")
        except OSError as error:
            log.warning("the workspace is not kept: %s cannot be written: %s", self._workspace_file, error.strerror)

    @property
    def _workspace_file(self) -> Path:
        return self._file.with_suffix(".json")

    def _restore_or_empty(self, *, fresh: bool) -> None:
        """Go on with the stored workspace and its database, or else delete both. Raises `StorageError`."""
        restored = False
        try:
            stored = json.loads(self._workspace_file.read_text("utf-8"))
            if not fresh and stored["knowledge"] == self._knowledge and self._file.exists():
                self.clock.offset = float(stored["offset"])
                self.sandbox.workspace.restore(stored["workspace"])
                restored = True
        except FileNotFoundError:
            pass
        except (OSError, ValueError, TypeError, KeyError) as error:
            log.warning("the stored workspace %s cannot be read: %s", self._workspace_file, error)
        # The workspace is stored again by `stop`: one that is killed leaves a database that differs from it.
        suffixes = (".json",) if restored else (".json", ".db", ".db-wal", ".db-shm")
        try:
            for suffix in suffixes:
                self._file.with_suffix(suffix).unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(
                f"{self._file} cannot be deleted ({error.strerror}). Nothing was started. Set SLACKGUIDE_HOME to a "
                "writable folder."
            ) from None
        if restored:
            log.info("the workspace goes on where it was stopped; `slackguide sandbox --fresh` starts an empty one")


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


def run_sandbox(settings: Settings, signals: StopSignals, *, fresh: bool = False) -> None:
    """Serve the sandbox until a stop signal. `fresh` empties its database and its workspace first."""
    if settings.database_url is not None:
        log.warning("DATABASE_URL is ignored: the sandbox uses its own SQLite file in %s", settings.home)
    app = SandboxApp(settings=settings, port=settings.port, fresh=fresh)
    signals.on_reload(app.guide.reload)
    app.start()
    log.info("open %s in a browser", app.sandbox.url)
    signals.wait()
    with shutdown_deadline():
        app.stop()
