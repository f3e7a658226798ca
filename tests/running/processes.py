"""Starts slackguide as people do, in a process of its own, and reads what it logs."""

from __future__ import annotations

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

CHECKOUT = Path(__file__).parents[2]
APP = (str(CHECKOUT / "app.py"),)
SHIPPED = CHECKOUT / "knowledge"

START_SECONDS = 60.0
"""A start takes two seconds on an idle machine; the deadline is for one that is not."""

STOP_SECONDS = 10.0
"""The contract's own."""

LOOK = 0.05


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

    def said(self, words: str, timeout: float = START_SECONDS) -> str:
        """Waits for a line with these words in it, and returns the first."""
        with self._heard:
            self._heard.wait_for(lambda: self._line_with(words) or not self._thread.is_alive(), timeout)
        found = self._line_with(words)
        assert found is not None, f"it never said “{words}”, but:\n{self.log}"
        return found

    def get(self, path: str) -> Got:
        """Asks over HTTP."""
        return asked(self.port, "GET", path)

    def becomes(self, path: str, status: int, timeout: float = 20.0) -> Got:
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
            threading.Event().wait(LOOK)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal."""
        self._process.send_signal(number)

    def ends(self, timeout: float) -> int:
        """Waits for its end; the exit status."""
        try:
            status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it did not end within {timeout} s:\n{self.log}") from None
        self._thread.join(5)
        return status

    def stop(self) -> float:
        """SIGTERM: it has to end in good order; returns the seconds that it took."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        assert self.ends(STOP_SECONDS) == 0, self.log
        return time.monotonic() - began

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        self.ends(5)

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
        out, err = process.communicate(timeout=START_SECONDS)
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
    timeout: float = 20.0,
) -> Got:
    """One HTTP request to loopback."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body=body or None, headers=dict(headers or {}))
        response = connection.getresponse()
        return Got(response.status, response.read().decode())
    finally:
        connection.close()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def clean(**variables: object) -> dict[str, str]:
    """An environment without anything of ours but what is given."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **{name: str(value) for name, value in variables.items()}}


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
