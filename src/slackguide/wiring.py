"""Builds the parts and joins them: the only caller of concrete constructors."""

from __future__ import annotations

import logging
import os
import random
import secrets
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler

from slackguide.config import Settings
from slackguide.delivery.dispatcher import Dispatcher
from slackguide.delivery.notifier import Notifier
from slackguide.delivery.scheduler import PeriodicTask, Scheduler
from slackguide.delivery.worker import Worker
from slackguide.errors import StorageError
from slackguide.escalation.models import Escalation
from slackguide.escalation.sla import ReminderPolicy, reminder_policy
from slackguide.guide import Guide
from slackguide.guide.reloading import ReloadableGuide
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
from slackguide.storage.bot_identity import BotIdentityRepository
from slackguide.storage.channels import ChannelRepository
from slackguide.storage.database import Database
from slackguide.storage.directory import UserDirectory
from slackguide.storage.drafts import DraftRepository
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.feedback import FeedbackRepository
from slackguide.storage.inbox import EventInbox
from slackguide.storage.migrate import migrate
from slackguide.storage.outbox import SqlJobQueue
from slackguide.storage.outbox_admin import OutboxAdmin
from slackguide.storage.reminders import ReminderService
from slackguide.storage.retention import RetentionService
from slackguide.triage.completeness import load_verified
from slackguide.web.front import EVENTS_PATH, Health, guarded

log = logging.getLogger(__name__)

WINDOW_TIMEOUT = 2
"""Seconds that Slack gets to open a window: the acknowledgement is due after 3."""

DELIVERY_TIMEOUT = 5
"""Seconds that Slack gets to take a message, well within a lease of 15 s."""

REMINDERS_EVERY = 15.0
INSTALLATION_EVERY = 15.0
SWEEP_EVERY = 3600.0

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """An id that nobody can guess."""
    return secrets.token_urlsafe(12)


def database_url(settings: Settings) -> str:
    """The database that the settings name, by default a SQLite file in the home folder."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return f"sqlite:///{(settings.home / 'slackguide.db').resolve()}"


def build_guide(directory: Path) -> Guide:
    """The guide over a knowledge base that is sound and proven complete; ready to answer at full speed."""
    guide = Guide(load_verified(directory))
    guide.triage.warm()
    return guide


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Everything that is kept, on one database."""

    database: Database
    bell: Notifier
    people: UserDirectory
    ledger: SqlEscalationRepository
    inbox: EventInbox
    drafts: DraftRepository
    feedback: FeedbackRepository
    identities: BotIdentityRepository
    channels: ChannelRepository


def open_stores(url: str, *, clock: Clock, guide: Callable[[], Guide], channels: Mapping[str, str]) -> Stores:
    """Opens the database, brings it up to date, and gives what is kept in it. Raises `StorageError`."""
    database = Database(url=url, clock=clock)
    migrate(database)
    notifier = Notifier()
    people = UserDirectory(database=database, monotonic=time.monotonic)
    return Stores(
        database=database,
        bell=notifier,
        people=people,
        ledger=SqlEscalationRepository(
            database=database,
            notifier=notifier,
            ids=new_id,
            policy=policies(guide),
            specialists=specialists(guide, people),
        ),
        inbox=EventInbox(database=database, notifier=notifier),
        drafts=DraftRepository(database=database, ids=new_id),
        feedback=FeedbackRepository(database=database),
        identities=BotIdentityRepository(database=database),
        channels=ChannelRepository(database=database, configured=channels),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What is kept, for whoever looks after slackguide from the command line."""

    people: UserDirectory
    ledger: SqlEscalationRepository
    feedback: FeedbackRepository
    backlog: OutboxAdmin


@contextmanager
def open_records(settings: Settings) -> Iterator[Records]:
    """Opens the database that is there, brings it up to date, and closes it at the end. Raises `StorageError`."""
    database = Database(url=database_url(settings), clock=system_clock)
    if database.is_sqlite and not database.path.exists():
        raise StorageError(
            f"There is no database yet: {database.path} does not exist. Name yours with DATABASE_URL or "
            "SLACKGUIDE_HOME, or start slackguide once, which makes it."
        )
    migrate(database)
    notifier = Notifier()
    try:
        yield Records(
            people=UserDirectory(database=database, monotonic=time.monotonic),
            ledger=SqlEscalationRepository(database=database, notifier=notifier, ids=new_id),
            feedback=FeedbackRepository(database=database),
            backlog=OutboxAdmin(database=database, notifier=notifier),
        )
    finally:
        database.close()


def policies(guide: Callable[[], Guide]) -> Callable[[str], ReminderPolicy | None]:
    """A desk's reminders, as the knowledge in force has them."""

    def of(desk: str) -> ReminderPolicy | None:
        form = guide().knowledge.forms.get(desk)
        return reminder_policy(form) if form else None

    return of


def specialists(guide: Callable[[], Guide], people: UserDirectory) -> Callable[[str], Collection[str]]:
    """The user ids of a desk's specialists."""

    def of(desk: str) -> Collection[str]:
        form = guide().knowledge.forms.get(desk)
        return people.members(form.specialists) if form and form.specialists else ()

    return of


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
        stores: Stores,
        clock: Clock,
        jitter: Callable[[], float] = random.random,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.guide = guide
        self.stores = stores
        self._signing_secret = signing_secret
        self._stopping = threading.Event()
        self.connected: Callable[[], bool] = lambda: True

        def identity() -> Any:
            return stores.identities.get(token)

        self._identity_kept: Any = None

        def known_identity() -> Any:
            """What `auth.test` told, from memory once it is known: no request waits for the database for it."""
            if self._identity_kept is None:
                try:
                    self._identity_kept = identity()
                except StorageError:
                    return None
            return self._identity_kept

        self.installation = InstallationStatus(ticks=time.monotonic)
        windows, client = (
            MonitoredClient(status=self.installation, token=token, base_url=api_url, timeout=timeout)
            for timeout in (WINDOW_TIMEOUT, DELIVERY_TIMEOUT)
        )
        access_policy = AccessPolicy(
            people=stores.people,
            our_team=lambda: known.team_id if (known := known_identity()) else None,
            leads=settings.team_leads,
            lead_groups=lambda: guide().knowledge.team_lead_groups,
        )
        self._directory = DirectorySync(
            client=client,
            quick_client=windows,
            people=stores.people,
            identities=stores.identities,
            access_policy=access_policy,
            token=token,
            groups=lambda: guide().knowledge.user_groups,
        )
        answers = AnswerService(guide=guide, drafts=stores.drafts, ids=new_id, today=lambda: _today(clock))
        self._afterwards = BackgroundTasks()
        updater = MessageUpdater(client=client, background=self._afterwards)
        modals = ModalOpener(client=windows, answers=answers)
        readers = ChannelReaders(client=client, directory=self._directory, clock=clock)
        app_home = AppHomeBuilder(
            escalations=stores.ledger,
            people=stores.people,
            directory=self._directory,
            knowledge=lambda: guide().knowledge,
            clock=clock,
        )
        sender = SlackSender(
            client=client,
            channels=stores.channels,
            knowledge=lambda: guide().knowledge,
            conversation=ThreadAnswers(answers=answers, directory=self._directory, readers=readers, ticks=ticks),
            directory=self._directory,
            turns=lambda task: stores.inbox.turns_before(task, at_most=TURNS),
            home=lambda user_id: app_home.view(user_id, {}),
        )

        def outbox(*, only: Collection[str] | None = None, without: Collection[str] = ()) -> SqlJobQueue:
            """The outbox for jobs of some kinds, as one worker of this process."""
            return SqlJobQueue(
                database=stores.database,
                notifier=stores.bell,
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
                    watchers=self._owners,
                    explain=explain,
                    jitter=jitter,
                    stopping=self._stopping.is_set,
                ),
                notifier=stores.bell,
                stopping=self._stopping,
                name=name,
            )

        posts = outbox(without=task_codec.ANSWERS)
        self._workers = (worker("delivery", posts), worker("answers", outbox(only=task_codec.ANSWERS)))
        self.installation_check = InstallationCheck(
            client=client, status=self.installation, resume=lambda: posts.resume(INSTALLATION_CODES)
        )
        reminders = ReminderService(database=stores.database, notifier=stores.bell, policy=policies(guide))
        retention = RetentionService(database=stores.database, days=settings.retention_days)
        self._chores = Scheduler(
            periodic_tasks=[
                PeriodicTask("reminders", REMINDERS_EVERY, reminders.send_due),
                PeriodicTask("sweep", SWEEP_EVERY, retention.sweep),
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
                route=RouteCommand(
                    answers=answers,
                    access_policy=access_policy,
                    directory=self._directory,
                    modals=modals,
                    updater=updater,
                ),
                answer_actions=AnswerActions(
                    answers=answers,
                    directory=self._directory,
                    modals=modals,
                    updater=updater,
                    readers=readers,
                    feedback=stores.feedback,
                ),
                ask_modal=AskModal(answers=answers, directory=self._directory, modals=modals, updater=updater),
                escalation_form=EscalationFormSubmission(
                    answers=answers, directory=self._directory, escalations=stores.ledger
                ),
                escalation_actions=EscalationActions(
                    escalations=stores.ledger,
                    directory=self._directory,
                    modals=modals,
                    updater=updater,
                    knowledge=lambda: guide().knowledge,
                    clock=clock,
                ),
                messages=MessageEvents(inbox=stores.inbox, seen_home=stores.ledger.record_home_view),
                home=AppHomeActions(
                    client=client,
                    directory=self._directory,
                    modals=modals,
                    updater=updater,
                    background=self._afterwards,
                    draw=app_home.view,
                ),
                updater=updater,
            ),
            boundary=ErrorHandler(updater=updater, ids=new_id),
        )
        self.health = Health(problems=self.problems)

    @property
    def routes(self) -> dict[str, WSGIApplication]:
        """What is served over HTTP: our health, and Slack's requests where they are signed."""
        if self._signing_secret is None:
            return self.health.routes
        bolt: WSGIApplication = SlackRequestHandler(self.app, path=EVENTS_PATH)
        return {EVENTS_PATH: guarded(bolt, secret=self._signing_secret, clock=time.time), **self.health.routes}

    def problems(self) -> list[str]:
        """Why we are not ready; empty where we are."""
        found: list[str] = []
        try:
            self.stores.database.check()
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
        self._chores.start()
        if answering:
            self._directory.start()

    def wind_down(self) -> None:
        """Begins the end: no job is taken on any more, and one not sent yet is given back. Requests are answered."""
        self._stopping.set()
        self._directory.stop()
        self.stores.bell.notify()

    def stop(self) -> None:
        """Ends what is under way and gives leases back."""
        self.wind_down()
        deadline = time.monotonic() + 6.0
        for worker in self._workers:
            worker.stop(timeout=max(0.0, deadline - time.monotonic()))
        self._chores.stop(timeout=1.0)
        self._afterwards.drain(timeout=2.0)
        self.stores.database.close()

    def _owners(self, escalation: Escalation) -> list[str]:
        """Whom to tell beside the requester when an escalation cannot be posted: the desk's specialists."""
        return list(specialists(self.guide, self.stores.people)(escalation.assigned_queue))


def _today(clock: Clock) -> date:
    """The day where this process runs."""
    return clock().astimezone().date()
