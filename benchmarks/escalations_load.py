"""Submissions per second, compared with a bare Bolt app; and acknowledgement latency while Slack's API hangs."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from escalations_servers import FORM, Forms, PostgresServer, ServerConfig, confirmed, serve_bare, serve_slackguide
from route_load import CLIENTS, NOWHERE, ROOT, SECRET, TEAM, TOKEN, USER, Load, command, load, pin, questions, serving

from slackguide.knowledge import KnowledgeBase
from slackguide.runtime.container import build_guide
from slackguide.sandbox import BotApp, FaultKind, InjectedFault, Sandbox, demo_team
from slackguide.slack.manifest import manifest

WARM_SECONDS = 1.0
EACH_SECOND = 10.0
"""Requests of each kind per second, whether Slack hangs or not: a realistic load, far below the server's limit."""

PEOPLE = 5
"""Concurrent clients of each kind."""


def throughput(seconds: float, rounds: int) -> dict[str, list[Load]]:
    """Return the rounds of each server; the servers take turns."""
    forms = Forms(knowledge().forms[FORM], user=USER, team=TEAM)
    results: dict[str, list[Load]] = {}
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory())
        empty = stack.enter_context(PostgresServer()).empty
        common = {"home": home, "api_url": NOWHERE, "user": USER, "team": TEAM}
        servers = {
            "slackguide on SQLite": stack.enter_context(serving(serve_slackguide, ServerConfig(**common))),
            "slackguide on PostgreSQL": stack.enter_context(
                serving(serve_slackguide, ServerConfig(**common, database_url=empty()))
            ),
            "bare Bolt": stack.enter_context(serving(serve_bare, ServerConfig(**common))),
        }
        leave_first_core()
        for number in range(rounds + 1):
            for name, port in servers.items():
                good = confirmed if name.startswith("slackguide") else _any_response
                length = seconds if number else WARM_SECONDS
                measured = load(port, forms.next, good, seconds=length, clients=CLIENTS)
                if number:
                    results.setdefault(name, []).append(measured)
    return results


def hang(seconds: float, rounds: int) -> dict[str, Any]:
    """Return the latencies of commands and submissions by Slack's state, `answers` or `hangs`, which take turns."""
    latencies: dict[str, dict[str, list[float]]] = {}
    calls = {"answers": 0, "hangs": 0}
    with tempfile.TemporaryDirectory() as home, slack() as sandbox:
        person, team = sandbox.workspace.person("ana").id, sandbox.workspace.team.id
        forms = Forms(knowledge().forms[FORM], user=person, team=team)
        config = ServerConfig(home=home, api_url=sandbox.api_url, user=person, team=team)
        with serving(serve_slackguide, config) as port:
            leave_first_core()
            _both(port, forms, person, team, WARM_SECONDS * 3)
            for _ in range(rounds):
                for state in calls:
                    if state == "hangs":
                        sandbox.inject_fault(InjectedFault(kind=FaultKind.NO_RESPONSE))
                    last = sandbox.workspace.number("call")
                    for kind, one in _both(port, forms, person, team, seconds).items():
                        latencies.setdefault(kind, {}).setdefault(state, []).extend(one.latencies)
                    sandbox.faults.clear()
                    hung = [call for call in _settled(sandbox) if call.number > last]
                    calls[state] += len(hung)
                    assert state == "answers" or all(call.status is None for call in hung if call.fault)
    return {"latencies": latencies, "slack_calls": calls}


def _both(port: int, forms: Forms, user: str, team: str, seconds: float) -> dict[str, Load]:
    """Send commands and submissions at the same time."""
    texts = questions()
    lock = threading.Lock()

    def ask() -> tuple[bytes, dict[str, str]]:
        with lock:
            text = next(texts)
        return command(text, user, team)

    loads: dict[str, Load] = {}

    def run(kind: str, request: Any, good: Any) -> None:
        loads[kind] = load(port, request, good, seconds=seconds, clients=PEOPLE, every=PEOPLE / EACH_SECOND)

    threads = [
        threading.Thread(target=run, args=("/route", ask, _any_response)),
        threading.Thread(target=run, args=("submission", forms.next, confirmed)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return loads


@contextmanager
def slack() -> Iterator[Sandbox]:
    """Yield a sandbox in this process."""
    sandbox = Sandbox(
        clock=time.time,
        signing_secret=SECRET,
        bot_token=TOKEN,
        team=demo_team(escalation_channels=("ask-disputes", "ask-ce"), app=BotApp.from_manifest(manifest())),
        rate_limit=None,
    )
    sandbox.start()
    try:
        yield sandbox
    finally:
        sandbox.faults.clear()
        sandbox.stop()


def _settled(sandbox: Sandbox) -> Any:
    """Return the Web API calls after the hanging ones have ended."""
    time.sleep(1.0)
    return sandbox.workspace.calls


def knowledge() -> KnowledgeBase:
    """Return the shipped knowledge base."""
    return build_guide(ROOT / "knowledge").knowledge


def leave_first_core() -> None:
    """Move this process off the servers' core."""
    if (os.cpu_count() or 1) > 1:
        pin(1)


def _any_response(answer: bytes) -> bool:
    del answer
    return True
