"""How long what people wait for takes when very many escalations are kept: App Home, its lists, the duplicate check."""

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
from slackguide.escalation.case_keys import case_keys
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
from slackguide.storage import mappers
from slackguide.storage.bot_identity import BotIdentityRepository
from slackguide.storage.database import Database
from slackguide.storage.directory import DirectoryUser, UserDirectory
from slackguide.storage.escalations import SqlEscalationRepository
from slackguide.storage.migrate import migrate
from slackguide.storage.retention import RetentionService
from slackguide.storage.schema import cases, escalations, events

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
SPAN = timedelta(days=3 * 365)
AGENTS, SPECIALISTS = 500, 40
OPEN_SHARE = 0.01
"""Ten thousand open ones of a million: far more than a desk that works has."""

DESKS = {"ask-disputes": "D", "ask-ce": "CE"}
BATCH = 5_000
AIM_MS = 20.0
TOKEN = "xoxb-bench"


@dataclass(frozen=True)
class Made:
    """One escalation with everything that goes with it."""

    draft: NewEscalation
    escalation: Escalation
    history: tuple[tuple[EventKind, datetime, str | None], ...]


def make(count: int, seed: int = 1) -> Iterator[Made]:
    """So many, oldest first, of people of whom some send far more than others."""
    chance = random.Random(seed)
    weights = [1 / (1 + rank) ** 0.6 for rank in range(AGENTS)]
    senders = chance.choices([agent(number) for number in range(AGENTS)], weights, k=count)
    step = SPAN / count
    numbers = dict.fromkeys(DESKS, 1000)
    for number, sender in enumerate(senders):
        desk = "ask-disputes" if chance.random() < 0.7 else "ask-ce"
        numbers[desk] += 1
        open_still = chance.random() < OPEN_SHARE
        yield _made(chance, number, numbers[desk], desk, sender, NOW - SPAN + step * number, open_still)


def _made(
    chance: random.Random, number: int, reference: int, desk: str, sender: str, at: datetime, open_still: bool
) -> Made:
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
        view_id=f"V{chance.getrandbits(44):X}{number}",
        form_id=desk,
        prefix=DESKS[desk],
        channel=desk,
        requester=Requester(sender, "T0BENCH"),
        values=values,
        entry_id="disputes/hourly",
        question="client disputes hours that were logged",
        case_keys=case_keys(values),
    )
    states = (
        [EscalationState.SENT, EscalationState.CLAIMED, EscalationState.AWAITING_REQUESTER]
        if open_still
        else [EscalationState.RESOLVED, EscalationState.WITHDRAWN]
    )
    state = chance.choices(states, [4, 5, 1] if open_still else [24, 1])[0]
    claimed = (
        None
        if state in (EscalationState.SENT, EscalationState.WITHDRAWN)
        else specialist(chance.randrange(SPECIALISTS))
    )
    closed = None if open_still else at + timedelta(hours=chance.expovariate(1 / 8))
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
        id=f"{chance.getrandbits(96):024x}",
        reference=f"{draft.prefix}-{reference}",
        form_id=desk,
        assigned_queue=desk,
        channel=desk,
        state=state,
        requester=draft.requester,
        created_at=at,
        changed_at=history[-1][1],
        values=values,
        entry_id=draft.entry_id,
        question=draft.question,
        claimed_by=claimed,
        card=PostedCard(f"C-{desk}", f"{at.timestamp():.6f}", f"https://example.slack.com/archives/C/p{number}"),
        resolution=Resolution(ResolutionCode.RIGHT_PLACE, "Paid back in part.")
        if state is EscalationState.RESOLVED
        else None,
        closed_at=closed,
        sla_timer=SlaTimer(overdue_at=at + timedelta(hours=8)) if open_still else SlaTimer(),
    )
    return Made(draft, escalation, tuple(history))


def agent(number: int) -> str:
    """A user id."""
    return f"UAGENT{number:04}"


def specialist(number: int) -> str:
    """A user id."""
    return f"USPEC{number:04}"


def ticket(number: int) -> int:
    """The ticket of the escalation of that number: every third one is about the ticket of the one before."""
    return 1_000_000 + number - number % 3 // 2


def fill(database: Database, count: int) -> None:
    """Writes so many escalations, with their cases and events."""
    made = make(count)
    while batch := list(islice(made, BATCH)):
        with database.write() as connection:
            kept = [mappers.new_row(one.escalation, one.draft) | {"events": len(one.history)} for one in batch]
            connection.execute(insert(escalations), kept)
            keys = [{"key": key, "escalation_id": one.escalation.id} for one in batch for key in one.draft.case_keys]
            connection.execute(insert(cases), keys)
            connection.execute(insert(events), [row for one in batch for row in _history(one)])


def _history(made: Made) -> Iterator[dict[str, object]]:
    for number, (kind, at, who) in enumerate(made.history, start=1):
        yield {
            "escalation_id": made.escalation.id, "number": number, "at": at, "who": who, "kind": kind.value,
            "words": None, "about": {},
        }  # fmt: skip


def measure(folder: Path, count: int, samples: int) -> dict[str, Any]:
    """Fills a ledger and asks it what people ask; latencies in milliseconds by question."""
    url = f"sqlite:///{folder / 'ledger.db'}"
    database = Database(url=url, clock=lambda: NOW)
    migrate(database)
    began = time.monotonic()
    fill(database, count)
    RetentionService(database=database, days=None).sweep()  # as the service does every hour: the planner's statistics
    filled = time.monotonic() - began
    database.close()
    database = Database(url=url, clock=lambda: NOW)
    size = database.path.stat().st_size
    latencies = {name: timed(ask, samples) for name, ask in questions(database, count).items()}
    database.close()
    return {"filled_in_seconds": filled, "file_mb": size / 1e6, "latencies": latencies}


def questions(database: Database, count: int) -> dict[str, Callable[[], object]]:
    """Everything that is asked, each time about somebody or something else."""
    chance = random.Random(2)
    ledger = SqlEscalationRepository(database=database, notifier=Notifier(), ids=str)
    people = UserDirectory(database=database, monotonic=time.monotonic)
    knowledge = build_guide(ROOT / "knowledge").knowledge
    handles = [form.specialists for form in knowledge.forms.values() if form.specialists]
    everyone = [agent(number) for number in range(AGENTS)] + [specialist(number) for number in range(SPECIALISTS)]
    desks = frozenset(knowledge.forms)
    people.replace([DirectoryUser(id, "T0BENCH", id) for id in everyone], dict.fromkeys(handles, everyone[AGENTS:]))
    client = WebClient(token=TOKEN)  # never called: everybody is in the directory
    directory = DirectorySync(
        client=client,
        quick_client=client,
        directory=people,
        identities=BotIdentityRepository(database=database),
        access_policy=AccessPolicy(directory=people, our_team=lambda: "T0BENCH", leads=(), lead_groups=tuple),
        token=TOKEN,
        groups=tuple,
    )
    homes = AppHomeBuilder(
        escalations=ledger, people=people, directory=directory, knowledge=lambda: knowledge, clock=lambda: NOW
    )
    recent = {made.escalation.id: made for made in islice(make(count), 2000)}

    def some_agent() -> str:
        return agent(chance.randrange(AGENTS))

    def some_specialist() -> str:
        return specialist(chance.randrange(SPECIALISTS))

    def listed(search: EscalationFilter) -> object:
        return ledger.page(search, limit=PAGE_SIZE), ledger.count(search, at_most=COUNT_LIMIT + 1)

    def turned(search: EscalationFilter) -> object:
        first = ledger.page(replace(search, until=NOW - chance.random() * SPAN), limit=1)
        return ledger.page(search, after=first.next_cursor, limit=PAGE_SIZE)

    def about(number: int) -> object:
        return ledger.open_with_case_keys((f"ticket:{ticket(number)}", f"contract:{30_000_000 + number}"))

    return {
        "App Home of an agent, drawn": lambda: homes.view(some_agent(), {}),
        "App Home of the busiest agent, drawn": lambda: homes.view(agent(0), {}),
        "App Home of a specialist of both desks, drawn": lambda: homes.view(some_specialist(), {}),
        "list: open of an agent": lambda: listed(EscalationFilter(requester=some_agent(), states=OPEN_STATES)),
        "list: recently closed of an agent": lambda: listed(EscalationFilter(requester=some_agent(), states=CLOSED)),
        "list: a further page of the closed": lambda: turned(EscalationFilter(requester=some_agent(), states=CLOSED)),
        "list: unclaimed at both desks": lambda: listed(
            EscalationFilter(queues=desks, states={EscalationState.SENT}, oldest_first=True)
        ),
        "list: claimed by a specialist": lambda: listed(
            EscalationFilter(claimed_by=some_specialist(), states=OPEN_STATES, oldest_first=True)
        ),
        "list: overdue at both desks": lambda: listed(
            EscalationFilter(queues=desks, overdue_at=NOW, oldest_first=True)
        ),
        "duplicate check: a case that is kept": lambda: about(chance.randrange(count)),
        "duplicate check: a case that is new": lambda: about(chance.randrange(10**8, 10**9)),
        "submission seen before? (by its view)": lambda: ledger.by_view(
            chance.choice(list(recent.values())).draft.view_id if chance.random() < 0.5 else f"V{chance.random()}"
        ),
    }


def timed(ask: Callable[[], object], samples: int) -> list[float]:
    """Milliseconds of each call, sorted; the first is not counted."""
    ask()
    found = []
    for _ in range(samples):
        started = time.perf_counter()
        ask()
        found.append((time.perf_counter() - started) * 1000)
    return sorted(found)
