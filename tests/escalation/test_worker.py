"""The loop delivers what comes, survives faults, and stops in time."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from slackguide.errors import StorageError
from slackguide.escalation import worker as worker_module
from slackguide.escalation.bell import Bell
from slackguide.escalation.decision import Decision
from slackguide.escalation.delivery import Delivery
from slackguide.escalation.job import Job
from slackguide.escalation.poster import Posted
from slackguide.escalation.task import RefreshHome, Task
from slackguide.escalation.worker import Worker

JOB = Job(
    id=1,
    task=RefreshHome("U1"),
    escalation=None,
    tries=1,
    doubtful=False,
    created_at=datetime(2026, 3, 2, tzinfo=UTC),
    lease=1,
)


class Pile:
    """An outbox in memory; `faults` are raised by the next claims."""

    def __init__(self, bell: Bell) -> None:
        self.bell = bell
        self.jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self.faults: queue.SimpleQueue[Exception] = queue.SimpleQueue()
        self.settled: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.released: list[int] = []
        self.claims = 0

    def add(self, number: int) -> None:
        self.jobs.put(replace(JOB, id=number))
        self.bell.ring()

    def claim(self) -> Job | None:
        self.claims += 1
        if not self.faults.empty():
            raise self.faults.get()
        try:
            return self.jobs.get_nowait()
        except queue.Empty:
            return None

    def renew(self, job: Job) -> bool:
        return True

    def settle(self, job: Job, decision: Decision, *, then: Sequence[Task] = ()) -> bool:
        self.settled.put(job.id)
        return True

    def release(self, job: Job) -> None:
        self.released.append(job.id)

    def rest(self) -> float:
        return float("inf")


class Slack:
    """Posts, after doing what the test wants done meanwhile."""

    def __init__(self, during: Callable[[Job], None]) -> None:
        self.during = during

    def prepare(self, job: Job) -> None:
        return None

    def find(self, job: Job) -> Posted | None:
        return None

    def post(self, job: Job) -> Posted:
        self.during(job)
        return Posted("C1", "1.0")


def working(during: Callable[[Job], None] = lambda job: None, threads: int = 1) -> tuple[Worker, Pile, threading.Event]:
    bell, stopping = Bell(), threading.Event()
    pile = Pile(bell)
    delivery = Delivery(
        outbox=pile,
        poster=Slack(during),
        owners=lambda _: (),
        explain=lambda code, _: code,
        chance=lambda: 0.0,
        stopping=stopping.is_set,
    )
    # A poll that never comes: only the bell wakes it.
    return (
        Worker(outbox=pile, delivery=delivery, bell=bell, stopping=stopping, threads=threads, poll=60.0),
        pile,
        stopping,
    )


def test_a_ring_wakes_it() -> None:
    worker, pile, _ = working()
    worker.start()
    for number in range(3):
        pile.add(number)
        assert pile.settled.get(timeout=5) == number
    assert worker.stop()


def test_an_idle_worker_sleeps() -> None:
    worker, pile, _ = working()
    worker.start()
    pile.add(1)
    pile.settled.get(timeout=5)
    time.sleep(0.2)
    assert pile.claims <= 3
    assert worker.stop()


def test_it_goes_on_after_faults() -> None:
    worker, pile, _ = working()
    pile.faults.put(StorageError("the database is gone"))
    pile.faults.put(RuntimeError("a fault of ours"))
    worker.start()
    for number in range(3):
        pile.add(number)
    assert [pile.settled.get(timeout=3 * worker_module.PAUSE_AFTER_FAULT) for _ in range(3)] == [0, 1, 2]
    assert worker.stop()


def test_one_conversation_that_hangs_does_not_hold_up_the_others() -> None:
    hang = threading.Event()
    worker, pile, _ = working(lambda job: hang.wait(10) and None if job.id == 0 else None, threads=2)
    worker.start()
    for number in range(3):
        pile.add(number)
    assert {pile.settled.get(timeout=5), pile.settled.get(timeout=5)} == {1, 2}
    hang.set()
    assert pile.settled.get(timeout=5) == 0
    assert worker.stop()


def test_stopping_finishes_what_is_being_sent_and_takes_nothing_new() -> None:
    sending, go_on = threading.Event(), threading.Event()

    def slowly(job: Job) -> None:
        sending.set()
        go_on.wait(10)

    worker, pile, stopping = working(slowly)
    worker.start()
    pile.add(1)
    pile.add(2)
    assert sending.wait(5)
    stopping.set()
    threading.Timer(0.1, go_on.set).start()
    assert worker.stop(timeout=5)
    assert pile.settled.get(timeout=1) == 1
    assert pile.settled.empty()
    assert pile.jobs.qsize() == 1


def test_stopping_does_not_wait_for_ever() -> None:
    go_on = threading.Event()
    worker, pile, _ = working(lambda job: go_on.wait(10) and None)
    worker.start()
    pile.add(1)
    time.sleep(0.1)
    assert not worker.stop(timeout=0.2)
    go_on.set()
    assert worker.stop(timeout=5)


def test_a_worker_that_was_never_started_stops() -> None:
    worker, _, _ = working()
    assert worker.stop()
