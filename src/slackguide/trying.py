"""The sandbox run: the very Bolt app behind a Slack of our own on loopback; knowledge reloads as it is edited."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from slackguide.authoring import AuthorPages
from slackguide.config import LOOPBACK, Settings
from slackguide.guide.in_force import GuideInForce
from slackguide.knowledge import KnowledgeBase
from slackguide.running import until_told
from slackguide.sandbox import BotApp, Sandbox, Team, demo_team
from slackguide.slack.manifest import manifest
from slackguide.wiring import Service, build_guide, database_url, open_stores

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Seconds between two looks at the knowledge files."""

DATABASE = "sandbox.db"


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
    """A sandbox and the service that answers in it, both on loopback. Raises OSError where the port is taken."""

    def __init__(self, *, settings: Settings, port: int) -> None:
        self.clock = MovableClock()
        self.guide = GuideInForce(directory=settings.knowledge, build=build_guide)
        token, secret = f"xoxb-{secrets.token_hex(16)}", secrets.token_hex(16)
        url = _fresh_database(settings)
        stores = open_stores(url, clock=self.clock.now, guide=self.guide, channels={})
        routes: dict[str, Any] = {}
        self.sandbox = Sandbox(
            clock=self.clock.seconds,
            advance=self.clock.advance,
            host=LOOPBACK,
            port=port,
            signing_secret=secret,
            bot_token=token,
            team=team_of(self.guide().knowledge),
            routes=_Later(routes, ("/slack/events", "/healthz", "/readyz")),
            author=AuthorPages(guide=self.guide),
        )
        self.service = Service(
            settings=settings,
            token=token,
            api_url=self.sandbox.api_url,
            signing_secret=secret,
            guide=self.guide,
            stores=stores,
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


class _Later(dict[str, Any]):
    """WSGI applications by path that are made after the sandbox, whose address they need."""

    def __init__(self, routes: Mapping[str, Any], paths: Sequence[str]) -> None:
        super().__init__({path: self._forward(routes, path) for path in paths})

    @staticmethod
    def _forward(routes: Mapping[str, Any], path: str) -> Any:
        return lambda environ, start: routes[path](environ, start)


class _Watch:
    """Reloads the knowledge when a file of it changes."""

    def __init__(self, guide: GuideInForce, directory: Path) -> None:
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
            if (seen := self._look()) != self._seen:
                self._seen = seen
                self._guide.reload()

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


def run_sandbox(settings: Settings) -> None:
    """Serves the sandbox until told to stop."""
    trial = Trial(settings=settings, port=settings.port)
    with until_told(trial.guide.reload) as told:
        trial.start()
        log.info("open %s in a browser", trial.sandbox.url)
        told.wait()
        log.info("stopping")
        trial.stop()
    log.info("stopped")


def _fresh_database(settings: Settings) -> str:
    """The sandbox's database, emptied: the workspace around it is new at every start."""
    if settings.database_url is None:
        for suffix in ("", "-wal", "-shm"):
            (settings.home / f"{DATABASE}{suffix}").unlink(missing_ok=True)
    return database_url(settings, name=DATABASE)
