"""`/route` under load with distinct questions, compared with a bare Bolt app that answers "hello".

Both use the same server (waitress, same threads) and the same requests. They take turns on one core; the other cores
generate the load. Prints requests per second, latencies and the ratio; writes benchmarks/results/route_load.json.

    python benchmarks/route_load.py [--seconds 10] [--rounds 3]
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import http.client
import json
import multiprocessing
import os
import statistics
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count, cycle
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult

from slackguide.config import read_settings
from slackguide.guide.reloading import ReloadableGuide
from slackguide.logging_config import configure_logging
from slackguide.runtime.builder import ServiceBuilder
from slackguide.runtime.container import build_guide, database_url, open_repositories, system_clock
from slackguide.runtime.entrypoint import THREADS, bind_server
from slackguide.slack.ids import COMMAND
from slackguide.storage.bot_identity import BotIdentity
from slackguide.storage.directory import DirectoryUser
from slackguide.web.wsgi import Router

ROOT = Path(__file__).parent.parent
SECRET = "a-signing-secret"
TOKEN = "xoxb-benchmark"
USER, TEAM = "U0BENCH", "T0BENCH"
NOWHERE = "http://127.0.0.1:9/"
"""The address of a Slack API that does not respond."""

CLIENTS = 8


def serve_slackguide(pipe: Connection, home: str) -> None:
    """Serve slackguide over HTTP. Slack's API is unreachable, which does not affect `/route`."""
    environment = {"SLACK_API_URL": NOWHERE, "SLACKGUIDE_HOME": home}
    run_service(pipe, environment, user=USER, team=TEAM)


def serve_bare(pipe: Connection, home: str) -> None:
    """Serve a Bolt app with one listener, on the same server."""
    del home

    def hello(ack: Ack) -> None:
        ack("hello")

    run_bare(pipe, lambda app: app.command(COMMAND)(hello))


def run_service(pipe: Connection, environment: Mapping[str, str], *, user: str, team: str) -> None:
    """Run slackguide on the first core until a stop message, with one person in its directory; send its port."""
    pin(0)
    configure_logging("CRITICAL", "console")  # suppress errors about the unreachable Slack
    settings = read_settings({"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, **environment})
    guide = ReloadableGuide(directory=ROOT / "knowledge", build=build_guide)
    stores = open_repositories(database_url(settings), clock=system_clock, guide=guide, channels={})
    stores.directory.replace([DirectoryUser(user, team, "Bench")], {})
    stores.identities.put(TOKEN, BotIdentity(team, None, "B0BENCH", "U0BOT", NOWHERE))  # known before
    service = ServiceBuilder(
        settings=settings,
        token=TOKEN,
        api_url=settings.api_url,
        signing_secret=SECRET,
        guide=guide,
        repositories=stores,
        clock=system_clock,
    ).build()
    server = bind_server(Router(routes=service.routes), "127.0.0.1", 0, threads=THREADS)
    service.start()
    server.start()
    pipe.send(server.port)
    pipe.recv()
    service.begin_shutdown()
    server.stop()
    service.stop()


def run_bare(pipe: Connection, register: Callable[[App], object]) -> None:
    """Run a bare Bolt app on the same core and web server until a stop message; send its port."""
    pin(0)
    app = App(
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token=TOKEN),
        signing_secret=SECRET,
        process_before_response=True,
    )
    register(app)
    server = bind_server(SlackRequestHandler(app, path="/slack/events"), "127.0.0.1", 0, threads=THREADS)
    server.start()
    pipe.send(server.port)
    pipe.recv()
    server.stop()


@contextmanager
def serving(target: Callable[[Connection, Any], None], config: Any) -> Iterator[int]:
    """Run a server in its own process with this configuration, and yield its port."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(theirs, config), daemon=True)
    process.start()
    try:
        yield int(ours.recv())
    finally:
        ours.send("stop")
        process.join(15)
        if process.is_alive():
            process.kill()


def pin(core: int) -> None:
    """Pin this process to one core, if the system supports it."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def questions() -> Iterator[str]:
    """Yield the labelled questions repeatedly, each made unique by a number."""
    texts = [
        json.loads(line)["text"]
        for path in sorted((ROOT / "knowledge" / "questions").glob("*.jsonl"))
        for line in path.read_text().splitlines()
        if line.strip()
    ]
    for number, text in zip(count(1), cycle(texts)):
        yield f"{text} case {number}"


def command(text: str, user: str, team: str) -> tuple[bytes, dict[str, str]]:
    """Return a signed `/route` request."""
    return signed(
        {
            "command": COMMAND, "text": text, "user_id": user, "team_id": team, "channel_id": "C0BENCH",
            "trigger_id": "1.2.3", "response_url": f"{NOWHERE}hook", "api_app_id": "A0BENCH",
        }
    )  # fmt: skip


def signed(fields: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """Return the body and headers of a request that is signed like Slack's."""
    body = urllib.parse.urlencode(fields).encode()
    stamp = str(int(time.time()))
    signature = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return body, {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signature}",
    }


@dataclass(frozen=True)
class Load:
    """The measurements of the clients: requests per second, and every latency in milliseconds, sorted."""

    rate: float
    latencies: list[float]


def load(
    port: int,
    request: Callable[[], tuple[bytes, dict[str, str]]],
    good: Callable[[bytes], bool],
    *,
    seconds: float,
    clients: int,
    every: float = 0.0,
) -> Load:
    """Run concurrent clients, each sending as fast as it gets responses, or one request `every` that many seconds.

    Raises RuntimeError if a response is not 200 or not `good`.
    """
    lock = threading.Lock()
    latencies: list[float] = []
    faults: list[str] = []
    began = time.monotonic()

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=40)
        own_latencies: list[float] = []
        due = began + every * number / clients
        while (now := time.monotonic()) < began + seconds and not faults:
            if now < due:
                time.sleep(due - now)
            due += every
            body, headers = request()
            started = time.perf_counter()
            connection.request("POST", "/slack/events", body, headers)
            response = connection.getresponse()
            content = response.read()
            own_latencies.append((time.perf_counter() - started) * 1000)
            if response.status != 200 or not good(content):
                faults.append(f"{response.status} {content[:300]!r}")
        with lock:
            latencies.extend(own_latencies)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(f"{len(faults)} clients were not acknowledged: {faults[0]}")
    return Load(len(latencies) / (time.monotonic() - began), sorted(latencies))


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of load, per server and round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    results: dict[str, list[Load]] = {"slackguide": [], "bare Bolt": []}
    texts, turn = questions(), threading.Lock()

    def next_request() -> tuple[bytes, dict[str, str]]:
        with turn:
            text = next(texts)
        return command(text, USER, TEAM)

    def measured(port: int, seconds: float) -> Load:
        return load(port, next_request, bool, seconds=seconds, clients=CLIENTS)

    with tempfile.TemporaryDirectory() as home, ExitStack() as running:
        targets = {"slackguide": serve_slackguide, "bare Bolt": serve_bare}
        ports = {name: running.enter_context(serving(target, home)) for name, target in targets.items()}
        if (os.cpu_count() or 1) > 1:
            pin(1)
        for port in ports.values():
            measured(port, 1.0)  # warm up
        for _ in range(options.rounds):
            for name, port in ports.items():
                results[name].append(measured(port, options.seconds))
    report(results)


def report(results: dict[str, list[Load]]) -> None:
    """Print the table and write it as JSON."""
    summary = {}
    print("| server | requests/s (median of rounds) | p50 ms | p99 ms |\n| --- | --- | --- | --- |")
    for name, rounds in results.items():
        latencies = sorted(latency for one in rounds for latency in one.latencies)
        rate = statistics.median(one.rate for one in rounds)
        p50, p99 = latencies[len(latencies) // 2], latencies[int(len(latencies) * 0.99)]
        summary[name] = {"requests_per_second": rate, "p50_ms": p50, "p99_ms": p99}
        print(f"| {name} | {rate:,.0f} | {p50:.1f} | {p99:.1f} |")
    ratio = statistics.median(
        ours.rate / bare.rate for ours, bare in zip(results["slackguide"], results["bare Bolt"], strict=True)
    )
    summary["ratio"] = {"slackguide / bare Bolt": ratio}
    print(f"\nRatio of throughput (median of rounds): {ratio:.2f} (target: 0.25 or more)")
    target = ROOT / "benchmarks" / "results" / "route_load.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(summary, indent=2) + "\n")


if __name__ == "__main__":
    main()
