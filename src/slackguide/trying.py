"""The sandbox run: the very Bolt app behind a Slack of our own on loopback; knowledge reloads as it is edited."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

from slackguide.authoring import AuthorPages
from slackguide.config import LOOPBACK, Settings
from slackguide.errors import StorageError
from slackguide.guide.reloading import ReloadableGuide
from slackguide.knowledge import KnowledgeBase
from slackguide.running import Orders, cannot_listen, in_time
from slackguide.sandbox import BotApp, Sandbox, Team, demo_team
from slackguide.sandbox.transport.http import REQUEST_TIMEOUT
from slackguide.slack.manifest import manifest
from slackguide.web.front import EVENTS_PATH, HEALTH_PATHS
from slackguide.wiring import Service, build_guide, open_stores

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Seconds between two looks at the knowledge files."""


class MovableClock:
    """The time, as far as somebody has moved it on."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def seconds(self) -> float:
        """Epoch seconds."""
        return time.time() + self._ahead

    def now(self) -> datetime:
        """The same in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def advance(self, seconds: float) -> None:
        """Moves it on."""
        self._ahead += seconds


class Trial:
    """A sandbox and the service that answers in it, both on loopback.

    Its database is a file of its own, emptied at every start: the workspace around it is new too, and nothing that a
    real workspace is owed may end up in a made-up one. Raises `ConfigurationError` where the port cannot be had.
    `patience` is how many seconds the made-up Slack waits for an acknowledgement.
    """

    def __init__(self, *, settings: Settings, port: int, patience: float = REQUEST_TIMEOUT) -> None:
        self.clock = MovableClock()
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
                team=team_of(self.guide().knowledge),
                routes={path: _forwarded(routes, path) for path in (EVENTS_PATH, *HEALTH_PATHS)},
                preview=AuthorPages(guide=self.guide),
                request_timeout=patience,
            )
        except OSError as error:
            raise cannot_listen(LOOPBACK, port, error) from None
        # Only now, with the port ours: another sandbox that runs there would lose its database.
        file = fresh_file(settings, port=urlsplit(self.sandbox.url).port or port)
        self.service = Service(
            settings=settings,
            token=token,
            api_url=self.sandbox.api_url,
            signing_secret=secret,
            guide=self.guide,
            stores=open_stores(f"sqlite:///{file}", clock=self.clock.now, guide=self.guide, channels={}),
            clock=self.clock.now,
        )
        routes.update(self.service.routes)
        self._watch = _Watch(self.guide, settings.knowledge)

    def start(self) -> None:
        """Begins."""
        self.sandbox.start()
        self.service.start()
        self._watch.start()

    def stop(self) -> None:
        """Ends."""
        self._watch.stop()
        self.service.stop()
        self.sandbox.stop()


def _forwarded(routes: Mapping[str, WSGIApplication], path: str) -> WSGIApplication:
    """An application that is made after the sandbox, whose address it needs."""
    return lambda environ, start: routes[path](environ, start)


class _Watch:
    """Reloads the knowledge when a file of it changes."""

    def __init__(self, guide: ReloadableGuide, directory: Path) -> None:
        self._guide = guide
        self._directory = directory
        self._stopping = threading.Event()
        self._seen = self._look()
        self._thread = threading.Thread(target=self._run, name="knowledge", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY):
            try:
                if (seen := self._look()) != self._seen:
                    self._seen = seen
                    self._guide.reload()
            except Exception:
                log.exception("a look at the knowledge files failed; the next one is in %g s", LOOK_EVERY)

    def _look(self) -> tuple[tuple[str, int, int], ...]:
        found = []
        for path in sorted(self._directory.glob("*.y*ml")):
            try:
                stat = path.stat()
            except OSError:  # an editor is replacing it
                continue
            found.append((path.name, stat.st_mtime_ns, stat.st_size))
        return tuple(found)


def team_of(knowledge: KnowledgeBase) -> Team:
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


def run_sandbox(settings: Settings, orders: Orders) -> None:
    """Serve the sandbox until told to stop."""
    if settings.database_url is not None:
        log.warning("DATABASE_URL is left alone: the sandbox keeps a SQLite file of its own in %s", settings.home)
    trial = Trial(settings=settings, port=settings.port)
    orders.on_reload(trial.guide.reload)
    trial.start()
    log.info("open %s in a browser", trial.sandbox.url)
    orders.wait()
    with in_time():
        trial.stop()


def fresh_file(settings: Settings, *, port: int) -> Path:
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
