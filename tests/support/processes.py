"""Starts slackguide as people do, in a process of its own, and reads what it logs."""

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

CUT_OFF = "the shutdown took longer than"
"""What a process says that had to cut something off to end within `running.SHUTDOWN_SECONDS`."""


@dataclass(frozen=True, slots=True)
class Got:
    """An HTTP answer."""

    status: int
    body: str

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that has ended by itself."""

    status: int
    out: str
    err: str


class Process:
    """One running process; `port` is where it was told to listen."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self.port = int(environment.get("PORT", "0"))
        self._lines: list[str] = []
        self._heard = threading.Condition()
        self._process = _started(arguments, environment, folder)
        assert self._process.stderr is not None
        self._thread = threading.Thread(target=self._listen, args=(self._process.stderr,), daemon=True)
        self._thread.start()

    @property
    def log(self) -> str:
        """Everything logged so far."""
        with self._heard:
            return "".join(self._lines)

    @property
    def lines(self) -> list[str]:
        """The same by line."""
        return self.log.splitlines()

    def logged(self, words: str, timeout: float = WAIT_SECONDS) -> str:
        """Waits for a line with these words in it, and returns the first."""
        with self._heard:
            self._heard.wait_for(lambda: self._line_with(words) or not self._thread.is_alive(), timeout)
        found = self._line_with(words)
        assert found is not None, f"it never said “{words}”, but:\n{self.log}"
        return found

    def get(self, path: str) -> Got:
        """Asks over HTTP."""
        return asked(self.port, "GET", path)

    def becomes(self, path: str, status: int, timeout: float = WAIT_SECONDS) -> Got:
        """Asks again and again until the status is this one."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                got = self.get(path)
                if got.status == status:
                    return got
                said = f"{got.status} {got.body}"
            except OSError as error:
                said = str(error)
            assert self.alive, f"it ended:\n{self.log}"
            assert time.monotonic() < deadline, f"{path} is still {said}:\n{self.log}"
            pause(POLL_SECONDS)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal."""
        self._process.send_signal(number)

    def ends(self, timeout: float = WAIT_SECONDS) -> int:
        """Waits for its end and for the last of what it logged; the exit status."""
        try:
            status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it did not end within {timeout} s:\n{self.log}") from None
        self._thread.join(WAIT_SECONDS)
        return status

    def stop(self) -> None:
        """SIGTERM: it has to end in good order, which is to say without cutting anything off."""
        self.signal(signal.SIGTERM)
        assert self.ends() == 0, self.log
        assert CUT_OFF not in self.log

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        self.ends()

    def close(self) -> None:
        """Leaves nothing behind."""
        if self.alive:
            self.kill()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _listen(self, stream: IO[str]) -> None:
        for line in stream:
            with self._heard:
                self._lines.append(line)
                self._heard.notify_all()
        with self._heard:
            self._heard.notify_all()

    def _line_with(self, words: str) -> str | None:
        return next((line for line in self._lines if words in line), None)


@contextmanager
def running(environment: Mapping[str, str], folder: Path, arguments: Sequence[str] = APP) -> Iterator[Process]:
    """A process for as long as the block lasts."""
    process = Process(arguments, environment, folder)
    try:
        yield process
    finally:
        process.close()


def ended(environment: Mapping[str, str], folder: Path, arguments: Sequence[str] = APP) -> Ended:
    """Runs to the end, which has to come by itself."""
    process = _started(arguments, environment, folder)
    try:
        out, err = process.communicate(timeout=WAIT_SECONDS)
    finally:
        process.kill()
        process.wait()
    return Ended(process.returncode, out, err)


def asked(
    port: int,
    method: str,
    path: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    timeout: float = WAIT_SECONDS,
) -> Got:
    """One HTTP request to loopback."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body=body or None, headers=dict(headers or {}))
        response = connection.getresponse()
        return Got(response.status, response.read().decode())
    finally:
        connection.close()


_held: list[socket.socket] = []


def free_port() -> int:
    """A port of this run's own: nobody listens on it, and the kernel gives it to nobody else.

    It is held by a socket that is bound and does not listen. A server that sets SO_REUSEADDR, as ours do, can take it.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    _held.append(held)
    return int(held.getsockname()[1])


@atexit.register
def _give_back() -> None:
    for held in _held:
        held.close()


def clean(**variables: object) -> dict[str, str]:
    """An environment without anything of ours but what is given."""
    stored = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return {**stored, "PYTHONDONTWRITEBYTECODE": "1", **{name: str(value) for name, value in variables.items()}}


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
