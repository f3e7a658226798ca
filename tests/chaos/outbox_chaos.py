"""Chaos: processes of ours killed at random moments, before a Slack that fails in every way, and what came of it.

`chaos` is one run: an app process submits and presses, worker processes deliver, and all of them are killed with
SIGKILL again and again. Then the weather clears, what is owed is delivered, and the run is judged. Times are a tenth
of the real ones. Slack is a small HTTP server of this file's: it answers 200, 429 and 500, resets connections, hangs,
and does each of the last three both before and after it has kept the message.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import random
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from slackguide.delivery.dispatcher import Dispatcher
from slackguide.delivery.jobs import Job
from slackguide.delivery.notifier import Notifier
from slackguide.delivery.sender import PostedMessage, RateLimitedError, SlackRefusedError, SlackUnreachableError
from slackguide.delivery.tasks import is_idempotent
from slackguide.delivery.worker import Worker
from slackguide.escalation.filters import EscalationFilter
from slackguide.escalation.messages import PostEscalation
from slackguide.escalation.models import EscalationState, Event, EventKind
from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.state_machine import (
    TRANSITIONS,
    AddDetails,
    Ask,
    Claim,
    Command,
    HandOver,
    Release,
    Reopen,
    Resolve,
    Withdraw,
)
from slackguide.storage.database import Database
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.outbox import SqlJobQueue
from slackguide.storage.outbox_admin import OutboxAdmin
from tests.support.databases import new_escalation
from tests.support.waiting import pause, wait_until

LEASE, TIMEOUT, PACE = 3.0, 0.5, 0.02
KILLS = 8
"""Processes killed in a run at least, and as many more as it takes until everything is submitted."""

DRAIN_SECONDS = 180.0

QUIET_SECONDS = 0.5
"""How long a killer waits for a request, where all that is owed waits for its next try."""

WEATHER = {
    "fine": 50,
    "rate limited": 8,
    "500, not kept": 6,
    "500, kept": 8,
    "reset, not kept": 6,
    "reset, kept": 8,
    "hangs, not kept": 4,
    "hangs, kept": 10,
}


class SlackDouble(ThreadingHTTPServer):
    """Keeps messages by key. `POST /messages/KEY` keeps one, `GET /messages/KEY` tells the timestamps of those kept."""

    daemon_threads = True

    def __init__(self, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.chance = random.Random(seed)
        self.due = self.chance.sample([*WEATHER], len(WEATHER))
        """Every kind comes once at first, in any order: chance alone may leave one out."""
        self.lock = threading.Lock()
        self.asked = threading.Condition(self.lock)
        self.kept: dict[str, list[str]] = {}
        self.seen: Counter[str] = Counter()
        self.calm = False

    def weather(self) -> str:
        with self.lock:
            today = "fine" if self.calm else self._next()
            self.seen[today] += 1
            self.asked.notify_all()
            return today

    def wait_for_requests(self, number: int, timeout: float) -> None:
        """Until there were so many requests since the start, or for `timeout` seconds."""
        with self.lock:
            self.asked.wait_for(lambda: self.seen.total() >= number, timeout)

    def _next(self) -> str:
        return self.due.pop() if self.due else self.chance.choices([*WEATHER], [*WEATHER.values()])[0]

    def keep(self, key: str) -> str:
        with self.lock:
            ts = f"{time.time():.6f}"
            self.kept.setdefault(key, []).append(ts)
            return ts

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that were killed are nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    server: SlackDouble

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        faults = self.server.weather()
        ts = "" if faults.endswith("not kept") or faults == "rate limited" else self.server.keep(self._key())
        self._answer(faults, {"ts": ts})

    def do_GET(self) -> None:
        faults = self.server.weather()
        with self.server.lock:
            stored = list(self.server.kept.get(self._key(), ()))
        self._answer(faults, {"kept": stored})

    def _key(self) -> str:
        return unquote(self.path.removeprefix("/messages/"))

    def _answer(self, faults: str, body: dict[str, object]) -> None:
        if faults.startswith("hangs"):
            with suppress(OSError):
                self.rfile.read(1)  # nothing more comes: it ends when the client has given up, or was killed
        if faults.startswith(("hangs", "reset")):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            self.connection.close()
            return
        status = {"f": 200, "r": 429, "5": 500}[faults[0]]
        answer = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class HttpPoster:
    """Posts to the double above, as the Slack side posts to Slack."""

    def __init__(self, port: int) -> None:
        self._port = port

    def prepare(self, job: Job) -> None:
        return None

    def find(self, job: Job) -> PostedMessage | None:
        stored = [ts for ts in self._ask("GET", job)["kept"] if ts not in job.known_timestamps]
        return PostedMessage("C1", stored[0]) if stored else None

    def post(self, job: Job) -> PostedMessage:
        if is_idempotent(job.task):
            return PostedMessage("C1", "0")
        return PostedMessage("C1", self._ask("POST", job)["ts"])

    def _ask(self, method: str, job: Job) -> Any:
        key = f"job {job.id}"
        if isinstance(job.task, PostEscalation) and job.escalation is not None:
            key = f"post {job.escalation.id} {job.task.channel}"
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)
        try:
            connection.request(method, f"/messages/{quote(key)}", body=b"{}" if method == "POST" else None)
            response = connection.getresponse()
            body = response.read()
        except ConnectionRefusedError:
            raise SlackUnreachableError(ambiguous=False) from None
        except (OSError, http.client.HTTPException):
            raise SlackUnreachableError(ambiguous=True) from None
        finally:
            connection.close()
        if response.status == 429:
            raise RateLimitedError(float(response.headers["Retry-After"]))
        if response.status >= 500:
            raise SlackUnreachableError(ambiguous=True)
        if response.status != 200:
            raise SlackRefusedError(str(response.status))
        return json.loads(body)


def deliver(url: str, port: int) -> None:
    """A worker process: delivers until it is killed."""
    database = Database(url=url, clock=lambda: datetime.now(UTC))
    notifier, stopping = Notifier(), threading.Event()
    outbox = SqlJobQueue(database=database, notifier=notifier, worker=uuid.uuid4().hex, lease=LEASE, post_interval=PACE)
    delivery = Dispatcher(
        queue=outbox,
        sender=HttpPoster(port),
        watchers=lambda _: (),
        explain=lambda code, _: code,
        jitter=random.random,
        stopping=stopping.is_set,
    )
    worker = Worker(queue=outbox, dispatcher=delivery, notifier=notifier, stopping=stopping, threads=2, poll=0.2)
    worker.start()
    stopping.wait()


def ledger_on(database: Database) -> SqlEscalationRepository:
    return SqlEscalationRepository(database=database, notifier=Notifier(), ids=lambda: uuid.uuid4().hex)


def submit(url: str, views: list[str], acknowledged: Path, seed: int) -> None:
    """An app process: submits, writes down what it acknowledged, and presses buttons, until it is killed."""
    ledger = ledger_on(Database(url=url, clock=lambda: datetime.now(UTC)))
    jitter = random.Random(seed)
    with acknowledged.open("a", buffering=1) as notified:
        for view in views:
            stored = ledger.submit(new_escalation(view))
            notified.write(f"{view} {stored.escalation.id}\n")
            for _ in range(jitter.randrange(4)):
                ledger.apply(stored.escalation.id, _any_press(jitter))


def _any_press(jitter: random.Random) -> Command:
    by = jitter.choice(["U1", "U2", "U3"])
    presses: list[Callable[[], Command]] = [
        lambda: Claim(by),
        lambda: Claim(by),
        lambda: Release(by),
        lambda: Ask(by, "which"),
        lambda: AddDetails(by, "this one"),
        lambda: HandOver(by, "ask-ce", "ask-ce"),
        lambda: Resolve(by, Resolution(ResolutionCode.RIGHT_PLACE, "done")),
        lambda: Reopen(by),
        lambda: Withdraw(by),
    ]
    return jitter.choice(presses)()


@dataclass(frozen=True)
class Outcome:
    """What one run came to; everything but the first four has to be empty."""

    acknowledged: int
    messages: int
    kills: int
    weather: Counter[str]
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    still_owed: tuple[str, ...]
    broken_lives: tuple[str, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """Everything that may not be."""
        return self.lost + self.doubled + self.still_owed + self.broken_lives


def chaos(url: str, seed: int, folder: Path, escalations: int = 12) -> Outcome:
    """One run on a migrated, empty database."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.chaos.outbox_chaos"])
    jitter = random.Random(seed)
    slack = SlackDouble(seed)
    threading.Thread(target=slack.serve_forever, daemon=True).start()
    acknowledged = folder / f"acknowledged-{seed}"
    acknowledged.touch()
    views = [f"V{seed}-{number}" for number in range(escalations)]
    port = slack.server_address[1]

    def new_worker() -> BaseProcess:
        return _started(context.Process(target=deliver, args=(url, port)))

    def new_app() -> BaseProcess | None:
        left = [view for view in views if view not in _told(acknowledged)]
        return (
            _started(context.Process(target=submit, args=(url, left, acknowledged, jitter.random()))) if left else None
        )

    kills = asked = done = 0
    workers = [new_worker(), new_worker()]
    app = new_app()
    while kills < KILLS or app is not None:
        # The moment of a kill: so many requests after the last, or a while later where there is nothing to ask.
        slack.wait_for_requests(asked + jitter.randrange(4), QUIET_SECONDS)
        pause(jitter.uniform(0.0, 0.1))
        asked = slack.seen.total()
        # One that has achieved nothing yet is let live, mostly: on a busy machine none would ever achieve anything.
        likely = 0.3 if len(_told(acknowledged)) > done else 0.05
        if app is not None and (not app.is_alive() or jitter.random() < likely):
            kills += _killed(app)
            done = len(_told(acknowledged))
            app = new_app()
        if jitter.random() < 0.5:
            victim = jitter.randrange(len(workers))
            kills += _killed(workers[victim])
            workers[victim] = new_worker()
    slack.calm = True
    database = Database(url=url, clock=lambda: datetime.now(UTC))
    backlog = OutboxAdmin(database=database, notifier=Notifier())
    try:
        wait_until(lambda: not backlog.counts(), lambda: f"still owed: {backlog.pending()}", timeout=DRAIN_SECONDS)
    finally:
        for worker in workers:
            _killed(worker)
        slack.shutdown()
        slack.server_close()
    outcome = _judge(ledger_on(database), backlog, slack, _told(acknowledged), kills)
    database.close()
    return outcome


def _started(process: BaseProcess) -> BaseProcess:
    process.start()
    return process


def _killed(process: BaseProcess) -> int:
    """1 if it was alive to be killed."""
    alive = process.is_alive()
    process.kill()
    process.join()
    process.close()
    return int(alive)


def _told(acknowledged: Path) -> dict[str, str]:
    """View to escalation id, of whole lines."""
    lines = acknowledged.read_text().split("\n")[:-1]
    return dict(line.split(" ") for line in lines)


def _judge(
    ledger: SqlEscalationRepository, backlog: OutboxAdmin, slack: SlackDouble, notified: dict[str, str], kills: int
) -> Outcome:
    stored = {escalation.id: escalation for escalation in ledger.iterate(EscalationFilter())}
    posted = {key.split(" ")[1] for key in slack.kept if key.startswith("post ")}
    lost = [
        view for view, escalation_id in notified.items() if escalation_id not in stored or escalation_id not in posted
    ]
    doubled = [key for key, timestamps in slack.kept.items() if len(timestamps) > 1]
    broken = []
    for escalation in stored.values():
        state = replayed(ledger.history(escalation.id))
        if state is not escalation.state or escalation.card is None:
            broken.append(f"{escalation.reference} {state} {escalation.state} {escalation.card}")
    numbers = sorted(int(escalation.reference.split("-")[1]) for escalation in stored.values())
    if numbers != list(range(1001, 1001 + len(stored))):
        broken.append(f"references {numbers}")
    return Outcome(
        acknowledged=len(notified),
        messages=len(slack.kept),
        kills=kills,
        weather=slack.seen,
        lost=tuple(lost),
        doubled=tuple(doubled),
        still_owed=tuple(f"{pending.kind} {pending.state} {pending.error_code}" for pending in backlog.pending()),
        broken_lives=tuple(broken),
    )


_KINDS = {
    EventKind.CLAIMED: Claim,
    EventKind.RELEASED: Release,
    EventKind.DETAILS_REQUESTED: Ask,
    EventKind.DETAILS_ADDED: AddDetails,
    EventKind.HANDED_OVER: HandOver,
    EventKind.RESOLVED: Resolve,
    EventKind.REOPENED: Reopen,
    EventKind.WITHDRAWN: Withdraw,
}


def replayed(history: tuple[Event, ...]) -> EscalationState | None:
    """The state that the events lead to; None if one of them was not allowed where it happened."""
    state: EscalationState | None = EscalationState.SENT
    for event in history:
        if event.kind in _KINDS and state is not None:
            state = TRANSITIONS.get((state, _KINDS[event.kind]))
    return state
