"""The job queue, as a protocol (`storage.outbox` implements it)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from slackguide.delivery.jobs import Job
from slackguide.delivery.retry import Outcome
from slackguide.delivery.tasks import Task


class JobQueue(Protocol):
    """Every method raises `StorageError` when the database cannot be used; the job then stays leased, then is due."""

    def claim(self) -> Job | None:
        """The job that has been due longest, in a conversation whose pace allows it; None when there is none now."""

    def renew(self, job: Job) -> bool:
        """Begin the lease anew; False when another worker has the job, which must then be left alone."""

    def complete(self, job: Job, decision: Outcome, *, follow_ups: Sequence[Task] = ()) -> bool:
        """Keep what came of a try, and queue what follows from it, in one transaction.

        False when the job was settled meanwhile, or when it is another worker's and there is nothing to tell it.
        """

    def release(self, job: Job) -> None:
        """Give the lease back untried: nothing was sent since it was claimed."""

    def seconds_until_due(self) -> float:
        """Seconds until a job could be claimed, as far as is known now; infinite when nothing is pending."""
