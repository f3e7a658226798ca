"""Run slackguide in processes of its own, over the command line, and read their logs."""

from __future__ import annotations

import atexit
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.support.waiting import POLL_SECONDS, WAIT_SECONDS, pause

CHECKOUT = Path(__file__).parents[2]
APP = (str(CHECKOUT / "app.py"),)
SHIPPED = CHECKOUT / "knowledge"

UNCLEAN_SHUTDOWN = "the shutdown took longer than"
"""Logged by a process that had to abandon something to exit within its shutdown time."""


@dataclass(frozen=True, slots=True)
class HttpReply:
    """An HTTP response."""

    status: int
    body: str

    @property
    def document(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class ExitedProcess:
    """A process that has exited, with its output."""

    status: int
    out: str
    err: str


class Process:
    """A running process, the `port` that its environment sets, and whether it was `killed` here."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self.port = int(environment.get("PORT", "0"))
        self.killed = False
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._process = _started(arguments, environment, folder)
        assert self._process.stderr is not None
        self._thread = threading.Thread(target=self._read_log, args=(self._process.stderr,), daemon=True)
        self._thread.start()

    @property
    def log(self) -> str:
        """Return everything logged so far."""
        with self._changed:
            return "".join(self._lines)

    def printed_lines(self, count: int) -> list[str]:
        """Wait for the next lines of standard output, and return them."""
        assert self._process.stdout is not None
        return [self._process.stdout.readline().rstrip("\n") for _ in range(count)]

    @property
    def lines(self) -> list[str]:
        """Return the log by line."""
        return self.log.splitlines()

    def wait_for_log(self, text: str, timeout: float = WAIT_SECONDS) -> str:
        """Wait for a log line that contains `text`; return the first."""
        with self._changed:
            self._changed.wait_for(lambda: self._line_with(text) or not self._thread.is_alive(), timeout)
        line = self._line_with(text)
        assert line is not None, f"“{text}” is not in the log:\n{self.log}"
        return line

    def get(self, path: str) -> HttpReply:
        """Send a GET request."""
        return request(self.port, "GET", path)

    def wait_for_status(self, path: str, status: int, timeout: float = WAIT_SECONDS) -> HttpReply:
        """Send GET requests until the status is `status`."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                reply = self.get(path)
                if reply.status == status:
                    return reply
                last = f"{reply.status} {reply.body}"
            except OSError as error:
                last = str(error)
            assert self.alive, f"the process exited:\n{self.log}"
            assert time.monotonic() < deadline, f"{path} is still {last}:\n{self.log}"
            pause(POLL_SECONDS)

    @property
    def alive(self) -> bool:
        """Return whether the process runs."""
        return self._process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def wait_for_exit(self, timeout: float = WAIT_SECONDS) -> int:
        """Wait for the exit and the end of the log; return the exit status."""
        try:
            status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the process did not exit within {timeout} s:\n{self.log}") from None
        self._thread.join(WAIT_SECONDS)
        return status

    def stop(self) -> None:
        """Send SIGTERM; fail unless the process exits with status 0 and abandons nothing."""
        self.signal(signal.SIGTERM)
        assert self.wait_for_exit() == 0, self.log
        assert UNCLEAN_SHUTDOWN not in self.log

    def kill(self) -> None:
        """Send SIGKILL and wait for the exit."""
        self.killed = True
        self._process.kill()
        self.wait_for_exit()

    def close(self) -> None:
        """Kill the process if it runs, and close its streams."""
        if self.alive:
            self.kill()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _read_log(self, stream: IO[str]) -> None:
        for line in stream:
            with self._changed:
                self._lines.append(line)
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def _line_with(self, text: str) -> str | None:
        return next((line for line in self._lines if text in line), None)


@contextmanager
def running(environment: Mapping[str, str], folder: Path, arguments: Sequence[str] = APP) -> Iterator[Process]:
    """Run a process for as long as the block lasts."""
    process = Process(arguments, environment, folder)
    try:
        yield process
    finally:
        process.close()


def run_to_exit(environment: Mapping[str, str], folder: Path, arguments: Sequence[str] = APP) -> ExitedProcess:
    """Run a process until it exits."""
    process = _started(arguments, environment, folder)
    try:
        out, err = process.communicate(timeout=WAIT_SECONDS)
    finally:
        process.kill()
        process.wait()
    return ExitedProcess(process.returncode, out, err)


def request(
    port: int,
    method: str,
    path: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    timeout: float = WAIT_SECONDS,
) -> HttpReply:
    """Send one HTTP request to loopback."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body=body or None, headers=dict(headers or {}))
        response = connection.getresponse()
        return HttpReply(response.status, response.read().decode())
    finally:
        connection.close()


_reserved: list[socket.socket] = []


def free_port() -> int:
    """Return a port that nothing listens on and that the kernel gives to no other process.

    A socket that is bound and does not listen reserves it. A server that sets SO_REUSEADDR, as ours do, can take it.
    """
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    _reserved.append(reserved)
    return int(reserved.getsockname()[1])


@atexit.register
def _release_ports() -> None:
    for reserved in _reserved:
        reserved.close()


def clean_environment(**variables: object) -> dict[str, str]:
    """Return an environment with `variables` and no other settings of slackguide."""
    inherited = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return {**inherited, "PYTHONDONTWRITEBYTECODE": "1", **{name: str(value) for name, value in variables.items()}}


def _started(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
