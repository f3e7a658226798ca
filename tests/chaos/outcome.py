"""The outcome of a chaos run, and the checks that both kinds of run share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass

from slackguide.delivery.notifier import Notifier
from slackguide.escalation.models import Escalation, EscalationState, Event, EventKind
from slackguide.escalation.state_machine import (
    TRANSITIONS,
    AddDetails,
    Ask,
    Claim,
    HandOver,
    Release,
    Reopen,
    Resolve,
    Withdraw,
)
from slackguide.storage.database import Database
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.outbox_admin import OutboxAdmin
from tests.support.waiting import wait_until

DEADLINE = 180.0
"""Seconds after which a condition counts as never met: a busy machine starts eight processes meanwhile."""

COMMANDS = {
    EventKind.CLAIMED: Claim,
    EventKind.RELEASED: Release,
    EventKind.DETAILS_REQUESTED: Ask,
    EventKind.DETAILS_ADDED: AddDetails,
    EventKind.HANDED_OVER: HandOver,
    EventKind.RESOLVED: Resolve,
    EventKind.REOPENED: Reopen,
    EventKind.WITHDRAWN: Withdraw,
}


Outage = Callable[[], AbstractContextManager[None]]
"""A function that stops the database for as long as a block lasts. `nullcontext` does not stop it."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of one run.

    `injected` counts faults by kind; `retried` are submissions sent again; `outages` are those of the database.
    """

    acknowledged: int
    messages: int
    kills: int
    injected: Counter[str]
    lost: tuple[str, ...]
    duplicated: tuple[str, ...]
    inconsistent: tuple[str, ...]
    unnotified: tuple[str, ...] = ()
    retried: int = 0
    clicks: int = 0
    outages: int = 0

    @property
    def violations(self) -> tuple[str, ...]:
        """Return everything that breaks a guarantee."""
        return self.lost + self.duplicated + self.inconsistent + self.unnotified


def run_seeds(run: Callable[[int], Outcome], runs: int, *, concurrency: int) -> list[Outcome]:
    """Run with the seeds from 0, `concurrency` at a time."""
    with ThreadPoolExecutor(concurrency) as pool:
        return list(pool.map(run, range(runs)))


def injected_faults(outcomes: Iterable[Outcome]) -> Counter[str]:
    """Return the number of injected faults by kind, over several runs."""
    return sum((outcome.injected for outcome in outcomes), Counter[str]())


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return the totals of several runs as one line."""
    faults = ", ".join(f"{kind} {times}" for kind, times in injected_faults(outcomes).most_common())
    return (
        f"{len(outcomes)} runs, {sum(outcome.kills for outcome in outcomes)} kills, "
        f"{sum(outcome.acknowledged for outcome in outcomes)} escalations acknowledged, "
        f"{sum(outcome.messages for outcome in outcomes)} messages posted once each, "
        f"{sum(outcome.retried for outcome in outcomes)} submissions sent again, "
        f"{sum(outcome.clicks for outcome in outcomes)} clicks, faults injected: {faults}"
    )


def wait_until_delivered(database: Database) -> None:
    """Wait until every job is finished; fail after `DEADLINE` seconds."""
    admin = OutboxAdmin(database=database, notifier=Notifier())
    wait_until(lambda: not admin.counts(), lambda: f"still pending: {admin.pending()}", timeout=DEADLINE)


def replay(history: Sequence[Event]) -> EscalationState | None:
    """Return the state that the events lead to, or None if one of them was not allowed when it happened."""
    state: EscalationState | None = EscalationState.SENT
    for event in history:
        if event.kind in COMMANDS and state is not None:
            state = TRANSITIONS.get((state, COMMANDS[event.kind]))
    return state


def inconsistencies(repository: SqlEscalationRepository, escalations: Sequence[Escalation]) -> Iterator[str]:
    """Return what disagrees between escalations, their histories and their references."""
    for escalation in escalations:
        state = replay(repository.history(escalation.id))
        if state is not escalation.state or escalation.card is None:
            yield f"{escalation.reference} {state} {escalation.state} {escalation.card}"
    numbers = sorted(int(escalation.reference.split("-")[1]) for escalation in escalations)
    if numbers != list(range(1001, 1001 + len(numbers))):
        yield f"references {numbers}"
