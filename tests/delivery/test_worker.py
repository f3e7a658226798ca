"""The worker delivers jobs as they arrive, survives errors, and stops in time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from slackguide.delivery.dispatcher import Dispatcher
from slackguide.delivery.jobs import Job
from slackguide.delivery.notifier import Notifier
from slackguide.delivery.retry import Outcome
from slackguide.delivery.sender import PostedMessage
from slackguide.delivery.tasks import RefreshAppHome, Task
from slackguide.delivery.worker import ERROR_PAUSE, MIN_POLL_INTERVAL, Worker
from slackguide.errors import StorageError
from tests.support.advice import PlainAdvice
from tests.support.waiting import WAIT_SECONDS

JOB = Job(
    id=1,
    task=RefreshAppHome("U1"),
    escalation=None,
    attempts=1,
    maybe_sent=False,
    created_at=datetime(2026, 3, 2, tzinfo=UTC),
    lease=1,
)


POLL = 3600.0
"""A poll that never comes: only the notifier wakes the worker."""


class RecordingNotifier(Notifier):
    """A notifier that records the timeout of each wait."""

    def __init__(self) -> None:
        super().__init__()
        self.sleeps: queue.SimpleQueue[float] = queue.SimpleQueue()

    def wait(self, seen: int, timeout: float) -> None:
        self.sleeps.put(timeout)
        super().wait(seen, timeout)


class InMemoryQueue:
    """An outbox in memory; the next claims raise `errors`."""

    def __init__(self, notifier: RecordingNotifier) -> None:
        self.notifier = notifier
        self.jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self.errors: queue.SimpleQueue[Exception] = queue.SimpleQueue()
        self.completed: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.released: list[int] = []
        self.claims = 0

    def add(self, number: int) -> None:
        self.jobs.put(replace(JOB, id=number))
        self.notifier.notify()

    def claim(self) -> Job | None:
        self.claims += 1
        if not self.errors.empty():
            raise self.errors.get()
        try:
            return self.jobs.get_nowait()
        except queue.Empty:
            return None

    def renew(self, job: Job) -> bool:
        return True

    def complete(self, job: Job, decision: Outcome, *, follow_ups: Sequence[Task] = ()) -> bool:
        self.completed.put(job.id)
        return True

    def release(self, job: Job) -> None:
        self.released.append(job.id)

    def seconds_until_due(self) -> float:
        return float("inf")


class Slack:
    """A sender that calls `during` before it posts."""

    def __init__(self, during: Callable[[Job], None]) -> None:
        self.during = during

    def prepare(self, job: Job) -> None:
        return None

    def find(self, job: Job) -> PostedMessage | None:
        return None

    def post(self, job: Job) -> PostedMessage:
        self.during(job)
        return PostedMessage("C1", "1.0")


def working(
    during: Callable[[Job], None] = lambda job: None, threads: int = 1
) -> tuple[Worker, InMemoryQueue, threading.Event]:
    notifier, stopping = RecordingNotifier(), threading.Event()
    outbox = InMemoryQueue(notifier)
    dispatcher = Dispatcher(
        queue=outbox,
        sender=Slack(during),
        watchers=lambda _: (),
        explain=PlainAdvice(),
        jitter=lambda: 0.0,
        stopping=stopping.is_set,
    )
    return (
        Worker(queue=outbox, dispatcher=dispatcher, notifier=notifier, stopping=stopping, threads=threads, poll=POLL),
        outbox,
        stopping,
    )


def test_a_notification_wakes_it() -> None:
    worker, outbox, _ = working()
    worker.start()
    for number in range(3):
        outbox.add(number)
        assert outbox.completed.get(timeout=WAIT_SECONDS) == number
    assert worker.stop(timeout=WAIT_SECONDS)


def test_an_idle_worker_sleeps_until_a_notification_or_the_poll() -> None:
    worker, outbox, _ = working()
    worker.start()
    assert outbox.notifier.sleeps.get(timeout=WAIT_SECONDS) == POLL - MIN_POLL_INTERVAL
    assert outbox.claims == 1, "one poll without a job"
    outbox.add(1)
    assert outbox.completed.get(timeout=WAIT_SECONDS) == 1
    assert outbox.notifier.sleeps.get(timeout=WAIT_SECONDS) == POLL - MIN_POLL_INTERVAL
    assert outbox.claims == 3, "two more polls: one for the job, one without"
    assert worker.stop(timeout=WAIT_SECONDS)


def test_it_goes_on_after_faults() -> None:
    worker, outbox, _ = working()
    outbox.errors.put(StorageError("the database is gone"))
    outbox.errors.put(RuntimeError("a fault of ours"))
    for number in range(3):
        outbox.add(number)
    worker.start()
    for _ in range(2):
        assert outbox.notifier.sleeps.get(timeout=WAIT_SECONDS) == ERROR_PAUSE - MIN_POLL_INTERVAL
        assert outbox.completed.empty()
        outbox.notifier.notify()
    assert [outbox.completed.get(timeout=WAIT_SECONDS) for _ in range(3)] == [0, 1, 2]
    assert worker.stop(timeout=WAIT_SECONDS)


def test_one_conversation_that_hangs_does_not_hold_up_the_others() -> None:
    hang = threading.Event()

    def hang_on_the_first(job: Job) -> None:
        if job.id == 0:
            hang.wait(WAIT_SECONDS)

    worker, outbox, _ = working(hang_on_the_first, threads=2)
    worker.start()
    for number in range(3):
        outbox.add(number)
    assert {outbox.completed.get(timeout=WAIT_SECONDS), outbox.completed.get(timeout=WAIT_SECONDS)} == {1, 2}
    hang.set()
    assert outbox.completed.get(timeout=WAIT_SECONDS) == 0
    assert worker.stop(timeout=WAIT_SECONDS)


def sending_until(go_on: threading.Event) -> tuple[Worker, InMemoryQueue, threading.Event]:
    """Return a worker in the midst of sending job 1 of two, until `go_on` is set."""
    sending = threading.Event()

    def send(job: Job) -> None:
        sending.set()
        assert go_on.wait(WAIT_SECONDS)

    worker, outbox, stopping = working(send)
    worker.start()
    outbox.add(1)
    outbox.add(2)
    assert sending.wait(WAIT_SECONDS)
    return worker, outbox, stopping


def test_stopping_finishes_what_is_being_sent_and_takes_nothing_new() -> None:
    go_on = threading.Event()
    worker, outbox, stopping = sending_until(go_on)
    stopping.set()
    go_on.set()
    assert worker.stop(timeout=WAIT_SECONDS)
    assert outbox.completed.get(timeout=WAIT_SECONDS) == 1
    assert outbox.completed.empty()
    assert outbox.jobs.qsize() == 1


def test_stopping_does_not_wait_for_ever() -> None:
    go_on = threading.Event()
    worker, outbox, _ = sending_until(go_on)
    assert not worker.stop(timeout=0.01)
    assert outbox.completed.empty()
    go_on.set()
    assert worker.stop(timeout=WAIT_SECONDS)


def test_a_worker_that_was_never_started_stops() -> None:
    worker, _, _ = working()
    assert worker.stop()
