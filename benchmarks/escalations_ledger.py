"""Query latency with very many stored escalations: App Home, its lists, the duplicate check."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from slack_sdk import WebClient
from sqlalchemy import insert

from slackguide.delivery.notifier import Notifier
from slackguide.escalation.filters import EscalationFilter
from slackguide.escalation.form_validation import FieldValue
from slackguide.escalation.models import (
    OPEN_STATES,
    Escalation,
    EscalationState,
    EventKind,
    NewEscalation,
    PostedCard,
    Requester,
)
from slackguide.escalation.resolution import Resolution, ResolutionCode
from slackguide.escalation.sla import SlaTimer
from slackguide.runtime.container import build_guide
from slackguide.slack.access import AccessPolicy
from slackguide.slack.api.directory_sync import DirectorySync
from slackguide.slack.app_home import CLOSED, COUNT_LIMIT, PAGE_SIZE, AppHomeBuilder
from slackguide.storage import mappers, queries
from slackguide.storage.bot_identity import BotIdentityRepository
from slackguide.storage.database import Database
from slackguide.storage.directory import DirectoryUser, UserDirectory
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.feedback import FeedbackRepository
from slackguide.storage.migrate import migrate
from slackguide.storage.outbox_admin import OutboxAdmin
from slackguide.storage.retention import RetentionService
from slackguide.storage.tables import cases, escalations, events
from slackguide.storage.walks import WalkRepository

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
SPAN = timedelta(days=3 * 365)
AGENTS, SPECIALISTS = 500, 40
OPEN_SHARE = 0.01
"""Ten thousand open ones in a million: far more than specialists can work on."""

QUEUE_PREFIXES = {"ask-disputes": "D", "ask-ce": "CE"}
BATCH = 5_000
TARGET_MS = 20.0
TOKEN = "xoxb-bench"


@dataclass(frozen=True)
class GeneratedEscalation:
    """A generated escalation with its form and history."""

    draft: NewEscalation
    escalation: Escalation
    history: tuple[tuple[EventKind, datetime, str | None], ...]


def generate(count: int, seed: int = 1) -> Iterator[GeneratedEscalation]:
    """Generate escalations, oldest first; some requesters send far more than others."""
    rng = random.Random(seed)
    weights = [1 / (1 + rank) ** 0.6 for rank in range(AGENTS)]
    senders = rng.choices([agent(number) for number in range(AGENTS)], weights, k=count)
    step = SPAN / count
    numbers = dict.fromkeys(QUEUE_PREFIXES, 1000)
    for number, sender in enumerate(senders):
        queue_id = "ask-disputes" if rng.random() < 0.7 else "ask-ce"
        numbers[queue_id] += 1
        is_open = rng.random() < OPEN_SHARE
        yield _generate_one(rng, number, numbers[queue_id], queue_id, sender, NOW - SPAN + step * number, is_open)


def _generate_one(
    rng: random.Random, number: int, reference: int, queue_id: str, sender: str, at: datetime, is_open: bool
) -> GeneratedEscalation:
    values: dict[str, FieldValue] = {
        "ticket_url": f"https://support.zendesk.com/agent/tickets/{ticket(number)}",
        "contract_id": str(30_000_000 + number),
        "client_username": f"client{number % 90_000}",
        "freelancer_username": f"freelancer{number % 70_000}",
        "dispute_type": "hourly",
        "dispute_reasons": ("manual_time", "poor_communication"),
        "summary": f"Both sides disagree about week {number}. The client wants the money back. " * 4,
    }
    draft = NewEscalation(
        view_id=f"V{rng.getrandbits(44):X}{number}",
        form_id=queue_id,
        prefix=QUEUE_PREFIXES[queue_id],
        channel=queue_id,
        requester=Requester(sender, "T0BENCH"),
        values=values,
        entry_id="disputes/hourly",
        question="client disputes hours that were logged",
        case_keys=(f"ticket:{ticket(number)}", f"contract:{30_000_000 + number}"),
    )
    states = (
        [EscalationState.SENT, EscalationState.CLAIMED, EscalationState.AWAITING_REQUESTER]
        if is_open
        else [EscalationState.RESOLVED, EscalationState.WITHDRAWN]
    )
    state = rng.choices(states, [4, 5, 1] if is_open else [24, 1])[0]
    claimed = (
        None if state in (EscalationState.SENT, EscalationState.WITHDRAWN) else specialist(rng.randrange(SPECIALISTS))
    )
    closed = None if is_open else at + timedelta(hours=rng.expovariate(1 / 8))
    history: list[tuple[EventKind, datetime, str | None]] = [
        (EventKind.SUBMITTED, at, sender),
        (EventKind.POSTED, at + timedelta(seconds=2), None),
    ]
    if claimed:
        history.append((EventKind.CLAIMED, at + timedelta(minutes=20), claimed))
    if closed:
        kind = EventKind.RESOLVED if state is EscalationState.RESOLVED else EventKind.WITHDRAWN
        history.append((kind, closed, claimed or sender))
    escalation = Escalation(
        id=f"{rng.getrandbits(96):024x}",
        reference=f"{draft.prefix}-{reference}",
        form_id=queue_id,
        assigned_queue=queue_id,
        channel=queue_id,
        state=state,
        requester=draft.requester,
        created_at=at,
        changed_at=history[-1][1],
        values=values,
        entry_id=draft.entry_id,
        question=draft.question,
        claimed_by=claimed,
        card=PostedCard(f"C-{queue_id}", f"{at.timestamp():.6f}", f"https://example.slack.com/archives/C/p{number}"),
        resolution=Resolution(ResolutionCode.RIGHT_PLACE, "Paid back in part.")
        if state is EscalationState.RESOLVED
        else None,
        closed_at=closed,
        sla_timer=SlaTimer(overdue_at=at + timedelta(hours=8)) if is_open else SlaTimer(),
    )
    return GeneratedEscalation(draft, escalation, tuple(history))


def agent(number: int) -> str:
    """Return the user id of an agent."""
    return f"UAGENT{number:04}"


def specialist(number: int) -> str:
    """Return the user id of a specialist."""
    return f"USPEC{number:04}"


def ticket(number: int) -> int:
    """Return the ticket of an escalation; every third escalation has the ticket of the previous one."""
    return 1_000_000 + number - number % 3 // 2


def fill(database: Database, count: int) -> None:
    """Insert escalations with their cases and events."""
    made = generate(count)
    while batch := list(islice(made, BATCH)):
        with database.write() as connection:
            rows = [mappers.new_row(one.escalation, one.draft) | {"events": len(one.history)} for one in batch]
            connection.execute(insert(escalations), rows)
            keys = [{"key": key, "escalation_id": one.escalation.id} for one in batch for key in one.draft.case_keys]
            connection.execute(insert(cases), keys)
            connection.execute(insert(events), [row for one in batch for row in _history(one)])


def _history(made: GeneratedEscalation) -> Iterator[dict[str, object]]:
    for number, (kind, at, who) in enumerate(made.history, start=1):
        yield {
            "escalation_id": made.escalation.id, "number": number, "at": at, "who": who, "kind": kind.value,
            "words": None, "about": {},
        }  # fmt: skip


def measure(folder: Path, count: int, samples: int) -> dict[str, Any]:
    """Fill a database and time the queries of App Home and forms; latencies are in milliseconds by query."""
    url = f"sqlite:///{folder / 'ledger.db'}"
    database = Database(url=url, clock=lambda: NOW)
    migrate(database)
    began = time.monotonic()
    fill(database, count)
    # As the service does every hour: update the planner's statistics.
    RetentionService(database=database, days=None).sweep()
    filled = time.monotonic() - began
    database.close()
    database = Database(url=url, clock=lambda: NOW)
    size = database.path.stat().st_size
    latencies = {name: timed(query, samples) for name, query in operations(database, count).items()}
    database.close()
    return {"filled_in_seconds": filled, "file_mb": size / 1e6, "latencies": latencies}


def operations(database: Database, count: int) -> dict[str, Callable[[], object]]:
    """Return the queries; each call is about another person or case."""
    rng = random.Random(2)
    repository = SqlEscalationRepository(database=database, notifier=Notifier(), ids=str)
    people = UserDirectory(database=database, monotonic=time.monotonic)
    knowledge = build_guide(ROOT / "knowledge").knowledge
    handles = [form.specialists for form in knowledge.forms.values() if form.specialists]
    everyone = [agent(number) for number in range(AGENTS)] + [specialist(number) for number in range(SPECIALISTS)]
    queue_ids = frozenset(knowledge.forms)
    people.replace([DirectoryUser(id, "T0BENCH", id) for id in everyone], dict.fromkeys(handles, everyone[AGENTS:]))
    client = WebClient(token=TOKEN)  # never called: all people are in the directory
    directory = DirectorySync(
        client=client,
        quick_client=client,
        directory=people,
        identities=BotIdentityRepository(database=database),
        access_policy=AccessPolicy(directory=people, our_team=lambda: "T0BENCH", leads=(), lead_groups=tuple),
        token=TOKEN,
        groups=tuple,
        walks=WalkRepository(database=database),
    )
    app_home = AppHomeBuilder(
        escalations=repository,
        people=people,
        directory=directory,
        knowledge=lambda: knowledge,
        feedback=FeedbackRepository(database=database),
        clock=lambda: NOW,
        outbox=OutboxAdmin(database=database, notifier=Notifier()),
    )
    recent = {made.escalation.id: made for made in islice(generate(count), 2000)}

    def some_agent() -> str:
        return agent(rng.randrange(AGENTS))

    def some_specialist() -> str:
        return specialist(rng.randrange(SPECIALISTS))

    def listed(filter_: EscalationFilter) -> object:
        return repository.page(filter_, limit=PAGE_SIZE), repository.count(filter_, at_most=COUNT_LIMIT + 1)

    def next_page(filter_: EscalationFilter) -> object:
        first = repository.page(replace(filter_, until=NOW - rng.random() * SPAN), limit=1)
        return repository.page(filter_, after=first.next_cursor, limit=PAGE_SIZE)

    def about(number: int) -> object:
        keys = (f"ticket:{ticket(number)}", f"contract:{30_000_000 + number}")
        with database.read() as connection:
            return connection.execute(queries.open_about(keys)).all()

    return {
        "App Home of an agent, rendered": lambda: app_home.view(some_agent(), {}),
        "App Home of the busiest agent, rendered": lambda: app_home.view(agent(0), {}),
        "App Home of a specialist of both queues, rendered": lambda: app_home.view(some_specialist(), {}),
        "list: open of an agent": lambda: listed(EscalationFilter(requester=some_agent(), states=OPEN_STATES)),
        "list: recently closed of an agent": lambda: listed(EscalationFilter(requester=some_agent(), states=CLOSED)),
        "list: the next page of the closed": lambda: next_page(EscalationFilter(requester=some_agent(), states=CLOSED)),
        "list: unclaimed in both queues": lambda: listed(
            EscalationFilter(queues=queue_ids, states={EscalationState.SENT}, oldest_first=True)
        ),
        "list: claimed by a specialist": lambda: listed(
            EscalationFilter(claimed_by=some_specialist(), states=OPEN_STATES, oldest_first=True)
        ),
        "list: overdue in both queues": lambda: listed(
            EscalationFilter(queues=queue_ids, overdue_at=NOW, oldest_first=True)
        ),
        "duplicate check: a stored case": lambda: about(rng.randrange(count)),
        "duplicate check: a new case": lambda: about(rng.randrange(10**8, 10**9)),
        "is a submission stored? (by view id)": lambda: repository.by_view(
            rng.choice(list(recent.values())).draft.view_id if rng.random() < 0.5 else f"V{rng.random()}"
        ),
    }


def timed(query: Callable[[], object], samples: int) -> list[float]:
    """Return the milliseconds of each call, sorted, without the first call."""
    query()
    latencies = []
    for _ in range(samples):
        started = time.perf_counter()
        query()
        latencies.append((time.perf_counter() - started) * 1000)
    return sorted(latencies)
