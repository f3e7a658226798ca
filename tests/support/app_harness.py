"""The app with the sandbox as its Slack, for tests of the Slack surfaces.

The service is the one that `runtime` builds, behind signed HTTP. Its clock stands still until `until` or `settle`
advances it to the time when the next job is due.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from slackguide.config import read_settings
from slackguide.errors import StorageError
from slackguide.guide import Guide
from slackguide.guide.reloading import ReloadableGuide
from slackguide.runtime.builder import ServiceBuilder
from slackguide.runtime.container import open_repositories, policies
from slackguide.runtime.service import Service
from slackguide.sandbox import AppReply, BotApp, Exchange, Message, OpenView, Sandbox, Team, demo_team
from slackguide.sandbox.transport.http import Envelope, HttpTransport, signed_headers
from slackguide.slack.api.socket_mode import SocketModeConnection
from slackguide.slack.button_payloads import Section
from slackguide.slack.ids import COMMAND, Action
from slackguide.slack.manifest import manifest
from slackguide.storage.outbox import SqlJobQueue
from slackguide.storage.outbox_admin import OutboxAdmin, PendingJob
from slackguide.storage.reminders import ReminderService
from tests.support.bolt_app import ESCALATION_CHANNELS, SPECIALISTS
from tests.support.clock import ManualClock
from tests.support.credentials import APP_TOKEN, BOT_TOKEN, SECRET
from tests.support.rendered import elements
from tests.support.waiting import POLL_SECONDS, WAIT_SECONDS

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"

WEDNESDAY = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
"""Ten in the morning in Chicago, within the business hours of the shipped forms."""

PATHS = ("/slack/events", "/healthz", "/readyz", "/metrics")

STAFF = "ask-ce"
"""A channel without guests and people of another company."""

MAX_CLOCK_STEP = 10.0
"""Seconds: less than a lease, so that no worker loses a job that it holds."""


class BreakableGuide(ReloadableGuide):
    """A guide that a test can break, to simulate a fault of ours on any surface."""

    broken: str | None = None

    def __call__(self) -> Guide:
        """Return the guide, or raise RuntimeError with the text of `broken`."""
        if self.broken is not None:
            raise RuntimeError(self.broken)
        return super().__call__()


class AppHarness:
    """A workspace with slackguide in it. `environment` holds slackguide's settings.

    `known=False` leaves the user directory empty, as before the first sync. `patience` is the number of seconds that
    Slack waits for an acknowledgement: longer than in reality, because a busy machine is no fault of ours. `team`
    changes the workspace's initial state. With `socket_mode`, Slack's requests come over a WebSocket.
    """

    def __init__(
        self,
        *,
        guide: Guide,
        database: Path,
        environment: Mapping[str, str] | None = None,
        known: bool = True,
        app: BotApp | None = None,
        patience: float = WAIT_SECONDS,
        honours_client_msg_id: bool = False,
        socket_mode: bool = False,
        team: Callable[[Team], Team] = lambda team: team,
    ) -> None:
        self.clock = ManualClock(WEDNESDAY)
        self._current_guide = guide
        self.guide = BreakableGuide(directory=KNOWLEDGE, build=lambda _: self._current_guide)
        self.database = database
        self._environment = {**(environment or {})}
        self.sandbox = Sandbox(
            clock=lambda: self.clock.now,
            advance=self._advance,
            signing_secret=SECRET,
            bot_token=BOT_TOKEN,
            team=team(
                demo_team(
                    escalation_channels=ESCALATION_CHANNELS,
                    groups=SPECIALISTS,
                    app=app or BotApp.from_manifest(manifest()),
                )
            ),
            routes={path: self._forward(path) for path in PATHS},
            seed="test",
            app_token=APP_TOKEN if socket_mode else None,
            request_timeout=patience,
            honours_client_msg_id=honours_client_msg_id,
        )
        self.workspace = self.sandbox.workspace
        self._transport = HttpTransport(url=f"{self.sandbox.url}slack/events", signing_secret=SECRET, timeout=patience)
        self.sandbox.start()
        self.service: Service | None = None
        self._socket: SocketModeConnection | None = None
        self.begin(known=known)

    # -- the service --------------------------------------------------------------------------------------------------

    def begin(self, *, known: bool = True, delivering: bool = True) -> None:
        """Build the service on the database and start it, as a new process would; `known` waits for the user sync."""
        self.clock.advance(1)
        settings = read_settings(
            {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": self.sandbox.api_url}
            | self._environment
        )
        repositories = open_repositories(
            f"sqlite:///{self.database}",
            clock=self.clock,
            guide=self.guide,
            channels=settings.channels,
            busy_seconds=WAIT_SECONDS,
        )
        self.repositories = repositories
        self.service = ServiceBuilder(
            settings=settings,
            token=BOT_TOKEN,
            api_url=self.sandbox.api_url,
            signing_secret=SECRET,
            guide=self.guide,
            repositories=repositories,
            clock=self.clock,
            jitter=lambda: 0.5,
            ticks=lambda: self.clock.now,
        ).build()
        self._routes = self.service.routes
        self._outbox = SqlJobQueue(database=repositories.database, notifier=repositories.notifier, worker="observer")
        before = repositories.directory.refreshed_at()
        if delivering:
            self.service.start(answering=known)
        if self.sandbox.sockets is not None:
            self._socket = SocketModeConnection(app=self.service.app, app_token=APP_TOKEN, api_url=self.sandbox.api_url)
            self._socket.start()
            self.until(self._socket.connected)
        if known and delivering:
            self.until(lambda: repositories.directory.refreshed_at() != before)

    def end(self) -> None:
        """Stop the service; the sandbox goes on."""
        if self._socket is not None:
            self._socket.stop()
            self._socket = None
        if self.service is not None:
            self.service.stop()
            self.service = None

    def close(self) -> None:
        """Stop the service and the sandbox."""
        self.sandbox.faults.clear()
        self.end()
        self.sandbox.stop()

    def reload(self, guide: Guide) -> None:
        """Reload the knowledge with another guide, as SIGHUP does after the files have changed."""
        self._current_guide = guide
        assert self.guide.reload()

    def _forward(self, path: str) -> Any:
        def application(environ: Any, start: Any) -> Any:
            if self.service is None:
                start("503 Service Unavailable", [("Content-Length", "0")])
                return [b""]
            return self._routes[path](environ, start)

        return application

    # -- time ---------------------------------------------------------------------------------------------------------

    def until(self, met: Callable[[], Any], timeout: float = WAIT_SECONDS) -> None:
        """Wait for `met()`; whenever no job is being sent, advance the clock to when the next one is due.

        Fail after `timeout` seconds of real time.
        """
        deadline = time.monotonic() + timeout
        while not met():
            assert time.monotonic() < deadline, "the condition was never met"
            self._jump()
            self.workspace.wait_for(met, timeout=POLL_SECONDS)

    def settle(self) -> None:
        """Wait until the outbox and Slack's event queue are empty."""
        self.until(lambda: not self.active() and self.sandbox.events.wait_until_empty() and not self.active())

    def active(self) -> tuple[PendingJob, ...]:
        """Return the jobs that are due or being sent; not the dead letters, nor those that wait after a refusal."""
        jobs = self.pending()
        return tuple(job for job in jobs if job.state == "sending" or (job.state == "due" and job.refused is None))

    def pending(self) -> tuple[PendingJob, ...]:
        """Return every unfinished job."""
        return OutboxAdmin(database=self.repositories.database, notifier=self.repositories.notifier).pending()

    def pass_time(self, seconds: float) -> None:
        """Advance the clock and the sandbox."""
        self.sandbox.advance(seconds)

    def remind(self) -> int:
        """Send the reminders that are due, as the periodic task does; return their number."""

        def has_left(user_id: str) -> bool:
            user = self.repositories.directory.find(user_id)
            return user is not None and (user.deleted or user.guest)

        return ReminderService(
            database=self.repositories.database,
            notifier=self.repositories.notifier,
            policy=policies(self.guide),
            has_left=has_left,
        ).send_due()

    def _advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.repositories.notifier.notify()

    def _jump(self) -> None:
        try:
            delay = self._outbox.seconds_until_due()
            sending = any(job.state == "sending" for job in self.pending())
        except StorageError:  # the test has removed the database
            return
        if sending:
            return
        if 0 < delay < float("inf"):
            self.pass_time(min(delay, MAX_CLOCK_STEP))

    # -- people -------------------------------------------------------------------------------------------------------

    def command(self, text: str, who: str = "ana", channel: str = "general") -> Exchange:
        """Send `/route text`."""
        return self.sandbox.command(who, channel, COMMAND, text)

    def route(self, text: str, who: str = "ana") -> Message:
        """Send `/route text`; return the message in the acknowledgement."""
        exchange = self.command(text, who)
        assert exchange.ok, exchange
        (message,) = exchange.messages
        assert isinstance(message, Message)
        return message

    def ask(self, text: str, who: str = "ana", thread_ts: str | None = None) -> Message:
        """Send a direct message; return the answer in its thread."""
        before = {message.ts for message in self.workspace.direct_messages(who)}
        exchange = self.sandbox.message(who, text, thread_ts)
        assert exchange.ok, exchange

        def answers() -> list[Message]:
            return [m for m in self.workspace.direct_messages(who) if m.ts not in before and m.by_bot]

        self.until(answers)
        return answers()[0]

    def click(self, where: Message | OpenView, action_id: str, who: str = "ana", value: Any = None) -> Exchange:
        """Click an element, and wait until the person's screen changes. What a card hides is opened first."""
        where = (
            self.reach(where, action_id, who) if isinstance(where, Message) else self._reach_in(where, action_id, who)
        )
        seen = self.workspace.changes.number
        exchange = self.sandbox.click(who, where, action_id, value)
        assert exchange.ok, exchange
        person = self.workspace.person(who).id
        self.until(lambda: any(self._concerns(change, person) for change in self.workspace.changes.since(seen)))
        return exchange

    def click_message(self, where: Message, action_id: str, who: str = "ana") -> Message:
        """Click a button of a message and wait until the message is updated; return the updated message."""
        where = self.reach(where, action_id, who)
        before = self.workspace.message(where.ts)
        self.click(where, action_id, who)
        self.until(lambda: self.workspace.message(where.ts) != before)
        return self.workspace.message(where.ts)

    def reach(self, where: Message, action_id: str, who: str = "ana") -> Message:
        """Open the sections of a card that lead to a button, and return the message that shows it."""
        where = self.workspace.message(where.ts)
        sections = [Section.MORE, Section.FACTS] if action_id.startswith(Action.REMOVE_FACT) else [Section.MORE]
        for section in sections:
            shown = {element["action_id"] for element in elements(where)}
            opener = f"{Action.OPEN_SECTION}:{section}"
            if action_id not in shown and opener in shown:
                where = self.click_message(where, opener, who)
        return where

    def _reach_in(self, where: OpenView, action_id: str, who: str) -> OpenView:
        """Open “More” in a modal if it leads to the button, and return the modal that shows it."""
        shown = {element["action_id"] for element in elements(where)}
        opener = f"{Action.OPEN_SECTION}:{Section.MORE}"
        if action_id in shown or opener not in shown:
            return where
        self.sandbox.click(who, where, opener)
        self.until(lambda: self.modal(who).hash != where.hash)
        return self.modal(who)

    def opened(self, where: Message, section: Section, who: str = "ana") -> Message:
        """Open a section of a card, and return the message that shows it."""
        return self.click_message(where, f"{Action.OPEN_SECTION}:{section}", who)

    def notified(self, where: Message | OpenView, action_id: str, who: str = "ana") -> Message:
        """Click a button that is answered by an ephemeral message; return that message."""
        before = {message.ts for message in self.workspace.ephemerals(who)}

        def new() -> list[Message]:
            return [message for message in self.workspace.ephemerals(who) if message.ts not in before]

        self.click(where, action_id, who)
        self.until(new)
        (answer,) = new()
        return answer

    def modal(self, who: str = "ana") -> OpenView:
        """Return the modal that the person sees."""
        top = self.workspace.views.top(self.workspace.person(who).id)
        assert top is not None, f"{who} sees no modal"
        return top

    def submit(self, values: Mapping[str, Any] | None = None, who: str = "ana") -> Exchange:
        """Fill in and submit the modal that the person sees."""
        return self.sandbox.submit(who, self.modal(who).id, values)

    def send(self, kind: str, payload: Mapping[str, Any], *, retry: int = 0) -> AppReply:
        """Send a signed request with `payload`: `slash_commands`, `interactive` or `events_api`."""
        return self._transport.send(Envelope(kind=kind, payload=dict(payload), retry=retry))[1]

    def send_raw(
        self, content_type: str, body: str, *, headers: Mapping[str, str] | None = None, secret: str = SECRET
    ) -> AppReply:
        """Send a body unchanged, signed with `secret`; `headers` replace those that Slack would send."""
        address = urlsplit(f"{self.sandbox.url}slack/events")
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=WAIT_SECONDS)
        signed = signed_headers(secret=secret, body=body, at=time.time())
        try:
            connection.request(
                "POST", address.path, body.encode(), {"Content-Type": content_type, **signed, **(headers or {})}
            )
            response = connection.getresponse()
            text = response.read().decode()
            return AppReply(status=response.status, body=text, milliseconds=0.0, headers=dict(response.getheaders()))
        finally:
            connection.close()

    @staticmethod
    def _concerns(change: Any, person: str) -> bool:
        if change.kind == "message":
            return change.body["reader"] in (None, person)
        return change.kind in ("screen", "home") and change.body.get("person") == person
