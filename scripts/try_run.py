"""Start `./scripts/run` on a free port, wait until the sandbox answers, and stop it.

Exit with status 1 if it does not answer within `START_SECONDS`, or if its exit status is not 0. Requires only Python.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

START_SECONDS = 600
"""Longest start, including the installation."""

STOP_SECONDS = 15
"""Longest time from SIGTERM to the exit of `scripts/run`; the app takes at most 10 s."""


def main() -> None:
    """Start the app, request its page, and stop it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    run = Path(__file__).parent / "run"
    process = subprocess.Popen([run], env={**os.environ, "PORT": str(port)})
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz", process)
        with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
            if b"<title>" not in page.read():
                sys.exit("try_run: the sandbox serves no page")
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(STOP_SECONDS)
    if status:
        sys.exit(f"try_run: ./scripts/run ended with status {status}")
    print("try_run: the sandbox started, answered and stopped", flush=True)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Return as soon as the URL answers with status 200; exit this program if that takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"try_run: ./scripts/run ended with status {process.returncode} before it answered")
        try:
            with urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"try_run: {url} did not answer within {START_SECONDS} s")


if __name__ == "__main__":
    main()
