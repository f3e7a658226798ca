"""`/route` under load with questions all different, beside a bare Bolt app that answers "hello".

Same server (waitress, same threads), same requests, same run: the two take turns on one core, the load comes from the
others. Prints requests per second, latencies and the ratio; writes benchmarks/results/route_load.json.

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
from itertools import count, cycle
from multiprocessing.connection import Connection
from pathlib import Path

from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult

from slackguide.config import read_settings
from slackguide.guide.in_force import GuideInForce
from slackguide.logs import set_up
from slackguide.storage.identity import Identity
from slackguide.storage.people import Person
from slackguide.web.front import Front
from slackguide.web.server import WebServer
from slackguide.wiring import Service, build_guide, database_url, open_stores, system_clock

ROOT = Path(__file__).parent.parent
SECRET = "a-signing-secret"
TOKEN = "xoxb-benchmark"
USER = "U0BENCH"
CLIENTS = 8


def serve_slackguide(pipe: Connection, home: str) -> None:
    """Our service over HTTP; Slack's API is not there, which is nothing to `/route`."""
    environment = {"SLACK_API_URL": "http://127.0.0.1:9/", "SLACKGUIDE_HOME": home}
    run_service(pipe, environment, user=USER, team="T0BENCH")


def serve_bare(pipe: Connection, home: str) -> None:
    """A Bolt app with one line in it, on the same server."""
    del home

    def hello(ack: Ack) -> None:
        ack("hello")

    run_bare(pipe, lambda app: app.command("/route")(hello))


def run_service(pipe: Connection, environment: Mapping[str, str], *, user: str, team: str) -> None:
    """Our service on the first core until told to stop, with one person in its directory; sends its port."""
    pin(0)
    set_up("CRITICAL", "console")  # a Slack that is not there is no news
    settings = read_settings({"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, **environment})
    guide = GuideInForce(directory=ROOT / "knowledge", build=build_guide)
    stores = open_stores(database_url(settings), clock=system_clock, guide=guide, channels={})
    stores.people.replace([Person(user, team, "Bench")], {})
    stores.identities.keep(TOKEN, Identity(team, None, "B0BENCH", "U0BOT", "http://127.0.0.1:9/"))  # known before
    service = Service(
        settings=settings, token=TOKEN, api_url=settings.api_url, signing_secret=SECRET, guide=guide, stores=stores,
        clock=system_clock,
    )  # fmt: skip
    server = WebServer(Front(routes=service.routes), host="127.0.0.1", port=0)
    service.start()
    server.start()
    pipe.send(server.port)
    pipe.recv()
    service.wind_down()
    server.stop()
    service.stop()


def run_bare(pipe: Connection, register: Callable[[App], object]) -> None:
    """A bare Bolt app on the same core and web server until told to stop; sends its port."""
    pin(0)
    app = App(
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T0BENCH", bot_token=TOKEN),
        signing_secret=SECRET,
        process_before_response=True,
    )
    register(app)
    server = WebServer(SlackRequestHandler(app, path="/slack/events"), host="127.0.0.1", port=0)
    server.start()
    pipe.send(server.port)
    pipe.recv()
    server.stop()


def pin(core: int) -> None:
    """Keeps this process to one core, where the system knows how."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def questions() -> Iterator[str]:
    """The labelled questions, each made different from every other one by a number in it."""
    texts = [
        json.loads(line)["text"]
        for path in sorted((ROOT / "knowledge" / "questions").glob("*.jsonl"))
        for line in path.read_text().splitlines()
        if line.strip()
    ]
    for number, text in zip(count(1), cycle(texts)):
        yield f"{text} case {number}"


def request(text: str) -> tuple[bytes, dict[str, str]]:
    """A signed command."""
    body = urllib.parse.urlencode(
        {
            "command": "/route",
            "text": text,
            "user_id": USER,
            "team_id": "T0BENCH",
            "channel_id": "C0BENCH",
            "trigger_id": "1.2.3",
            "response_url": "http://127.0.0.1:9/hook",
            "api_app_id": "A0BENCH",
        }
    ).encode()
    stamp = str(int(time.time()))
    signature = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return body, {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signature}",
    }


def load(port: int, texts: Iterator[str], seconds: float) -> tuple[float, list[float]]:
    """Requests per second and every latency in milliseconds; raises where an answer is not 200 with a body."""
    lock = threading.Lock()
    latencies: list[float] = []
    faults: list[str] = []
    end = time.monotonic() + seconds

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        mine: list[float] = []
        while time.monotonic() < end:
            with lock:
                body, headers = request(next(texts))
            started = time.perf_counter()
            connection.request("POST", "/slack/events", body, headers)
            response = connection.getresponse()
            answered = response.read()
            mine.append((time.perf_counter() - started) * 1000)
            if response.status != 200 or not answered:
                faults.append(f"{response.status}")
                return
        with lock:
            latencies.extend(mine)

    began = time.monotonic()
    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(f"{len(faults)} clients were not answered: {faults[0]}")
    return len(latencies) / (time.monotonic() - began), latencies


def main() -> None:
    """Runs the rounds and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of load, each server and round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    results: dict[str, list[tuple[float, list[float]]]] = {"slackguide": [], "bare Bolt": []}
    texts = questions()
    with tempfile.TemporaryDirectory() as home:
        servers = {}
        for name, target in (("slackguide", serve_slackguide), ("bare Bolt", serve_bare)):
            ours, theirs = context.Pipe()
            process = context.Process(target=target, args=(theirs, home), daemon=True)
            process.start()
            servers[name] = (process, ours, ours.recv())
        if (os.cpu_count() or 1) > 1:
            pin(1)
        for name, (_, _, port) in servers.items():
            load(port, texts, 1.0)  # warm up
            del name
        for _ in range(options.rounds):
            for name, (_, _, port) in servers.items():
                results[name].append(load(port, texts, options.seconds))
        for process, pipe, _ in servers.values():
            pipe.send("stop")
            process.join(15)
    report(results)


def report(results: dict[str, list[tuple[float, list[float]]]]) -> None:
    """The table, and the same as JSON."""
    summary = {}
    print("| server | requests/s (median of rounds) | p50 ms | p99 ms |\n| --- | --- | --- | --- |")
    for name, rounds in results.items():
        latencies = sorted(latency for _, found in rounds for latency in found)
        rate = statistics.median(rate for rate, _ in rounds)
        p50, p99 = latencies[len(latencies) // 2], latencies[int(len(latencies) * 0.99)]
        summary[name] = {"requests_per_second": rate, "p50_ms": p50, "p99_ms": p99}
        print(f"| {name} | {rate:,.0f} | {p50:.1f} | {p99:.1f} |")
    ratio = statistics.median(
        ours / bare for (ours, _), (bare, _) in zip(results["slackguide"], results["bare Bolt"], strict=True)
    )
    summary["ratio"] = {"slackguide / bare Bolt": ratio}
    print(f"\nRatio of throughput, round by round, median: {ratio:.2f} (aim: 0.25 or more)")
    target = ROOT / "benchmarks" / "results" / "route_load.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(summary, indent=2) + "\n")


if __name__ == "__main__":
    main()
