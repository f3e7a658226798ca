"""Build the service: construct each part once and connect the parts."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC
from functools import cached_property

from slack_bolt import App

from slackguide.config import Settings
from slackguide.delivery.dispatcher import Dispatcher
from slackguide.delivery.scheduler import PeriodicTask, Scheduler
from slackguide.delivery.worker import Worker
from slackguide.errors import StorageError
from slackguide.escalation.models import Escalation, EventKind
from slackguide.guide import CALIBRATION_VERSION, TURNS
from slackguide.guide.reloading import ReloadableGuide
from slackguide.knowledge import KnowledgeBase
from slackguide.monitoring import ServiceMetrics
from slackguide.runtime.container import (
    INSTALLATION_EVERY,
    Repositories,
    UtcClock,
    new_id,
    on_duty,
    policies,
    specialists,
)
from slackguide.runtime.metered_queue import MeteredQueue
from slackguide.runtime.service import Service
from slackguide.slack.access import AccessPolicy, Denied
from slackguide.slack.answer_service import AnswerService
from slackguide.slack.api.background import BackgroundTasks
from slackguide.slack.api.channel_lookup import ChannelLookup
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.api.error_codes import INSTALLATION_CODES
from slackguide.slack.api.modals import ModalOpener
from slackguide.slack.api.updates import MessageUpdater
from slackguide.slack.app import build_app
from slackguide.slack.app_home import AppHomeBuilder
from slackguide.slack.asker_clock import AskerClock
from slackguide.slack.channel_audience import ChannelAudience
from slackguide.slack.error_handler import ErrorHandler
from slackguide.slack.escalation_replies import EscalationReplies
from slackguide.slack.installation import InstallationCheck, InstallationStatus, MonitoredClient
from slackguide.slack.listeners.answer_actions import AnswerActions
from slackguide.slack.listeners.app_home import AppHome
from slackguide.slack.listeners.ask_modal import AskModal
from slackguide.slack.listeners.channel_events import ChannelEvents
from slackguide.slack.listeners.escalation_actions import EscalationActions
from slackguide.slack.listeners.escalation_form import EscalationFormSubmission
from slackguide.slack.listeners.message_events import MessageEvents
from slackguide.slack.listeners.reply_actions import ReplyActions
from slackguide.slack.listeners.route_command import RouteCommand
from slackguide.slack.message_preparation import MessagePreparation
from slackguide.slack.message_search import MessageSearch
from slackguide.slack.registry import Listeners
from slackguide.slack.sender import SlackSender
from slackguide.slack.surfaces import is_direct_message
from slackguide.slack.team_lead_alerts import TeamLeadAlerts
from slackguide.slack.thread_answers import ThreadAnswers
from slackguide.slack.views.error_advice import DeliveryAdvice
from slackguide.storage import task_codec
from slackguide.storage.bot_identity import BotIdentity
from slackguide.storage.job_queue import SqlJobQueue
from slackguide.storage.outbox_counts import OutboxCounts
from slackguide.storage.reminders import ReminderService
from slackguide.storage.retention import RetentionService

MODAL_TIMEOUT = 2
"""Seconds that Slack has to open a modal. The acknowledgement is due after 3."""

DELIVERY_TIMEOUT = 5
"""Seconds that Slack has to accept a message, well within a lease of 15 s."""

DIRECTORY_TIMEOUT = 30
"""Seconds that Slack has for a page of a thousand people, in the background."""

REMINDER_INTERVAL = 15.0
"""Seconds between checks for due reminders."""

LABELS_INTERVAL = 15.0
"""Seconds between checks for another version of the labels."""

RETENTION_INTERVAL = 3600.0
"""Seconds between retention sweeps."""


@dataclass(kw_only=True)
class ServiceBuilder:
    """A builder of one `Service`. Each property is a part of the service, constructed at its first use.

    `api_url` is the base URL of Slack's Web API. `signing_secret` is None in Socket Mode. `jitter` returns a number in
    0-1 for the delays between attempts, `ticks` monotonic seconds.
    """

    settings: Settings
    token: str
    api_url: str
    signing_secret: str | None
    guide: ReloadableGuide
    repositories: Repositories
    clock: UtcClock
    jitter: Callable[[], float] = random.random
    ticks: Callable[[], float] = time.monotonic
    _stopping: threading.Event = field(default_factory=threading.Event)
    _identity: BotIdentity | None = None

    def build(self) -> Service:
        """Return the service, not started yet."""
        self.guide.follow_labels(lambda: self.repositories.labels.shift(CALIBRATION_VERSION))
        return Service(
            guide=self.guide,
            app=self.app,
            signing_secret=self.signing_secret,
            database=self.repositories.database,
            notifier=self.repositories.notifier,
            metrics=self.metrics,
            installation=self.installation,
            installation_check=self.installation_check,
            directory_sync=self.directory_sync,
            background=self.background,
            workers=self.workers,
            scheduler=self.scheduler,
            stopping=self._stopping,
        )

    @cached_property
    def app(self) -> App:
        """The Bolt app with its listeners."""
        return build_app(
            token=self.token,
            signing_secret=self.signing_secret,
            client=self.client,
            identity=self._known_identity,
            listeners=self.listeners,
            boundary=ErrorHandler(updater=self.updater, ids=new_id),
            directory=self.directory_sync,
            metrics=self.metrics,
        )

    @cached_property
    def metrics(self) -> ServiceMetrics:
        """The metrics of this process, and of the outbox."""
        return ServiceMetrics(jobs=OutboxCounts(database=self.repositories.database).read)

    def _count_claim(self, escalation: Escalation) -> None:
        """Record the time to the first claim of an escalation. A failure to read the history is not an error."""
        with suppress(StorageError):
            claims = [
                event
                for event in self.repositories.escalations.history(escalation.id)
                if event.kind is EventKind.CLAIMED
            ]
            if len(claims) == 1:
                seconds = (claims[0].at - escalation.created_at).total_seconds()
                self.metrics.claimed(escalation.form_id, seconds)

    @cached_property
    def listeners(self) -> Listeners:
        """The listeners of every surface."""
        return Listeners(
            route=RouteCommand(answers=self.answers, modals=self.modals),
            answer_actions=AnswerActions(
                answers=self.answers,
                modals=self.modals,
                updater=self.updater,
                readers=self.readers,
                feedback=self.repositories.feedback,
                labels=self.repositories.labels,
                team_lead_alerts=TeamLeadAlerts(
                    answers=self.answers, policy=self.access_policy, inbox=self.repositories.inbox
                ),
                inbox=self.repositories.inbox,
            ),
            ask_modal=AskModal(answers=self.answers, modals=self.modals, updater=self.updater),
            escalation_form=EscalationFormSubmission(answers=self.answers, escalations=self.repositories.escalations),
            escalation_actions=EscalationActions(
                escalations=self.repositories.escalations,
                directory=self.directory_sync,
                modals=self.modals,
                updater=self.updater,
                knowledge=self._knowledge,
                clock=self.clock,
                claimed=self._count_claim,
                specialists=specialists(self.guide, self.repositories.directory),
            ),
            messages=MessageEvents(inbox=self.repositories.inbox, replies=self.replies),
            reply_actions=ReplyActions(
                escalations=self.repositories.escalations,
                inbox=self.repositories.inbox,
                answers=self.answers,
                updater=self.updater,
            ),
            app_home=AppHome(
                client=self.client,
                modals=self.modals,
                background=self.background,
                draw=self.app_home.view,
                inbox=self.repositories.inbox,
                record_view=self.repositories.escalations.record_home_view,
                outbox=self.repositories.outbox_admin,
                updater=self.updater,
            ),
            channels=ChannelEvents(channels=self.repositories.channels),
            updater=self.updater,
        )

    @cached_property
    def installation(self) -> InstallationStatus:
        """The status of the installation, reported by the clients."""
        return InstallationStatus(ticks=time.monotonic)

    @cached_property
    def client(self) -> MonitoredClient:
        """The client for deliveries and background requests."""
        return self._client(DELIVERY_TIMEOUT)

    @cached_property
    def modal_client(self) -> MonitoredClient:
        """The client for requests that must end before the acknowledgement."""
        return self._client(MODAL_TIMEOUT)

    @cached_property
    def access_policy(self) -> AccessPolicy:
        """The access policy of this workspace."""

        def our_team() -> str | None:
            identity = self._known_identity()
            return identity.team_id if identity else None

        return AccessPolicy(
            directory=self.repositories.directory,
            our_team=our_team,
            leads=self.settings.team_leads,
            lead_groups=lambda: self._knowledge().team_lead_groups,
            role_groups=lambda: {name: role.groups for name, role in self._knowledge().roles.items()},
        )

    @cached_property
    def directory_sync(self) -> DirectorySync:
        """The synchronization of the user directory."""
        return DirectorySync(
            client=self._client(DIRECTORY_TIMEOUT),
            walks=self.repositories.walks,
            quick_client=self.modal_client,
            directory=self.repositories.directory,
            identities=self.repositories.identities,
            access_policy=self.access_policy,
            token=self.token,
            groups=lambda: self._knowledge().user_groups,
        )

    @cached_property
    def answers(self) -> AnswerService:
        """The answers, with relative dates in the time zone of the asker."""
        asker_clock = AskerClock(
            clock=self.clock,
            directory=self.repositories.directory,
            default_zone=lambda: self.settings.timezone or self._knowledge().time_zone or UTC,
        )
        return AnswerService(
            guide=lambda: self.guide().at(self.clock()),
            drafts=self.repositories.drafts,
            ids=new_id,
            today=asker_clock.today,
            count=self.metrics.answer,
        )

    @cached_property
    def background(self) -> BackgroundTasks:
        """The pool for work after an acknowledgement."""
        return BackgroundTasks()

    @cached_property
    def updater(self) -> MessageUpdater:
        """The updater of messages and modals."""
        return MessageUpdater(client=self.client, background=self.background)

    @cached_property
    def modals(self) -> ModalOpener:
        """The opener of modals."""
        return ModalOpener(client=self.modal_client, answers=self.answers)

    @cached_property
    def readers(self) -> ChannelAudience:
        """The readers of channels."""
        return ChannelAudience(client=self.client, directory=self.directory_sync, clock=self.clock)

    @cached_property
    def replies(self) -> EscalationReplies:
        """The messages that belong to an escalation."""
        return EscalationReplies(
            escalations=self.repositories.escalations,
            inbox=self.repositories.inbox,
            answers=self.answers,
            directory=self.directory_sync,
            client=self.client,
            background=self.background,
            specialists=specialists(self.guide, self.repositories.directory),
        )

    @cached_property
    def app_home(self) -> AppHomeBuilder:
        """The builder of App Home views."""
        return AppHomeBuilder(
            escalations=self.repositories.escalations,
            people=self.repositories.directory,
            directory=self.directory_sync,
            knowledge=self._knowledge,
            feedback=self.repositories.feedback,
            clock=self.clock,
            outbox=self.repositories.outbox_admin,
        )

    @cached_property
    def channel_lookup(self) -> ChannelLookup:
        """The lookup of channels by name."""
        return ChannelLookup(
            client=self.client,
            channels=self.repositories.channels,
            walks=self.repositories.walks,
            wanted=lambda: {form.channel for form in self._knowledge().forms.values()},
        )

    @cached_property
    def sender(self) -> SlackSender:
        """The sender of the outbox's messages."""
        preparation = MessagePreparation(
            client=self.client,
            channels=self.channel_lookup,
            knowledge=self._knowledge,
            conversation=ThreadAnswers(
                answers=self.answers, directory=self.directory_sync, readers=self.readers, ticks=self.ticks
            ),
            directory=self.directory_sync,
            turns=lambda task: self.repositories.inbox.previous_turns(
                task, direct=is_direct_message(task.channel_id), at_most=TURNS
            ),
            home=lambda user_id: self.app_home.view(user_id, {}),
            escalations=self.repositories.escalations,
            offer=self.replies.offer_card,
            on_duty=on_duty(self.guide, self.repositories.directory),
        )
        return SlackSender(
            client=self.client,
            preparation=preparation,
            search=MessageSearch(client=self.client, walks=self.repositories.walks),
            channels=self.channel_lookup,
            directory=self.directory_sync,
        )

    @cached_property
    def delivery_queue(self) -> SqlJobQueue:
        """The queue of the posts, replies and updates of escalations."""
        return self._queue(only=task_codec.POSTS)

    @cached_property
    def workers(self) -> Sequence[Worker]:
        """The workers for posts, for answers, and for notices, App Home and kinds that a newer version adds."""
        return (
            self._worker("delivery", self.delivery_queue),
            self._worker("answers", self._queue(only=task_codec.ANSWERS)),
            self._worker("notices", self._queue(without=task_codec.ANSWERS | task_codec.POSTS)),
        )

    @cached_property
    def installation_check(self) -> InstallationCheck:
        """The check that resumes delivery once Slack accepts the installation."""
        return InstallationCheck(
            client=self.client,
            status=self.installation,
            resume=lambda: self.delivery_queue.resume(INSTALLATION_CODES),
        )

    @cached_property
    def scheduler(self) -> Scheduler:
        """The periodic tasks."""
        reminders = ReminderService(
            database=self.repositories.database,
            notifier=self.repositories.notifier,
            policy=policies(self.guide),
            has_left=lambda user_id: isinstance(self.access_policy.check(user_id), Denied),
        )
        retention = RetentionService(database=self.repositories.database, days=self.settings.retention_days)
        return Scheduler(
            periodic_tasks=[
                PeriodicTask("reminders", REMINDER_INTERVAL, reminders.send_due),
                PeriodicTask("labels", LABELS_INTERVAL, self.guide.refresh_labels),
                PeriodicTask("sweep", RETENTION_INTERVAL, retention.sweep),
                PeriodicTask("installation", INSTALLATION_EVERY, self.installation_check.run),
            ],
            stopping=self._stopping,
        )

    def _client(self, timeout: int) -> MonitoredClient:
        return MonitoredClient(status=self.installation, token=self.token, base_url=self.api_url, timeout=timeout)

    def _queue(self, *, only: Collection[str] | None = None, without: Collection[str] = ()) -> SqlJobQueue:
        """Return the queue of some kinds of jobs, for one worker of this process."""
        return SqlJobQueue(
            database=self.repositories.database,
            notifier=self.repositories.notifier,
            worker=f"{os.getpid()}-{new_id()[:6]}",
            only=only,
            without=without,
        )

    def _worker(self, name: str, queue: SqlJobQueue) -> Worker:
        metered = MeteredQueue(queue, self.metrics)
        return Worker(
            queue=metered,
            dispatcher=Dispatcher(
                queue=metered,
                sender=self.sender,
                watchers=self._watchers,
                explain=DeliveryAdvice(),
                jitter=self.jitter,
                stopping=self._stopping.is_set,
            ),
            notifier=self.repositories.notifier,
            stopping=self._stopping,
            name=name,
        )

    def _watchers(self, escalation: Escalation) -> list[str]:
        """Return the specialists of the assigned queue."""
        return list(specialists(self.guide, self.repositories.directory)(escalation.assigned_queue))

    def _knowledge(self) -> KnowledgeBase:
        return self.guide().knowledge

    def _known_identity(self) -> BotIdentity | None:
        """Return the stored identity, cached so that no request waits for the database; None if it is unknown."""
        if self._identity is None:
            try:
                self._identity = self.repositories.identities.get(self.token)
            except StorageError:
                return None
        return self._identity
