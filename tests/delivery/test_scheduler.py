"""Periodic tasks run at once and again, whatever they raise, and stop in time."""

from __future__ import annotations

import logging
import queue
import threading

import pytest

from slackguide.delivery.scheduler import PeriodicTask, Scheduler
from slackguide.errors import StorageError
from tests.support.waiting import WAIT_SECONDS


def test_a_chore_is_done_again_after_faults(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    faults = iter([StorageError("the database is busy"), ValueError("a secret concern"), None])
    done: queue.SimpleQueue[int] = queue.SimpleQueue()

    def work() -> None:
        fault = next(faults, None)
        if fault is not None:
            raise fault
        done.put(1)

    chores = Scheduler(periodic_tasks=[PeriodicTask("sweep", 0.01, work)], stopping=threading.Event())
    chores.start()
    assert [done.get(timeout=WAIT_SECONDS) for _ in range(3)] == [1, 1, 1]
    assert chores.stop(timeout=WAIT_SECONDS)
    assert "periodic task sweep failed and will run again: the database is busy" in caplog.text
    assert "periodic task sweep failed and will run again: ValueError" in caplog.text
    assert "secret" not in caplog.text


def test_a_chore_is_not_done_again_before_its_time() -> None:
    done: queue.SimpleQueue[int] = queue.SimpleQueue()
    chores = Scheduler(periodic_tasks=[PeriodicTask("sweep", 3600, lambda: done.put(1))], stopping=threading.Event())
    chores.start()
    assert done.get(timeout=WAIT_SECONDS) == 1
    assert chores.stop(timeout=WAIT_SECONDS)
    assert done.empty()
