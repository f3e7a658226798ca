"""The service:

everything behind Slack's surfaces, built, started and stopped. With the container the only caller of concrete
constructors.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Collection
from datetime import date
from typing import Any
from wsgiref.types import WSGIApplication

from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler

from slackguide.config import Settings
from slackguide.delivery.dispatcher import Dispatcher
from slackguide.delivery.scheduler import PeriodicTask, Scheduler
from slackguide.delivery.worker import Worker
from slackguide.errors import StorageError
from slackguide.escalation.models import Escalation
from slackguide.guide.reloading import ReloadableGuide
from slackguide.runtime.container import INSTALLATION_EVERY, Repositories, UtcClock, new_id, policies, specialists
from slackguide.slack.access import AccessPolicy
from slackguide.slack.answer_service import AnswerService
from slackguide.slack.api.background import BackgroundTasks
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.api.modals import ModalOpener
from slackguide.slack.api.updates import MessageUpdater
from slackguide.slack.app import build_app
from slackguide.slack.app_home import AppHomeBuilder
from slackguide.slack.error_codes import INSTALLATION_CODES, explain
from slackguide.slack.error_handler import ErrorHandler
from slackguide.slack.installation import InstallationCheck, InstallationStatus, MonitoredClient
from slackguide.slack.listeners.answer_actions import AnswerActions
from slackguide.slack.listeners.app_home import AppHomeActions
from slackguide.slack.listeners.ask_modal import AskModal
from slackguide.slack.listeners.escalation_actions import EscalationActions
from slackguide.slack.listeners.escalation_form import EscalationFormSubmission
from slackguide.slack.listeners.message_events import MessageEvents
from slackguide.slack.listeners.route_command import RouteCommand
from slackguide.slack.readers import ChannelReaders
from slackguide.slack.registry import Listeners
from slackguide.slack.sender import SlackSender
from slackguide.slack.thread_answers import TURNS, ThreadAnswers
from slackguide.storage import task_codec
from slackguide.storage.outbox import SqlJobQueue
from slackguide.storage.reminders import ReminderService
from slackguide.storage.retention import RetentionService
from slackguide.web.health import Health
from slackguide.web.signature import verify_signature
from slackguide.web.wsgi import EVENTS_PATH

MODAL_TIMEOUT = 2
"""Seconds that Slack gets to open a window: the acknowledgement is due after 3."""


DELIVERY_TIMEOUT = 5
"""Seconds that Slack gets to take a message, well within a lease of 15 s."""


REMINDER_INTERVAL = 15.0


RETENTION_INTERVAL = 3600.0


class Service:
    """Everything behind Slack's surfaces. `start` begins the work in the background, `stop` ends it within 10 s."""

    def __init__(
        self,
        *,
        settings: Settings,
        token: str,
        api_url: str,
        signing_secret: str | None,
        guide: ReloadableGuide,
        repositories: Repositories,
        clock: UtcClock,
        jitter: Callable[[], float] = random.random,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.guide = guide
        self.repositories = repositories
        self._signing_secret = signing_secret
        self._stopping = threading.Event()
        self.connected: Callable[[], bool] = lambda: True

        def identity() -> Any:
            return repositories.identities.get(token)

        self._identity: Any = None

        def known_identity() -> Any:
            """The identity of `auth.test`, cached once it is known: no request waits for the database."""
            if self._identity is None:
                try:
                    self._identity = identity()
                except StorageError:
                    return None
            return self._identity

        self.installation = InstallationStatus(ticks=time.monotonic)
        modal_client, client = (
            MonitoredClient(status=self.installation, token=token, base_url=api_url, timeout=timeout)
            for timeout in (MODAL_TIMEOUT, DELIVERY_TIMEOUT)
        )
        access_policy = AccessPolicy(
            directory=repositories.directory,
            our_team=lambda: known.team_id if (known := known_identity()) else None,
            leads=settings.team_leads,
            lead_groups=lambda: guide().knowledge.team_lead_groups,
        )
        self._directory_sync = DirectorySync(
            client=client,
            quick_client=modal_client,
            directory=repositories.directory,
            identities=repositories.identities,
            access_policy=access_policy,
            token=token,
            groups=lambda: guide().knowledge.user_groups,
        )
        answers = AnswerService(guide=guide, drafts=repositories.drafts, ids=new_id, today=lambda: _today(clock))
        self._background = BackgroundTasks()
        updater = MessageUpdater(client=client, background=self._background)
        modals = ModalOpener(client=modal_client, answers=answers)
        readers = ChannelReaders(client=client, directory=self._directory_sync, clock=clock)
        app_home = AppHomeBuilder(
            escalations=repositories.escalations,
            people=repositories.directory,
            directory=self._directory_sync,
            knowledge=lambda: guide().knowledge,
            clock=clock,
        )
        sender = SlackSender(
            client=client,
            channels=repositories.channels,
            knowledge=lambda: guide().knowledge,
            conversation=ThreadAnswers(answers=answers, directory=self._directory_sync, readers=readers, ticks=ticks),
            directory=self._directory_sync,
            turns=lambda task: repositories.inbox.turns_before(task, at_most=TURNS),
            home=lambda user_id: app_home.view(user_id, {}),
        )

        def outbox(*, only: Collection[str] | None = None, without: Collection[str] = ()) -> SqlJobQueue:
            """The outbox for jobs of some kinds, as one worker of this process."""
            return SqlJobQueue(
                database=repositories.database,
                notifier=repositories.notifier,
                worker=f"{os.getpid()}-{new_id()[:6]}",
                only=only,
                without=without,
            )

        def worker(name: str, jobs: SqlJobQueue) -> Worker:
            """A worker for the jobs of that outbox."""
            return Worker(
                queue=jobs,
                dispatcher=Dispatcher(
                    queue=jobs,
                    sender=sender,
                    watchers=self._watchers,
                    explain=explain,
                    jitter=jitter,
                    stopping=self._stopping.is_set,
                ),
                notifier=repositories.notifier,
                stopping=self._stopping,
                name=name,
            )

        posts = outbox(without=task_codec.ANSWERS)
        self._workers = (worker("delivery", posts), worker("answers", outbox(only=task_codec.ANSWERS)))
        self.installation_check = InstallationCheck(
            client=client, status=self.installation, resume=lambda: posts.resume(INSTALLATION_CODES)
        )
        reminders = ReminderService(
            database=repositories.database, notifier=repositories.notifier, policy=policies(guide)
        )
        retention = RetentionService(database=repositories.database, days=settings.retention_days)
        self._scheduler = Scheduler(
            periodic_tasks=[
                PeriodicTask("reminders", REMINDER_INTERVAL, reminders.send_due),
                PeriodicTask("sweep", RETENTION_INTERVAL, retention.sweep),
                PeriodicTask("installation", INSTALLATION_EVERY, self.installation_check.run),
            ],
            stopping=self._stopping,
        )
        self.app: App = build_app(
            token=token,
            signing_secret=signing_secret,
            client=client,
            identity=known_identity,
            listeners=Listeners(
                route=RouteCommand(answers=answers, modals=modals),
                answer_actions=AnswerActions(
                    answers=answers,
                    modals=modals,
                    updater=updater,
                    readers=readers,
                    feedback=repositories.feedback,
                ),
                ask_modal=AskModal(answers=answers, modals=modals, updater=updater),
                escalation_form=EscalationFormSubmission(answers=answers, escalations=repositories.escalations),
                escalation_actions=EscalationActions(
                    escalations=repositories.escalations,
                    directory=self._directory_sync,
                    modals=modals,
                    updater=updater,
                    knowledge=lambda: guide().knowledge,
                    clock=clock,
                ),
                messages=MessageEvents(inbox=repositories.inbox, seen_home=repositories.escalations.record_home_view),
                home=AppHomeActions(
                    client=client,
                    modals=modals,
                    background=self._background,
                    draw=app_home.view,
                ),
                updater=updater,
            ),
            boundary=ErrorHandler(updater=updater, ids=new_id),
            directory=self._directory_sync,
        )
        self.health = Health(problems=self.problems)

    @property
    def routes(self) -> dict[str, WSGIApplication]:
        """What is served over HTTP: our health, and Slack's requests where they are signed."""
        if self._signing_secret is None:
            return self.health.routes
        bolt: WSGIApplication = SlackRequestHandler(self.app, path=EVENTS_PATH)
        return {EVENTS_PATH: verify_signature(bolt, secret=self._signing_secret, clock=time.time), **self.health.routes}

    def problems(self) -> list[str]:
        """Why we are not ready; empty where we are."""
        found: list[str] = []
        try:
            self.repositories.database.check()
        except StorageError as error:
            found.append(str(error))
        if (refused := self.installation.problem) is not None:
            found.append(refused)
        if not self.connected():
            found.append("Socket Mode is not connected to Slack yet.")
        return found

    def start(self, *, answering: bool = True) -> None:
        """Begins delivery and chores; `answering` also the directory's refresh."""
        for worker in self._workers:
            worker.start()
        self._scheduler.start()
        if answering:
            self._directory_sync.start()

    def begin_shutdown(self) -> None:
        """Begins the end: no job is taken on any more, and one not sent yet is given back. Requests are answered."""
        self._stopping.set()
        self._directory_sync.stop()
        self.repositories.notifier.notify()

    def stop(self) -> None:
        """Ends what is under way and gives leases back."""
        self.begin_shutdown()
        deadline = time.monotonic() + 6.0
        for worker in self._workers:
            worker.stop(timeout=max(0.0, deadline - time.monotonic()))
        self._scheduler.stop(timeout=1.0)
        self._background.drain(timeout=2.0)
        self.repositories.database.close()

    def _watchers(self, escalation: Escalation) -> list[str]:
        """Whom to tell beside the requester when an escalation cannot be posted: the desk's specialists."""
        return list(specialists(self.guide, self.repositories.directory)(escalation.assigned_queue))


def _today(clock: UtcClock) -> date:
    """The day where this process runs."""
    return clock().astimezone().date()
