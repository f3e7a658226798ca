"""slackguide's delivery and its Slack in one thread: the clock, ids, randomness and Slack's answers are the test's."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request

from sqlalchemy import Connection, delete, event, insert, select, text

from slackguide.config import read_settings
from slackguide.delivery.dispatcher import Dispatcher
from slackguide.delivery.notifier import Notifier
from slackguide.guide.reloading import ReloadableGuide
from slackguide.runtime.builder import ServiceBuilder
from slackguide.runtime.container import Repositories, policies, specialists
from slackguide.sandbox import BotApp, Message, demo_team
from slackguide.sandbox.id_generator import IdGenerator
from slackguide.sandbox.web_api.call_handler import CallHandler
from slackguide.sandbox.web_api.endpoint import WebApi
from slackguide.sandbox.web_api.fault_injection import FaultInjector
from slackguide.sandbox.web_api.methods import MethodContext
from slackguide.sandbox.workspace.changes import ChangeFeed
from slackguide.sandbox.workspace.workspace import Workspace
from slackguide.slack.installation import MonitoredClient
from slackguide.slack.manifest import manifest
from slackguide.slack.views.error_advice import DeliveryAdvice
from slackguide.storage.bot_identity import BotIdentityRepository
from slackguide.storage.channels import ChannelRepository
from slackguide.storage.database import Database
from slackguide.storage.directory import UserDirectory
from slackguide.storage.drafts import DraftRepository
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.feedback import FeedbackRepository
from slackguide.storage.inbox import EventInbox
from slackguide.storage.job_queue import SqlJobQueue
from slackguide.storage.labels import LabelRepository
from slackguide.storage.outbox_admin import OutboxAdmin
from slackguide.storage.tables import metadata
from slackguide.storage.walks import WalkRepository
from tests.simulation.plan import POST, Crash, Plan, Response
from tests.support.bolt_app import ESCALATION_CHANNELS, SPECIALISTS
from tests.support.clock import ManualClock
from tests.support.credentials import BOT_TOKEN, SECRET
from tests.support.databases import Store

API_URL = "http://slack.invalid/api/"
MOST_STEPS = 400
"""Steps after which a run counts as endless."""

Rows = dict[str, list[dict[str, Any]]]


class SimulatedDatabase(Database):
    """A database whose commits can crash the process. `plan` is that of the current run; None outside of runs."""

    plan: Plan | None = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Begin a transaction. A crash before its commit rolls it back, as the end of a process does."""
        with super().write() as connection:
            yield connection
            if self.plan is not None:
                self.plan.commit_begins()
        if self.plan is not None:
            self.plan.commit_ends()


class SimulatedClient(MonitoredClient):
    """slackguide's client, whose requests end in the sandbox's Web API in this thread."""

    send: Callable[[str, Request], Response]

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> Response:
        return type(self).send(urlsplit(url).path.rsplit("/", 1)[-1], req)


class World:
    """One database and one workspace, set back for each run.

    `honours_client_msg_id` is passed to the sandbox's Web API. `process` holds what a process has in memory.
    """

    def __init__(self, store: Store, guide: ReloadableGuide, *, honours_client_msg_id: bool = False) -> None:
        self.guide = guide
        self._honours = honours_client_msg_id
        self._store = store
        self.clock = ManualClock(store.clock())
        self._start = self.clock.at
        self.database = SimulatedDatabase(url=store.url, clock=self.clock)
        if self.database.is_sqlite:  # no run ends the machine, so nothing waits for the disk
            event.listen(self.database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
        self._set_back({}, (), self._start)

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    # -- one run ------------------------------------------------------------------------------------------------------

    def begin(self, plan: Plan, rows: Rows, messages: tuple[Message, ...], at: datetime) -> None:
        """Set everything back to a snapshot, and start a process that follows the plan."""
        self._set_back(rows, messages, at)
        self.plan = plan
        self.database.plan = plan

    def snapshot(self) -> tuple[Rows, tuple[Message, ...], datetime]:
        """Return the current state, to begin runs from."""
        with self.database.read() as connection:
            rows = {
                table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
                for table in metadata.sorted_tables
            }
        return rows, self.messages(), self.clock.at

    def surviving(self, work: Callable[[], object]) -> None:
        """Run something until it ends without a crash. A new process starts after each."""
        while True:
            try:
                work()
            except Crash:
                self._start_process()
            else:
                return

    def rest(self) -> None:
        """Deliver until nothing is due, through crashes. Then a person retries what has become a dead letter."""
        for _ in range(MOST_STEPS):
            try:
                job = self.queue.claim()
                if job is not None:
                    self.dispatcher.deliver(job)
                    continue
                delay = self.queue.seconds_until_due()
                if delay == float("inf"):
                    if not self.outbox_admin.retry_dead_lettered():
                        return
                    continue
                self.elapse(max(delay, 0.01))
            except Crash:
                self._start_process()
        raise AssertionError("delivery does not come to rest")

    def elapse(self, seconds: float) -> None:
        """Advance the clock of this machine and the database's."""
        self.clock.advance(seconds)
        self._set_database_clock()

    def person_says(self, channel: str, user: str, words: str, ts: str) -> None:
        """Add a person's message to a conversation."""
        self.workspace.post(Message(channel=channel, ts=ts, user=user, text=words))

    # -- what is there ------------------------------------------------------------------------------------------------

    def messages(self) -> tuple[Message, ...]:
        """Return all messages of the workspace."""
        return tuple(m for c in self.workspace.conversations for m in self.workspace.all_messages(c.id))

    def rows(self, table: str) -> list[Mapping[str, Any]]:
        """Return the rows of a table."""
        with self.database.read() as connection:
            return [dict(row) for row in connection.execute(select(metadata.tables[table])).mappings()]

    # -- the parts ----------------------------------------------------------------------------------------------------

    def _set_back(self, rows: Rows, messages: tuple[Message, ...], at: datetime) -> None:
        self.database.plan = None
        self.plan = Plan()
        self.clock.at = at
        self._set_database_clock()
        with self.database.write() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
            for table in metadata.sorted_tables:
                if rows.get(table.name):
                    connection.execute(insert(table), rows[table.name])
        self._ids = map("id{:04}".format, itertools.count())
        changes = ChangeFeed()
        app = replace(BotApp.from_manifest(manifest()))
        self.workspace = Workspace(
            team=demo_team(escalation_channels=ESCALATION_CHANNELS, groups=SPECIALISTS, app=app),
            clock=lambda: self.clock.now,
            ids=IdGenerator(seed="simulation"),
            changes=changes,
        )
        for message in messages:
            conversation = next((c for c in self.workspace.conversations if c.id == message.channel), None)
            if conversation is None:
                for person in self.workspace.people:
                    self.workspace.direct_message(person.id)
            self.workspace.post(message)
        self._api = WebApi(
            calls=CallHandler(workspace=self.workspace, faults=FaultInjector(publish=changes.publish)),
            context=MethodContext(
                workspace=self.workspace,
                site="http://slack.invalid/",
                connect=None,
                posted=lambda _: None,
                changed=lambda _, __: None,
                honours_client_msg_id=self._honours,
            ),
            rate_limiter=None,
            page_limiter=None,
            bot_token=BOT_TOKEN,
            app_token=None,
        )
        SimulatedClient.send = self._send
        self._start_process()

    def _start_process(self) -> None:
        """Forget everything that was in memory, and build the service's parts anew on the database."""
        database, notifier = self.database, Notifier()
        directory = UserDirectory(database=database, monotonic=lambda: self.clock.now)
        self.escalations = SqlEscalationRepository(
            database=database,
            notifier=notifier,
            ids=lambda: next(self._ids),
            policy=policies(self.guide),
            specialists=specialists(self.guide, directory),
        )
        self.inbox = EventInbox(database=database, notifier=notifier)
        self.outbox_admin = OutboxAdmin(database=database, notifier=notifier)
        self.directory = directory
        self.identities = BotIdentityRepository(database=database)
        repositories = Repositories(
            database=database,
            notifier=notifier,
            directory=directory,
            escalations=self.escalations,
            inbox=self.inbox,
            drafts=DraftRepository(database=database, ids=lambda: next(self._ids)),
            feedback=FeedbackRepository(database=database),
            labels=LabelRepository(database=database),
            identities=self.identities,
            channels=ChannelRepository(database=database, configured={}),
            walks=WalkRepository(database=database),
            outbox_admin=self.outbox_admin,
        )
        builder = SimulatedBuilder(
            settings=read_settings({"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SECRET}),
            token=BOT_TOKEN,
            api_url=API_URL,
            signing_secret=SECRET,
            guide=self.guide,
            repositories=repositories,
            clock=self.clock,
            jitter=lambda: 0.5,
            ticks=lambda: self.clock.now,
        )
        self.queue = SqlJobQueue(database=database, notifier=notifier, worker="simulation")
        self.dispatcher = Dispatcher(
            queue=self.queue,
            sender=builder.sender,
            watchers=lambda _: (),
            explain=DeliveryAdvice(),
            jitter=lambda: 0.5,
        )

    def _send(self, method: str, request: Request) -> Response:
        def run() -> Response:
            answer = self._api.handle(
                method,
                authorization=str(request.get_header("Authorization")),
                content_type=str(request.get_header("Content-type")),
                body=request.data if isinstance(request.data, bytes) else b"",
                query=urlsplit(request.full_url).query,
                disconnected=lambda: False,
            )
            assert answer is not None
            return {"status": answer.status, "headers": answer.headers, "body": json.dumps(answer.body)}

        body = json.loads(request.data) if method == POST and isinstance(request.data, bytes) else {}
        return self.plan.call(method, body.get("client_msg_id", ""), run)

    def _set_database_clock(self) -> None:
        if not self.database.is_sqlite:
            with self._store.database.write() as connection:
                connection.execute(text("UPDATE stepped.clock SET at = :at"), {"at": self.clock.at})


class SimulatedBuilder(ServiceBuilder):
    """The service's builder with simulated clients."""

    def _client(self, timeout: int) -> MonitoredClient:
        return SimulatedClient(status=self.installation, token=self.token, base_url=self.api_url, timeout=timeout)
