"""Any order of submissions, commands, attempts, crashes and time: each job leaves exactly one message on Slack."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlalchemy import select

from slackguide.delivery.dispatcher import Dispatcher
from slackguide.delivery.jobs import Job
from slackguide.delivery.sender import (
    ErrorCategory,
    PostedMessage,
    RateLimitedError,
    SlackRefusedError,
    SlackUnreachableError,
)
from slackguide.delivery.tasks import AnswerMessage, is_idempotent
from slackguide.escalation.filters import EscalationFilter
from slackguide.escalation.messages import PostEscalation
from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.state_machine import (
    AddDetails,
    Applied,
    Ask,
    Claim,
    Command,
    HandOver,
    Release,
    Reopen,
    Resolve,
    Withdraw,
)
from slackguide.storage.outbox_admin import OutboxAdmin
from slackguide.storage.tables import outbox
from tests.chaos.outcome import replay
from tests.support.advice import PlainAdvice
from tests.support.clock import ManualClock
from tests.support.databases import Store, new_escalation, sqlite_url

FAULTS = [
    "none",
    "no answer",
    "no answer, stored",
    "rate limited",
    "refused",
    "service error, stored",
    "unexpected exception, stored",
]
PEOPLE = st.sampled_from(["U1", "U2", "U3"])
COMMANDS = st.one_of(
    PEOPLE.map(Claim),
    PEOPLE.map(Release),
    PEOPLE.map(lambda by: Ask(by, "which")),
    PEOPLE.map(lambda by: AddDetails(by, "this one")),
    st.builds(lambda by, to: HandOver(by, to, to), PEOPLE, st.sampled_from(["ask-disputes", "ask-ce", "ask-payments"])),
    PEOPLE.map(lambda by: Resolve(by, Resolution(ResolutionCode.RIGHT_PLACE, "done"))),
    PEOPLE.map(Reopen),
    PEOPLE.map(Withdraw),
)


def key(job: Job) -> str:
    """Return what the metadata of a job's message identifies: for a post only the escalation, as in the contract."""
    if isinstance(job.task, PostEscalation) and job.escalation is not None:
        return f"{job.task.channel} {job.escalation.id}"
    return f"job {job.id}"


class Slack:
    """A sender that stores messages by conversation and metadata, and injects `fault`."""

    def __init__(self) -> None:
        self.messages: dict[str, list[str]] = {}
        self.fault = "none"
        self.number = 0

    def prepare(self, job: Job) -> None:
        return None

    def find(self, job: Job) -> PostedMessage | None:
        if self.fault in ("no answer", "rate limited"):
            raise SlackUnreachableError(ambiguous=True) if self.fault == "no answer" else RateLimitedError(7)
        timestamps = [ts for ts in self.messages.get(key(job), ()) if ts not in job.known_timestamps]
        return PostedMessage("C1", timestamps[0]) if timestamps else None

    def post(self, job: Job) -> PostedMessage:
        if is_idempotent(job.task):
            return PostedMessage("C1", "0")
        if self.fault in ("no answer", "rate limited", "refused"):
            raise {
                "no answer": SlackUnreachableError(ambiguous=True),
                "rate limited": RateLimitedError(7),
                "refused": SlackRefusedError("is_archived", ErrorCategory.CHANNEL),
            }[self.fault]
        ts = self.store_message(job)
        if self.fault != "none":
            raise {
                "no answer, stored": SlackUnreachableError(ambiguous=True),
                "service error, stored": SlackRefusedError("internal_error", ErrorCategory.SERVICE),
                "unexpected exception, stored": KeyError("ts"),
            }[self.fault]
        return PostedMessage("C1", ts)

    def store_message(self, job: Job) -> str:
        self.number += 1
        ts = f"{self.number}.0"
        if not is_idempotent(job.task):
            self.messages.setdefault(key(job), []).append(ts)
        return ts


class Promises(RuleBasedStateMachine):
    """One database and one Slack. A crash is a claim that no worker completes."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="slackguide-stateful-")
        self.store = Store(sqlite_url(Path(self.folder.name)), ManualClock())
        self.slack = Slack()
        self.delivery = Dispatcher(
            queue=self.store.outbox,
            sender=self.slack,
            watchers=lambda _: ("ULEAD",),
            explain=PlainAdvice(),
            jitter=lambda: 0.5,
        )
        self.backlog = OutboxAdmin(database=self.store.database, notifier=self.store.notifier)
        self.ids: list[str] = []
        self.accepted: set[str] = set()

    @rule(view=st.integers(1, 4))
    def submit(self, view: int) -> None:
        stored = self.store.submit(new_escalation(f"V{view}"))
        assert stored.created == (stored.escalation.id not in self.ids)
        if stored.created:
            self.ids.append(stored.escalation.id)

    @rule(which=st.integers(0, 3), command=COMMANDS)
    def apply(self, which: int, command: Command) -> None:
        if which < len(self.ids):
            outcome = self.store.escalations.apply(self.ids[which], command)
            assert outcome is not None
            if isinstance(outcome, Applied):
                assert self.store.escalations.get(self.ids[which]) == outcome.escalation

    @rule(number=st.integers(1, 3))
    def message(self, number: int) -> None:
        event = f"E{number}"
        new = self.store.inbox.accept(event, AnswerMessage(event, "D1", "1.0", "U1", "T1", "where does this go"))
        assert new == (event not in self.accepted)
        self.accepted.add(event)

    @rule(fault=st.sampled_from(FAULTS), attempts=st.integers(1, 3))
    def deliver(self, fault: str, attempts: int) -> None:
        self.slack.fault = fault
        for _ in range(attempts):
            job = self.store.outbox.claim()
            if job is not None:
                self.delivery.deliver(job)

    @rule(stored=st.booleans())
    def crash(self, stored: bool) -> None:
        job = self.store.outbox.claim()
        if job is not None and stored and not job.maybe_sent:
            self.slack.store_message(job)

    @rule(seconds=st.sampled_from([0.5, 1.1, 16.0, 61.0, 700.0]))
    def time_passes(self, seconds: float) -> None:
        self.store.elapse(seconds)

    @rule()
    def retry_dead_lettered_jobs(self) -> None:
        self.backlog.retry_dead_lettered()

    def teardown(self) -> None:
        try:
            self._settle()
            self._verify()
        finally:
            self.store.database.close()
            self.folder.cleanup()

    def _settle(self) -> None:
        self.slack.fault = "none"
        for _ in range(2000):
            self.backlog.retry_dead_lettered()
            job = self.store.outbox.claim()
            if job is not None:
                self.delivery.deliver(job)
            elif self.store.outbox.seconds_until_due() == float("inf"):
                break
            else:
                self.store.elapse(1.1)
        assert self.backlog.pending() == ()

    def _verify(self) -> None:
        stored = {escalation.id: escalation for escalation in self.store.escalations.iterate(EscalationFilter())}
        assert set(stored) == set(self.ids)
        for escalation in stored.values():
            assert escalation.card is not None
            assert self.slack.messages[f"{escalation.channel} {escalation.id}"][-1] == escalation.card.ts
            assert replay(self.store.escalations.history(escalation.id)) is escalation.state
        with self.store.database.read() as connection:
            rows = connection.execute(select(outbox)).all()
        unposted = ("update_card", "refresh_home")
        messages = [ts for posted in self.slack.messages.values() for ts in posted]
        assert Counter(messages) == Counter(row.ts for row in rows if row.kind not in unposted)
        assert {row.state for row in rows} <= {"done"}


TestPromises = Promises.TestCase
TestPromises.settings = settings(
    max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
