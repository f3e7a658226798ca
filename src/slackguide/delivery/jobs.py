"""A job: one row of the outbox, leased by one worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from slackguide.delivery.tasks import Task
from slackguide.escalation.models import Escalation


@dataclass(frozen=True)
class Job:
    """A task under a lease.

    `escalation` is its state at the time of the claim (None for an `AnswerMessage`). `attempts` counts claims,
    including this one. `maybe_sent` is true if an earlier attempt may have posted the message. `known_timestamps` are
    the timestamps of messages of other jobs of this escalation. `lease` is a number that distinguishes this claim from
    later ones. `refused` is the code of the last refusal, which was repeated `refusals` times.
    """

    id: int
    task: Task
    escalation: Escalation | None
    attempts: int
    maybe_sent: bool
    created_at: datetime
    lease: int
    known_timestamps: frozenset[str] = frozenset()
    refused: str | None = None
    refusals: int = 0
