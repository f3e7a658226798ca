"""Signals that arrive at any moment are heeded, those that interrupt the wait for them included."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from slackguide.runtime.process import StopSignals
from tests.support.waiting import WAIT_SECONDS

HAMMERED = """
import threading
from slackguide.runtime.process import handle_signals
with handle_signals() as signals:
    read = threading.Semaphore(0)
    signals.on_reload(read.release)
    print("ready", flush=True)
    signals.wait()
    print("stopped", flush=True)
"""


def test_orders_given_while_starting_are_carried_out() -> None:
    orders = StopSignals(woken=lambda: pytest.fail("it has its orders, and waits for more"))
    read: list[str] = []
    orders.on_reload(lambda: read.append("again"))
    orders.reload(signal.SIGHUP, None)
    orders.stop(signal.SIGTERM, None)
    orders.wait()
    assert read == ["again"]


STORMS = 5
"""Before a wake-up that a signal cannot miss, every fourth storm ended in a process that never stopped."""


@pytest.mark.parametrize("storm", range(STORMS))
def test_a_stop_after_a_storm_of_signals_is_not_lost(storm: int) -> None:
    with subprocess.Popen([sys.executable, "-c", HAMMERED], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            for _ in range(400):
                os.kill(process.pid, signal.SIGHUP)
            os.kill(process.pid, signal.SIGTERM)
            out, _ = process.communicate(timeout=WAIT_SECONDS)
        finally:
            process.kill()
    assert (out, process.returncode) == ("stopped\n", 0)
