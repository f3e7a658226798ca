"""Signals that arrive at any moment are heeded, those that interrupt the wait for them included."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from slackguide.running import Orders

HAMMERED = """
import threading
from slackguide.running import Orders, until_told
with until_told() as orders:
    read = threading.Semaphore(0)
    orders.on_reload(read.release)
    print("ready", flush=True)
    orders.wait()
    print("stopped", flush=True)
"""


def test_orders_given_while_starting_are_carried_out() -> None:
    orders = Orders()
    read: list[str] = []
    orders.on_reload(lambda: read.append("again"))
    orders.reload(signal.SIGHUP, None)
    orders.stop(signal.SIGTERM, None)
    orders.wait()
    assert read == ["again"]


def test_a_stop_after_a_storm_of_signals_is_not_lost() -> None:
    with subprocess.Popen([sys.executable, "-c", HAMMERED], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for _ in range(2_000):
            os.kill(process.pid, signal.SIGHUP)
        os.kill(process.pid, signal.SIGTERM)
        assert process.stdout.read() == "stopped\n"
    assert process.returncode == 0
