"""Chaos runs of the outbox: worker and app processes killed at random while a fake Slack injects every fault.

In one run an app process submits escalations and applies commands, and worker processes deliver. All of them are killed
with SIGKILL again and again, and the benchmark also stops the database (`outage`). Then the faults stop, the pending
jobs are delivered, and the run is verified. Times are a tenth of the real ones. Slack is a small HTTP server: it
answers 200, 429 and 500, resets connections, and hangs. Each of the last three happens both before and after it has
stored the message.
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
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace
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
from slackguide.errors import StorageError
from slackguide.escalation.filters import EscalationFilter
from slackguide.escalation.messages import PostEscalation
from slackguide.escalation.models import Escalation, SubmissionResult
from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.state_machine import (
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
from slackguide.storage.job_queue import SqlJobQueue
from tests.chaos.outcome import Outage, Outcome, inconsistencies, wait_until_delivered
from tests.support.advice import PlainAdvice
from tests.support.databases import new_escalation, open_database
from tests.support.waiting import pause

LEASE, TIMEOUT, POST_INTERVAL = 3.0, 0.5, 0.02
KILLS = 8
"""The minimum number of processes killed in a run; a run goes on until everything is submitted."""

RETRY_SECONDS = 0.05
"""Seconds after which the app submits again what the database did not store."""

OUTAGE_SECONDS = 1.0
"""Longest time for which the database is stopped before a worker is killed."""

IDLE_SECONDS = 0.5
"""How long the killer waits for a request while every pending job waits for its next attempt."""

FAULT_WEIGHTS = {
    "ok": 50,
    "rate limited": 8,
    "500, dropped": 6,
    "500, stored": 8,
    "reset, dropped": 6,
    "reset, stored": 8,
    "hangs, dropped": 4,
    "hangs, stored": 10,
}
"""How often each kind of answer comes. The message is stored or dropped before the fault."""


class SlackDouble(ThreadingHTTPServer):
    """Stores messages by key: `POST /messages/KEY` stores one, `GET /messages/KEY` returns the stored timestamps."""

    daemon_threads = True

    def __init__(self, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.chance = random.Random(seed)
        self.first = self.chance.sample([*FAULT_WEIGHTS], len(FAULT_WEIGHTS))
        """Each kind comes once at first, in random order: chance alone may leave one out."""
        self.lock = threading.Lock()
        self.requested = threading.Condition(self.lock)
        self.messages: dict[str, list[str]] = {}
        self.injected: Counter[str] = Counter()
        self.faultless = False

    def next_fault(self) -> str:
        """Choose and count the kind of the next answer."""
        with self.lock:
            fault = "ok" if self.faultless else self._choose()
            self.injected[fault] += 1
            self.requested.notify_all()
            return fault

    def wait_for_requests(self, number: int, timeout: float) -> None:
        """Wait for `number` requests since the start, at most `timeout` seconds."""
        with self.lock:
            self.requested.wait_for(lambda: self.injected.total() >= number, timeout)

    def store(self, key: str) -> str:
        """Store a message; return its timestamp."""
        with self.lock:
            ts = f"{time.time():.6f}"
            self.messages.setdefault(key, []).append(ts)
            return ts

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that were killed."""

    def _choose(self) -> str:
        return self.first.pop() if self.first else self.chance.choices([*FAULT_WEIGHTS], [*FAULT_WEIGHTS.values()])[0]


class _Handler(BaseHTTPRequestHandler):
    server: SlackDouble

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        fault = self.server.next_fault()
        ts = "" if fault.endswith("dropped") or fault == "rate limited" else self.server.store(self._key())
        self._answer(fault, {"ts": ts})

    def do_GET(self) -> None:
        fault = self.server.next_fault()
        with self.server.lock:
            timestamps = list(self.server.messages.get(self._key(), ()))
        self._answer(fault, {"timestamps": timestamps})

    def _key(self) -> str:
        return unquote(self.path.removeprefix("/messages/"))

    def _answer(self, fault: str, body: dict[str, object]) -> None:
        if fault.startswith("hangs"):
            with suppress(OSError):
                self.rfile.read(1)  # blocks until the client times out or is killed
        if fault.startswith(("hangs", "reset")):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            self.connection.close()
            return
        status = {"o": 200, "r": 429, "5": 500}[fault[0]]
        answer = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


class HttpSender:
    """Posts to a `SlackDouble` as `SlackSender` posts to Slack."""

    def __init__(self, port: int) -> None:
        self._port = port

    def prepare(self, job: Job) -> None:
        return None

    def find(self, job: Job) -> PostedMessage | None:
        timestamps = [ts for ts in self._request("GET", job)["timestamps"] if ts not in job.known_timestamps]
        return PostedMessage("C1", timestamps[0]) if timestamps else None

    def post(self, job: Job) -> PostedMessage:
        if is_idempotent(job.task):
            return PostedMessage("C1", "0")
        return PostedMessage("C1", self._request("POST", job)["ts"])

    def _request(self, method: str, job: Job) -> Any:
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
    """Run a worker process: deliver until it is killed."""
    database = Database(url=url, clock=lambda: datetime.now(UTC))
    notifier, stopping = Notifier(), threading.Event()
    queue = SqlJobQueue(
        database=database,
        notifier=notifier,
        worker=uuid.uuid4().hex,
        lease=LEASE,
        post_interval=POST_INTERVAL,
        person_interval=0.0,  # one requester sends all
    )
    dispatcher = Dispatcher(
        queue=queue,
        sender=HttpSender(port),
        watchers=lambda _: (),
        explain=PlainAdvice(),
        jitter=random.random,
        stopping=stopping.is_set,
    )
    Worker(queue=queue, dispatcher=dispatcher, notifier=notifier, stopping=stopping, threads=2, poll=0.2).start()
    stopping.wait()


def submit(url: str, views: list[str], acknowledged: Path, seed: int) -> None:
    """Run an app process until it is killed: submit, log each acknowledged submission, and apply random commands."""
    escalations = repository_on(Database(url=url, clock=lambda: datetime.now(UTC)))
    chance = random.Random(seed)
    with acknowledged.open("a", buffering=1) as log:
        for view in views:
            stored = stored_view(escalations, view)
            log.write(f"{view} {stored.id}\n")
            for _ in range(chance.randrange(4)):
                with suppress(StorageError):
                    escalations.apply(stored.id, random_command(chance))


def stored_view(escalations: SqlEscalationRepository, view: str) -> Escalation:
    """Submit until the database stores it, as a person does whose form stays open."""
    while True:
        try:
            stored = escalations.submit(new_escalation(view))
        except StorageError:
            pause(RETRY_SECONDS)
        else:
            assert isinstance(stored, SubmissionResult)
            return stored.escalation


def random_command(chance: random.Random) -> Command:
    """Return a command that anybody may send, whether or not it is allowed."""
    by = chance.choice(["U1", "U2", "U3"])
    commands: list[Callable[[], Command]] = [
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
    return chance.choice(commands)()


def run_outbox_chaos(
    url: str, seed: int, folder: Path, escalations: int = 12, *, outage: Outage = nullcontext
) -> Outcome:
    """Run once on a migrated, empty database."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.chaos.outbox_chaos"])
    chance = random.Random(seed)
    slack = SlackDouble(seed)
    threading.Thread(target=slack.serve_forever, daemon=True).start()
    log = folder / f"acknowledged-{seed}"
    log.touch()
    views = [f"V{seed}-{number}" for number in range(escalations)]
    port = slack.server_address[1]

    def new_worker() -> BaseProcess:
        return started(context.Process(target=deliver, args=(url, port)))

    def new_app() -> BaseProcess | None:
        left = [view for view in views if view not in acknowledged(log)]
        return started(context.Process(target=submit, args=(url, left, log, chance.random()))) if left else None

    kills = requests = done = outages = 0
    workers = [new_worker(), new_worker()]
    app = new_app()
    while kills < KILLS or app is not None:
        # Kill after a number of further requests, or after a while if no request is due.
        slack.wait_for_requests(requests + chance.randrange(4), IDLE_SECONDS)
        pause(chance.uniform(0.0, 0.1))
        requests = slack.injected.total()
        # Mostly spare an app that has made no progress yet: on a busy machine none would ever make any.
        likely = 0.3 if len(acknowledged(log)) > done else 0.05
        if app is not None and (not app.is_alive() or chance.random() < likely):
            kills += kill(app)
            done = len(acknowledged(log))
            app = new_app()
        stopped = outage is not nullcontext and chance.random() < 0.15
        outages += stopped
        with outage() if stopped else nullcontext():
            if stopped:
                pause(chance.uniform(0.1, OUTAGE_SECONDS))
            if chance.random() < 0.5:
                victim = chance.randrange(len(workers))
                kills += kill(workers[victim])
                workers[victim] = new_worker()
    slack.faultless = True
    with open_database(url) as database:
        try:
            wait_until_delivered(database)
        finally:
            for worker in workers:
                kill(worker)
            slack.shutdown()
            slack.server_close()
        return replace(verify(repository_on(database), slack, acknowledged(log), kills), outages=outages)


def verify(
    repository: SqlEscalationRepository, slack: SlackDouble, acknowledged: Mapping[str, str], kills: int
) -> Outcome:
    """Compare what was acknowledged with what is stored and what was posted."""
    stored = {escalation.id: escalation for escalation in repository.iterate(EscalationFilter())}
    posted = {key.split(" ")[1] for key in slack.messages if key.startswith("post ")}
    return Outcome(
        acknowledged=len(acknowledged),
        messages=len(slack.messages),
        kills=kills,
        injected=slack.injected,
        lost=tuple(view for view, id in acknowledged.items() if id not in stored or id not in posted),
        duplicated=tuple(key for key, timestamps in slack.messages.items() if len(timestamps) > 1),
        inconsistent=tuple(inconsistencies(repository, [*stored.values()])),
    )


def repository_on(database: Database) -> SqlEscalationRepository:
    """Return the escalations of a database."""
    return SqlEscalationRepository(database=database, notifier=Notifier(), ids=lambda: uuid.uuid4().hex)


def started(process: BaseProcess) -> BaseProcess:
    """Start a process and return it."""
    process.start()
    return process


def kill(process: BaseProcess) -> int:
    """Kill a process; return 1 if it was alive, else 0."""
    alive = process.is_alive()
    process.kill()
    process.join()
    process.close()
    return int(alive)


def acknowledged(log: Path) -> dict[str, str]:
    """Return the escalation id by view id, read from the complete lines of the log."""
    lines = log.read_text().split("\n")[:-1]
    return dict(line.split(" ") for line in lines)
