"""Construct the parts: open the repositories, build the guide."""

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
from slackguide.guide import Guide
from slackguide.storage.bot_identity import BotIdentityRepository
from slackguide.storage.channels import ChannelRepository
from slackguide.storage.database import Database
from slackguide.storage.directory import UserDirectory
from slackguide.storage.drafts import DraftRepository
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.feedback import FeedbackRepository
from slackguide.storage.inbox import EventInbox
from slackguide.storage.migrate import migrate
from slackguide.storage.outbox_admin import OutboxAdmin
from slackguide.triage.completeness import load_verified

log = logging.getLogger(__name__)


INSTALLATION_EVERY = 15.0

UtcClock = Callable[[], datetime]


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
class Repositories:
    """Everything that is kept, on one database."""

    database: Database
    notifier: Notifier
    directory: UserDirectory
    escalations: SqlEscalationRepository
    inbox: EventInbox
    drafts: DraftRepository
    feedback: FeedbackRepository
    identities: BotIdentityRepository
    channels: ChannelRepository


def open_repositories(
    url: str, *, clock: UtcClock, guide: Callable[[], Guide], channels: Mapping[str, str]
) -> Repositories:
    """Opens the database, brings it up to date, and gives what is kept in it. Raises `StorageError`."""
    database = Database(url=url, clock=clock)
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
        identities=BotIdentityRepository(database=database),
        channels=ChannelRepository(database=database, configured=channels),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminRepositories:
    """What is kept, for whoever looks after slackguide from the command line."""

    directory: UserDirectory
    escalations: SqlEscalationRepository
    feedback: FeedbackRepository
    outbox_admin: OutboxAdmin


@contextmanager
def open_admin_repositories(settings: Settings) -> Iterator[AdminRepositories]:
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
        yield AdminRepositories(
            directory=UserDirectory(database=database, monotonic=time.monotonic),
            escalations=SqlEscalationRepository(database=database, notifier=notifier, ids=new_id),
            feedback=FeedbackRepository(database=database),
            outbox_admin=OutboxAdmin(database=database, notifier=notifier),
        )
    finally:
        database.close()


def policies(guide: Callable[[], Guide]) -> Callable[[str], ReminderPolicy | None]:
    """The reminder policy of a queue, from the current knowledge."""

    def of(queue: str) -> ReminderPolicy | None:
        form = guide().knowledge.forms.get(queue)
        return reminder_policy(form) if form else None

    return of


def specialists(guide: Callable[[], Guide], directory: UserDirectory) -> Callable[[str], Collection[str]]:
    """User ids of a queue's specialists."""

    def of(queue: str) -> Collection[str]:
        form = guide().knowledge.forms.get(queue)
        return directory.members(form.specialists) if form and form.specialists else ()

    return of
