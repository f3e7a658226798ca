"""One row of the outbox in the hands of one worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from slackguide.escalation.escalation import Escalation
from slackguide.escalation.task import Task


@dataclass(frozen=True)
class Job:
    """A task under a lease.

    `escalation` is as it stood when the job was claimed (None for an `AnswerMessage`). `tries` counts claims, this one
    included. `doubtful`: an earlier try may have posted it. `known` are the timestamps of messages that belong to
    other jobs of this escalation. `lease` is the number by which the database tells this claim from a later one.
    """

    id: int
    task: Task
    escalation: Escalation | None
    tries: int
    doubtful: bool
    created_at: datetime
    lease: int
    known: frozenset[str] = frozenset()
