"""The service: start and stop the parts behind Slack's surfaces, and report their health."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from wsgiref.types import WSGIApplication

from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler

from slackguide.delivery.notifier import Notifier
from slackguide.delivery.scheduler import Scheduler
from slackguide.delivery.worker import Worker
from slackguide.errors import StorageError
from slackguide.guide.reloading import ReloadableGuide
from slackguide.monitoring import METRICS_PATH, ServiceMetrics
from slackguide.slack.api.background import BackgroundTasks
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.installation import InstallationCheck, InstallationStatus
from slackguide.storage.database import Database
from slackguide.web.health import Health
from slackguide.web.signature import verify_signature
from slackguide.web.wsgi import EVENTS_PATH

log = logging.getLogger(__name__)


class Service:
    """The parts behind Slack's surfaces, built by `runtime.builder`.

    `start` starts the background work, `stop` stops it within 10 s. `connected` returns whether Slack's requests can
    arrive; Socket Mode sets it.
    """

    def __init__(
        self,
        *,
        guide: ReloadableGuide,
        app: App,
        signing_secret: str | None,
        database: Database,
        notifier: Notifier,
        metrics: ServiceMetrics,
        installation: InstallationStatus,
        installation_check: InstallationCheck,
        directory_sync: DirectorySync,
        background: BackgroundTasks,
        workers: Sequence[Worker],
        scheduler: Scheduler,
        stopping: threading.Event,
    ) -> None:
        self.guide = guide
        self.app = app
        self.installation_check = installation_check
        self.health = Health(problems=self.problems)
        self.connected: Callable[[], bool] = lambda: True
        self._signing_secret = signing_secret
        self._database = database
        self._notifier = notifier
        self._metrics = metrics
        self._installation = installation
        self._directory_sync = directory_sync
        self._background = background
        self._workers = workers
        self._scheduler = scheduler
        self._stopping = stopping

    @property
    def routes(self) -> dict[str, WSGIApplication]:
        """The HTTP routes: health and metrics, and Slack's requests if they are signed."""
        if self._signing_secret is None:
            return self.operator_routes
        bolt: WSGIApplication = SlackRequestHandler(self.app, path=EVENTS_PATH)
        verified = verify_signature(bolt, secret=self._signing_secret, clock=time.time, refused=self._metrics.rejected)
        return {EVENTS_PATH: verified, **self.operator_routes}

    @property
    def operator_routes(self) -> dict[str, WSGIApplication]:
        """The HTTP routes for the operator: health and metrics."""
        return {**self.health.routes, METRICS_PATH: self._metrics.application}

    def problems(self) -> list[str]:
        """Return the reasons why the service is not ready; an empty list if it is."""
        problems: list[str] = []
        try:
            self._database.check()
        except StorageError as error:
            problems.append(str(error))
        if (refused := self._installation.problem) is not None:
            problems.append(refused)
        if not self.connected():
            problems.append("Socket Mode is not connected to Slack yet.")
        return problems

    def start(self, *, answering: bool = True) -> None:
        """Start delivery and the periodic tasks and, if `answering`, the directory's refresh."""
        for worker in self._workers:
            worker.start()
        self._scheduler.start()
        if answering:
            self._directory_sync.start()

    def begin_shutdown(self) -> None:
        """Claim no further job and release those not sent yet. Requests are still answered."""
        if not self._stopping.is_set():
            self._stopping.set()
            log.info("stopping: no new work is accepted")
        self._directory_sync.stop()
        self._notifier.notify()

    def stop(self) -> None:
        """Finish the current work and release the leases."""
        self.begin_shutdown()
        deadline = time.monotonic() + 6.0
        for worker in self._workers:
            worker.stop(timeout=max(0.0, deadline - time.monotonic()))
        self._scheduler.stop(timeout=1.0)
        self._directory_sync.stop(timeout=1.0)
        self._background.drain(timeout=2.0)
        self._database.close()
