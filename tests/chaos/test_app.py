"""`python app.py` killed at random moments, before a Slack that fails in every way: nothing lost, nothing doubled.

A run is `killed`: people send forms until each is acknowledged, a specialist presses buttons, and the processes are
killed with SIGKILL and started again. Then the weather clears, what is owed is delivered, and the run is judged. What
is chosen, and Slack's weather, follow from the seed; when a signal meets a process does not.
"""

from __future__ import annotations

import copy
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from slackguide.delivery.notifier import Notifier
from slackguide.escalation.filters import EscalationFilter
from slackguide.escalation.models import EventKind
from slackguide.sandbox import FaultKind, InjectedFault, Message
from slackguide.sandbox.errors import NotAllowedError
from slackguide.sandbox.transport.http import Envelope
from slackguide.slack.ids import NOTICE_EVENT, Action, Callback
from slackguide.storage.column_types import UtcDateTime
from slackguide.storage.database import Database
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.outbox_admin import OutboxAdmin
from slackguide.storage.tables import lanes, outbox
from tests.chaos.outbox_chaos import replayed
from tests.support.processes import Process, free_port, running
from tests.support.sandbox_workspace import SandboxWorkspace, sandbox_workspace
from tests.support.waiting import pause, wait_until

RUNS = {"sqlite": 2, "postgresql": 2}
PROCESSES = {"sqlite": 1, "postgresql": 2}
REQUESTERS = ("ana", "ben")
EACH = 4
"""Escalations that each requester sends; ana has sent one more before it begins."""

KILLS = 3
"""Times that one process, or several at once, are killed in a run."""

LEASE = 15.0
LONGEST_DELAY = 60.0
DEADLINE = 180.0
"""Seconds until what has to happen counts as never happening: a busy machine starts eight processes meanwhile."""


AGAIN = 0.1
"""Seconds after which a person sends a form again that was not taken."""

SLOW = 0.15
"""Seconds that Slack takes over a call that works: long enough to be killed in."""

POSTING = {
    FaultKind.SLOW: 8,
    FaultKind.LOST_RESPONSE: 2,
    FaultKind.RATE_LIMITED: 1,
    FaultKind.SERVER_ERROR: 2,
    FaultKind.CONNECTION_RESET: 2,
    FaultKind.NO_RESPONSE: 1,
}
"""How often a post meets which weather. A lost answer is a message that Slack has, and of which it never says so."""

ELSEWHERE = {
    FaultKind.SLOW: 16,
    FaultKind.RATE_LIMITED: 1,
    FaultKind.SERVER_ERROR: 2,
    FaultKind.CONNECTION_RESET: 2,
    FaultKind.NO_RESPONSE: 1,
}


@dataclass(frozen=True)
class Outcome:
    """What one run came to; the last four have to be empty."""

    acknowledged: int
    messages: int
    kills: int
    unanswered: int
    presses: int
    weather: Counter[str]
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    untold: tuple[str, ...]
    broken_lives: tuple[str, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """Everything that may not be."""
        return self.lost + self.doubled + self.untold + self.broken_lives


@dataclass
class Counts:
    """What the threads of a run have counted; each field is one thread's, or guarded by the order of the run."""

    acknowledged: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    presses: int = 0
    kills: int = 0


class ChaosRun:
    """The processes of one run, and the people who use them."""

    def __init__(self, slack: SandboxWorkspace, url: str, seed: int, processes: int) -> None:
        self.slack = slack
        self.url = url
        self.seed = seed
        self.ports = [slack.port, *(free_port() for _ in range(processes - 1))]
        self.counts = Counts()
        self._running: list[Process | None] = [None] * processes
        self._over = threading.Event()

    def go(self) -> Outcome:
        """The whole run."""
        jitter = random.Random(self.seed)
        with ExitStack() as stack:
            for which in range(len(self.ports)):
                self._start(stack, which)
            for process in self._running:
                assert process is not None
                process.logged("the directory is up to date", DEADLINE)
            self._ready(range(len(self.ports)))
            sent = self.slack.escalate()
            self.counts.acknowledged.append(str(sent.sent["view"]["id"]))
            self._forecast(jitter)
            with ThreadPoolExecutor(len(REQUESTERS) + 1) as people:
                sending = [people.submit(self._send, who, sent.sent) for who in REQUESTERS]
                pressing = people.submit(self._press)
                try:
                    self._kill(stack, jitter)
                    for one in sending:
                        one.result(DEADLINE)
                finally:
                    self._over.set()
                pressing.result(DEADLINE)
            self.slack.sandbox.faults.clear()
            self._kill_and_restart(stack, range(len(self.ports)), later=LONGEST_DELAY)
            self._deliver_all()
        return self._judged()

    # The processes

    def _start(self, stack: ExitStack, which: int) -> None:
        environment = self.slack.environment(DATABASE_URL=self.url, PORT=self.ports[which])
        self._running[which] = stack.enter_context(running(environment, self.slack.folder))

    def _ready(self, which: Sequence[int]) -> None:
        for process in [self._running[one] for one in which]:
            assert process is not None
            process.becomes("/readyz", 200, timeout=DEADLINE)

    def _kill(self, stack: ExitStack, jitter: random.Random) -> None:
        """Some processes at a time, most of them at work, some while they start."""
        for _ in range(KILLS):
            pause(jitter.uniform(0.2, 2.5))
            which = jitter.sample(range(len(self.ports)), jitter.randint(1, len(self.ports)))
            everything = len(which) == len(self.ports)
            later = LEASE if everything and jitter.random() < 0.7 else 0.0
            self._kill_and_restart(stack, which, later=later)
            if jitter.random() < 0.7:
                self._ready(which)

    def _kill_and_restart(self, stack: ExitStack, which: Sequence[int], *, later: float) -> None:
        """With `later`, the restart is so many seconds later for everything kept: nothing may run meanwhile."""
        for process in [self._running[one] for one in which]:
            assert process is not None
            assert process.alive, process.log
            process.kill()
            self.counts.kills += 1
        if later:
            age(self.url, later)
        for one in which:
            self._start(stack, one)

    def _deliver_all(self) -> None:
        with opened(self.url) as database:
            backlog = OutboxAdmin(database=database, notifier=Notifier())
            wait_until(lambda: not backlog.counts(), lambda: f"still owed: {backlog.pending()}", timeout=DEADLINE)

    # The weather

    def _forecast(self, jitter: random.Random) -> None:
        self.slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_RESPONSE, method="chat.postMessage", times=1))
        for method, kinds, calls in (("chat.postMessage", POSTING, 60), ("*", ELSEWHERE, 300)):
            for kind in jitter.choices([*kinds], [*kinds.values()], k=calls):
                seconds = SLOW if kind is FaultKind.SLOW else 1.0
                self.slack.sandbox.inject_fault(InjectedFault(kind=kind, method=method, times=1, seconds=seconds))

    # The people

    def _send(self, who: str, first: Mapping[str, Any]) -> None:
        """Sends each form until it is acknowledged, as a person does, and some of them once more."""
        jitter = random.Random(f"{self.seed} {who}")
        deadline = time.monotonic() + DEADLINE
        for number in range(EACH):
            form = submission(first, self.slack.workspace.person(who).id, f"V{self.seed}{who}{number}", number)
            while not self._sent(form, jitter.choice(self.ports)):
                assert time.monotonic() < deadline, f"{who}'s form {number} is not taken"
                pause(AGAIN)
            self.counts.acknowledged.append(form["view"]["id"])
            if jitter.random() < 0.3:
                self._sent(form, jitter.choice(self.ports))
            pause(jitter.uniform(0.0, 0.8))

    def _sent(self, form: dict[str, Any], port: int) -> bool:
        _, reply = self.slack.transport(port).send(Envelope(kind="interactive", payload=form))
        answer = json.loads(reply.body) if reply.ok and reply.body else {}
        if answer.get("view", {}).get("callback_id") == Callback.CONFIRMATION:
            return True
        self.counts.unanswered.append(reply.failure or f"{reply.status} {reply.body}")
        return False

    def _press(self) -> None:
        """Claims and gives back what is in the channel."""
        jitter = random.Random(f"{self.seed} marek")
        while not self._over.wait(jitter.uniform(0.3, 1.5)):
            action = jitter.choice([Action.CLAIM, Action.RELEASE])
            try:
                for message in self.slack.posted()[-1:]:
                    self.counts.presses += self.slack.sandbox.click("marek", message, action).ok
            except NotAllowedError:
                continue  # the card has another button by now

    # The judgement

    def _judged(self) -> Outcome:
        posted = Counter(str((message.metadata or {})["event_payload"]["id"]) for message in self.slack.posted())
        heard = {who: self.slack.notified(who) for who in REQUESTERS}
        with opened(self.url) as database:
            ledger = SqlEscalationRepository(database=database, notifier=Notifier(), ids=str)
            by_view = {view: ledger.by_view(view) for view in self.counts.acknowledged}
            lost = [view for view, stored in by_view.items() if stored is None or stored.id not in posted]
            kept_ids = {stored.id for stored in ledger.iterate(EscalationFilter())}
            broken = [
                fault for stored in ledger.iterate(EscalationFilter()) for fault in life_faults(ledger, stored.id)
            ]
            numbers = sorted(int(stored.reference.split("-")[1]) for stored in ledger.iterate(EscalationFilter()))
        if numbers != list(range(1001, 1001 + len(numbers))):
            broken.append(f"references {numbers}")
        names = {self.slack.workspace.person(who).id: who for who in REQUESTERS}
        untold = [
            stored.reference
            for stored in by_view.values()
            if stored is not None
            and not any(f"{stored.reference} is in" in text for text in heard[names[stored.requester.user_id]])
        ]
        doubled = [id for id, times in posted.items() if times > 1] + [id for id in posted if id not in kept_ids]
        return Outcome(
            acknowledged=len(self.counts.acknowledged),
            messages=posted.total(),
            kills=self.counts.kills,
            unanswered=len(self.counts.unanswered),
            presses=self.counts.presses,
            weather=Counter(str(call.fault) for call in self.slack.workspace.calls if call.fault),
            lost=tuple(lost),
            doubled=tuple(doubled + self._notices_doubled()),
            untold=tuple(untold),
            broken_lives=tuple(broken),
        )

    def _notices_doubled(self) -> list[str]:
        workspace = self.slack.workspace
        messages: list[Message] = list(workspace.all_messages("ask-disputes"))
        for who in (*REQUESTERS, "marek"):
            messages += workspace.direct_messages(who)
        notices = Counter(
            str(metadata["event_payload"]["id"])
            for message in messages
            if (metadata := message.metadata or {}).get("event_type") == NOTICE_EVENT
        )
        return [f"notice {job}" for job, times in notices.items() if times > 1]


def killed(folder: Path, seed: int, url: str | None = None, processes: int = 1) -> Outcome:
    """One run; without `url` on a SQLite file, with one on an empty or migrated database of its own."""
    with sandbox_workspace(folder) as slack:
        return ChaosRun(slack, url or slack.database_url, seed, processes).go()


def report(outcomes: Sequence[Outcome]) -> str:
    """The counts of several runs, in words."""
    faults = sum((outcome.weather for outcome in outcomes), Counter[str]())
    return (
        f"{len(outcomes)} runs, {sum(outcome.kills for outcome in outcomes)} kills, "
        f"{sum(outcome.acknowledged for outcome in outcomes)} escalations acknowledged, "
        f"{sum(outcome.messages for outcome in outcomes)} messages, "
        f"{sum(outcome.unanswered for outcome in outcomes)} times not acknowledged and sent again, "
        f"{sum(outcome.presses for outcome in outcomes)} presses, "
        f"weather {', '.join(f'{kind} {times}' for kind, times in faults.most_common())}"
    )


def submission(first: Mapping[str, Any], user_id: str, view_id: str, number: int) -> dict[str, Any]:
    """Another person's form about another ticket, after one that was really sent."""
    form = copy.deepcopy(dict(first))
    form["user"]["id"] = user_id
    form["view"]["id"] = form["view"]["root_view_id"] = view_id
    values = form["view"]["state"]["values"]
    link = f"https://support.zendesk.com/agent/tickets/{int.from_bytes(user_id.encode()) % 100_000}{number:03}"
    values["ticket_url"]["ticket_url"]["value"] = link
    values["summary"]["summary"]["value"] = f"{view_id}: what now?"
    return form


def life_faults(ledger: SqlEscalationRepository, escalation_id: str) -> Iterator[str]:
    """What is wrong with an escalation's history."""
    stored = ledger.get(escalation_id)
    assert stored is not None
    history = ledger.history(escalation_id)
    kinds = Counter(event.kind for event in history)
    if replayed(history) is not stored.state:
        yield f"{stored.reference} is {stored.state}, after {[event.kind.value for event in history]}"
    if kinds[EventKind.SUBMITTED] != 1 or kinds[EventKind.POSTED] != 1 or stored.card is None:
        yield f"{stored.reference} has {stored.card} after {dict(kinds)}"
    if [event.at for event in history] != sorted(event.at for event in history):
        yield f"{stored.reference} has a history out of order"


def age(url: str, seconds: float) -> None:
    """Makes everything planned so much older, as if nobody had run for so long."""
    with opened(url) as database, database.write() as connection:
        for table, key in ((outbox, outbox.c.id), (lanes, lanes.c.name)):
            moments = [column for column in table.columns if isinstance(column.type, UtcDateTime)]
            for row in connection.execute(select(table)).mappings().all():
                older = {c.name: row[c.name] - timedelta(seconds=seconds) for c in moments if row[c.name] is not None}
                connection.execute(update(table).where(key == row[key.name]).values(older))


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url=url, clock=lambda: datetime.now(UTC))
    try:
        yield database
    finally:
        database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killed_again_and_again(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs, processes = RUNS[kind], PROCESSES[kind]
    server = request.getfixturevalue("postgresql") if kind == "postgresql" else None
    urls = [server.migrated() if server is not None else None for _ in range(runs)]
    with ThreadPoolExecutor(runs) as pool:
        outcomes = list(pool.map(lambda seed: killed(tmp_path / str(seed), seed, urls[seed], processes), range(runs)))
    with capsys.disabled():
        print(f"\n{kind}, {processes} app process(es), {report(outcomes)}")
    assert [outcome.faults for outcome in outcomes] == [()] * runs
    assert [outcome.acknowledged for outcome in outcomes] == [len(REQUESTERS) * EACH + 1] * runs
    assert [outcome.messages for outcome in outcomes] == [len(REQUESTERS) * EACH + 1] * runs
    assert all(outcome.kills > KILLS for outcome in outcomes)
    assert all(outcome.weather[FaultKind.LOST_RESPONSE] > 0 for outcome in outcomes)


def test_cut_off_after_the_post_it_is_posted_once(slack: SandboxWorkspace) -> None:
    """Slack has the message, and the connection is reset before it says so."""
    lost = InjectedFault(kind=FaultKind.LOST_RESPONSE, method="chat.postMessage", times=1)
    with running(slack.environment(), slack.folder) as process:
        process.logged("the directory is up to date")
        slack.sandbox.inject_fault(lost)
        slack.escalate()
        slack.wait(lambda: len(slack.posted()) == 1, "the post that nobody hears of")
        slack.sandbox.faults.clear()
        slack.wait(lambda: any("D-1001 is in" in text for text in slack.notified()), "the notice")
        process.stop()
    assert len(slack.posted()) == 1
