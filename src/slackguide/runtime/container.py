"""Construct the repositories and the guide."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from slackguide.config import Settings
from slackguide.delivery.notifier import Notifier
from slackguide.errors import StorageError
from slackguide.escalation.sla import ReminderPolicy, reminder_policy
from slackguide.guide import CalibrationStore, Guide
from slackguide.guide.corpus import Corpus
from slackguide.guide.reloading import ReloadableGuide
from slackguide.storage.bot_identity import BotIdentityRepository
from slackguide.storage.channels import ChannelRepository
from slackguide.storage.database import BUSY_SECONDS, Database, normalise
from slackguide.storage.directory import UserDirectory
from slackguide.storage.drafts import DraftRepository
from slackguide.storage.erasure import ErasureService
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.feedback import FeedbackRepository
from slackguide.storage.inbox import EventInbox
from slackguide.storage.labels import LabelRepository
from slackguide.storage.migrate import migrate
from slackguide.storage.outbox_admin import OutboxAdmin
from slackguide.storage.walks import WalkRepository
from slackguide.triage.completeness import load_verified

log = logging.getLogger(__name__)


INSTALLATION_EVERY = 15.0
"""Seconds between checks of the installation while Slack refuses it."""

UtcClock = Callable[[], datetime]
"""A function that returns the current time in UTC."""


def system_clock() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return an unguessable id."""
    return secrets.token_urlsafe(12)


def database_url(settings: Settings) -> str:
    """Return the configured database URL, by default of a SQLite file in the home folder.

    Raises `ConfigurationError` if it is not valid.
    """
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        normalise(url)
        return url
    return f"sqlite:///{(settings.home / 'slackguide.db').resolve()}"


def build_guide(directory: Path) -> Guide:
    """Build the guide from a valid and complete knowledge base, with its caches warmed up."""
    guide = Guide(load_verified(directory))
    guide.triage.precompute()
    return guide


def reloadable_guide(settings: Settings) -> ReloadableGuide:
    """Return the guide of a process that answers, with a calibration from the home folder or learnt in background."""
    store = CalibrationStore(settings.home)

    def build(directory: Path) -> Guide:
        with store.pattern_timings():
            knowledge = load_verified(directory)
        corpus = Corpus.of(knowledge)
        guide = Guide(knowledge, store.get(corpus), store.recall(corpus))
        guide.triage.precompute()
        return guide

    def calibrate(guide: Guide) -> Guide:
        return guide.with_calibration(store.get_or_learn(Corpus.of(guide.knowledge)))

    return ReloadableGuide(directory=settings.knowledge, build=build, calibrate=calibrate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repositories:
    """All repositories of one database."""

    database: Database
    notifier: Notifier
    directory: UserDirectory
    escalations: SqlEscalationRepository
    inbox: EventInbox
    drafts: DraftRepository
    feedback: FeedbackRepository
    labels: LabelRepository
    identities: BotIdentityRepository
    channels: ChannelRepository
    walks: WalkRepository
    outbox_admin: OutboxAdmin


def open_repositories(
    url: str,
    *,
    clock: UtcClock,
    guide: Callable[[], Guide],
    channels: Mapping[str, str],
    busy_seconds: float = BUSY_SECONDS,
) -> Repositories:
    """Open the database, migrate it and return its repositories. Raises `StorageError`."""
    database = Database(url=url, clock=clock, busy_seconds=busy_seconds)
    migrate(database)
    notifier = Notifier()
    directory = UserDirectory(database=database, monotonic=time.monotonic)
    return Repositories(
        database=database,
        notifier=notifier,
        directory=directory,
        escalations=SqlEscalationRepository(
            database=database,
            notifier=notifier,
            ids=new_id,
            policy=policies(guide),
            specialists=specialists(guide, directory),
        ),
        inbox=EventInbox(database=database, notifier=notifier),
        drafts=DraftRepository(database=database, ids=new_id),
        feedback=FeedbackRepository(database=database),
        labels=LabelRepository(database=database),
        identities=BotIdentityRepository(database=database),
        channels=ChannelRepository(database=database, configured=channels),
        walks=WalkRepository(database=database),
        outbox_admin=OutboxAdmin(database=database, notifier=notifier),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminRepositories:
    """The repositories that the maintenance commands use."""

    directory: UserDirectory
    escalations: SqlEscalationRepository
    feedback: FeedbackRepository
    labels: LabelRepository
    outbox_admin: OutboxAdmin
    erasure: ErasureService


@contextmanager
def open_admin_repositories(settings: Settings) -> Iterator[AdminRepositories]:
    """Open and migrate the existing database, and close it on exit. Raises `StorageError`."""
    database = Database(url=database_url(settings), clock=system_clock)
    if database.is_sqlite and not database.path.exists():
        raise StorageError(
            f"There is no database: {database.path} does not exist. Set DATABASE_URL or SLACKGUIDE_HOME, or start "
            "slackguide once to create it."
        )
    migrate(database)
    notifier = Notifier()
    try:
        yield AdminRepositories(
            directory=UserDirectory(database=database, monotonic=time.monotonic),
            escalations=SqlEscalationRepository(database=database, notifier=notifier, ids=new_id),
            feedback=FeedbackRepository(database=database),
            labels=LabelRepository(database=database),
            outbox_admin=OutboxAdmin(database=database, notifier=notifier),
            erasure=ErasureService(database=database, notifier=notifier),
        )
    finally:
        database.close()


def policies(guide: Callable[[], Guide]) -> Callable[[str], ReminderPolicy | None]:
    """Return a function that looks up a queue's reminder policy in the current knowledge."""

    def policy(queue: str) -> ReminderPolicy | None:
        form = guide().knowledge.forms.get(queue)
        return reminder_policy(form) if form else None

    return policy


def specialists(guide: Callable[[], Guide], directory: UserDirectory) -> Callable[[str], Collection[str]]:
    """Return a function that looks up the user ids of a queue's specialists."""

    def members(queue: str) -> Collection[str]:
        form = guide().knowledge.forms.get(queue)
        return directory.members(form.specialists) if form and form.specialists else ()

    return members


def on_duty(guide: Callable[[], Guide], directory: UserDirectory) -> Callable[[str, datetime], Collection[str]]:
    """Return a function that looks up the user ids of the people on duty for a queue at a time."""

    def people(queue: str, at: datetime) -> Collection[str]:
        form = guide().knowledge.forms.get(queue)
        if form is None:
            return ()
        users, groups = form.on_duty_at(at)
        return tuple(dict.fromkeys((*users, *(member for handle in groups for member in directory.members(handle)))))

    return people
