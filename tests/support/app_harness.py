"""The whole of slackguide with the sandbox as its Slack: what the tests of the Slack surfaces talk to.

The service is the one that `runtime` builds, behind signed HTTP; its Slack is the sandbox. Time stands still until
`until` or `settle` lets it jump to when the next job is due.
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
from slackguide.runtime.container import open_repositories, policies
from slackguide.runtime.service import Service
from slackguide.sandbox import AppReply, BotApp, Exchange, Message, OpenView, Sandbox, demo_team
from slackguide.sandbox.transport.http import Envelope, HttpTransport, signed_headers
from slackguide.slack.ids import COMMAND
from slackguide.slack.manifest import manifest
from slackguide.storage.outbox import SqlJobQueue
from slackguide.storage.outbox_admin import OutboxAdmin, PendingJob
from slackguide.storage.reminders import ReminderService
from tests.support.waiting import POLL_SECONDS, WAIT_SECONDS

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"

WEDNESDAY = datetime(2026, 3, 4, 16, 0, tzinfo=UTC).timestamp()
"""Ten in the morning in Chicago, within the working hours of the shipped forms."""

SECRET, TOKEN = "secret-of-the-tests", "xoxb-of-the-tests"
PATHS = ("/slack/events", "/healthz", "/readyz")

STAFF = "ask-ce"
"""A channel of members alone: no guest, nobody of another company."""

MAX_CLOCK_STEP = 10.0
"""Seconds: less than a lease, so that no job is taken from a worker that holds it."""


class HarnessClock:
    """Stands still until it is moved."""

    def __init__(self, now: float = WEDNESDAY) -> None:
        self.now = now

    def seconds(self) -> float:
        """Epoch seconds."""
        return self.now

    def utc(self) -> datetime:
        """The same as a time."""
        return datetime.fromtimestamp(self.now, UTC)

    def advance(self, seconds: float) -> None:
        """Moves it on."""
        self.now += seconds


class BreakableGuide(ReloadableGuide):
    """The knowledge in force, until it is broken: a fault of ours that any surface can run into."""

    broken: str | None = None

    def __call__(self) -> Guide:
        """The guide, or a RuntimeError with the words that `broken` holds."""
        if self.broken is not None:
            raise RuntimeError(self.broken)
        return super().__call__()


class AppHarness:
    """A workspace with slackguide in it. `environment` is what slackguide's settings are read from.

    `known=False` leaves the directory empty: nobody has been read from Slack yet. `patience` is how many seconds Slack
    waits for an acknowledgement: longer than the real one, because a busy machine is no fault of ours. What takes its
    time before an acknowledgement is tested by what it waits for.
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
    ) -> None:
        self.clock = HarnessClock()
        self._current_guide = guide
        self.guide = BreakableGuide(directory=KNOWLEDGE, build=lambda _: self._current_guide)
        self.database = database
        self._environment = {**(environment or {})}
        groups = {"team-leads": ("lena",), "disputes-specialists": ("marek",), "ce-specialists": ("priya",)}
        self.sandbox = Sandbox(
            clock=self.clock.seconds,
            advance=self._advance,
            signing_secret=SECRET,
            bot_token=TOKEN,
            team=demo_team(groups=groups, app=app or BotApp.from_manifest(manifest())),
            routes={path: self._forwarded(path) for path in PATHS},
            seed="test",
            request_timeout=patience,
        )
        self.workspace = self.sandbox.workspace
        self._transport = HttpTransport(url=f"{self.sandbox.url}slack/events", signing_secret=SECRET, timeout=patience)
        self.sandbox.start()
        self.service: Service | None = None
        self.begin(known=known)

    # -- the service: begun, ended, begun again -----------------------------------------------------------------------

    def begin(self, *, known: bool = True, delivering: bool = True) -> None:
        """Builds the service on the database and starts it, as a new process would; `known` first reads everybody."""
        self.clock.advance(1)
        settings = read_settings(
            {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": self.sandbox.api_url}
            | self._environment
        )
        repositories = open_repositories(
            f"sqlite:///{self.database}", clock=self.clock.utc, guide=self.guide, channels=settings.channels
        )
        self.repositories = repositories
        self.service = Service(
            settings=settings,
            token=TOKEN,
            api_url=self.sandbox.api_url,
            signing_secret=SECRET,
            guide=self.guide,
            repositories=repositories,
            clock=self.clock.utc,
            jitter=lambda: 0.5,
            ticks=self.clock.seconds,
        )
        self._routes = self.service.routes
        self._outbox = SqlJobQueue(database=repositories.database, notifier=repositories.notifier, worker="looking on")
        before = repositories.directory.refreshed_at()
        if delivering:
            self.service.start(answering=known)
        if known and delivering:
            self.until(lambda: repositories.directory.refreshed_at() != before)

    def end(self) -> None:
        """Stops the service; the sandbox goes on."""
        if self.service is not None:
            self.service.stop()
            self.service = None

    def close(self) -> None:
        """Ends everything."""
        self.sandbox.faults.clear()
        self.end()
        self.sandbox.stop()

    def reload(self, guide: Guide) -> None:
        """Reload the knowledge with another guide, as SIGHUP does after the files have changed."""
        self._current_guide = guide
        assert self.guide.reload()

    def _forwarded(self, path: str) -> Any:
        def application(environ: Any, start: Any) -> Any:
            if self.service is None:
                start("503 Service Unavailable", [("Content-Length", "0")])
                return [b""]
            return self._routes[path](environ, start)

        return application

    # -- time ---------------------------------------------------------------------------------------------------------

    def until(self, met: Callable[[], Any], timeout: float = WAIT_SECONDS) -> None:
        """Waits for `met()`, letting time jump to when the next job is due whenever nothing is being sent.

        Fails after `timeout` seconds of real time.
        """
        deadline = time.monotonic() + timeout
        while not met():
            assert time.monotonic() < deadline, "it did not happen"
            self._jump()
            self.workspace.wait_for(met, timeout=POLL_SECONDS)

    def settle(self) -> None:
        """Waits until nothing is in the outbox any more, and Slack owes no event."""
        self.until(lambda: not self.active() and self.sandbox.events.wait_until_empty() and not self.active())

    def active(self) -> tuple[PendingJob, ...]:
        """Jobs that delivery still works on; not those that wait for a person."""
        return tuple(job for job in self.pending() if job.state in ("due", "sending"))

    def pending(self) -> tuple[PendingJob, ...]:
        """Every job that is not finished."""
        return OutboxAdmin(database=self.repositories.database, notifier=self.repositories.notifier).pending()

    def pass_time(self, seconds: float) -> None:
        """Lets time pass at once."""
        self.sandbox.advance(seconds)

    def remind(self) -> int:
        """Gives the reminders that are due, as the chore does every quarter of a minute; how many there were."""
        policy = policies(self.guide)
        return ReminderService(
            database=self.repositories.database, notifier=self.repositories.notifier, policy=policy
        ).send_due()

    def _advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.repositories.notifier.notify()

    def _jump(self) -> None:
        try:
            rest = self._outbox.seconds_until_due()
            sending = any(job.state == "sending" for job in self.pending())
        except StorageError:  # a test has taken the database away
            return
        if sending:
            return
        if 0 < rest < float("inf"):
            self.pass_time(min(rest, MAX_CLOCK_STEP))

    # -- what people do -----------------------------------------------------------------------------------------------

    def command(self, text: str, who: str = "ana", channel: str = "general") -> Exchange:
        """Types `/route text`."""
        return self.sandbox.command(who, channel, COMMAND, text)

    def route(self, text: str, who: str = "ana") -> Message:
        """Types `/route text`; the message that the acknowledgement itself showed."""
        exchange = self.command(text, who)
        assert exchange.ok, exchange
        (message,) = exchange.messages
        assert isinstance(message, Message)
        return message

    def ask(self, text: str, who: str = "ana", thread_ts: str | None = None) -> Message:
        """Writes a direct message; the answer that came into its thread."""
        before = {message.ts for message in self.workspace.direct_messages(who)}
        exchange = self.sandbox.message(who, text, thread_ts)
        assert exchange.ok, exchange

        def answers() -> list[Message]:
            return [m for m in self.workspace.direct_messages(who) if m.ts not in before and m.by_bot]

        self.until(answers)
        return answers()[0]

    def click(self, where: Message | OpenView, action_id: str, who: str = "ana", value: Any = None) -> Exchange:
        """Presses, and waits until something on the person's screen changed."""
        seen = self.workspace.changes.number
        exchange = self.sandbox.click(who, where, action_id, value)
        assert exchange.ok, exchange
        person = self.workspace.person(who).id
        self.until(lambda: any(self._concerns(change, person) for change in self.workspace.changes.since(seen)))
        return exchange

    def click_message(self, where: Message, action_id: str, who: str = "ana") -> Message:
        """Presses a button of a message that changes in place, and waits until it has; the message as it is then."""
        before = self.workspace.message(where.ts)
        self.click(where, action_id, who)
        self.until(lambda: self.workspace.message(where.ts) != before)
        return self.workspace.message(where.ts)

    def notified(self, where: Message | OpenView, action_id: str, who: str = "ana") -> Message:
        """Presses a button that is answered in words beside the message; those words, seen by that person alone."""
        before = {message.ts for message in self.workspace.ephemerals(who)}

        def new() -> list[Message]:
            return [message for message in self.workspace.ephemerals(who) if message.ts not in before]

        self.click(where, action_id, who)
        self.until(new)
        (reported,) = new()
        return reported

    def modal(self, who: str = "ana") -> OpenView:
        """The window that the person looks at."""
        top = self.workspace.views.top(self.workspace.person(who).id)
        assert top is not None, f"{who} looks at no window"
        return top

    def submit(self, values: Mapping[str, Any] | None = None, who: str = "ana") -> Exchange:
        """Fills in the window that the person looks at, and sends it."""
        return self.sandbox.submit(who, self.modal(who).id, values)

    def send(self, kind: str, payload: Mapping[str, Any]) -> AppReply:
        """Posts a signed request of one's own making: `slash_commands`, `interactive` or `events_api`."""
        return self._transport.send(Envelope(kind=kind, payload=dict(payload)))[1]

    def send_raw(
        self, content_type: str, body: str, *, headers: Mapping[str, str] | None = None, secret: str = SECRET
    ) -> AppReply:
        """Posts a body as it is, signed with `secret`; `headers` replace those that Slack would send."""
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
