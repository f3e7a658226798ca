"""Chaos runs of the whole app: `python app.py` killed at random while the sandbox injects every fault.

In one run people submit forms until each is acknowledged, a specialist clicks buttons, and the processes are killed
with SIGKILL and restarted. Then the faults stop, the pending jobs are delivered, and the run is verified. The random
choices and the faults follow from the seed; the moment at which a signal reaches a process does not.

The benchmark can also stop the database (`outage`), and can run the last release beside this one until it is killed
(`release`), as in an upgrade.
"""

from __future__ import annotations

import copy
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

from slackguide.delivery.notifier import Notifier
from slackguide.escalation.filters import EscalationFilter
from slackguide.escalation.models import Escalation, EventKind
from slackguide.sandbox import FaultKind, InjectedFault, Message
from slackguide.sandbox.errors import NotAllowedError
from slackguide.sandbox.transport.http import Envelope
from slackguide.slack.ids import NOTICE_EVENT, Action
from slackguide.storage.escalations import SqlEscalationRepository
from tests.chaos.outcome import DEADLINE, Outage, Outcome, inconsistencies, wait_until_delivered
from tests.support.databases import age_jobs, open_database
from tests.support.processes import APP, Process, free_port, running
from tests.support.sandbox_workspace import SandboxWorkspace, sandbox_workspace
from tests.support.waiting import pause

PROCESSES = {"sqlite": 1, "postgresql": 2}
REQUESTERS = ("ana", "ben")
FORMS_EACH = 4
"""Forms that each requester submits; Ana has submitted one more before."""

ESCALATIONS = len(REQUESTERS) * FORMS_EACH + 1

KILLS = 3
"""Times that one process, or several at once, are killed in a run."""

LEASE = 15.0
LONGEST_DELAY = 60.0
OUTAGE_SECONDS = 4.0
"""Longest time for which the database is stopped before the processes are killed."""

RETRY_SECONDS = 0.1
"""Seconds after which a person submits a form again that was not acknowledged."""

SLOW_SECONDS = 0.15
"""Seconds that Slack takes for a slow call: long enough to be killed in."""

POST_FAULTS = {
    FaultKind.SLOW: 8,
    FaultKind.LOST_RESPONSE: 2,
    FaultKind.RATE_LIMITED: 1,
    FaultKind.SERVER_ERROR: 2,
    FaultKind.CONNECTION_RESET: 2,
    FaultKind.NO_RESPONSE: 1,
}
"""How often each fault meets `chat.postMessage`. After a lost answer Slack has the message, but never answers."""

OTHER_FAULTS = {
    FaultKind.SLOW: 16,
    FaultKind.RATE_LIMITED: 1,
    FaultKind.SERVER_ERROR: 2,
    FaultKind.CONNECTION_RESET: 2,
    FaultKind.NO_RESPONSE: 1,
}


STORED = "is saved and on its way"
"""What release 0.1.0 answers to a form that it has stored. This version closes the form."""


class AppChaosRun:
    """The processes of one run, and the people who use them."""

    def __init__(
        self,
        slack: SandboxWorkspace,
        url: str,
        seed: int,
        processes: int,
        *,
        outage: Outage = nullcontext,
        release: Path | None = None,
    ) -> None:
        self.slack = slack
        self.url = url
        self.seed = seed
        self.outage = outage
        self.release = release
        self.ports = [slack.port, *(free_port() for _ in range(processes - 1))]
        self.acknowledged: list[str] = []
        self.rejected: list[str] = []
        self.clicks = self.kills = self.outages = 0
        self._running: dict[int, Process] = {}
        self._over = threading.Event()

    def run(self) -> Outcome:
        """Run to the end and verify the result."""
        chance = random.Random(self.seed)
        with ExitStack() as stack:
            for index in reversed(range(len(self.ports))):
                self._start(stack, index, self.release if index else None)
                # A release can only start before a newer one has migrated the database.
                self._running[index].wait_for_log("the directory is up to date", DEADLINE)
            self._wait_until_ready(range(len(self.ports)))
            first = self.slack.escalate()
            self.acknowledged.append(str(first.sent["view"]["id"]))
            self._inject_faults(chance)
            with ThreadPoolExecutor(len(REQUESTERS) + 1) as people:
                requesters = [people.submit(self._submit_forms, who, first.sent) for who in REQUESTERS]
                specialist = people.submit(self._click_buttons)
                try:
                    self._kill_processes(stack, chance)
                    for requester in requesters:
                        requester.result(DEADLINE)
                finally:
                    self._over.set()
                specialist.result(DEADLINE)
            self.slack.sandbox.faults.clear()
            self._kill_and_restart(stack, range(len(self.ports)), later=LONGEST_DELAY)
            with open_database(self.url) as database:
                wait_until_delivered(database)
        return self._verify()

    # -- processes ----------------------------------------------------------------------------------------------------

    def _start(self, stack: ExitStack, index: int, release: Path | None = None) -> None:
        """Start a process of this version, or of the release in a folder."""
        environment = self.slack.environment(DATABASE_URL=self.url, PORT=self.ports[index])
        arguments = APP
        if release is not None:
            environment["PYTHONPATH"] = str(release / "src")
            arguments = (str(release / "app.py"),)
        self._running[index] = stack.enter_context(running(environment, self.slack.folder, arguments))

    def _wait_until_ready(self, indices: Sequence[int]) -> None:
        for index in indices:
            self._running[index].wait_for_status("/readyz", 200, timeout=DEADLINE)

    def _kill_processes(self, stack: ExitStack, chance: random.Random) -> None:
        """Kill some processes at a time, most of them at work, some while they start."""
        for _ in range(KILLS):
            pause(chance.uniform(0.2, 2.5))
            indices = chance.sample(range(len(self.ports)), chance.randint(1, len(self.ports)))
            everything = len(indices) == len(self.ports)
            later = LEASE if everything and chance.random() < 0.7 else 0.0
            if self.outage is not nullcontext and chance.random() < 0.5:
                self.outages += 1
                with self.outage():
                    pause(chance.uniform(0.1, OUTAGE_SECONDS))
                    self._kill(indices)
            self._kill_and_restart(stack, indices, later=later)
            if chance.random() < 0.7:
                self._wait_until_ready(indices)

    def _kill_and_restart(self, stack: ExitStack, indices: Sequence[int], *, later: float) -> None:
        """Kill and restart; `later` makes the restart so many seconds later, and needs every process killed."""
        self._kill(indices)
        if later:
            age_jobs(self.url, later)
        for index in indices:
            self._start(stack, index)

    def _kill(self, indices: Sequence[int]) -> None:
        """Kill the processes that have not been killed yet; fail if one has exited by itself."""
        for index in indices:
            process = self._running[index]
            if not process.killed:
                assert process.alive, process.log
                process.kill()
                self.kills += 1

    def _inject_faults(self, chance: random.Random) -> None:
        self.slack.sandbox.inject_fault(InjectedFault(kind=FaultKind.LOST_RESPONSE, method="chat.postMessage", times=1))
        for method, kinds, calls in (("chat.postMessage", POST_FAULTS, 60), ("*", OTHER_FAULTS, 300)):
            for kind in chance.choices([*kinds], [*kinds.values()], k=calls):
                seconds = SLOW_SECONDS if kind is FaultKind.SLOW else 1.0
                self.slack.sandbox.inject_fault(InjectedFault(kind=kind, method=method, times=1, seconds=seconds))

    # -- people -------------------------------------------------------------------------------------------------------

    def _submit_forms(self, who: str, first: Mapping[str, Any]) -> None:
        """Submit each form until it is acknowledged, and some of them once more."""
        chance = random.Random(f"{self.seed} {who}")
        deadline = time.monotonic() + DEADLINE
        for number in range(FORMS_EACH):
            form = submission(first, self.slack.workspace.person(who).id, f"V{self.seed}{who}{number}", number)
            while not self._submit(form, chance.choice(self.ports)):
                assert time.monotonic() < deadline, f"{who}'s form {number} is not acknowledged"
                pause(RETRY_SECONDS)
            self.acknowledged.append(form["view"]["id"])
            if chance.random() < 0.3:
                self._submit(form, chance.choice(self.ports))
            pause(chance.uniform(0.0, 0.8))

    def _submit(self, form: dict[str, Any], port: int) -> bool:
        _, reply = self.slack.transport(port).send(Envelope(kind="interactive", payload=form))
        if reply.ok and (not reply.body or STORED in str(reply.body)):
            return True
        self.rejected.append(reply.failure or f"{reply.status} {reply.body}")
        return False

    def _click_buttons(self) -> None:
        """Claim and release the newest escalation, again and again."""
        chance = random.Random(f"{self.seed} marek")
        while not self._over.wait(chance.uniform(0.3, 1.5)):
            action = chance.choice([Action.CLAIM, Action.RELEASE])
            try:
                for message in self.slack.posted()[-1:]:
                    self.clicks += self.slack.sandbox.click("marek", message, action).ok
            except NotAllowedError:
                continue  # the card has another button by now

    # -- verification -------------------------------------------------------------------------------------------------

    def _verify(self) -> Outcome:
        posted = Counter(str((message.metadata or {})["event_payload"]["id"]) for message in self.slack.posted())
        with open_database(self.url) as database:
            repository = SqlEscalationRepository(database=database, notifier=Notifier(), ids=str)
            by_view = {view: repository.by_view(view) for view in self.acknowledged}
            stored = list(repository.iterate(EscalationFilter()))
            inconsistent = [*inconsistencies(repository, stored), *history_errors(repository, stored)]
        ids = {escalation.id for escalation in stored}
        unknown = [id for id in posted if id not in ids]
        return Outcome(
            acknowledged=len(self.acknowledged),
            messages=posted.total(),
            kills=self.kills,
            injected=Counter(str(call.fault) for call in self.slack.workspace.calls if call.fault),
            lost=tuple(view for view, found in by_view.items() if found is None or found.id not in posted),
            duplicated=tuple([id for id, times in posted.items() if times > 1] + unknown + self._duplicate_notices()),
            inconsistent=tuple(inconsistent),
            unnotified=tuple(self._unnotified([found for found in by_view.values() if found is not None])),
            retried=len(self.rejected),
            clicks=self.clicks,
            outages=self.outages,
        )

    def _unnotified(self, escalations: Sequence[Escalation]) -> Iterator[str]:
        names = {self.slack.workspace.person(who).id: who for who in REQUESTERS}
        notices = {who: self.slack.notified(who) for who in REQUESTERS}
        for escalation in escalations:
            requester = names[escalation.requester.user_id]
            if not any(escalation.reference in text for text in notices[requester]):
                yield escalation.reference

    def _duplicate_notices(self) -> list[str]:
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


def run_app_chaos(
    folder: Path,
    seed: int,
    url: str | None = None,
    processes: int = 1,
    *,
    outage: Outage = nullcontext,
    release: Path | None = None,
) -> Outcome:
    """Run once, on the empty or migrated database at `url`, or else on a SQLite file."""
    with sandbox_workspace(folder) as slack:
        url = url or slack.database_url
        return AppChaosRun(slack, url, seed, processes, outage=outage, release=release).run()


def submission(first: Mapping[str, Any], user_id: str, view_id: str, number: int) -> dict[str, Any]:
    """Return another person's form about another ticket, made from one that was submitted."""
    form = copy.deepcopy(dict(first))
    form["user"]["id"] = user_id
    form["view"]["id"] = form["view"]["root_view_id"] = view_id
    values = form["view"]["state"]["values"]
    link = f"https://support.zendesk.com/agent/tickets/{int.from_bytes(user_id.encode()) % 100_000}{number:03}"
    values["ticket_url"]["ticket_url"]["value"] = link
    values["summary"]["summary"]["value"] = f"{view_id}: what now?"
    return form


def history_errors(repository: SqlEscalationRepository, escalations: Sequence[Escalation]) -> Iterator[str]:
    """Return the histories with another number of submissions or posts than one, or out of order."""
    for escalation in escalations:
        history = repository.history(escalation.id)
        kinds = Counter(event.kind for event in history)
        if kinds[EventKind.SUBMITTED] != 1 or kinds[EventKind.POSTED] != 1:
            yield f"{escalation.reference} has {escalation.card} after {dict(kinds)}"
        if [event.at for event in history] != sorted(event.at for event in history):
            yield f"{escalation.reference} has a history out of order"
