"""A job: one row of the outbox, leased by one worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from slackguide.delivery.tasks import Task
from slackguide.escalation.models import Escalation


@dataclass(frozen=True)
class Job:
    """A task under a lease.

    `escalation` is as it stood when the job was claimed (None for an `AnswerMessage`). `attempts` counts claims, this
    one included. `maybe_sent`: an earlier try may have posted it. `known_timestamps` are the timestamps of messages
    that belong to other jobs of this escalation. `lease` is the number by which the database tells this claim from a
    later one.
    """

    id: int
    task: Task
    escalation: Escalation | None
    attempts: int
    maybe_sent: bool
    created_at: datetime
    lease: int
    known_timestamps: frozenset[str] = frozenset()
